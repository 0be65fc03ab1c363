"""The room's forms about its task force, what the room shows of it, and the page of a proposal."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from api import fields
from api.deeds import incidents as room
from api.deeds import task_forces as deeds
from api.deeds.task_forces import Appraise, Decide, HandOver, Join, Propose, ProposedSeat
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because, Line, Moment, Optional, Reason
from api.identity import Caller
from api.pages import choosing, rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import mandates, recusals
from incidents.matter.incidents import Incident
from incidents.matter.taskforces import NEEDED, TaskForce
from incidents.people import persons
from incidents.people.roles import OFFICES, READS, Role, RoleHolder
from incidents.record import clock
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}/to-trinh")

SEATS = [r for r in Role if r not in OFFICES | READS]


def seats_of(incident: Incident) -> list[Role]:
    """The roles somebody may sit in: an exercise has its observers as well."""
    return [*SEATS, *READS] if incident.exercise else SEATS


def gather(session: Session, incident: Incident, force: TaskForce | None) -> dict[str, Any]:
    """What the room shows of its task force beside the seats: the papers it stands on."""
    put_forward = mandates.proposals(session, incident.id)
    seats = mandates.proposed(session, incident.id) if put_forward else []
    signed = force is not None and (force.regularised_at or force.kept_at)
    return {
        "proposals": [(p, [s for s in seats if s.proposal_id == p.id]) for p in put_forward],
        "papers": mandates.decisions(session, incident.id) if signed else [],
    }


class _About(fields.Request):
    """The proposal a form is about."""

    proposal: UUID


class _Appraise(Appraise, _About):
    """Read and put before the chair."""


class _Return(Because, _About):
    """Sent back."""


def _on_page(deed: Callable[..., Any]) -> Callable[..., Any]:
    def carried_out(session: Session, caller: Caller, number: str, asked: Any) -> Any:
        return deed(session, caller, number, asked.proposal, asked)

    return carried_out


DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any], str]] = {
    "tham-tra": (_Appraise, _on_page(deeds.appraise), "to-cong-tac"),
    "tra-lai": (_Return, _on_page(deeds.return_), "to-cong-tac"),
    "quyet-dinh": (Decide, deeds.decide, "to-cong-tac"),
    "cu-bo-sung": (Join, deeds.join, "to-cong-tac"),
    "ban-giao-vai": (HandOver, deeds.hand_over, "to-cong-tac"),
}


class _Proposal(fields.Request):
    """The page's form: for each role who holds it, who deputises, and to do what."""

    reason: Reason
    document: Line = ""
    serves_until: Annotated[Moment | None, Optional] = None
    holder: dict[Role, UUID] = Field(default_factory=dict)
    deputy: dict[Role, UUID] = Field(default_factory=dict)
    mandate: dict[Role, Line] = Field(default_factory=dict)


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    number: str,
) -> Response:
    """The page, or again after a refused form."""
    incident = room.see(session, caller, number)
    caller.require(session, Deed.PROPOSE_TASK_FORCE, incident)
    concerned = recusals.of(session, incident.id).named
    return rendering.for_caller(
        request,
        "proposal.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        incident=incident,
        seats=SEATS,
        needed=NEEDED,
        usual=_usual(session),
        people=choosing.people(persons.everybody(session), but=concerned),
    )


def _usual(session: Session) -> dict[Role, list[UUID]]:
    """Who holds each role by post, the holder first: what a proposal mostly says."""
    now, found = clock.now(), dict[Role, list[UUID]]()
    for role, person_id in session.exec(
        select(col(RoleHolder.role), col(RoleHolder.person_id))
        .where(RoleHolder.valid_from <= now)
        .where(col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > now))
        .order_by(col(RoleHolder.rank), col(RoleHolder.valid_from))
    ):
        found.setdefault(role, []).append(person_id)
    return found


@router.get("")
def form(request: Request, session: Db, caller: Reader, number: str) -> Response:
    """The form of a proposal, filled with who holds each role by post."""
    return shown(request, session, caller, number=number)


@router.post("", dependencies=[again(shown)])
def propose(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Put it forward."""
    room.see(session, caller, number)
    given = filled(_Proposal, form)
    seats = [
        ProposedSeat(
            role=role, person_id=person_id, deputy=deputy, mandate=given.mandate.get(role, "")
        )
        for chosen, deputy in ((given.holder, False), (given.deputy, True))
        for role, person_id in chosen.items()
    ]
    values = given.model_dump(include={"reason", "document", "serves_until"})
    deeds.propose(session, caller, number, Propose(**values, seats=seats))
    return rendering.back(f"/vu-viec/{number}", "to-trinh", "to-cong-tac")
