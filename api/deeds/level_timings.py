"""What is done with the office's own timings by level."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from api.fields import Optional, Reason, Request, Ticked
from api.identity import Caller
from incidents.matter import flag_ladder, level_timings, must_be_told
from incidents.matter.level_timings import LevelTimings
from incidents.matter.must_be_told import Told, Whom
from incidents.rights.permissions import Deed


class Pace(Request):
    """The figures of one level; a level may have no aim for its first words."""

    acknowledge_minutes: int = Field(description="Then silence reaches the deputy")
    remind_percent: int = Field(description="Of the time to acknowledge")
    next_tier_percent: int = Field(description="Of the time to acknowledge")
    triage_minutes: int
    first_statement_minutes: Annotated[int | None, Optional] = None
    review_minutes: int
    due_percent: int = Field(description="Of the due times of playbooks, written for level 3")


class FlagPace(Request):
    """How fast a flag climbs while nobody takes it."""

    acknowledge_minutes: int = Field(description="Then everybody on duty is called")
    remind_percent: int = Field(description="Of the minutes: whoever was called is reminded")
    next_tier_percent: int = Field(description="Of the minutes: the standing deputies are called")


class Timings(Request):
    """Another version, in force from a day on."""

    effective_from: date
    levels: list[Pace] = Field(description="Levels 0 to 4")
    flag: FlagPace | None = Field(
        default=None, description="As in the version before when it is left out"
    )
    follow_up_percent: int | None = Field(
        default=None,
        description="Of the time left when somebody takes a step: then they are reminded where "
        "nothing followed; as in the version before when it is left out",
    )
    basis: Reason
    slower_meant: bool = Field(
        default=False, description="A higher level may give more time than a lower one"
    )


class MustBeTold(Request):
    """Who hears of every incident at a level: roles, and kinds of bodies."""

    level: int
    told: Annotated[list[Whom], Ticked] = Field(default_factory=list)


def set_told(session: Session, caller: Caller, asked: MustBeTold) -> Told:
    """Say it anew for one level."""
    caller.require(session, Deed.ADMINISTER)
    return must_be_told.change(session, asked.level, asked.told, by=caller.actor)


def make(session: Session, caller: Caller, asked: Timings) -> LevelTimings:
    """Make another version; what is open keeps the one it was opened under."""
    caller.require(session, Deed.ADMINISTER)
    return level_timings.make(
        session,
        effective_from=asked.effective_from,
        paces=[level_timings.Pace(**level.model_dump()) for level in asked.levels],
        basis=asked.basis,
        slower_meant=asked.slower_meant,
        follow_up_percent=asked.follow_up_percent,
        flag=flag_ladder.FlagPace(**asked.flag.model_dump()) if asked.flag else None,
        by=caller.actor,
    )


def paces(session: Session, timings: LevelTimings) -> list[Pace]:
    """The figures of one version, level 0 first."""
    return [Pace(**asdict(row.pace())) for row in level_timings.rows(session, timings).values()]
