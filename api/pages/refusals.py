"""What a reader sees when something was refused: their page again, the sign-in, or a plain page."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from fastapi import Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from api import identity
from api.identity import Caller
from api.pages import rendering
from api.problems import Problem
from incidents.record import database
from incidents.record.actors import Via
from incidents.record.errors import Refusal
from incidents.record.language import speech

Again = Callable[[Request, Session, Caller, Problem], Response]


def page(request: Request, problem: Problem) -> Response:
    """The page for a refusal."""
    if problem.kind == "sign-in":
        return RedirectResponse(f"/dang-nhap?tiep={quote(_shown_path(request))}", 303)
    if problem.kind == "own-password-first":
        return RedirectResponse(identity.SET_PASSWORD, 303)
    caller = _caller(request)
    if problem.kind == "sign-in-again" and caller:
        return rendering.for_caller(
            request,
            "prove.html",
            caller,
            status=problem.status,
            problem=problem,
            fields=list(getattr(request.state, "form", {}).items()),
        )
    again: Again | None = getattr(request.state, "again", None)
    if caller and again and request.method == "POST":
        attempted = replace(
            problem,
            attempted=getattr(request.state, "form", {}),
            deed=request.path_params.get("deed", ""),
        )
        try:
            with database.reading() as session:
                return again(request, session, caller, attempted)
        except Refusal:
            pass  # The page itself may not be shown: the plain one says why.
    say = speech(identity.language_of(request))
    return rendering.page(
        request, "refused.html", say, caller=caller, status=problem.status, problem=problem
    )


def _shown_path(request: Request) -> str:
    return request.url.path if request.method == "GET" else "/"


def _caller(request: Request) -> Caller | None:
    found = identity.find(request)
    return Caller(person=found[1], sign_in=found[0], via=Via.DESK) if found else None
