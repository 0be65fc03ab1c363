"""The administrators' page of the law's terms: figures, who vouches for them, swapped days."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import clocks as deeds
from api.deeds.clocks import Figures, Swap, Verify
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import calendar, clock_rules, incidents
from incidents.matter.calendar import DayKind, Unit
from incidents.record.errors import NotFound
from incidents.record.language import N_, speech
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/quan-tri/thoi-han")
_PATH = "/quan-tri/thoi-han"


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    caller.require(session, Deed.ADMINISTER)
    say = speech(caller.person.language)
    return rendering.for_caller(
        request,
        "clock_rules.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        refused=request.path_params.get("rule_id", "") if problem else "",
        rules=clock_rules.listed(session),
        days=calendar.swap_days(session),
        today=incidents.today(),
        units=[(unit.value, say.value(unit)) for unit in Unit],
        kinds=[(kind.value, say.value(kind)) for kind in DayKind],
        page_path=_PATH,
    )


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """Every term, and every swapped day."""
    return shown(request, session, caller)


_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
    "sua": (Figures, deeds.change),
    "tham-dinh": (Verify, deeds.verify),
}


@router.post("/ngay", dependencies=[again(shown)])
def swap(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Enter a swapped day."""
    deeds.swap(session, caller, filled(Swap, form))
    return rendering.back(_PATH, "ngay", "ngay-hoan-doi")


@router.post("/ngay/{day}/bo", dependencies=[again(shown)])
def unswap(session: Db, caller: FormCaller, form: Fields, day: date) -> Response:
    """Take a swapped day back."""
    deeds.unswap(session, caller, day, filled(Because, form))
    return rendering.back(_PATH, "ngay", "ngay-hoan-doi")


@router.post("/{rule_id}/{deed}", dependencies=[again(shown)])
def act(session: Db, caller: FormCaller, form: Fields, rule_id: UUID, deed: str) -> Response:
    """Change a term, or write down who vouches for it."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    carry_out(session, caller, rule_id, filled(shape, form))
    return rendering.back(_PATH, deed, f"quy-dinh-{rule_id}")
