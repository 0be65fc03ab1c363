"""Statutory clocks over REST: those of an incident, the terms behind them, the swapped days."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from api.deeds import clocks as deeds
from api.deeds import incidents as incident_deeds
from api.deeds.clocks import (
    Correct,
    Explain,
    Figures,
    Introduce,
    Meet,
    Propose,
    Repeal,
    Start,
    Swap,
    Verify,
)
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.identity import Caller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.matter import calendar, clock_rule_wording, clock_rules
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

    While it is proposed it shows the row it would start by today; once started it keeps length,
    basis and vouching, whatever becomes of the row ``rule_id`` names.
    Where it counts back, ``triggered_at`` is the time of the event that is to come.
    """

    id: UUID
    number: int
    code: str
    rule_id: UUID
    title: str
    trigger: str
    consequence: str
    length: str
    legal_basis: str
    verified: bool
    verified_by: str
    verified_on: date | None
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
    """One row of one term of the law, in the caller's language.

    ``effective_to`` is the day before the next row, unless it ended sooner: then ``ends_on`` says
    so, and ``end_basis`` what repealed it.
    """

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
    ends_on: date | None
    end_basis: str
    verified: bool
    verified_by: str
    verified_on: date | None
    made_at: datetime | None
    withdrawn_at: datetime | None


class SwapDayOut(Shape):
    """A day worked or off by a decision."""

    day: date
    kind: DayKind
    reason: str
    decision: str


def _shown(session: Session, caller: Caller, clock: Clock) -> ClockOut:
    waits = clock.state is ClockState.PROPOSED
    rule = (
        clock_rules.to_start(session, clock.code, clock.rule_id)
        if waits
        else clock_rules.get(session, clock.rule_id)
    )
    law = rule if waits else clock
    told: dict[str, Any] = {**_read(caller, rule), "verified": law.verified}
    told |= {"length": _said(caller, law.length), "legal_basis": _said(caller, law.basis)}
    own = {name: getattr(clock, name) for name in ClockOut.model_fields.keys() - told.keys()}
    return ClockOut.model_validate(own | told)


def _said(caller: Caller, phrase: Phrase) -> str:
    return speech(caller.person.language).value(phrase)


def _read(caller: Caller, rule: ClockRule) -> dict[str, str]:
    """How a term reads, by the parts of its text."""
    return {part.value: _said(caller, said) for part, said in clock_rule_wording.of(rule).items()}


def _rule(caller: Caller, rule: ClockRule) -> RuleOut:
    said = _read(caller, rule)
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
def rules(session: Db, caller: RestCaller, *, withdrawn: bool = False) -> Page[RuleOut]:
    """Every row with its dates and who vouches for it; on request those set aside as well."""
    caller.require(session, Deed.SEE_DESK)
    found = clock_rules.history(session) if withdrawn else clock_rules.listed(session)
    return Page(items=[_rule(caller, each) for each in found])


@router.post("/clock-rules", status_code=201, summary="A term the desk did not know")
def introduce(session: Db, caller: RestCaller, asked: Introduce) -> RuleOut:
    """Enter a new term of the law, with how it reads; it waits to be vouched for."""
    return _rule(caller, deeds.introduce(session, caller, asked))


@router.post("/clock-rules/{rule_id}/figures", summary="The law of a term changed")
def amend(session: Db, caller: RestCaller, rule_id: UUID, asked: Figures) -> RuleOut:
    """Answers with its new row, to be verified; the row before ends the day before.

    Clocks that run keep what they were started with.
    """
    return _rule(caller, deeds.amend(session, caller, rule_id, asked))


@router.post("/clock-rules/{rule_id}/correct", summary="A row was entered wrongly")
def correct(session: Db, caller: RestCaller, rule_id: UUID, asked: Correct) -> RuleOut:
    """Answers with the row that holds now: the same one, or another when it had been in use."""
    return _rule(caller, deeds.correct(session, caller, rule_id, asked))


@router.post("/clock-rules/{rule_id}/repeal", summary="The law gives a term up")
def repeal(session: Db, caller: RestCaller, rule_id: UUID, asked: Repeal) -> RuleOut:
    """After its last day; without one a repeal is taken back."""
    return _rule(caller, deeds.repeal(session, caller, rule_id, asked))


@router.post("/clock-rules/{rule_id}/withdraw", summary="Take out a row that should not be there")
def withdraw(session: Db, caller: RestCaller, rule_id: UUID, asked: Because) -> RuleOut:
    """One that is still to come, or was entered today, and that no clock was started with."""
    return _rule(caller, deeds.withdraw(session, caller, rule_id, asked))


@router.post("/clock-rules/{rule_id}/verify", summary="Vouch for a term")
def verify(session: Db, caller: RestCaller, rule_id: UUID, asked: Verify) -> RuleOut:
    """By name and date; clocks of the row that run count from now on, and their people hear it."""
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
