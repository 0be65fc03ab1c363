"""The page on which people say how they are reached: which way first, which later, when not."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import reaching as deeds
from api.deeds.reaching import AskCode, Choose, KeepQuiet
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.people.directory import reaching
from incidents.people.duty.patterns import Weekday
from incidents.people.persons import BOUND
from incidents.record.language import N_, speech

_PATH = "/cach-nhan-tin"
router = APIRouter(include_in_schema=False, prefix=_PATH)

_SETS = (
    ("ordinary", N_("Cấp 0–2 và việc khác")),
    ("grave", N_("Cấp 3–4")),
)


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The ways with when each is used, and the quiet hours; or again after a refused form."""
    person, own = deeds.own(session, caller)
    say = speech(caller.person.language)
    waits = [("0", say.text(N_("nhận ngay")))]
    waits += [
        (str(each), say.text(N_("sau %(minutes)s phút"), minutes=each))
        for each in reaching.WAITS[1:]
    ]
    return rendering.for_caller(
        request,
        "reaching.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        ways=own,
        chats=deeds.chats(session, caller),
        bound_kinds=BOUND,
        sets=[(name, say.text(words)) for name, words in _SETS],
        waits=[*waits, ("", say.text(N_("không dùng")))],
        quiet=reaching.quiet_hours(person),
        weekdays=list(Weekday),
        page_path=_PATH,
    )


@router.get("")
def form(request: Request, session: Db, caller: Reader) -> Response:
    """How one is reached now."""
    return shown(request, session, caller)


@router.post("/thu-tu", dependencies=[again(shown)])
def choose(session: Db, caller: FormCaller, form: Fields) -> Response:
    """When each way is used."""
    deeds.choose(session, caller, filled(Choose, form))
    return rendering.back(_PATH, "thu-tu")


@router.post("/yen-tinh", dependencies=[again(shown)])
def keep_quiet(session: Db, caller: FormCaller, form: Fields) -> Response:
    """The hours at which one is not woken."""
    deeds.keep_quiet(session, caller, filled(KeepQuiet, form))
    return rendering.back(_PATH, "yen-tinh")


@router.post("/yen-tinh/bo", dependencies=[again(shown)])
def lift_quiet(session: Db, caller: FormCaller, form: Fields) -> Response:  # noqa: ARG001
    """No such hours any more."""
    deeds.lift_quiet(session, caller)
    return rendering.back(_PATH, "yen-tinh")


@router.post("/ma", dependencies=[again(shown)])
def ask_code(session: Db, caller: FormCaller, form: Fields) -> Response:
    """A code to type into a chat."""
    deeds.ask_code(session, caller, filled(AskCode, form))
    return rendering.back(_PATH, "gan")


@router.post("/{contact_id}/go", dependencies=[again(shown)])
def let(session: Db, caller: FormCaller, form: Fields, contact_id: UUID) -> Response:  # noqa: ARG001
    """A chat account is taken off."""
    deeds.let(session, caller, contact_id)
    return rendering.back(_PATH, "thu-tu")


@router.post("/{contact_id}/thu", dependencies=[again(shown)])
def try_out(session: Db, caller: FormCaller, form: Fields, contact_id: UUID) -> Response:  # noqa: ARG001
    """A test message."""
    deeds.try_out(session, caller, contact_id)
    return rendering.back(_PATH, "thu")
