"""The administrators' page of what founds the standing task force: decisions by date."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import founding_decisions as deeds
from api.deeds.founding_decisions import EndFounding, Founding
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.intake import scans
from incidents.matter import incidents, standing
from incidents.matter.severity import Level
from incidents.record import clock
from incidents.record.language import N_, speech
from incidents.rights.permissions import Deed

_PATH = "/quan-tri/to-cong-tac"
router = APIRouter(include_in_schema=False, prefix=_PATH)


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    caller.require(session, Deed.ADMINISTER)
    say, decisions = speech(caller.person.language), standing.listed(session)
    levels = [(each.value, f"{each.value} – {say.text(each.label)}") for each in Level]
    return rendering.for_caller(
        request,
        "founding_decisions.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        decisions=decisions,
        scans=scans.of(session, decisions),
        applies=standing.in_force(session, clock.now()),
        levels=[*levels, (standing.NEVER, say.text(N_("không tự kích hoạt")))],
        today=incidents.today(),
        page_path=_PATH,
    )


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """What founds it now, will, and did."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def record(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Another decision."""
    deeds.record(session, caller, filled(Founding, form))
    return rendering.back(_PATH)


@router.post("/{decision_id}/het-hieu-luc", dependencies=[again(shown)])
def end(session: Db, caller: FormCaller, form: Fields, decision_id: UUID) -> Response:
    """Its last day."""
    deeds.end(session, caller, decision_id, filled(EndFounding, form))
    return rendering.back(_PATH)
