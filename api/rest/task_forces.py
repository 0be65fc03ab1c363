"""Task forces over REST: who sits in one on what ground, and the papers it stands on."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.deeds import incidents as room
from api.deeds import task_forces as deeds
from api.deeds.task_forces import Appraise, Decide, HandOver, Join, Propose
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import IncidentOut, Shape
from incidents.matter import mandates, taskforces
from incidents.matter.incidents import Incident
from incidents.matter.mandates import DecisionKind, ProposalState
from incidents.matter.taskforces import Basis
from incidents.people import persons
from incidents.people.directory import postings
from incidents.people.roles import Role

router = deeds_under("/incidents/{number}", "task forces")


class SeatOut(Shape):
    """A seat: who, as what, for what, on what ground, from when and until when."""

    role: Role
    person_id: UUID
    rank: int
    agency: str
    mandate: str
    basis: Basis
    joined_at: datetime
    serves_until: datetime | None


class ProposalOut(Shape):
    """A proposal and how far it has come."""

    id: UUID
    document: str = Field(validation_alias="number")
    reason: str
    state: ProposalState
    proposed_at: datetime
    proposed_by: UUID
    appraised_at: datetime | None
    appraised_by: UUID | None
    opinion: str
    returned_at: datetime | None


class DecisionOut(Shape):
    """A decision as it was typed in."""

    kind: DecisionKind
    document: str = Field(validation_alias="number")
    signed_on: date
    signer: str
    recorded_at: datetime
    recorded_by: UUID


class MandateOut(Shape):
    """The task force of an incident."""

    direction_by: str | None
    regularise_by: datetime | None
    regularised_at: datetime | None
    kept_at: datetime | None
    dissolved_at: datetime | None
    seats: list[SeatOut]
    proposals: list[ProposalOut]
    decisions: list[DecisionOut]


@router.get("/task-force", summary="The task force and its papers")
def one(session: Db, caller: RestCaller, number: str) -> MandateOut:
    """Who is in, in what role, since when, on what ground."""
    incident = room.see(session, caller, number)
    force = taskforces.of(session, incident.id)
    times = ("direction_by", "regularise_by", "regularised_at", "kept_at", "dissolved_at")
    return MandateOut(
        **{name: getattr(force, name, None) for name in times},
        seats=_seats(session, incident),
        proposals=[ProposalOut.model_validate(p) for p in mandates.proposals(session, incident.id)],
        decisions=[DecisionOut.model_validate(d) for d in mandates.decisions(session, incident.id)],
    )


def _seats(session: Session, incident: Incident) -> list[SeatOut]:
    """With the agency the paper names, else that of the incident's day."""
    seated = taskforces.members(session, incident.id)
    people = persons.names(session, {m.person_id for m in seated})
    past = postings.Past(session, list(people.values()))
    return [
        SeatOut.model_validate(m).model_copy(
            update={"agency": m.agency or past.on(m.person_id, incident.day).organisation}
        )
        for m in seated
    ]


@router.post("/task-force/proposals", status_code=201, summary="Put a task force forward")
def propose(session: Db, caller: RestCaller, number: str, asked: Propose) -> ProposalOut:
    """By the lead department; lead, spokesperson and secretary must be named."""
    return ProposalOut.model_validate(deeds.propose(session, caller, number, asked))


@router.post("/task-force/proposals/{proposal_id}/appraise", summary="Put it before the chair")
def appraise(
    session: Db, caller: RestCaller, number: str, proposal_id: UUID, asked: Appraise
) -> ProposalOut:
    """By the office of the people's committee, never by whoever proposed it."""
    return ProposalOut.model_validate(deeds.appraise(session, caller, number, proposal_id, asked))


@router.post("/task-force/proposals/{proposal_id}/return", summary="Send it back")
def return_(
    session: Db, caller: RestCaller, number: str, proposal_id: UUID, asked: Because
) -> ProposalOut:
    """With the reason; another may be put forward."""
    return ProposalOut.model_validate(deeds.return_(session, caller, number, proposal_id, asked))


@router.post("/task-force/decisions", status_code=201, summary="Enter a signed decision")
def decide(session: Db, caller: RestCaller, number: str, asked: Decide) -> MandateOut:
    """Founds, keeps or dissolves; number, date and signer are those of the paper."""
    deeds.decide(session, caller, number, asked)
    return one(session, caller, number)


@router.post("/members", status_code=201, summary="Seat one more")
def join(session: Db, caller: RestCaller, number: str, asked: Join) -> SeatOut:
    """A holder of a free role, or a named deputy."""
    return SeatOut.model_validate(deeds.join(session, caller, number, asked))


@router.post("/members/hand-over", summary="Hand a role over")
def hand_over(session: Db, caller: RestCaller, number: str, asked: HandOver) -> IncidentOut:
    """One's own, or for those who direct anybody's; open steps move."""
    return IncidentOut.model_validate(deeds.hand_over(session, caller, number, asked))
