"""What is done when somebody leaves: their list is looked at, confirmed, and moves or ends."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Optional, Request
from api.identity import Caller
from incidents.people import persons
from incidents.people.departures import Departure
from incidents.people.persons import Person
from incidents.response import holdings, leaving
from incidents.response.holdings import Holding
from incidents.rights.permissions import Deed


class Leave(Request):
    """Since when, who follows, and the fingerprint of the list that was seen."""

    left_on: date
    successor_id: Annotated[UUID | None, Optional] = None
    confirmed: Line = Field(description="The fingerprint of the holdings as they were shown")


def see(session: Session, caller: Caller, person_id: UUID) -> tuple[Person, list[Holding]]:
    """A person and everything they hold."""
    caller.require(session, Deed.ADMINISTER)
    return persons.get(session, person_id), holdings.of(session, person_id)


def leave(session: Session, caller: Caller, person_id: UUID, asked: Leave) -> Departure:
    """Mark them as having left."""
    caller.require(session, Deed.MARK_LEFT)
    return leaving.leave(session, person_id, **asked.model_dump(), by=caller.actor)
