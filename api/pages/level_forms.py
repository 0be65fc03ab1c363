"""The room's forms that answer who asks for a lower level."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.deeds import levels as deeds
from api.dependencies import Db, Fields, FormCaller
from api.fields import Because
from api.pages import rendering, room
from api.pages.forms import again, filled

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}/ha-cap/{request_id}")


def _room(number: str, done: str) -> Response:
    return rendering.back(f"/vu-viec/{number}", done, "cap-do")


@router.post("/dong-y", dependencies=[again(room.shown)])
def agree(session: Db, caller: FormCaller, number: str, request_id: UUID) -> Response:
    """Agree: it goes down."""
    deeds.agree(session, caller, number, request_id)
    return _room(number, "dong-y-ha-cap")


@router.post("/khong-dong-y", dependencies=[again(room.shown)])
def refuse(
    session: Db, caller: FormCaller, form: Fields, number: str, request_id: UUID
) -> Response:
    """Let it stand, with a reason."""
    deeds.refuse(session, caller, number, request_id, filled(Because, form))
    return _room(number, "khong-dong-y-ha-cap")


@router.post("/rut", dependencies=[again(room.shown)])
def withdraw(session: Db, caller: FormCaller, number: str, request_id: UUID) -> Response:
    """Take one's own request back."""
    deeds.withdraw(session, caller, number, request_id)
    return _room(number, "rut-ha-cap")
