"""Flags on pages: the form, the flag, and its triage in under a minute."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import flags
from api.deeds import incidents as incident_deeds
from api.deeds.flags import Dismiss, Flag, Merge, Real, TakeOut, Watch
from api.deeds.incidents import Open
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Nothing
from api.identity import Caller
from api.pages import flag_view, rendering
from api.pages.forms import again, filled
from api.problems import Problem
from api.rest.signals import files_of
from incidents.intake import signals
from incidents.intake.signals import File
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.response.life import exercises
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)


async def _files(form: Fields) -> list[File]:
    return await files_of(form.getlist("files"))


def form_shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The empty form, or a refused one as it was filled in."""
    caller.require(session, Deed.FLAG)
    status = problem.status if problem else 200
    return rendering.for_caller(
        request,
        "flag_form.html",
        caller,
        status=status,
        problem=problem,
        drills=exercises.running(session),
    )


@router.get("/bao-tin")
def form(request: Request, session: Db, caller: Reader) -> Response:
    """Report something seen."""
    return form_shown(request, session, caller)


@router.post("/bao-tin", dependencies=[again(form_shown)])
def flag(
    session: Db, caller: FormCaller, form: Fields, files: Annotated[list[File], Depends(_files)]
) -> Response:
    """Alerts whoever is on duty."""
    made = flags.flag(session, caller, filled(Flag, form), files)
    return rendering.back(f"/tin-bao/{made.code}", "bao-tin")


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None, *, code: str
) -> Response:
    """The flag with what may be done about it; who reported it sees it as well."""
    signal = signals.by_code(session, code)
    caller.require(session, Deed.FLAG, signal)
    if signal.reported_by != caller.person.id:
        caller.require(session, Deed.SEE_DESK, signal)
    return rendering.for_caller(
        request,
        "flag.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        **flag_view.gather(session, signal, caller.person),
    )


@router.get("/tin-bao/{code}")
def one(request: Request, session: Db, caller: Reader, code: str) -> Response:
    """One flag."""
    return shown(request, session, caller, code=code)


def _open(session: Session, caller: Caller, code: str, asked: Open) -> Any:
    return incident_deeds.open_(session, caller, asked.model_copy(update={"signal": code}))


def _take(session: Session, caller: Caller, code: str, _asked: Nothing) -> Any:
    return flags.acknowledge(session, caller, code)


_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
    "tiep-nhan": (Nothing, _take),
    "khong-xu-ly": (Dismiss, flags.dismiss),
    "theo-doi": (Watch, flags.watch),
    "gop": (Merge, flags.merge),
    "tach-ra": (TakeOut, flags.take_out),
    "mo-vu-viec": (Open, _open),
    "viec-that": (Real, flags.find_real),
}


@router.post("/tin-bao/{code}/{deed}", dependencies=[again(shown)])
def act(session: Db, caller: FormCaller, form: Fields, code: str, deed: str) -> Response:
    """Take, dismiss, watch, merge, take out, open an incident, or say that it is real."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    outcome = carry_out(session, caller, code, filled(shape, form))
    path = f"/vu-viec/{outcome.number}" if deed == "mo-vu-viec" else f"/tin-bao/{code}"
    return rendering.back(path, deed)
