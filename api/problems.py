"""The one place where a refusal becomes problem+json, or a page in the reader's language."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api import identity
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    GuardFailed,
    Invalid,
    NotFound,
    NotPermitted,
    Refusal,
    SignInAgain,
)
from incidents.record.language import N_, Speech, speech
from incidents.response.steps import forms

_log = structlog.get_logger()

_KINDS: dict[str, tuple[HTTPStatus, str]] = {
    "TooLarge": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large"),
    "Unreadable": (HTTPStatus.BAD_REQUEST, "unreadable"),
    "TooManyAttempts": (HTTPStatus.TOO_MANY_REQUESTS, "too-many-attempts"),
    "NotSignedIn": (HTTPStatus.UNAUTHORIZED, "sign-in"),
    "OwnPasswordFirst": (HTTPStatus.FORBIDDEN, "own-password-first"),
    "Busy": (HTTPStatus.SERVICE_UNAVAILABLE, "busy"),
    "Broken": (HTTPStatus.INTERNAL_SERVER_ERROR, "broken"),
    SignInAgain.__name__: (HTTPStatus.UNAUTHORIZED, "sign-in-again"),
    NotFound.__name__: (HTTPStatus.NOT_FOUND, "not-found"),
    NotPermitted.__name__: (HTTPStatus.FORBIDDEN, "not-permitted"),
    AlreadySettled.__name__: (HTTPStatus.CONFLICT, "already-settled"),
    GuardFailed.__name__: (HTTPStatus.CONFLICT, "guard-failed"),
    Conflict.__name__: (HTTPStatus.CONFLICT, "conflict"),
    Invalid.__name__: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"),
}


class Broken(Refusal):
    """We made a mistake; the log has it."""


class Busy(Refusal):
    """The database is busy; trying again is right."""


@dataclass(frozen=True)
class Problem:
    """A refusal in one language, ready for a page or a program."""

    status: HTTPStatus
    kind: str
    title: str
    fields: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    attempted: dict[str, str] = field(default_factory=dict)
    deed: str = ""


def describe(refusal: Refusal, say: Speech) -> Problem:
    """The refusal as a reader of a language meets it."""
    status, kind = next(_KINDS[c.__name__] for c in type(refusal).__mro__ if c.__name__ in _KINDS)
    return Problem(
        status=status,
        kind=kind,
        title=say.text(refusal.message, **refusal.values),
        fields={n: say.text(s, **v) for n, (s, v) in getattr(refusal, "fields", {}).items()},
        missing=[say.text(s, **v) for s, v in getattr(refusal, "missing", [])],
    )


def answer(request: Request, refusal: Refusal) -> Response:
    """The answer to a refused request, in the language of whoever sent it; reads the database."""
    identity.recognise(request)
    problem = describe(refusal, speech(identity.language_of(request)))
    _log.info("refused", kind=problem.kind, method=request.method, route=_route(request))
    if identity.is_rest(request):
        return _json(problem)
    from api.pages import refusals  # noqa: PLC0415 - pages need the problems defined above

    return refusals.page(request, problem)


def _route(request: Request) -> str:
    """The route's pattern, never the address itself: that may hold a token."""
    return getattr(request.scope.get("route"), "path", "–")


def _json(problem: Problem) -> JSONResponse:
    body: dict[str, Any] = {
        "type": problem.kind,
        "title": problem.title,
        "status": problem.status,
    }
    body |= {"fields": problem.fields} if problem.fields else {}
    body |= {"missing": problem.missing} if problem.missing else {}
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(
        body, problem.status, headers=headers, media_type="application/problem+json"
    )


async def _refused(request: Request, error: Exception) -> Response:
    return await answered(request, _as_refusal(error))


async def answered(request: Request, refusal: Refusal) -> Response:
    """The same, beside the loop that serves everybody else."""
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415

    # A refused form is shown again with its page, which reads the database.
    return await run_in_threadpool(answer, request, refusal)


def _as_refusal(error: Exception) -> Refusal:  # noqa: PLR0911 - one line a kind of error
    match error:
        case Refusal():
            return error
        case RequestValidationError():
            return _invalid(error)
        case HTTPException(status_code=HTTPStatus.NOT_FOUND):
            return NotFound(N_("Không có trang này."))
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            return NotFound(N_("Trang này không nhận cách gửi đó."))
        case IntegrityError():
            return Conflict(N_("Có người vừa làm việc này; hãy tải lại trang để xem."))
        case OperationalError():
            return Busy(N_("Bàn trực đang bận. Chưa có gì được ghi nhận; hãy thử lại."))
        case DataError() | UnicodeEncodeError() | HTTPException():
            return Invalid(N_("Không đọc được nội dung gửi lên. Chưa có gì được ghi nhận."))
        case _:
            return Broken(
                N_("Bàn trực gặp lỗi. Chưa có gì được ghi nhận; hãy gọi quản trị hệ thống.")
            )


def _invalid(error: RequestValidationError) -> Invalid:
    errors = [
        {**e, "loc": e["loc"][1:] if e["loc"][0] in ("body", "query", "path") else e["loc"]}
        for e in error.errors()
    ]
    if any(e["type"] == "json_invalid" for e in errors):
        return Invalid(N_("Nội dung gửi lên không phải JSON đúng. Chưa có gì được ghi nhận."))
    return Invalid(fields=forms.in_sentences(errors))


def install(app: FastAPI) -> None:
    """Let the application answer every refusal here."""
    for kind in (
        Refusal,
        RequestValidationError,
        HTTPException,
        IntegrityError,
        OperationalError,
        DataError,
        UnicodeEncodeError,
        # What nobody foresaw is logged by the server as well, never shown.
        Exception,
    ):
        app.add_exception_handler(kind, _refused)
