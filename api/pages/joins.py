"""The room's forms that lead to another incident or back into this one."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deeds import joins as deeds
from api.deeds.joins import FlareUp, Follow, Merge, Reopen, Split
from api.dependencies import Db, Fields, FormCaller
from api.fields import Because
from api.pages import rendering, room
from api.pages.forms import again, filled
from incidents.matter.incidents import Incident

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}")


def _room(incident: Incident, done: str, anchor: str = "") -> Response:
    return rendering.back(f"/vu-viec/{incident.number}", done, anchor)


@router.post("/bung-phat-lai", dependencies=[again(room.shown)])
def flare_up(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """What was stabilising grows again."""
    return _room(deeds.flare_up(session, caller, number, filled(FlareUp, form)), "bung-phat-lai")


@router.post("/tro-lai-tam-on", dependencies=[again(room.shown)])
def take_back(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Not at its end: stabilising again."""
    return _room(deeds.take_back(session, caller, number, filled(Because, form)), "tro-lai-tam-on")


@router.post("/mo-lai", dependencies=[again(room.shown)])
def reopen(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Open a closed incident again."""
    return _room(deeds.reopen(session, caller, number, filled(Reopen, form)), "mo-lai")


@router.post("/noi-tiep", dependencies=[again(room.shown)])
def follow(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Open a new incident after an old one, and go there."""
    return _room(deeds.follow(session, caller, number, filled(Follow, form)), "noi-tiep")


@router.post("/gop", dependencies=[again(room.shown)])
def merge(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Merge it into another one, and go there."""
    return _room(deeds.merge(session, caller, number, filled(Merge, form)), "gop")


@router.post("/tach", dependencies=[again(room.shown)])
def split(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Split part of it off, and go to what came of it."""
    return _room(deeds.split(session, caller, number, filled(Split, form)), "tach")
