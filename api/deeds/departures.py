"""What is done when somebody leaves or comes back: their list is looked at and confirmed."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Optional, Reason, Request, Ticked
from api.identity import Caller
from incidents.people import departures, persons
from incidents.people.departures import Departure
from incidents.people.persons import Person
from incidents.response.staffing import coming_back, holdings, leaving, recoverable
from incidents.response.staffing.holdings import Holding
from incidents.response.staffing.recoverable import Recoverable
from incidents.rights.permissions import Deed


class Leave(Request):
    """Since when, who follows, and the fingerprint of the list that was seen."""

    left_on: date
    successor_id: Annotated[UUID | None, Optional] = None
    confirmed: Line = Field(description="The fingerprint of the holdings as they were shown")


class ComeBack(Request):
    """Why, what is taken back by its ids, and the fingerprint of the list that was seen."""

    reason: Reason = ""
    take: Annotated[list[UUID], Ticked] = Field(default_factory=list)
    confirmed: Line = Field(description="The fingerprint of the list as it was shown")


def see(session: Session, caller: Caller, person_id: UUID) -> tuple[Person, list[Holding]]:
    """A person and everything they hold."""
    caller.require(session, Deed.ADMINISTER)
    return persons.get(session, person_id), holdings.of(session, person_id)


def leave(session: Session, caller: Caller, person_id: UUID, asked: Leave) -> Departure:
    """Mark them as having left."""
    caller.require(session, Deed.MARK_LEFT)
    return leaving.leave(session, person_id, **asked.model_dump(), by=caller.actor)


def see_gone(
    session: Session, caller: Caller, person_id: UUID
) -> tuple[Departure, list[Recoverable]] | None:
    """The departure of somebody who is away, and what they had in hand then."""
    caller.require(session, Deed.ADMINISTER)
    gone = departures.of(session, person_id)
    if gone is None or persons.get(session, person_id).active:
        return None
    return gone, recoverable.of(session, gone)


def come_back(session: Session, caller: Caller, person_id: UUID, asked: ComeBack) -> Departure:
    """They work with the desk again."""
    caller.require(session, Deed.MARK_LEFT)
    return coming_back.come_back(session, person_id, **asked.model_dump(), by=caller.actor)
