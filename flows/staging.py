"""What carries a playbook's verbs out: a replay of a live run, or an exploration of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count, islice
from typing import NoReturn, Protocol, TypeVar
from uuid import UUID

from sqlmodel import Session

from flows.outcomes import Asked, Awaited
from incidents.matter.incidents import Incident
from incidents.matter.severity import Level
from incidents.people.roles import Role
from incidents.record import clock
from incidents.record.outbox import Channel
from incidents.response.steps.exercise_forms import Inject
from incidents.response.steps.forms import Form
from incidents.response.steps.passing import Plan
from incidents.response.steps.steps import Step, StepKind
from incidents.words.statements import StatementKind

R = TypeVar("R")


class DuplicateStep(ValueError):
    """A playbook used a key twice in one run; repeats must number their key."""


@dataclass(frozen=True)
class Words:
    """The statement a draft starts from."""

    template: str
    kind: StatementKind
    facts: Form | dict[str, object] | None


@dataclass(frozen=True)
class HoursOfDay:
    """Hours in the province at which something is due, and which of them from a beginning on."""

    hours: tuple[time, ...]
    round_: int

    def moment(self, begun: datetime, within: timedelta) -> datetime:
        """When it is due: of the hours that leave all of ``within`` from the beginning."""
        day = begun.astimezone(clock.LOCAL).date()
        ahead = (
            moment
            for each in count()
            for hour in sorted(self.hours)
            if (moment := datetime.combine(day + timedelta(days=each), hour, clock.LOCAL)) - within
            >= begun
        )
        return next(islice(ahead, self.round_ - 1, None))


@dataclass(frozen=True)
class Wanted:
    """One step as the playbook asks for it."""

    key: str
    kind: StepKind
    role: Role
    form: type[Form]
    due: timedelta
    then: Role | None = None
    after: Awaited | None = None
    about: Asked[Form] | None = None
    words: Words | None = None
    release_to: tuple[Channel, ...] = ()
    mandatory: bool = True
    life_safety: bool = False
    """People may be in danger while nobody has done it."""
    not_before: timedelta | None = None
    """Opens only when this much time has passed since the first publication, or the opening."""
    hours: HoursOfDay | None = None
    """Opens ``due`` before its hour, is due at it whatever the level, and never much later."""
    must_stand: bool = False
    """Opens only while the statement's current version may be published."""
    or_late: bool = False
    """Opens even then: when a signature that was missing at the wait comes after its deadline."""

    @property
    def late(self) -> bool:
        """Whether it waits for a signature that a wait has missed."""
        return self.or_late and self.about is not None and not self.about.granted

    def due_at(self, begun: datetime) -> datetime | None:
        """The hour of the day it is due at, in a run that began then; mostly none."""
        return self.hours.moment(begun, self.due) if self.hours else None

    def fits(self, step: Step) -> bool:
        """Whether a recorded step is what is asked for."""
        asked = (self.kind, self.role, self.form.__name__)
        return (step.kind, step.role, step.form) == asked

    def plan(self, statement_id: UUID | None, begun: datetime) -> Plan:
        """It as a row of the incident."""
        return Plan(
            key=self.key,
            kind=self.kind,
            role=self.role,
            form=self.form.__name__,
            due=self.due,
            then=self.then,
            statement_id=statement_id,
            release_to=self.release_to,
            after=self.after.step.id if self.after and self.after.step else None,
            mandatory=self.mandatory,
            life_safety=self.life_safety,
            due_at=self.due_at(begun),
        )


class Stage(Protocol):
    """Carries verbs out."""

    def open(self, wanted: Wanted) -> Awaited:
        """Open a step or find it by its key."""
        ...

    def wait(self, awaited: Sequence[Awaited], *, for_all: bool, in_time: bool = False) -> None:
        """Go on only when all of them, or one of them, are settled; or, if so, out of time."""
        ...

    def level(self) -> Level:
        """The incident's level as this reading first saw it."""
        ...

    def now(self) -> datetime:
        """The moment as this reading first saw it."""
        ...

    def once(
        self,
        name: str,
        act: Callable[[Session, Incident], bool],
        *,
        once_signed: Asked[Form] | None = None,
    ) -> bool:
        """Do something once in the run and remember what came of it.

        What waits for a late signature is not done, and not remembered, until it comes.
        """
        ...

    def until(self, moment: datetime) -> None:
        """Go on only when a moment has come."""
        ...

    def rounds(self, most: int) -> int:
        """How many rounds of a loop to look at."""
        ...

    def injects(self, read: Callable[[], Sequence[Inject]]) -> Sequence[Inject]:
        """What an exercise lets happen, once its plan is known; one of them shows all there is."""
        ...

    def finish(self) -> NoReturn:
        """End the run."""
        ...
