"""The page of authorisations to sign: those that are valid, those that were, and another."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import authorisations as deeds
from api.deeds.authorisations import Paper
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.intake import scans
from incidents.people import authorisations, persons, roles, sign_ins
from incidents.people.roles import READS, Role
from incidents.record import clock
from incidents.record.language import speech
from incidents.rights import permissions
from incidents.rights.permissions import Deed

_PATH = "/quan-tri/uy-quyen"
router = APIRouter(include_in_schema=False, prefix=_PATH)


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    permissions.require(session, caller.person, Deed.KEEP_AUTHORISATIONS)
    papers, say = authorisations.listed(session), speech(caller.person.language)
    holders = [
        (role, first)
        for role in Role
        if role not in READS
        for first in roles.holders(session, role, clock.now())[:1]
    ]
    named = persons.names(
        session,
        {person for p in papers for person in (p.grantor_id, p.grantee_id)}
        | {first for _, first in holders},
    )
    return rendering.for_caller(
        request,
        "authorisations.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        fresh=sign_ins.fresh(caller.sign_in),
        papers=papers,
        scans=scans.of(session, papers),
        named=named,
        roles=[(role.value, say.value(role)) for role, _ in holders],
        grantors={
            str(first): ", ".join(
                [named[first].name, *(say.value(role) for role, held in holders if held == first)]
            )
            for _, first in holders
        },
        people=[(str(p.id), f"{p.name} – {p.post}") for p in persons.everybody(session)],
        page_path=_PATH,
    )


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """Who may sign for whom."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def record(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Another paper."""
    deeds.record(session, caller, filled(Paper, form))
    return rendering.back(_PATH)


@router.post("/{authorisation_id}/cham-dut", dependencies=[again(shown)])
def end(session: Db, caller: FormCaller, form: Fields, authorisation_id: UUID) -> Response:
    """It lets nobody sign any more."""
    deeds.end(session, caller, authorisation_id, filled(Because, form))
    return rendering.back(_PATH)
