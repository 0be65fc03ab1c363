"""The page from which open work is pasted into a group, and what was pasted before."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import relays as deeds
from api.deeds.relays import Pasted
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.insight import reading
from incidents.record import settings
from incidents.response.answers import relays
from incidents.response.answers.relays import RelayedToGroup
from incidents.response.steps import steps

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}/nhom")


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    number: str,
) -> Response:
    """What to paste now, the groups of the directory, and what was pasted; or after a refusal."""
    relay = deeds.see(session, caller, number)
    story = reading.story(session, relay.incident.id, caller.person.language)
    return rendering.for_caller(
        request,
        "relay.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        incident=relay.incident,
        steps=relay.steps,
        text=relay.texts[settings.current().language],
        titles={s.id: steps.title(session, s, caller.person.language) for s in relay.steps},
        groups=relays.groups(session),
        told=[line for line in story if line.fact == RelayedToGroup.__name__][::-1],
    )


@router.get("")
def one(request: Request, session: Db, caller: Reader, number: str) -> Response:
    """The text and its button."""
    return shown(request, session, caller, number=number)


@router.post("", dependencies=[again(shown)])
def pasted(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """It was pasted."""
    deeds.pasted(session, caller, number, filled(Pasted, form))
    return rendering.back(f"/vu-viec/{number}/nhom", "dan")
