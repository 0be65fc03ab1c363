"""Signing in and out, and the language of one's pages."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api import identity
from api.dependencies import Db, Fields, FormCaller, Say
from api.pages import rendering
from api.problems import describe
from incidents.people import sign_ins
from incidents.record import database, settings
from incidents.record.errors import NotPermitted
from incidents.record.language import Language
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)


def _local(path: str) -> str:
    """A path on this desk and nowhere else."""
    parts = urlsplit(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc
    return path if inside else "/"


@router.get("/dang-nhap")
def sign_in_page(request: Request, say: Say, tiep: Annotated[str, Query()] = "/") -> Response:
    """The form."""
    if identity.find(request):
        return RedirectResponse(_local(tiep), 303)
    return rendering.page(request, "sign_in.html", say, onward=_local(tiep), username="")


def _given(form: Fields) -> FormData:
    return form


@router.post("/dang-nhap")
def sign_in(request: Request, say: Say, form: Annotated[FormData, Depends(_given)]) -> Response:
    """A cookie for the right password; the same refusal for everything else."""
    username, onward = str(form.get("username", "")), _local(str(form.get("tiep", "/")))
    try:
        person = identity.check(request, username, str(form.get("password", "")))
    except NotPermitted as refusal:
        problem = describe(refusal, say)
        return rendering.page(
            request,
            "sign_in.html",
            say,
            status=problem.status,
            problem=problem,
            onward=onward,
            username=username,
        )
    with database.transaction() as session:
        token = sign_ins.begin(session, person)
    return _with_cookies(RedirectResponse(onward, 303), token, person.language)


def _with_cookies(answer: Response, token: str, language: Language) -> Response:
    secure = settings.current().address.startswith("https://")
    answer.set_cookie(
        identity.COOKIE,
        token,
        max_age=settings.current().session_hours * 3600,
        httponly=True,
        secure=secure,
        samesite="lax",
    )
    answer.set_cookie(identity.LANGUAGE_COOKIE, language.value, secure=secure, samesite="lax")
    return answer


@router.post("/dang-xuat")
def sign_out(caller: FormCaller, session: Db) -> Response:
    """End this session."""
    caller.require(session, Deed.FLAG)
    sign_ins.end(session, session.merge(caller.sign_in))
    answer = RedirectResponse("/dang-nhap", 303)
    answer.delete_cookie(identity.COOKIE)
    return answer


@router.post("/ngon-ngu")
def choose_language(caller: FormCaller, session: Db, form: Fields) -> Response:
    """The language of one's pages and messages from now on."""
    caller.require(session, Deed.FLAG)
    chosen = str(form.get("language", ""))
    language = Language(chosen) if chosen in list(Language) else Language.VI
    session.merge(caller.person).language = language
    answer = RedirectResponse(_local(str(form.get("tiep", "/"))), 303)
    answer.set_cookie(identity.LANGUAGE_COOKIE, language.value, samesite="lax")
    return answer
