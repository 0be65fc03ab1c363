"""Statutory clocks over REST: those of an incident, the terms behind them, the swapped days."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from api.deeds import clocks as deeds
from api.deeds import incidents as incident_deeds
from api.deeds.clocks import Explain, Figures, Meet, Propose, Start, Swap, Verify
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.identity import Caller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.matter import calendar, clock_rules
from incidents.matter.calendar import DayKind, Unit
from incidents.matter.clock_rules import ClockRule
from incidents.people.roles import Role
from incidents.record.language import Phrase, speech
from incidents.response.clocks import clocks
from incidents.response.clocks.clock_facts import Certainty, Origin, ProofKind
from incidents.response.clocks.clocks import Clock, ClockState
from incidents.rights.permissions import Deed

router = deeds_under("", "clocks")


class ClockOut(Shape):
    """One clock; ``verified`` says whether running out would be a breach.

    Where it counts back, ``triggered_at`` is the time of the event that is to come.
    """

    id: UUID
    number: int
    code: str
    title: str = ""
    trigger: str = ""
    consequence: str = ""
    legal_basis: str = ""
    verified: bool = False
    state: ClockState
    origin: Origin
    owner_id: UUID | None
    proposed_at: datetime
    counts_back: bool
    triggered_at: datetime | None
    certainty: Certainty
    started_at: datetime | None
    started_by: UUID | None
    due_at: datetime | None
    share: int
    met_at: datetime | None
    proof_kind: ProofKind | None
    proof: str
    reason: str
    settled_at: datetime | None
    settled_by: UUID | None


class RuleOut(Shape):
    """One term of the law, in the caller's language."""

    id: UUID
    code: str
    title: str
    trigger: str
    consequence: str
    amount: int
    unit: Unit
    before: str
    rolls: bool
    role: Role
    legal_basis: str
    effective_from: date
    effective_to: date | None
    verified: bool
    verified_by: str
    verified_on: date | None


class SwapDayOut(Shape):
    """A day worked or off by a decision."""

    day: date
    kind: DayKind
    reason: str
    decision: str


def _shown(session: Session, caller: Caller, clock: Clock) -> ClockOut:
    rule = clock_rules.get(session, clock.rule_id)
    said = {part: _said(caller, rule.said(part)) for part in ("title", "trigger", "consequence")}
    more = {"legal_basis": _said(caller, rule.basis), "verified": clocks.breachable(session, clock)}
    return ClockOut.model_validate(clock).model_copy(update=said | more)


def _said(caller: Caller, phrase: Phrase) -> str:
    return speech(caller.person.language).value(phrase)


def _rule(caller: Caller, rule: ClockRule) -> RuleOut:
    said = {part: _said(caller, rule.said(part)) for part in ("title", "trigger", "consequence")}
    told = {**said, "legal_basis": _said(caller, rule.basis)}
    return RuleOut.model_validate(rule.model_dump() | told)


@router.get("/incidents/{number}/clocks", summary="The statutory clocks")
def listed(session: Db, caller: RestCaller, number: str) -> Page[ClockOut]:
    """By their number in the incident."""
    incident = incident_deeds.see(session, caller, number)
    found = clocks.of_incident(session, incident.id)
    return Page(items=[_shown(session, caller, each) for each in found])


@router.post("/incidents/{number}/clocks", status_code=201, summary="Propose a clock")
def propose(session: Db, caller: RestCaller, number: str, asked: Propose) -> ClockOut:
    """By the code of its term; it does not run before somebody starts it."""
    return _shown(session, caller, deeds.propose(session, caller, number, asked))


@router.post("/incidents/{number}/clocks/{clock_id}/start", summary="Confirm its trigger")
def start(session: Db, caller: RestCaller, number: str, clock_id: UUID, asked: Start) -> ClockOut:
    """Without ``triggered_at`` it counts from the earliest evidence, marked as estimated.

    One that counts back from an event needs its time.
    """
    return _shown(session, caller, deeds.start(session, caller, number, clock_id, asked))


@router.post("/incidents/{number}/clocks/{clock_id}/meet", summary="Met, with its proof")
def meet(session: Db, caller: RestCaller, number: str, clock_id: UUID, asked: Meet) -> ClockOut:
    """``proof`` is the id of a publication or of evidence, a number, or words."""
    return _shown(session, caller, deeds.meet(session, caller, number, clock_id, asked))


@router.post("/incidents/{number}/clocks/{clock_id}/explain", summary="Explain a breach")
def explain(
    session: Db, caller: RestCaller, number: str, clock_id: UUID, asked: Explain
) -> ClockOut:
    """Resolving waits for it."""
    return _shown(session, caller, deeds.explain(session, caller, number, clock_id, asked))


@router.post("/incidents/{number}/clocks/{clock_id}/not-applicable", summary="Does not apply")
def dismiss(
    session: Db, caller: RestCaller, number: str, clock_id: UUID, asked: Because
) -> ClockOut:
    """With its reason; a recorded breach is explained instead."""
    return _shown(session, caller, deeds.dismiss(session, caller, number, clock_id, asked))


@router.get("/clock-rules", summary="The terms of the law")
def rules(session: Db, caller: RestCaller) -> Page[RuleOut]:
    """Every row with its dates and who vouches for it."""
    caller.require(session, Deed.SEE_DESK)
    return Page(items=[_rule(caller, each) for each in clock_rules.listed(session)])


@router.post("/clock-rules/{rule_id}/figures", summary="Change a term")
def change(session: Db, caller: RestCaller, rule_id: UUID, asked: Figures) -> RuleOut:
    """It must be verified anew; clocks that run keep their end."""
    return _rule(caller, deeds.change(session, caller, rule_id, asked))


@router.post("/clock-rules/{rule_id}/verify", summary="Vouch for a term")
def verify(session: Db, caller: RestCaller, rule_id: UUID, asked: Verify) -> RuleOut:
    """By name and date."""
    return _rule(caller, deeds.verify(session, caller, rule_id, asked))


@router.get("/swap-days", summary="Days worked or off by a decision")
def swap_days(session: Db, caller: RestCaller) -> Page[SwapDayOut]:
    """The latest first."""
    caller.require(session, Deed.SEE_DESK)
    found = calendar.swap_days(session)
    return Page(items=[SwapDayOut.model_validate(each) for each in found])


@router.post("/swap-days", status_code=201, summary="Enter a swapped day")
def swap(session: Db, caller: RestCaller, asked: Swap) -> SwapDayOut:
    """The row of the day is replaced."""
    return SwapDayOut.model_validate(deeds.swap(session, caller, asked))


@router.post("/swap-days/{day}/remove", summary="Take a swapped day back")
def unswap(session: Db, caller: RestCaller, day: date, asked: Because) -> Page[SwapDayOut]:
    """Answers with what is left."""
    deeds.unswap(session, caller, day, asked)
    found = calendar.swap_days(session)
    return Page(items=[SwapDayOut.model_validate(each) for each in found])
