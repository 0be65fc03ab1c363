"""A dry rehearsal: the ordinary way through a playbook with times, nothing opened, nothing read.

Everybody takes their whole time and answers as the playbook calls usual, else as one hopes; the
clock is on paper.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NoReturn, cast

from sqlmodel import Session

from flows.exploring import Explored, Finished
from flows.outcomes import Asked, Awaited
from flows.playbook import Playbook
from flows.run import Run
from flows.staging import DuplicateStep, Wanted
from incidents.insight.handbook import scaled
from incidents.matter.incidents import Incident
from incidents.matter.severity import Level
from incidents.people.roles import Role
from incidents.record import clock
from incidents.response.steps import catalog
from incidents.response.steps.exercise_forms import Inject
from incidents.response.steps.forms import Form
from incidents.response.steps.steps import StepKind

_UNWELCOME = frozenset({"refused", "overdue", "declined", "waived"})
_HOPED_FOR = frozenset({"claim", "false", "fabricated", "answer", "sent", "granted"})
"""Answers the ordinary way takes where the playbook names none; else the first one, or yes."""

_ROUNDS = 3
"""Repeats shown of a bulletin that comes again and again."""


@dataclass(frozen=True)
class Planned:
    """One step of the ordinary way; times since the opening."""

    key: str
    kind: StepKind
    role: Role
    then: Role | None
    asked: timedelta
    taken_by: timedelta
    due: timedelta
    mandatory: bool
    releases: bool
    hour: datetime | None = None
    """The moment it is due at where it goes by the hour of the day, for an opening now."""


class _Paper:
    """The stage of a rehearsal."""

    def __init__(self, level: Level, percent: int, taking: timedelta) -> None:
        self._level, self._percent, self._taking = level, percent, taking
        self._begun = clock.now()
        self._now = timedelta()
        self._released: timedelta | None = None
        self._ends: dict[str, timedelta] = {}
        self.planned: list[Planned] = []

    def open(self, wanted: Wanted) -> Awaited:
        if wanted.key in self._ends:
            raise DuplicateStep(f"«{wanted.key}» is asked for twice; number repeats")
        asked = max(self._now, self._ends[wanted.after.key]) if wanted.after else self._now
        if wanted.not_before is not None:
            asked = max(asked, (self._released or timedelta()) + wanted.not_before)
        allowed = scaled(wanted.due, self._percent)
        hour = wanted.due_at(self._begun)
        if hour:
            allowed = wanted.due
            asked = max(asked, hour - allowed - self._begun)
        due = self._ends[wanted.key] = asked + allowed
        releases = wanted.kind is StepKind.APPROVE and bool(wanted.release_to)
        if releases and self._released is None:
            self._released = due
        self.planned.append(
            Planned(
                key=wanted.key,
                kind=wanted.kind,
                role=wanted.role,
                then=wanted.then,
                asked=asked,
                taken_by=asked + min(self._taking, allowed),
                due=due,
                mandatory=wanted.mandatory,
                releases=releases,
                hour=hour,
            )
        )
        asked_for = Explored(wanted, lambda label, among: _ordinary(asked_for.usual, label, among))
        return asked_for

    def wait(
        self,
        awaited: Sequence[Awaited],
        *,
        for_all: bool,
        in_time: bool = False,  # noqa: ARG002 - everybody answers in time on paper
    ) -> None:
        explored = cast("Sequence[Explored]", awaited)
        ends = {each.key: self._ends[each.key] for each in explored}
        if not for_all and explored:
            explored = [min(explored, key=lambda each: ends[each.key])]
        for each in explored:
            each.let_through()
            self._now = max(self._now, ends[each.key])

    def level(self) -> Level:
        return self._level

    def now(self) -> datetime:
        return self._begun + self._now

    def once(
        self,
        name: str,  # noqa: ARG002 - nothing is done
        act: Callable[[Session, Incident], bool],  # noqa: ARG002 - nothing is done
        *,
        once_signed: Asked[Form] | None = None,  # noqa: ARG002 - nobody is late on paper
    ) -> bool:
        return True

    def until(self, moment: datetime) -> None:
        # An hour somebody will write into a plan is not known on paper.
        if isinstance(moment, datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
            self._now = max(self._now, moment - self._begun)

    def rounds(self, most: int) -> int:
        return min(most, _ROUNDS)

    def injects(self, read: Callable[[], Sequence[Inject]]) -> Sequence[Inject]:  # noqa: ARG002 - a plan nobody wrote
        return []

    def finish(self) -> NoReturn:
        raise Finished


def _ordinary(usual: Mapping[str, Any], label: str, options: Sequence[Any]) -> Any:
    what = label.rsplit(": ", 1)[-1]
    if what in usual:
        return usual[what]
    if options == [True, False]:
        return what not in _UNWELCOME
    return next(
        (each for each in options if isinstance(each, Enum) and each.value in _HOPED_FOR),
        options[0],
    )


def rehearse(playbook: Playbook, level: Level, percent: int, *, taking: timedelta) -> list[Planned]:
    """The ordinary way at a level, in the order in which people are asked.

    ``percent`` scales the due times of level 3; ``taking`` is the time to acknowledge.
    """
    paper = _Paper(level, percent, taking)
    with contextlib.suppress(Finished):
        playbook.body(Run(paper))
    return sorted(paper.planned, key=lambda each: each.asked)


def as_rows(planned: Sequence[Planned], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sequence as plain values; times in minutes since the opening."""
    return [
        {
            "key": each.key,
            "title": catalog.title_in(titles, each.key),
            "kind": each.kind.value,
            "role": each.role.value,
            "then": each.then.value if each.then else None,
            "asked_minutes": _minutes(each.asked),
            "taken_by_minutes": _minutes(each.taken_by),
            "due_minutes": _minutes(each.due),
            "mandatory": each.mandatory,
            "releases": each.releases,
            "hour": each.hour.isoformat() if each.hour else None,
        }
        for each in planned
    ]


def _minutes(length: timedelta) -> float:
    return round(length.total_seconds() / 60, 1)
