"""The handbook page of a playbook, drawn from its outline: steps, forms, branches, picture.

Nobody writes it: what exploring the playbook found, in the words of its texts.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from incidents.insight.branching import Choice, Condition, Conditions, choices
from incidents.matter.severity import Level
from incidents.people.roles import Role
from incidents.record.language import N_, Language, Speech, speech
from incidents.response.steps import own_forms, sayings
from incidents.response.steps.catalog import PlaybookVersion
from incidents.response.steps.steps import StepKind

_NOT_WHOLE = N_(
    "Kịch bản này rẽ nhánh quá nhiều: có thể còn đường đi chưa nêu ở đây; nên chia nhỏ kịch bản."
)

_REPEAT = re.compile(r"^(?P<first>.+?) [2-9](?P<signer> \(\w+\))?$")

_GAP, _TAG = re.compile(r"{{.*?}}"), re.compile(r"{[%#].*?[%#]}")
"""What a template fills in, and what it decides by."""


@dataclass(frozen=True)
class HandbookStep:
    """One step as the handbook tells it."""

    key: str
    title: str
    gist: str
    kind: StepKind
    role: Role
    then: Role | None
    heading: str
    questions: tuple[str, ...]
    due: Mapping[Level, timedelta]
    hours: tuple[str, ...]
    """Hours of the day it is due at, whatever the level; ``due`` is then how long before it comes.
    """
    mandatory: bool
    template: str | None
    releases: bool
    after: tuple[str, ...]
    """Titles of what must have ended before, where that is always the same."""
    when: tuple[str, ...]
    """What must hold each time it is asked for."""
    repeats: str | None
    """The key of the step this one is another round of."""


class Handbook:
    """A playbook's page in one language. ``titles`` are the office's own words over the texts."""

    def __init__(
        self,
        row: PlaybookVersion,
        percent: Mapping[int, int],
        language: Language,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self._outline: dict[str, Any] = row.outline
        self._percent = percent
        self._words: dict[str, Any] = row.texts.get(language.value) or {}
        self._own = titles or {}
        self.say: Speech = speech(language)
        self.code, self.version = row.code, row.version
        self.title: str = self._words.get("title") or row.code
        self.gist: str = self._words.get("gist", "")
        self.templates = {
            name: _readable(written["title"])
            for name, written in sorted((row.templates.get(language.value) or {}).items())
        }

    @cached_property
    def steps(self) -> list[HandbookStep]:
        """Every step, in the order in which an incident can come to them."""
        depth = self._depth
        return sorted(
            (self._step(noted) for noted in self._noted.values()), key=lambda s: depth[s.key]
        )

    @cached_property
    def stages(self) -> list[list[HandbookStep]]:
        """The picture: steps side by side that are asked for at the same remove from the opening.

        Further rounds of a step stand in the box of the first.
        """
        depth = self._depth
        drawn = [step for step in self.steps if step.repeats is None]
        return [
            [step for step in drawn if depth[step.key] == each]
            for each in sorted({depth[step.key] for step in drawn})
        ]

    @cached_property
    def _depth(self) -> dict[str, int]:
        before = {key: set(noted.get("waited_for", [])) for key, noted in self._noted.items()}
        for edge in self._edges:
            before[edge["to"]].update(_parts(edge["from"]))
        return _depths(before)

    def rounds(self, step: HandbookStep) -> int:
        """How often a step can be asked for."""
        return 1 + sum(each.repeats == step.key for each in self.steps)

    @cached_property
    def choices(self) -> list[Choice]:
        """Everything the playbook looks at, each way with the steps only it opens.

        What a further round looks at is what the first one does, and is left out.
        """
        met = [Condition(label, value) for label, value in self._outline.get("choices", [])]
        first = [c for c in met if not self._is_repeated(self._conditions.step_of(c))]
        return choices(self._conditions, first, self._edges, self._title)

    def _is_repeated(self, key: str | None) -> bool:
        return key is not None and self._first_round(key) is not None

    @property
    def caveat(self) -> str:
        """What is to be said where exploring it did not come to its end; usually nothing."""
        return "" if self._outline.get("whole", True) else self.say.text(_NOT_WHOLE)

    @property
    def silent(self) -> list[str]:
        """Keys of steps that have no words in this language."""
        return [key for key in self._keys if key not in self._words.get("steps", {})]

    @property
    def _noted(self) -> dict[str, dict[str, Any]]:
        return {noted["key"]: noted for noted in self._outline.get("steps", [])}

    @property
    def _keys(self) -> list[str]:
        return list(self._noted)

    @property
    def _edges(self) -> list[dict[str, str]]:
        return self._outline.get("edges", [])

    @cached_property
    def _conditions(self) -> Conditions:
        asked = {k: own_forms.of(n["form"], n.get("asks")) for k, n in self._noted.items()}
        return Conditions(asked, self._title, self.say)

    def _title(self, key: str) -> str:
        published = self._words.get("steps", {}).get(key, {})
        return self._own.get(key) or published.get("title") or key

    def _step(self, noted: dict[str, Any]) -> HandbookStep:
        key, form = noted["key"], own_forms.of(noted["form"], noted.get("asks"))
        due, hours = timedelta(minutes=noted["due_minutes"]), tuple(noted.get("hours", ()))
        return HandbookStep(
            key=key,
            title=self._title(key),
            gist=self._words.get("steps", {}).get(key, {}).get("gist", ""),
            kind=StepKind(noted["kind"]),
            role=Role(noted["role"]),
            then=Role(noted["then"]) if noted["then"] else None,
            heading=sayings.heading(form, self.say),
            questions=tuple(sayings.label(form, name, self.say) for name in form.model_fields),
            due={level: due if hours else scaled(due, self._percent[level]) for level in Level},
            hours=hours,
            mandatory=noted["mandatory"],
            template=noted["template"],
            releases=noted["releases"],
            after=self._after(key),
            when=self._when(key),
            repeats=self._first_round(key),
        )

    def _first_round(self, key: str) -> str | None:
        found = _REPEAT.match(key)
        first = found["first"] + (found["signer"] or "") if found else ""
        return first if first in self._noted else None

    def _incoming(self, key: str) -> list[dict[str, str]]:
        return [edge for edge in self._edges if edge["to"] == key]

    def _after(self, key: str) -> tuple[str, ...]:
        before = [set(_parts(edge["from"])) for edge in self._incoming(key)]
        always = set[str].intersection(*before) if before else set[str]()
        return tuple(self._title(each) for each in self._keys if each in always)

    def _when(self, key: str) -> tuple[str, ...]:
        each = [self._conditions.read(edge["when"]) for edge in self._incoming(key)]
        always = _common(each)
        return tuple(self._conditions.said(c) for c in always)


def _readable(title: str) -> str:
    """The title of a statement with its gaps, as somebody reads it who writes no templates."""
    return _GAP.sub("…", _TAG.sub("", title)).strip()


def scaled(due: timedelta, percent: int) -> timedelta:
    """A due time of level 3 at another one; never under a minute."""
    return max(timedelta(minutes=1), due * percent / 100)


def _common(each: Sequence[Sequence[Condition]]) -> list[Condition]:
    """The conditions of the first that all the others have too."""
    return [c for c in each[0] if all(c in other for other in each[1:])] if each else []


def _parts(keys: str) -> list[str]:
    return [key for key in keys.split(", ") if key]


def _depths(before: Mapping[str, Collection[str]]) -> dict[str, int]:
    """How many waits lie at most between the opening and each step; a ring ends the search."""
    depth = dict.fromkeys(before, 0)
    for _ in before:
        deeper = {
            key: max((depth[each] + 1 for each in came if each in depth), default=0)
            for key, came in before.items()
        }
        if deeper == depth:
            break
        depth = deeper
    return depth
