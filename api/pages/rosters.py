"""The page of the rosters: who is on duty this week, and everything one does about it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api import fields
from api.deeds import rosters as deeds
from api.deeds.rosters import AskSwap, Away, MakeFeed, Note, Override
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering, roster_view
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.record import clock
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/lich-truc")


class _Which(fields.Request):
    """The one thing a button is about."""

    id: UUID


class _StandIn(Override):
    """On which roster somebody stands in."""

    roster_id: UUID


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    day: date | None = None,
) -> Response:
    """The week of a day; a refused form is shown again as it was filled in."""
    caller.require(session, Deed.SEE_ROSTERS)
    chosen = day or clock.now().astimezone(clock.LOCAL).date()
    # Babel and calendars end with the year 9999; a week near it is a slip.
    chosen = min(max(chosen, date(2000, 1, 3)), date(2200, 1, 1))
    monday = chosen - timedelta(days=chosen.weekday())
    return rendering.for_caller(
        request,
        "roster.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        **roster_view.week(session, caller, monday),
    )


@router.get("")
def week(
    request: Request,
    session: Db,
    caller: Reader,
    ngay: Annotated[date | None, Query(description="A day of the week to show")] = None,
) -> Response:
    """Now and next on top, then the week."""
    return shown(request, session, caller, day=ngay)


def _about(
    deed: Callable[[Session, Caller, UUID], Any],
) -> tuple[type[BaseModel], Callable[..., Any]]:
    return _Which, lambda session, caller, asked: deed(session, caller, asked.id)


def _stand_in(session: Session, caller: Caller, asked: _StandIn) -> Any:
    plain = Override.model_validate(asked.model_dump(exclude={"roster_id"}))
    return deeds.override(session, caller, asked.roster_id, plain)


_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
    "truc-thay": (_StandIn, _stand_in),
    "bo-truc-thay": _about(deeds.cancel_override),
    "doi-ca": (AskSwap, deeds.ask_swap),
    "nhan-ca": _about(deeds.accept_swap),
    "khong-nhan-ca": _about(deeds.decline_swap),
    "rut-doi-ca": _about(deeds.withdraw_swap),
    "bao-vang": (Away, deeds.report_absence),
    "bo-bao-vang": _about(deeds.cancel_absence),
    "ban-giao": (Note, deeds.hand_over),
    "nhan-ban-giao": _about(deeds.acknowledge_hand_over),
    "dia-chi-lich": (MakeFeed, deeds.make_feed),
    "thu-hoi-lich": _about(deeds.revoke_feed),
}


@router.post("/{deed}", dependencies=[again(shown)])
def act(session: Db, caller: FormCaller, form: Fields, deed: str) -> Response:
    """Stand in, swap, be away, hand over, subscribe."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    carry_out(session, caller, filled(shape, form))
    return rendering.back("/lich-truc", deed)
