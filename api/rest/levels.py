"""Levels over REST: the rules with their versions, and how one incident's level came about."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from api.deeds import incidents as incident_deeds
from api.deeds import levels as deeds
from api.deeds.incidents import Scores, SetLevel
from api.deeds.levels import Rules
from api.dependencies import Db, RestCaller, Say
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import IncidentOut, Page, Shape
from incidents.insight import levels
from incidents.insight.levels import Origin
from incidents.matter import incidents, level_requests, level_rules
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import RequestState
from incidents.matter.severity import Criterion
from incidents.record.language import Speech
from incidents.rights.permissions import Deed

router = deeds_under("", "levels")


class FloorOut(Shape):
    """A fact that is ticked, and the level it asks for."""

    code: str
    level: int
    vi: str
    en: str


class RulesOut(Shape):
    """One version; ``in_force`` is the one that applies today."""

    version: int
    effective_from: date
    weights: dict[str, int]
    bands: list[int]
    floors: list[FloorOut]
    basis: str
    made_at: datetime | None
    made_by: UUID | None
    in_force: bool = False


class BarOut(Shape):
    """One of the five scores with its weight."""

    criterion: Criterion
    weight: int
    score: int | None


class OverrideOut(Shape):
    """Who set the level over the scores, and why."""

    before: int
    after: int
    reason: str
    by: UUID | None
    seconded_by: UUID | None
    at: datetime


class LevelRequestOut(Shape):
    """A lower level that was asked for: by a judgement with its ``reason``, or by ``scores``.

    ``asked_of`` was asked first, whoever may grade may answer; ``answer`` is why it was refused.
    """

    id: UUID
    before: int
    level: int
    scores: dict[str, int] | None
    floors: list[str]
    reason: str
    asked_at: datetime
    asked_by: UUID
    asked_of: UUID | None
    state: RequestState
    settled_at: datetime | None
    settled_by: UUID | None
    answer: str


class GradedOut(IncidentOut):
    """The incident, and what still waits for a second person: nothing where the level is set.

    ``held`` says, in the reader's language, that a raise binds although the scores ask for less.
    """

    waiting: LevelRequestOut | None = None
    held: str | None = None


class OriginOut(Shape):
    """How the level came about, by the version it was graded by.

    ``worked_out`` is what points and floors come to. What a person raised it to (``raised_to``)
    binds all the same until a second person agrees to a lower one; ``held`` says so where the two
    differ.
    """

    level: int = 0
    provisional: bool = False
    version: int
    effective_from: date
    bands: list[int]
    bars: list[BarOut]
    points: int | None
    band: int | None
    applying: list[FloorOut]
    override: OverrideOut | None
    worked_out: int | None
    raised_to: int | None
    held: str | None = None
    waiting: LevelRequestOut | None


def _shown(session: Session, rule: level_rules.LevelRule) -> RulesOut:
    applies = level_rules.in_force(session, incidents.today())
    return RulesOut.model_validate(rule).model_copy(update={"in_force": applies.id == rule.id})


@router.get("/level-rules", summary="How levels are worked out")
def listed(session: Db, caller: RestCaller) -> Page[RulesOut]:
    """Every version, the newest first."""
    caller.require(session, Deed.SEE_DESK)
    return Page(items=[_shown(session, each) for each in level_rules.listed(session)])


@router.post("/level-rules", status_code=201, summary="Make another version")
def make(session: Db, caller: RestCaller, asked: Rules) -> RulesOut:
    """From today on at the earliest; incidents keep the version they were graded by."""
    return _shown(session, deeds.make(session, caller, asked))


@router.get("/incidents/{number}/level", summary="How its level came about")
def origin(session: Db, caller: RestCaller, say: Say, number: str) -> OriginOut:
    """Scores, weights, bands, the floors that apply, who overrode it, and what waits."""
    incident = incident_deeds.see(session, caller, number)
    came = levels.origin(session, incident)
    stands: dict[str, Any] = {"level": incident.level, "provisional": incident.level_provisional}
    stands["held"] = _held(say, came)
    return OriginOut.model_validate(came).model_copy(update=stands)


def _held(say: Speech, came: Origin) -> str | None:
    return came.raise_held.said(say) if came.raise_held else None


def _graded(session: Session, say: Speech, incident: Incident) -> GradedOut:
    came = levels.origin(session, incident)
    shown = LevelRequestOut.model_validate(came.waiting) if came.waiting else None
    graded = GradedOut.model_validate(incident)
    return graded.model_copy(update={"waiting": shown, "held": _held(say, came)})


@router.post("/incidents/{number}/score", summary="Work the level out from five scores")
def score(session: Db, caller: RestCaller, say: Say, number: str, asked: Scores) -> GradedOut:
    """Each score from 0 to 4; a lower level than a graded one is ``waiting`` until agreed to."""
    return _graded(session, say, incident_deeds.score(session, caller, number, asked))


@router.post("/incidents/{number}/level", summary="Set the level by judgement")
def level(session: Db, caller: RestCaller, say: Say, number: str, asked: SetLevel) -> GradedOut:
    """A higher one at once; a lower one is ``waiting`` until a second person agrees."""
    return _graded(session, say, incident_deeds.set_level(session, caller, number, asked))


@router.get("/incidents/{number}/level-requests", summary="What was asked about its level")
def requests(session: Db, caller: RestCaller, number: str) -> Page[LevelRequestOut]:
    """Every lower level asked for and what became of it, the first first."""
    incident = incident_deeds.see(session, caller, number)
    found = level_requests.of_incident(session, incident.id)
    return Page(items=[LevelRequestOut.model_validate(each) for each in found])


@router.post(
    "/incidents/{number}/level-requests/{request_id}/agree",
    summary="Agree that the level goes down",
)
def agree(session: Db, caller: RestCaller, number: str, request_id: UUID) -> IncidentOut:
    """By another person who may grade, with a fresh proof of identity; it goes down at once."""
    return IncidentOut.model_validate(deeds.agree(session, caller, number, request_id))


@router.post(
    "/incidents/{number}/level-requests/{request_id}/refuse", summary="Let the level stand"
)
def refuse(
    session: Db, caller: RestCaller, number: str, request_id: UUID, asked: Because
) -> IncidentOut:
    """By another person who may grade, with a reason, which whoever asked is told."""
    return IncidentOut.model_validate(deeds.refuse(session, caller, number, request_id, asked))


@router.post(
    "/incidents/{number}/level-requests/{request_id}/withdraw", summary="Take a request back"
)
def withdraw(session: Db, caller: RestCaller, number: str, request_id: UUID) -> IncidentOut:
    """By whoever asked."""
    return IncidentOut.model_validate(deeds.withdraw(session, caller, number, request_id))
