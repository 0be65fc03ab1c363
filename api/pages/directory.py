"""The pages of the directory: the tree of a day, one body, and which body leads in what."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api import fields
from api.deeds import contacts as contact_deeds
from api.deeds import directory as deeds
from api.deeds.contacts import AddContact, Appoint, Tested, Tried, TypedCode
from api.deeds.directory import Change, Correct, End, Enter, Found, Move, Route, Succeed
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.insight import directory, reading
from incidents.matter import body_corrections, incidents
from incidents.people import organisations, outsiders, persons
from incidents.people.directory import focal_points, routing, tree
from incidents.people.directory.focal_points import Standing
from incidents.people.organisations import OrganisationKind
from incidents.people.persons import BOUND, BY_CODE, ContactKind
from incidents.record.errors import NotFound
from incidents.record.language import N_, speech
from incidents.response.steps import catalog
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/danh-ba")
_PATH = "/danh-ba"
_EARLIEST, _LATEST = date(1945, 9, 2), date(2200, 1, 1)


class _Which(fields.Request):
    """The one thing a button is about."""

    id: UUID


class _Code(TypedCode):
    """The code, and for which contact."""

    id: UUID


class _Reached(Tried):
    """The outcome, and of which contact."""

    id: UUID


class _Test(Tested):
    """The outcome, and of which focal point."""

    id: UUID


class _MoveWho(Move):
    """Who moves."""

    person_id: UUID


class _EndRoute(End):
    """Which rule."""

    id: UUID


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    day: date | None = None,
) -> Response:
    """The tree of a day, and again after a refused form."""
    caller.require(session, Deed.SEE_DIRECTORY)
    say, today = speech(caller.person.language), incidents.today()
    chosen = min(max(day or today, _EARLIEST), _LATEST)
    of_day = directory.of_day(session, chosen)
    return rendering.for_caller(
        request,
        "directory.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        day=chosen,
        today=today,
        keeper=permissions.allowed(session, caller.person, Deed.KEEP_DIRECTORY),
        kinds=[(k.value, say.value(k)) for k in OrganisationKind],
        kind_names={k.value: k for k in OrganisationKind},
        bodies=[(n.body.code, n.name) for n in of_day["nodes"]],
        **of_day,
    )


@router.get("")
def listed(
    request: Request,
    session: Db,
    caller: Reader,
    ngay: Annotated[date | None, Query(description="The day to show")] = None,
) -> Response:
    """Bodies as of a day."""
    return shown(request, session, caller, day=ngay)


@router.post("", dependencies=[again(shown)])
def found(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Write a body down."""
    made = deeds.found(session, caller, filled(Found, form))
    return rendering.back(f"{_PATH}/co-quan/{made.code}", "them")


def routes_shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """Which body leads in what."""
    caller.require(session, Deed.SEE_DIRECTORY)
    language = caller.person.language
    say, today = speech(language), incidents.today()
    rules = routing.listed(session)
    nodes = tree.on(session, today)
    offered = [
        (row.code, (row.texts.get(language) or {}).get("title") or row.code)
        for row in catalog.on_offer(session)
    ]
    return rendering.for_caller(
        request,
        "routing.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        today=today,
        rules=rules,
        names=organisations.names_on(session, {r.organisation_id for r in rules}, today),
        titles=dict(offered),
        keeper=permissions.allowed(session, caller.person, Deed.KEEP_DIRECTORY),
        roles=[(r.value, say.value(r)) for r in routing.ROUTED],
        playbooks=offered,
        bodies=[(n.body.code, n.name) for n in nodes],
    )


@router.get("/phan-cong")
def routes(request: Request, session: Db, caller: Reader) -> Response:
    """The rules."""
    return routes_shown(request, session, caller)


@router.post("/phan-cong", dependencies=[again(routes_shown)])
def route(session: Db, caller: FormCaller, form: Fields) -> Response:
    """A new rule."""
    deeds.route(session, caller, filled(Route, form))
    return rendering.back(f"{_PATH}/phan-cong", "them")


@router.post("/phan-cong/ket-thuc", dependencies=[again(routes_shown)])
def end_route(session: Db, caller: FormCaller, form: Fields) -> Response:
    """A rule's last day."""
    asked = filled(_EndRoute, form)
    deeds.end_route(session, caller, asked.id, End(last_day=asked.last_day))
    return rendering.back(f"{_PATH}/phan-cong", "ket-thuc")


def one_shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    organisation: str,
) -> Response:
    """One body, and again after a refused form."""
    caller.require(session, Deed.SEE_DIRECTORY)
    say, today = speech(caller.person.language), incidents.today()
    gathered = directory.organisation(session, organisation)
    person = caller.person
    keeper = permissions.allowed(session, person, Deed.KEEP_DIRECTORY)
    corrections = body_corrections.of(session, gathered["body"])
    requests = deeds.requests(session, caller, organisation)
    mentioned = {made.by for made in corrections if made.by}
    mentioned |= {each for made in requests for each in made.asked}
    gathered["named"] |= persons.names(session, mentioned)
    return rendering.for_caller(
        request,
        "organisation.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        today=today,
        keeper=keeper,
        stands=keeper or gathered["body"].id in focal_points.bodies_of(session, person.id),
        tests=permissions.allowed(session, person, Deed.TEST_CONTACTS),
        by_code=BY_CODE,
        contact_kinds=[(k.value, say.value(k)) for k in ContactKind if k not in BOUND],
        standings=list(Standing),
        kinds=[(k.value, say.value(k)) for k in OrganisationKind],
        kind_names={k.value: k for k in OrganisationKind},
        bodies=[(n.body.code, n.name) for n in tree.on(session, today)],
        asked_kinds=outsiders.KINDS,
        people_options=[(p.id, f"{p.name}, {p.post}") for p in gathered["people"]],
        corrections=corrections,
        requests=requests,
        titles=reading.titles_among(session, [made.step for made in requests], person.language),
        page_path=f"{_PATH}/co-quan/{gathered['body'].code}",
        **gathered,
    )


@router.get("/co-quan/{organisation}")
def one(request: Request, session: Db, caller: Reader, organisation: str) -> Response:
    """One body with its people, contacts, focal points and history."""
    return one_shown(request, session, caller, organisation=organisation)


Carry = Callable[[Session, Caller, str, Any], Any]


def _enter(session: Session, caller: Caller, code: str, asked: Enter) -> Any:
    return deeds.enter(session, caller, asked.model_copy(update={"organisation": code}))


def _move(session: Session, caller: Caller, _code: str, asked: _MoveWho) -> Any:
    plain = Move.model_validate(asked.model_dump(exclude={"person_id"}))
    return deeds.move(session, caller, asked.person_id, plain)


def _by_id(deed: Callable[[Session, Caller, UUID], Any]) -> tuple[type[BaseModel], Carry]:
    return _Which, lambda session, caller, _code, asked: deed(session, caller, asked.id)


def _with_id(deed: Callable[..., Any], shape: type[BaseModel]) -> tuple[type[BaseModel], Carry]:
    def carried(session: Session, caller: Caller, _code: str, asked: Any) -> Any:
        return deed(session, caller, asked.id, asked)

    return shape, carried


_DEEDS: dict[str, tuple[type[BaseModel], Carry]] = {
    "doi-ten": (Change, deeds.change),
    "sua-thanh-lap": (Correct, deeds.correct),
    "ket-thuc": (End, deeds.end),
    "ke-thua": (Succeed, deeds.succeed),
    "them-nguoi": (Enter, _enter),
    "chuyen-nguoi": (_MoveWho, _move),
    "them-lien-he": (AddContact, contact_deeds.add),
    "bo-lien-he": _by_id(contact_deeds.remove),
    "gui-ma": _by_id(contact_deeds.send_code),
    "nhap-ma": _with_id(contact_deeds.confirm, _Code),
    "goi-thu": _with_id(contact_deeds.tried, _Reached),
    "dau-moi": (Appoint, contact_deeds.appoint),
    "thu-dau-moi": _with_id(contact_deeds.test, _Test),
    "bo-dau-moi": _by_id(contact_deeds.end),
}


@router.post("/co-quan/{organisation}/{deed}", dependencies=[again(one_shown)])
def act(session: Db, caller: FormCaller, form: Fields, organisation: str, deed: str) -> Response:
    """Rename, succeed, enter, verify, appoint, test."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    outcome = carry_out(session, caller, organisation, filled(shape, form))
    # A wrong code costs a try, which must be committed: it is an outcome, not a refusal.
    wrong = deed == "nhap-ma" and outcome.verified_at is None
    return rendering.back(f"{_PATH}/co-quan/{organisation}", "ma-sai" if wrong else deed)
