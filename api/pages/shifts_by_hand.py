"""The keeper's page of shifts entered by hand: one more, another time, out again; what is wrong."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import rosters as deeds
from api.deeds.rosters import EnterShift
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because
from api.identity import Caller
from api.pages import rendering, roster_view
from api.pages.forms import filled
from api.problems import Problem
from incidents.people import persons, rosters
from incidents.people.duty import faults
from incidents.people.duty.planning import LOOK
from incidents.record import clock
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/lich-truc/cac-lich/{roster_id}/ca-nhap-tay")


def _path(roster_id: UUID) -> str:
    return f"/lich-truc/cac-lich/{roster_id}/ca-nhap-tay"


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    roster_id: UUID,
) -> Response:
    """The shifts, the forms, and what is wrong in the two weeks ahead; again after a refusal."""
    caller.require(session, Deed.KEEP_ROSTERS)
    roster, now = rosters.get(session, roster_id), clock.now()
    shifts = deeds.by_hand_of(session, caller, roster_id)
    wrong = [
        each
        for each in faults.find(session, now, now + LOOK)
        if roster.role in (each.role, each.other_role)
    ]
    named = {s.person_id for s in shifts} | {f.person_id for f in wrong if f.person_id}
    return rendering.for_caller(
        request,
        "shifts_by_hand.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        roster=roster,
        shifts=shifts,
        faults=wrong,
        named=persons.names(session, named),
        people=roster_view.people_options(session),
        page_path=_path(roster.id),
    )


def _again(request: Request, roster_id: UUID) -> None:
    request.state.again = partial(shown, roster_id=roster_id)


@router.get("")
def listed(request: Request, session: Db, caller: Reader, roster_id: UUID) -> Response:
    """What is entered by hand."""
    return shown(request, session, caller, roster_id=roster_id)


@router.post("", dependencies=[Depends(_again)])
def enter(session: Db, caller: FormCaller, form: Fields, roster_id: UUID) -> Response:
    """One more."""
    caller.require(session, Deed.KEEP_ROSTERS)
    deeds.enter_shift(session, caller, roster_id, filled(EnterShift, form))
    return rendering.back(_path(roster_id))


@router.post("/{shift_id}/doi", dependencies=[Depends(_again)])
def move(
    session: Db, caller: FormCaller, form: Fields, roster_id: UUID, shift_id: UUID
) -> Response:
    """At another time, or somebody else."""
    caller.require(session, Deed.KEEP_ROSTERS)
    deeds.move_shift(session, caller, roster_id, shift_id, filled(EnterShift, form))
    return rendering.back(_path(roster_id))


@router.post("/{shift_id}/bo", dependencies=[Depends(_again)])
def take_out(
    session: Db, caller: FormCaller, form: Fields, roster_id: UUID, shift_id: UUID
) -> Response:
    """Out again."""
    caller.require(session, Deed.KEEP_ROSTERS)
    deeds.take_shift_out(session, caller, roster_id, shift_id, filled(Because, form))
    return rendering.back(_path(roster_id))
