"""Levels over REST: the rules with their versions, and how one incident's level came about."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from api.deeds import incidents as incident_deeds
from api.deeds import levels as deeds
from api.deeds.levels import Rules
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.insight import levels
from incidents.matter import incidents, level_rules
from incidents.matter.severity import Criterion
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


class OriginOut(Shape):
    """How the level came about, by the version it was graded by."""

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
def origin(session: Db, caller: RestCaller, number: str) -> OriginOut:
    """Scores, weights, bands, the floors that apply, and who overrode it."""
    incident = incident_deeds.see(session, caller, number)
    found = OriginOut.model_validate(levels.origin(session, incident))
    stands = {"level": incident.level, "provisional": incident.level_provisional}
    return found.model_copy(update=stands)
