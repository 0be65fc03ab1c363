"""What is done with statutory clocks, the terms of the law behind them, and the calendar."""

from dataclasses import fields
from datetime import date
from typing import Annotated
from uuid import UUID

from sqlmodel import Session

from api.fields import Because, Line, Moment, Optional, Reason, Request
from api.identity import Caller
from incidents.matter import calendar, clock_rule_changes, incidents
from incidents.matter.calendar import DayKind, SwapDay, Unit
from incidents.matter.clock_rule_terms import Terms
from incidents.matter.clock_rule_wording import Part
from incidents.matter.clock_rules import ClockRule
from incidents.people.roles import Role
from incidents.record.errors import NotFound
from incidents.record.language import N_, Phrase
from incidents.response.clocks import clock_endings, clock_vouching, clocks
from incidents.response.clocks.clock_facts import ProofKind
from incidents.response.clocks.clocks import Clock
from incidents.rights.permissions import Deed


class Propose(Request):
    """A term that may have begun, by its code."""

    code: Line


class Start(Request):
    """The trigger applies; without a moment the earliest evidence counts, marked as estimated.

    Where the term counts back from an event, the moment is the event's and must be given.
    """

    confirmed: bool = False
    triggered_at: Annotated[Moment | None, Optional] = None
    owner_id: Annotated[UUID | None, Optional] = None
    note: Reason = ""


class Meet(Request):
    """What shows that it was done, and when, unless the proof itself says so."""

    kind: ProofKind
    proof: Reason
    met_at: Annotated[Moment | None, Optional] = None


class Explain(Request):
    """Why it was not done in time."""

    explanation: Reason


class Figures(Request):
    """What the law says from a day on; ``effective_to`` only where it ends by itself.

    A text that is left out reads as before. English that is left out beside a new Vietnamese text
    goes: until somebody gives it, English readers see the Vietnamese.
    """

    amount: int
    unit: Unit
    legal_basis: Reason
    effective_from: date
    effective_to: Annotated[date | None, Optional] = None
    before: Line = ""
    rolls: bool = False
    gap_meant: bool = False
    title: Line = ""
    title_en: Line = ""
    trigger: Reason = ""
    trigger_en: Reason = ""
    consequence: Reason = ""
    consequence_en: Reason = ""

    @property
    def terms(self) -> Terms:
        """As the row says it."""
        said = {part: Phrase(*self._written(part)) for part in Part if any(self._written(part))}
        figures = {each.name for each in fields(Terms)} - {"said"}
        return Terms(**{name: getattr(self, name) for name in figures}, said=said)

    def _written(self, part: Part) -> tuple[str, str]:
        return getattr(self, part.value), getattr(self, f"{part.value}_en")


class Introduce(Figures):
    """A term of its own: its code, whose clock it is, and all of its texts."""

    code: Line
    role: Role


class Correct(Figures):
    """What the row should have said, and how the slip came about."""

    reason: Reason = ""


class Repeal(Request):
    """The last day, or nothing when the term is not repealed after all; by which instrument."""

    last_day: Annotated[date | None, Optional] = None
    legal_basis: Reason


class Verify(Request):
    """Who read the instrument, and when."""

    verified_by: Line
    verified_on: date


class Swap(Request):
    """A day worked or off by a decision."""

    day: date
    kind: DayKind
    reason: Line
    decision: Line


def propose(session: Session, caller: Caller, number: str, asked: Propose) -> Clock:
    """Propose a term by hand."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.TEND_CLOCK, incident)
    return clocks.propose(session, incident.id, asked.code, by=caller.actor)


def _of(session: Session, caller: Caller, number: str, clock_id: UUID) -> UUID:
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.SEE_INCIDENT, incident)
    found = clocks.get(session, clock_id)
    if found.incident_id != incident.id:
        raise NotFound(N_("Không có thời hạn này."))
    caller.require(session, Deed.TEND_CLOCK, found)
    return found.id


def start(session: Session, caller: Caller, number: str, clock_id: UUID, asked: Start) -> Clock:
    """Confirm that the trigger applies."""
    return clocks.start(
        session,
        _of(session, caller, number, clock_id),
        confirmed=asked.confirmed,
        triggered_at=asked.triggered_at,
        owner_id=asked.owner_id,
        note=asked.note,
        by=caller.actor,
    )


def meet(session: Session, caller: Caller, number: str, clock_id: UUID, asked: Meet) -> Clock:
    """End it with its proof."""
    return clock_endings.meet(
        session,
        _of(session, caller, number, clock_id),
        kind=asked.kind,
        proof=asked.proof,
        met_at=asked.met_at,
        by=caller.actor,
    )


def explain(session: Session, caller: Caller, number: str, clock_id: UUID, asked: Explain) -> Clock:
    """Explain a breach."""
    found = _of(session, caller, number, clock_id)
    return clock_endings.explain(session, found, asked.explanation, by=caller.actor)


def dismiss(session: Session, caller: Caller, number: str, clock_id: UUID, asked: Because) -> Clock:
    """Say that the term does not apply."""
    found = _of(session, caller, number, clock_id)
    return clock_endings.dismiss(session, found, reason=asked.reason, by=caller.actor)


def introduce(session: Session, caller: Caller, asked: Introduce) -> ClockRule:
    """Enter a term the desk did not know."""
    caller.require(session, Deed.ADMINISTER)
    return clock_rule_changes.introduce(
        session, asked.code, asked.role, asked.terms, by=caller.actor
    )


def amend(session: Session, caller: Caller, rule_id: UUID, asked: Figures) -> ClockRule:
    """The law changed from a day on."""
    caller.require(session, Deed.ADMINISTER)
    return clock_rule_changes.amend(session, rule_id, asked.terms, by=caller.actor)


def correct(session: Session, caller: Caller, rule_id: UUID, asked: Correct) -> ClockRule:
    """A row was entered wrongly."""
    caller.require(session, Deed.ADMINISTER)
    return clock_rule_changes.correct(
        session, rule_id, asked.terms, reason=asked.reason, by=caller.actor
    )


def repeal(session: Session, caller: Caller, rule_id: UUID, asked: Repeal) -> ClockRule:
    """The law gives a term up."""
    caller.require(session, Deed.ADMINISTER)
    return clock_rule_changes.repeal(
        session, rule_id, last_day=asked.last_day, legal_basis=asked.legal_basis, by=caller.actor
    )


def withdraw(session: Session, caller: Caller, rule_id: UUID, asked: Because) -> ClockRule:
    """Take out a row that should not be there."""
    caller.require(session, Deed.ADMINISTER)
    return clock_rule_changes.withdraw(session, rule_id, reason=asked.reason, by=caller.actor)


def verify(session: Session, caller: Caller, rule_id: UUID, asked: Verify) -> ClockRule:
    """Write down who vouches for a term."""
    caller.require(session, Deed.ADMINISTER)
    return clock_vouching.verify(
        session, rule_id, name=asked.verified_by, on=asked.verified_on, by=caller.actor
    )


def swap(session: Session, caller: Caller, asked: Swap) -> SwapDay:
    """Enter a swapped day."""
    caller.require(session, Deed.ADMINISTER)
    return calendar.swap(
        session,
        asked.day,
        asked.kind,
        reason=asked.reason,
        decision=asked.decision,
        by=caller.actor,
    )


def unswap(session: Session, caller: Caller, day: date, asked: Because) -> None:
    """Take a swapped day back."""
    caller.require(session, Deed.ADMINISTER)
    calendar.unswap(session, day, reason=asked.reason, by=caller.actor)
