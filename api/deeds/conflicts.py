"""What is done about conflicts of interest: declared by whoever sees one, lifted by leadership."""

from typing import Annotated
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Session

from api.fields import Because, Optional, Reason, Request
from api.identity import Caller
from incidents.matter import incidents
from incidents.matter.recusals import Recusal
from incidents.response.staffing import recusing
from incidents.rights.permissions import Deed


class Declare(Request):
    """Who is concerned, a person or a body, and why."""

    person_id: Annotated[UUID | None, Optional] = None
    organisation_id: Annotated[UUID | None, Optional] = None
    reason: Reason

    @model_validator(mode="after")
    def one(self) -> "Declare":
        """A person or a body, not both and not neither."""
        if (self.person_id is None) == (self.organisation_id is None):
            raise ValueError("person_or_body")
        return self


def declare(session: Session, caller: Caller, number: str, asked: Declare) -> Recusal:
    """Of oneself whoever sees the incident may; of others the room and its lawyers."""
    incident = incidents.by_number(session, number)
    own = asked.person_id == caller.person.id
    caller.require(session, Deed.SEE_INCIDENT if own else Deed.DECLARE_CONFLICT, incident)
    if asked.person_id:
        return recusing.declare(
            session, incident.id, asked.person_id, reason=asked.reason, by=caller.actor
        )
    if asked.organisation_id is None:
        raise ValueError("the shape asks for a person or a body")
    return recusing.declare_body(
        session, incident.id, asked.organisation_id, reason=asked.reason, by=caller.actor
    )


def lift(
    session: Session, caller: Caller, number: str, recusal_id: UUID, asked: Because
) -> Recusal:
    """Leadership takes it back."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.LIFT_CONFLICT, incident)
    return recusing.lift(session, incident.id, recusal_id, reason=asked.reason, by=caller.actor)
