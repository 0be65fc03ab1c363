"""The verbs a playbook is written with: open several, then wait once."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn, TypeVar, cast

from sqlmodel import Session

from flows.by_the_clock import ByTheClock
from flows.outcomes import Approved, Asked, Awaited, Drafted, Unsettled
from flows.staging import Stage, Wanted, Words
from incidents.matter import taskforces
from incidents.matter.incidents import Incident
from incidents.matter.severity import Level
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record.actors import ENGINE
from incidents.record.outbox import Channel
from incidents.response.clocks import clocks
from incidents.response.clocks.clock_facts import Origin
from incidents.response.life import exercises
from incidents.response.steps.exercise_forms import ExercisePlan, Inject
from incidents.response.steps.forms import (
    Done,
    Draft,
    Form,
    LegalCheck,
    Measurement,
    Posted,
    SignOff,
)
from incidents.response.steps.steps import StepKind
from incidents.words.statements import StatementKind

F = TypeVar("F", bound=Form)


class Run(ByTheClock):
    """One playbook at work on one incident; handed to its body."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._counted: dict[str, int] = {}

    def open_incident(self) -> None:
        """The incident this run works on; whoever opened it has done so by now."""

    def activate_task_force(self, *roles: Role) -> bool:
        """Activate the standing task force; ``False`` where a direction is needed first."""

        def activate(session: Session, incident: Incident) -> bool:
            return taskforces.activate(session, incident, list(roles), by=ENGINE) is not None

        return self._stage.once(self._count("task force"), activate)

    def ask(
        self,
        key: str,
        *,
        of: Role,
        due: timedelta,
        form: type[F] = Done,
        then: Role | None = None,
        after: Asked[Any] | None = None,
        about: Asked[Any] | None = None,
        mandatory: bool = True,
        life_safety: bool = False,
        once_signed: Asked[Any] | None = None,
    ) -> Asked[F]:
        """Ask a role to do something and answer with a form.

        While work on ``life_safety`` is undone, nobody can say that the matter is stabilising.
        What follows words whose signature is late opens ``once_signed``, and never before.
        """
        late = once_signed is not None
        wanted = Wanted(
            key,
            StepKind.ASK,
            of,
            form,
            due,
            then,
            _last(after),
            about=once_signed or about,
            mandatory=mandatory,
            life_safety=life_safety,
            must_stand=late,
            or_late=late,
        )
        return Asked(self._stage.open(wanted))

    def decide(
        self,
        key: str,
        *,
        of: Role,
        due: timedelta,
        form: type[F] = Done,
        then: Role | None = None,
        after: Asked[Any] | None = None,
        about: Asked[Any] | None = None,
        mandatory: bool = True,
    ) -> Asked[F]:
        """Ask a role to decide something."""
        wanted = Wanted(
            key,
            StepKind.DECIDE,
            of,
            form,
            due,
            then,
            _last(after),
            about=about,
            mandatory=mandatory,
        )
        return Asked(self._stage.open(wanted))

    def draft(
        self,
        key: str,
        *,
        template: str,
        by: Role,
        due: timedelta,
        kind: StatementKind = StatementKind.HOLDING,
        facts: Form | dict[str, Any] | None = None,
        then: Role | None = None,
    ) -> Drafted:
        """Draft a statement from a template and have its author complete it."""
        words = Words(template, kind, facts)
        return Drafted(
            self._stage.open(Wanted(key, StepKind.DRAFT, by, Draft, due, then, words=words))
        )

    def check(
        self,
        key: str,
        drafted: Asked[Any],
        *,
        due: timedelta,
        of: Role = Role.LEGAL,
        then: Role | None = None,
        mandatory: bool = True,
    ) -> Asked[LegalCheck]:
        """Have the legal officer check a statement once it is drafted."""
        return Asked(
            self._stage.open(
                Wanted(
                    key,
                    StepKind.CHECK,
                    of,
                    LegalCheck,
                    due,
                    then,
                    _last(drafted),
                    about=drafted,
                    mandatory=mandatory,
                )
            )
        )

    def approve(
        self,
        key: str,
        drafted: Asked[Any],
        *,
        by: Role | tuple[Role, ...],
        due: timedelta,
        release_to: tuple[Channel, ...] = (),
        after: Asked[Any] | None = None,
        then: Role | None = None,
    ) -> Approved:
        """Ask for signatures on a drafted statement; the last one releases it to the channels."""
        signers = by if isinstance(by, tuple) else (by,)
        return Approved(
            *(
                self._stage.open(
                    Wanted(
                        key if place == 0 else f"{key} ({role.value})",
                        StepKind.APPROVE,
                        role,
                        SignOff,
                        due,
                        then,
                        _last(after or drafted),
                        about=drafted,
                        release_to=release_to,
                    )
                )
                for place, role in enumerate(signers)
            )
        )

    def publish(
        self,
        key: str,
        approved: Asked[Any],
        *,
        by: Role,
        due: timedelta,
        form: type[F] = Posted,
        then: Role | None = None,
        mandatory: bool = True,
        or_late: bool = False,
    ) -> Asked[F]:
        """Have a person post approved words; ``refused`` and nothing opened when they are void.

        With ``or_late`` words whose signature is late are posted as soon as it comes. Whoever waits
        for that waits for the signature.
        """
        if not approved.settled:
            raise Unsettled(f"wait for the signatures before «{key}»")
        return Asked(
            self._stage.open(
                Wanted(
                    key,
                    StepKind.PUBLISH,
                    by,
                    form,
                    due,
                    then,
                    about=approved,
                    mandatory=mandatory,
                    must_stand=True,
                    or_late=or_late,
                )
            )
        )

    def measure(
        self,
        key: str,
        *,
        of: Role,
        after: timedelta,
        due: timedelta = timedelta(minutes=30),
        then: Role | None = None,
        mandatory: bool = False,
    ) -> Asked[Measurement]:
        """Have the spread counted some time after the first publication, or else the opening."""
        return Asked(
            self._stage.open(
                Wanted(
                    key,
                    StepKind.ASK,
                    of,
                    Measurement,
                    due,
                    then,
                    mandatory=mandatory,
                    not_before=after,
                )
            )
        )

    def notify(self, kind: str, *, to: Role | tuple[Role, ...]) -> None:
        """Tell whoever holds the roles, once."""
        told = to if isinstance(to, tuple) else (to,)
        name = self._count(f"notify {kind}")

        def tell(session: Session, incident: Incident) -> bool:
            people = [p for r in told for p in taskforces.candidates(session, incident.id, r)]
            for person_id in dict.fromkeys(people):
                key = f"{name}:{incident.id}"
                persons.tell(session, person_id, kind, key=key, incident_id=incident.id)
            return True

        self._stage.once(name, tell)

    def propose_clock(self, code: str, *, once_signed: Asked[Any] | None = None) -> None:
        """Propose a term of the law, ``once_signed`` if words are late; only a person starts it."""

        def propose(session: Session, incident: Incident) -> bool:
            found = clocks.propose_once(session, incident.id, code, origin=Origin.PLAYBOOK)
            return found is not None

        self._stage.once(self._count(f"clock {code}"), propose, once_signed=once_signed)

    def wait(self, *asked: Asked[Any], in_time: bool = False) -> None:
        """Go on when every one of them is settled; with ``in_time`` once its own time is over.

        What passes on in silence by then is overdue to the playbook, whatever comes later.
        """
        parts = [part for each in asked for part in each.parts]
        self._stage.wait(parts, for_all=True, in_time=in_time)

    def wait_any(self, *asked: Asked[Any]) -> None:
        """Go on when one of them is settled; ``settled`` says which."""
        self._stage.wait([part for each in asked for part in each.parts], for_all=False)

    def begin_exercise(self, plan: Asked[ExercisePlan]) -> None:
        """Begin the exercise of a plan: the playbook it names runs beside this one."""

        def begin(session: Session, incident: Incident) -> bool:
            return exercises.begin(session, incident, plan.answer.playbook)

        self._stage.once("begin the exercise", begin)

    def play(
        self,
        plan: Asked[ExercisePlan],
        injects: Callable[[ExercisePlan], Sequence[Inject]],
    ) -> None:
        """Give every inject of a plan to its role, at its minute from now."""
        begun = self.now
        for number, inject in enumerate(self._stage.injects(lambda: injects(plan.answer)), start=1):
            self._stage.until(begun + timedelta(minutes=inject.minute))
            self._stage.once(f"inject {number}", partial(_give, number=number, inject=inject))

    @property
    def level(self) -> Level:
        """The level, as this reading first saw it."""
        return self._stage.level()

    def finish(self) -> NoReturn:
        """The playbook is at its end."""
        self._stage.finish()

    def _count(self, name: str) -> str:
        self._counted[name] = self._counted.get(name, 0) + 1
        return f"{name} {self._counted[name]}"


def _give(session: Session, incident: Incident, *, number: int, inject: Inject) -> bool:
    exercises.give(session, incident, number, inject)
    return True


def _last(asked: Asked[Any] | None) -> Awaited | None:
    return cast("Asked[Form]", asked).parts[-1] if asked else None
