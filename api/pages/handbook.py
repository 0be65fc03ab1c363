"""A playbook's handbook page: picture, steps, forms, deadlines, branches; drills begin here."""

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import incidents as deeds
from api.deeds.incidents import Open
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Line
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.insight.handbook import Handbook
from incidents.matter import level_timings
from incidents.matter.severity import Level
from incidents.record import clock
from incidents.response.steps import catalog
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/kich-ban/{playbook}")

_LEVELS = tuple(level for level in Level if level > Level.WATCH)


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    playbook: str,
) -> Response:
    """The page, or again after a refused form."""
    caller.require(session, Deed.SEE_DESK)
    row = catalog.newest_row(session, playbook.upper())
    language = caller.person.language
    titles = catalog.step_titles(session, row.code, row.version, language)
    return rendering.for_caller(
        request,
        "handbook.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        book=Handbook(row, level_timings.due_percents(session, clock.now()), language, titles),
        levels=_LEVELS,
        ordinary=Level.HIGH,
        others=[
            (each.code, (each.texts.get(language) or {}).get("title") or each.code)
            for each in catalog.on_offer(session)
        ],
        may_open=permissions.allowed(session, caller.person, Deed.OPEN),
    )


@router.get("")
def one(request: Request, session: Db, caller: Reader, playbook: str) -> Response:
    """One playbook."""
    return shown(request, session, caller, playbook=playbook)


class Drill(BaseModel):
    """An exercise of this playbook."""

    title: Line
    level: int
    place: Line = ""


@router.post("/dien-tap", dependencies=[again(shown)])
def drill(session: Db, caller: FormCaller, form: Fields, playbook: str) -> Response:
    """Open an exercise; it needs no flag."""
    caller.require(session, Deed.OPEN)
    asked = Open(playbook=playbook.upper(), exercise=True, **filled(Drill, form).model_dump())
    return rendering.back(f"/vu-viec/{deeds.open_(session, caller, asked).number}", "mo-dien-tap")
