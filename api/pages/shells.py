"""The page of shells: those approved in advance, those that wait, and another."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from api.deeds import shells as deeds
from api.deeds.shells import Approve, Write
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import incidents
from incidents.people import authorisations, persons, sign_ins
from incidents.record import settings
from incidents.record.language import Language
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import shell_drafts
from incidents.words.shells import Shell
from incidents.words.slots import Slot

_PATH = "/mau-duyet-san"
router = APIRouter(include_in_schema=False, prefix=_PATH)


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    caller.require(session, Deed.SEE_DESK)
    approved = list(session.exec(select(Shell).order_by(col(Shell.code))))
    waiting = shell_drafts.waiting(session)
    return rendering.for_caller(
        request,
        "shells.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        fresh=sign_ins.fresh(caller.sign_in),
        approved=approved,
        waiting=waiting,
        named=persons.names(
            session, {s.approved_by for s in approved} | {d.written_by for d in waiting}
        ),
        papers={paper.id: paper for paper in authorisations.listed(session)},
        approves=permissions.allowed(session, caller.person, Deed.APPROVE_SHELL),
        writes=permissions.allowed(session, caller.person, Deed.WRITE_SHELL),
        levels=[(level, str(level)) for level in shell_drafts.LEVELS],
        most=shell_drafts.MOST_WORDS,
        slots=list(Slot),
        today=incidents.today(),
        asks_english=Language.EN in (settings.current().language, caller.person.language),
        page_path=_PATH,
    )


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """What may be released at night."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def write(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Another, for approval."""
    caller.require(session, Deed.WRITE_SHELL)
    deeds.write(session, caller, filled(Write, form))
    return rendering.back(_PATH)


@router.post("/{draft_id}/duyet", dependencies=[again(shown)])
def approve(session: Db, caller: FormCaller, form: Fields, draft_id: UUID) -> Response:
    """Signed."""
    deeds.approve(session, caller, draft_id, filled(Approve, form))
    return rendering.back(_PATH)


@router.post("/{draft_id}/khong-duyet", dependencies=[again(shown)])
def refuse(session: Db, caller: FormCaller, form: Fields, draft_id: UUID) -> Response:
    """Not signed."""
    deeds.refuse(session, caller, draft_id, filled(Because, form))
    return rendering.back(_PATH)


@router.post("/ma/{code}/rut", dependencies=[again(shown)])
def withdraw(session: Db, caller: FormCaller, form: Fields, code: str) -> Response:
    """Not to be released any more."""
    deeds.withdraw(session, caller, code, filled(Because, form))
    return rendering.back(_PATH)
