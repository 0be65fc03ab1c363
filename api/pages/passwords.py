"""The page of one's own password; with a one-time password the only page there is."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api import identity
from api.deeds import accounts as deeds
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again
from api.problems import Problem
from incidents.people import accounts
from incidents.record.errors import Invalid
from incidents.record.language import N_

router = APIRouter(include_in_schema=False, prefix=identity.SET_PASSWORD)


def shown(
    request: Request, _session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The form, or again after a refused one."""
    return rendering.for_caller(
        request,
        "password.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        first=caller.person.one_time_until is not None,
        least=accounts.SHORTEST,
        page_path=identity.SET_PASSWORD,
    )


@router.get("")
def form(request: Request, session: Db, caller: Reader) -> Response:
    """The form."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def set_own(session: Db, caller: FormCaller, form: Fields) -> Response:
    """The password so far was checked when the form came; the other two are alike."""
    fresh = str(form.get("new_password", ""))
    wrong = {}
    if not caller.proved:
        wrong["password"] = N_("Nhập mật khẩu đang dùng.")
    if fresh != str(form.get("again", "")):
        wrong["again"] = N_("Hai lần nhập mật khẩu mới chưa giống nhau.")
    if wrong:
        raise Invalid(fields={name: (sentence, {}) for name, sentence in wrong.items()})
    first = caller.person.one_time_until is not None
    deeds.set_own(session, caller, fresh)
    return rendering.back("/" if first else identity.SET_PASSWORD)
