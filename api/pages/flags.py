"""Flags on pages: the form, the flag, and its triage in under a minute."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import flags
from api.deeds import incidents as incident_deeds
from api.deeds.flags import Dismiss, Flag, Watch
from api.deeds.incidents import Open
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Nothing
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import filled
from api.problems import Problem
from api.rest.signals import files_of
from incidents.insight import reading
from incidents.intake import evidence, signals
from incidents.intake.signals import File, Nature
from incidents.matter import incidents
from incidents.people import persons
from incidents.record import clock
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.response import catalog
from incidents.response.catalog import USUAL
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)


async def _files(form: Fields) -> list[File]:
    return await files_of(form.getlist("files"))


def _form_again(request: Request) -> None:
    request.state.again = form_shown


def form_shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The empty form, or a refused one as it was filled in."""
    caller.require(session, Deed.FLAG)
    status = problem.status if problem else 200
    return rendering.for_caller(request, "flag_form.html", caller, status=status, problem=problem)


@router.get("/bao-tin")
def form(request: Request, session: Db, caller: Reader) -> Response:
    """Report something seen."""
    return form_shown(request, session, caller)


@router.post("/bao-tin", dependencies=[Depends(_form_again)])
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
    language = caller.person.language
    incident = incidents.get(session, signal.incident_id) if signal.incident_id else None
    return rendering.for_caller(
        request,
        "flag.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        signal=signal,
        incident=incident,
        kept=evidence.of_signal(session, signal.id),
        taken_by=persons.names(session, [signal.acknowledged_by] if signal.acknowledged_by else []),
        story=reading.story(session, signal.id, language),
        natures=[(n.value, n) for n in Nature],
        playbooks=[
            (row.code, (row.texts.get(language) or {}).get("title") or row.code)
            for row in sorted(catalog.on_offer(session), key=lambda row: row.code != USUAL)
        ],
        review_at=clock.now() + timedelta(hours=4),
        may_triage=permissions.allowed(session, caller.person, Deed.TRIAGE, signal),
    )


def _again(request: Request, code: str) -> None:
    request.state.again = partial(shown, code=code)


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
    "mo-vu-viec": (Open, _open),
}


@router.post("/tin-bao/{code}/{deed}", dependencies=[Depends(_again)])
def act(session: Db, caller: FormCaller, form: Fields, code: str, deed: str) -> Response:
    """Take, dismiss, watch, or open an incident."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    outcome = carry_out(session, caller, code, filled(shape, form))
    path = f"/vu-viec/{outcome.number}" if deed == "mo-vu-viec" else f"/tin-bao/{code}"
    return rendering.back(path, deed)
