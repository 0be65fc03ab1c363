"""Somebody whom no message reaches is said so by name, and telephoned at levels 3 and 4.

The telephone task is a step like any other, of whoever is on shift; it ends by itself when what it
calls about is taken, ends or goes to somebody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import signals
from incidents.intake.signals import Signal
from incidents.matter import incidents, level_timings, recusals
from incidents.people import persons, roles, rosters
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE
from incidents.record.facts import Beside, Fact, PersonId
from incidents.record.language import N_, Speech
from incidents.record.language.sentences import Told
from incidents.record.outbox import Channel
from incidents.response.steps import passing, steps
from incidents.response.steps.forms import Done
from incidents.response.steps.passing import Plan
from incidents.response.steps.steps import Step, StepKind

ALARM = "not_reached"

TITLE = N_("Gọi điện thoại cho người chưa nhận được tin")
GIST = N_(
    "Gọi theo số trong danh bạ, báo nội dung việc và ghi kết quả. Nếu người đó nhận việc qua điện "
    "thoại, ghi nhận thay trên trang của việc ấy."
)

_WHOM = N_("đồng chí %(name)s, về việc %(number)s")

_CALLED_FROM = 3
"""The level from which somebody telephones."""

_LONGEST_REASON = 120


@dataclass(frozen=True)
class Reasons:
    """Why each attempt failed: our own words in the reader's language, a server's as they came."""

    each: list[str]
    kind: Literal["reasons"] = "reasons"

    def said(self, say: Speech) -> str:
        """All of them in one line."""
        return "; ".join(say.text(reason) for reason in self.each)


PrivateReasons = Annotated[str | Reasons, Beside]
"""Servers repeat addresses in them; a plain text once it was erased."""


@dataclass(frozen=True)
class PersonNotReached(Fact):
    """No way the desk knows took a message about a step to whoever has it."""

    number: int
    key: str
    person: PersonId
    ways: list[Channel]
    why: PrivateReasons
    says: ClassVar[str] = N_(
        "Không gửi được tới %(person)s về việc %(number)s «%(key)s» (%(ways)s): %(why)s"
    )


@dataclass(frozen=True)
class FlagNotReached(Fact):
    """No way the desk knows took a flag to somebody who is to take it."""

    code: str
    person: PersonId
    ways: list[Channel]
    why: PrivateReasons
    says: ClassVar[str] = N_("Không gửi được tin báo %(code)s tới %(person)s (%(ways)s): %(why)s")


def not_reached(
    session: Session,
    person_id: UUID,
    *,
    ways: list[Channel],
    why: Sequence[str],
    step_id: UUID | None,
    signal_id: UUID | None,
) -> None:
    """Say it in the room, once for each time a step was handed over, and have somebody telephone.

    Told are whoever is on shift, never the person themselves; of a flag the others who may take it.
    """
    reasons = Reasons([reason[:_LONGEST_REASON] for reason in why])
    if step_id:
        _of_step(session, steps.get(session, step_id, lock=True), person_id, ways, reasons)
    elif signal_id:
        _of_flag(session, signals.get(session, signal_id, lock=True), person_id, ways, reasons)


def _of_step(
    session: Session, step: Step, person_id: UUID, ways: list[Channel], why: Reasons
) -> None:
    theirs = step.assignee_id == person_id
    if theirs and step.unreached_at:
        return
    on_shift = [p for p in recusals.to_alert(session, step.incident_id) if p != person_id]
    told = on_shift or [
        p for p in _standing_by(session) if p != person_id and p not in _named(session, step)
    ]
    sent = persons.tell_all(
        session,
        told,
        ALARM,
        key=f"{ALARM}:{step.id}:{len(step.holder_ids)}:{person_id}",
        incident_id=step.incident_id,
        step_id=step.id,
        values=_values(person_id, ways, why),
        wakes=True,
    )
    if theirs or sent or not told:
        fact = PersonNotReached(step.number, step.key, person_id, ways, why)
        timeline.record(session, step.incident_id, fact, by=ENGINE)
    if theirs:
        step.unreached_at = clock.now()
        session.add(step)
        _call(session, step, told)


def _of_flag(
    session: Session, signal: Signal, person_id: UUID, ways: list[Channel], why: Reasons
) -> None:
    told = [p for p in rosters.to_alert(session, clock.now()) if p != person_id]
    told = told or [p for p in _standing_by(session) if p != person_id]
    sent = persons.tell_all(
        session,
        told,
        ALARM,
        key=f"{ALARM}:{signal.id}{signal.life}:{person_id}",
        signal_id=signal.id,
        values=_values(person_id, ways, why),
        wakes=True,
    )
    if sent or not told:
        fact = FlagNotReached(signal.code, person_id, ways, why)
        timeline.record(session, signal.id, fact, by=ENGINE)


def called(session: Session, call: Step) -> Told | None:
    """Whom a telephone task calls, and about what: whoever has that step now."""
    if call.calls_about is None:
        return None
    wanted = select(Person.name).join(Step, col(Step.assignee_id) == Person.id)
    about = (Step.incident_id == call.incident_id, Step.number == call.calls_about)
    name = session.exec(wanted.where(*about)).first()
    return Told.of(_WHOM, name=name, number=str(call.calls_about)) if name else None


def _values(person_id: UUID, ways: list[Channel], why: Reasons) -> dict[str, object]:
    return {"to": str(person_id), "channels": [w.value for w in ways], "why": why.each}


def _named(session: Session, step: Step) -> frozenset[UUID]:
    return recusals.of(session, step.incident_id).named


def _standing_by(session: Session) -> list[UUID]:
    """The others who hold the duty, and those who stand in for it."""
    now = clock.now()
    return [*roles.holders(session, Role.DUTY_OFFICER, now), *rosters.stand_ins(session, now)]


def _call(session: Session, step: Step, on_shift: Sequence[UUID]) -> None:
    """A telephone task for somebody on shift, about a step of level 3 or 4."""
    incident = incidents.get(session, step.incident_id)
    if incident.level < _CALLED_FROM or step.calls_about or not on_shift:
        return
    policy = level_timings.of_incident(session, incident)
    plan = Plan(
        key="",
        kind=StepKind.ASK,
        role=Role.DUTY_OFFICER,
        form=Done.__name__,
        due=policy.acknowledge_within,
        mandatory=False,
    )
    call = passing.write(session, incident, plan, allowed=plan.due)
    call.key, call.calls_about = f"call {call.number}", step.number
    call.own_title, call.own_gist = TITLE, GIST
    passing.begin(session, call, incident, first=on_shift[0])
