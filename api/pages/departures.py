"""The administrators' pages of people who leave or come back: the list to confirm, the deed."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from api.deeds import departures as deeds
from api.deeds.departures import ComeBack, Leave
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import incidents
from incidents.people import persons, sign_ins
from incidents.people.organisations import Organisation
from incidents.people.persons import ContactPoint, Person
from incidents.record.language.alphabet import by_given_name
from incidents.response.staffing import holdings, recoverable
from incidents.response.staffing.holdings import HoldingKind
from incidents.response.staffing.recoverable import Fate, Recoverable
from incidents.rights.permissions import Deed

_PATH = "/quan-tri/thoi-viec"
router = APIRouter(include_in_schema=False, prefix=_PATH)

_COUNTED = (HoldingKind.SIGN_IN, HoldingKind.LINK, HoldingKind.FEED)
"""What says nothing more by being listed one by one."""


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """Everybody, those who have left at the end."""
    caller.require(session, Deed.ADMINISTER)
    rows = session.exec(
        select(Person, Organisation.name).join(
            Organisation, col(Organisation.id) == Person.organisation_id
        )
    )
    people = sorted(rows, key=lambda row: (not row[0].active, by_given_name(row[0].name)))
    return rendering.for_caller(request, "departures.html", caller, people=people, page_path=_PATH)


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    person_id: UUID,
) -> Response:
    """What a person holds and the form, or again after a refused one."""
    who, held = deeds.see(session, caller, person_id)
    named = {p.id: p for p in persons.everybody(session) if p.id != person_id}
    gone, listed = deeds.see_gone(session, caller, person_id) or (None, [])
    return rendering.for_caller(
        request,
        "departure.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        fresh=sign_ins.fresh(caller.sign_in),
        who=who,
        gone=gone,
        fates=[(fate, some) for fate in Fate if (some := _of_fate(listed, fate))],
        seen=recoverable.fingerprint(listed),
        points=_points(session, person_id) if gone else [],
        named=named,
        groups=holdings.by_kind(held),
        moves=holdings.MOVES,
        counted=_COUNTED,
        total=len(held),
        confirmed=holdings.fingerprint(held),
        today=incidents.today(),
        others=[(str(p.id), f"{p.name} – {p.post}") for p in named.values()],
        page_path=_PATH,
    )


def _of_fate(listed: list[Recoverable], fate: Fate) -> list[Recoverable]:
    return [each for each in listed if each.fate is fate]


def _points(session: Session, person_id: UUID) -> list[ContactPoint]:
    """How they will be reached again."""
    return list(
        session.exec(
            select(ContactPoint)
            .where(ContactPoint.person_id == person_id)
            .order_by(col(ContactPoint.position))
        )
    )


@router.get("/{person_id}")
def one(request: Request, session: Db, caller: Reader, person_id: UUID) -> Response:
    """The list to confirm."""
    return shown(request, session, caller, person_id=person_id)


@router.post("/{person_id}", dependencies=[again(shown)])
def leave(session: Db, caller: FormCaller, form: Fields, person_id: UUID) -> Response:
    """Confirmed: all of it moves or ends."""
    deeds.leave(session, caller, person_id, filled(Leave, form))
    return rendering.back(f"{_PATH}/{person_id}", "thoi-viec")


@router.post("/{person_id}/tro-lai", dependencies=[again(shown)])
def come_back(session: Db, caller: FormCaller, form: Fields, person_id: UUID) -> Response:
    """Confirmed: they work with the desk again, with what was ticked."""
    deeds.come_back(session, caller, person_id, filled(ComeBack, form))
    return rendering.back(f"{_PATH}/{person_id}", "tro-lai")
