"""The office's own timings by level over REST, with their versions."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from api.deeds import level_timings as deeds
from api.deeds.level_timings import FlagPace, MustBeTold, Pace, Timings
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.matter import level_timings, must_be_told
from incidents.matter.level_timings import LevelTimings
from incidents.matter.must_be_told import Whom
from incidents.matter.severity import Level
from incidents.record import clock
from incidents.rights.permissions import Deed

router = deeds_under("", "levels")


class TimingsOut(Shape):
    """One version; ``in_force`` is the one for what is opened now, ``slower`` levels warn."""

    version: int
    effective_from: date
    basis: str
    made_at: datetime | None
    made_by: UUID | None
    levels: list[Pace]
    flag: FlagPace
    follow_up_percent: int
    slower: list[int]
    in_force: bool


_AS_KEPT = {
    *("version", "effective_from", "basis", "made_at", "made_by", "follow_up_percent"),
}


def _shown(session: Session, timings: LevelTimings) -> TimingsOut:
    rows = level_timings.rows(session, timings)
    return TimingsOut(
        **timings.model_dump(include=_AS_KEPT),
        flag=FlagPace(**asdict(timings.flag_pace())),
        levels=deeds.paces(session, timings),
        slower=level_timings.slower([row.pace() for row in rows.values()]),
        in_force=level_timings.in_force(session, clock.now()).id == timings.id,
    )


@router.get("/level-timings", summary="How fast the desk works at each level")
def listed(session: Db, caller: RestCaller) -> Page[TimingsOut]:
    """Every version, the newest first."""
    caller.require(session, Deed.SEE_DESK)
    return Page(items=[_shown(session, each) for each in level_timings.listed(session)])


@router.post("/level-timings", status_code=201, summary="Make another version of the timings")
def make(session: Db, caller: RestCaller, asked: Timings) -> TimingsOut:
    """From today on at the earliest; open incidents keep the version they were opened under."""
    return _shown(session, deeds.make(session, caller, asked))


class ToldOut(Shape):
    """Who hears of every incident at one level."""

    level: int
    told: list[Whom]


@router.get("/must-be-told", summary="Who must be told at each level")
def told(session: Db, caller: RestCaller) -> Page[ToldOut]:
    """Roles by their first holder, kinds of bodies by their focal points."""
    caller.require(session, Deed.SEE_DESK)
    found = [(level, must_be_told.at(session, [level])) for level in Level]
    return Page(items=[ToldOut(level=level, told=each.whom) for level, each in found])


@router.post("/must-be-told", summary="Say anew who must be told at a level")
def set_told(session: Db, caller: RestCaller, asked: MustBeTold) -> ToldOut:
    """From the next opening or change of level on."""
    made = deeds.set_told(session, caller, asked)
    return ToldOut(level=asked.level, told=made.whom)
