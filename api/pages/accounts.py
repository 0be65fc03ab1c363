"""The administrators' pages of accounts: who can sign in, and one person's account."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import accounts as deeds
from api.deeds.accounts import Close, Give, NameAdministrator
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter.incidents import today
from incidents.people import accounts, organisations, persons, sign_ins
from incidents.people.accounts import Given
from incidents.rights.permissions import Deed

_PATH = "/quan-tri/tai-khoan"
router = APIRouter(include_in_schema=False, prefix=_PATH)


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """Everybody who works with the desk, and whether they can sign in."""
    caller.require(session, Deed.ADMINISTER)
    people = persons.everybody(session)
    return rendering.for_caller(
        request,
        "accounts.html",
        caller,
        people=[(person, accounts.state(person)) for person in people],
        bodies=organisations.names_on(session, {p.organisation_id for p in people}, today()),
        page_path=_PATH,
    )


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    person_id: UUID,
    given: Given | None = None,
) -> Response:
    """One person's account: with a password just made, or again after a refused form."""
    caller.require(session, Deed.ADMINISTER)
    who = persons.active(session, person_id)
    return rendering.for_caller(
        request,
        "account.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        fresh=sign_ins.fresh(caller.sign_in),
        who=who,
        body=organisations.name_on(session, who.organisation_id, today()),
        standing=accounts.state(who),
        given=given,
        own=who.id == caller.person.id,
        page_path=_PATH,
    )


@router.get("/{person_id}")
def one(request: Request, session: Db, caller: Reader, person_id: UUID) -> Response:
    """One person's account."""
    return shown(request, session, caller, person_id=person_id)


@router.post("/{person_id}", dependencies=[again(shown)])
def give(
    request: Request, session: Db, caller: FormCaller, form: Fields, person_id: UUID
) -> Response:
    """Shown at once and not after a redirect: the password is nowhere to be read again."""
    given = deeds.give(session, caller, person_id, filled(Give, form))
    return shown(request, session, caller, person_id=person_id, given=given)


@router.post("/{person_id}/cap-lai", dependencies=[again(shown)])
def reset(request: Request, session: Db, caller: FormCaller, person_id: UUID) -> Response:
    """Another one, shown in the same way."""
    given = deeds.reset(session, caller, person_id)
    return shown(request, session, caller, person_id=person_id, given=given)


@router.post("/{person_id}/khoa", dependencies=[again(shown)])
def close(session: Db, caller: FormCaller, form: Fields, person_id: UUID) -> Response:
    """They may sign in no longer."""
    deeds.close(session, caller, person_id, filled(Close, form))
    return rendering.back(f"{_PATH}/{person_id}", "khoa")


@router.post("/{person_id}/quan-tri", dependencies=[again(shown)])
def name_administrator(session: Db, caller: FormCaller, form: Fields, person_id: UUID) -> Response:
    """They keep the desk itself, or no longer."""
    deeds.name_administrator(session, caller, person_id, filled(NameAdministrator, form))
    return rendering.back(f"{_PATH}/{person_id}", "quan-tri")
