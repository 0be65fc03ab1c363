"""The administrators' page of the office's own timings by level: figures, and versions."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import level_timings as deeds
from api.deeds.level_timings import FlagPace, MustBeTold, Pace, Timings
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Optional, Reason
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import incidents, level_timings, must_be_told
from incidents.matter.level_timings import FIGURES, LevelTimings
from incidents.matter.severity import Level
from incidents.people import persons
from incidents.record import clock
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/quan-tri/moc-thoi-gian")
_PATH = "/quan-tri/moc-thoi-gian"

Figures = dict[int, int]


class Filled(BaseModel):
    """The form as the page sends it: each figure by level."""

    effective_from: date
    basis: Reason = ""
    slower_meant: bool = False
    flag: dict[str, int] = Field(default_factory=dict)
    follow_up_percent: int | None = None
    acknowledge_minutes: Figures = Field(default_factory=dict)
    remind_percent: Figures = Field(default_factory=dict)
    next_tier_percent: Figures = Field(default_factory=dict)
    triage_minutes: Figures = Field(default_factory=dict)
    first_statement_minutes: dict[int, Annotated[int | None, Optional]] = Field(
        default_factory=dict
    )
    review_minutes: Figures = Field(default_factory=dict)
    due_percent: Figures = Field(default_factory=dict)

    def timings(self) -> Timings:
        """What it asks for; a figure that was not sent is refused as nothing."""
        return Timings(
            effective_from=self.effective_from,
            basis=self.basis,
            slower_meant=self.slower_meant,
            follow_up_percent=self.follow_up_percent,
            flag=FlagPace.model_validate(dict.fromkeys(FlagPace.model_fields, 0) | self.flag),
            levels=[
                Pace.model_validate({name: self._figure(name, level) for name in FIGURES})
                for level in Level
            ],
        )

    def _figure(self, name: str, level: Level) -> int | None:
        nothing = None if name == "first_statement_minutes" else 0
        return getattr(self, name).get(level, nothing)


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    caller.require(session, Deed.ADMINISTER)
    versions = level_timings.listed(session)
    return rendering.for_caller(
        request,
        "level_timings.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        versions=[(each, *_figures(session, each)) for each in versions],
        applies=level_timings.in_force(session, clock.now()),
        minutes=lambda count: timedelta(minutes=count),
        named=persons.names(session, {v.made_by for v in versions if v.made_by}),
        told=[(level, must_be_told.at(session, [level]).whom) for level in Level],
        whom=(*must_be_told.ROLES, *must_be_told.BODIES),
        today=incidents.today(),
        page_path=_PATH,
    )


def _figures(session: Session, timings: LevelTimings) -> tuple[list[Any], list[int]]:
    """Its rows, level 0 first, and the levels that are slower than the one below."""
    rows = list(level_timings.rows(session, timings).values())
    return rows, level_timings.slower([row.pace() for row in rows])


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """What applies, what will, and what did."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def make(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Make another version."""
    caller.require(session, Deed.ADMINISTER)
    deeds.make(session, caller, filled(Filled, form).timings())
    return rendering.back(_PATH, "ban-moi")


@router.post("/phai-bao-cao", dependencies=[again(shown)])
def set_told(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Say anew who must be told at a level."""
    caller.require(session, Deed.ADMINISTER)
    asked = filled(MustBeTold, form)
    deeds.set_told(session, caller, asked)
    return rendering.back(_PATH, "phai-bao-cao", "phai-bao-cao")
