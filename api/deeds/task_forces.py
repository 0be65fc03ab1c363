"""What is done about a task force: put forward, appraised, decided, joined, handed over."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Because, Line, Moment, Optional, Reason, Request
from api.identity import Caller
from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.matter.mandates import DecisionKind, TaskForceProposal
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people.roles import Role
from incidents.response.staffing import founding, founding_decisions, seating
from incidents.response.staffing.founding import Seat
from incidents.rights.permissions import Deed


class ProposedSeat(Request):
    """Who is to sit where, and to do what."""

    role: Role
    person_id: UUID
    deputy: bool = False
    mandate: Line = ""


class Propose(Request):
    """A proposal (tờ trình) to found a task force."""

    reason: Reason
    document: Line = Field("", description="Its number in the office's document system, if any")
    serves_until: Annotated[Moment | None, Optional] = None
    seats: list[ProposedSeat] = Field(max_length=200)


class Appraise(Request):
    """What the office thinks of a proposal it puts before the chair."""

    opinion: Reason


class Decide(Request):
    """A signed decision: number, date and signer as they stand on the paper."""

    kind: DecisionKind = DecisionKind.FOUNDS
    document: Line
    signed_on: date
    signer: Line
    proposal_id: Annotated[UUID | None, Optional] = None


class Join(Request):
    """One more seat, of a holder or of a named deputy."""

    role: Role
    person_id: UUID
    deputy: bool = False
    mandate: Line = ""
    serves_until: Annotated[Moment | None, Optional] = None


class HandOver(Request):
    """A role goes from one to another, since when and with what the next must know."""

    role: Role
    outgoing: UUID
    incoming: UUID
    handed_over: Reason
    since: Annotated[Moment | None, Optional] = None


def _of(session: Session, caller: Caller, number: str, deed: Deed) -> Incident:
    incident = incidents.by_number(session, number)
    caller.require(session, deed, incident)
    return incident


def propose(session: Session, caller: Caller, number: str, asked: Propose) -> TaskForceProposal:
    """Put a task force forward."""
    incident = _of(session, caller, number, Deed.PROPOSE_TASK_FORCE)
    seats = [Seat(**seat.model_dump()) for seat in asked.seats]
    values = asked.model_dump(exclude={"seats"})
    return founding.propose(session, incident.id, seats=seats, **values, by=caller.actor)


def appraise(
    session: Session, caller: Caller, number: str, proposal_id: UUID, asked: Appraise
) -> TaskForceProposal:
    """Put it before the chair."""
    incident = _of(session, caller, number, Deed.APPRAISE)
    return founding.appraise(
        session, incident.id, proposal_id, opinion=asked.opinion, by=caller.actor
    )


def return_(
    session: Session, caller: Caller, number: str, proposal_id: UUID, asked: Because
) -> TaskForceProposal:
    """Send it back."""
    incident = _of(session, caller, number, Deed.APPRAISE)
    return founding.return_(session, incident.id, proposal_id, reason=asked.reason, by=caller.actor)


def decide(session: Session, caller: Caller, number: str, asked: Decide) -> TaskForce:
    """Enter a signed decision."""
    incident = _of(session, caller, number, Deed.ENTER_DECISION)
    paper = asked.model_dump(include={"document", "signed_on", "signer"})
    match asked.kind:
        case DecisionKind.FOUNDS:
            return founding_decisions.decide(
                session, incident.id, **paper, proposal_id=asked.proposal_id, by=caller.actor
            )
        case DecisionKind.KEEPS:
            return founding_decisions.keep(session, incident.id, **paper, by=caller.actor)
        case DecisionKind.DISSOLVES:
            return founding_decisions.dissolve(session, incident.id, **paper, by=caller.actor)


def join(session: Session, caller: Caller, number: str, asked: Join) -> TaskForceMember:
    """Seat one more."""
    incident = _of(session, caller, number, Deed.DIRECT)
    return seating.add(session, incident.id, **asked.model_dump(), by=caller.actor)


def hand_over(session: Session, caller: Caller, number: str, asked: HandOver) -> Incident:
    """One's own role; those who direct hand over anybody's."""
    own = asked.outgoing == caller.person.id
    incident = _of(session, caller, number, Deed.HAND_OVER_ROLE if own else Deed.DIRECT)
    seating.hand_over(session, incident.id, **asked.model_dump(), by=caller.actor)
    return incident
