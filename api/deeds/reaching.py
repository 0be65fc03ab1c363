"""What people say about how they are reached themselves."""

from datetime import time
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Optional, Request, Ticked
from api.identity import Caller
from incidents.people import persons
from incidents.people.directory import contacts, reaching
from incidents.people.duty.patterns import Weekday
from incidents.people.persons import ContactPoint, Person
from incidents.people.quiet_hours import QuietHours
from incidents.record.outbox import OutgoingMessage
from incidents.rights.permissions import Deed

Wait = Annotated[int | None, Optional]


class Choose(Request):
    """Minutes after the first way at which each is used, in either set; nothing for never."""

    ordinary: dict[UUID, Wait] = Field(default_factory=dict[UUID, Wait])
    grave: dict[UUID, Wait] = Field(default_factory=dict[UUID, Wait])


class KeepQuiet(Request):
    """From one time of day to another, on these days of the week, and on public holidays."""

    begins: time
    ends: time
    on: Annotated[list[Weekday], Ticked] = Field(default_factory=list[Weekday])
    holidays: bool = False


def own(session: Session, caller: Caller) -> tuple[Person, list[ContactPoint]]:
    """The caller as the desk knows them, and the ways it reaches them by."""
    caller.require(session, Deed.FLAG)
    return persons.get(session, caller.person.id), reaching.of(session, caller.person.id)


def choose(session: Session, caller: Caller, asked: Choose) -> None:
    """One's own order, for both sets."""
    caller.require(session, Deed.FLAG)
    reaching.choose(
        session, caller.person.id, ordinary=asked.ordinary, grave=asked.grave, by=caller.actor
    )


def keep_quiet(session: Session, caller: Caller, asked: KeepQuiet) -> None:
    """One's own quiet hours."""
    caller.require(session, Deed.FLAG)
    hours = QuietHours(asked.begins, asked.ends, frozenset(asked.on), asked.holidays)
    reaching.keep_quiet(session, caller.person.id, hours, by=caller.actor)


def lift_quiet(session: Session, caller: Caller) -> None:
    """No quiet hours any more."""
    caller.require(session, Deed.FLAG)
    reaching.keep_quiet(session, caller.person.id, None, by=caller.actor)


def try_out(session: Session, caller: Caller, contact_id: UUID) -> OutgoingMessage:
    """A test message by a way one keeps."""
    caller.require(session, Deed.KEEP_CONTACTS, contacts.get(session, contact_id))
    return reaching.try_out(session, contact_id)
