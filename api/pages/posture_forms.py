"""The form in which the room takes a posture."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deeds import postures as deeds
from api.deeds.postures import Take
from api.dependencies import Db, Fields, FormCaller
from api.pages import rendering, room
from api.pages.forms import again, filled

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}")


@router.post("/tu-the", dependencies=[again(room.shown)])
def take(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Take a posture for the words of an incident."""
    deeds.take(session, caller, number, filled(Take, form))
    return rendering.back(f"/vu-viec/{number}", "tu-the", "tu-the")
