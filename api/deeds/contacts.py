"""What is done with contact points and focal points of the directory."""

from typing import Annotated
from uuid import UUID

from sqlmodel import Session

from api.fields import Line, Optional, Request
from api.identity import Caller
from incidents.people import organisations, persons
from incidents.people.directory import contacts, focal_points
from incidents.people.directory.contacts import ContactCheck
from incidents.people.directory.focal_points import FocalPoint, Standing
from incidents.people.persons import ContactKind, ContactPoint
from incidents.rights.permissions import Deed


class AddContact(Request):
    """A way to reach a body, or one of its people."""

    kind: ContactKind
    address: Line
    position: int = 1
    person_id: Annotated[UUID | None, Optional] = None


class TypedCode(Request):
    """The six digits out of the letter."""

    code: Line


class Tried(Request):
    """Whether somebody answered there."""

    reached: bool


class Appoint(Request):
    """Who stands for the body."""

    person_id: UUID
    standing: Standing


class Tested(Request):
    """Whether the focal point answered, and by which way they were tried."""

    reached: bool
    how: Line


def add(session: Session, caller: Caller, code: str, asked: AddContact) -> ContactPoint:
    """Another way to reach a body or a person of it."""
    body = organisations.by_code(session, code)
    person = persons.get(session, asked.person_id) if asked.person_id else None
    caller.require(session, Deed.KEEP_CONTACTS, person or body)
    return contacts.add(
        session,
        asked.kind,
        asked.address,
        position=asked.position,
        person_id=person.id if person else None,
        organisation_id=None if person else body.id,
        by=caller.actor,
    )


def _mine(session: Session, caller: Caller, contact_id: UUID) -> UUID:
    point = contacts.get(session, contact_id)
    caller.require(session, Deed.KEEP_CONTACTS, point)
    return point.id


def remove(session: Session, caller: Caller, contact_id: UUID) -> None:
    """It reaches nobody any more."""
    contacts.remove(session, _mine(session, caller, contact_id), by=caller.actor)


def send_code(session: Session, caller: Caller, contact_id: UUID) -> ContactCheck:
    """A code to the address."""
    return contacts.send_code(session, _mine(session, caller, contact_id))


def confirm(session: Session, caller: Caller, contact_id: UUID, asked: TypedCode) -> ContactPoint:
    """Type it in; a wrong one costs a try."""
    mine = _mine(session, caller, contact_id)
    contacts.confirm(session, mine, asked.code, by=caller.actor)
    return contacts.get(session, mine)


def tried(session: Session, caller: Caller, contact_id: UUID, asked: Tried) -> ContactPoint:
    """Called there, with this outcome."""
    mine = _mine(session, caller, contact_id)
    return contacts.tried(session, mine, reached=asked.reached, by=caller.actor)


def appoint(session: Session, caller: Caller, code: str, asked: Appoint) -> FocalPoint:
    """Who answers for the body."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    body = organisations.by_code(session, code)
    return focal_points.appoint(
        session, body.id, asked.person_id, standing=asked.standing, by=caller.actor
    )


def test(session: Session, caller: Caller, focal_id: UUID, asked: Tested) -> FocalPoint:
    """Tried, as in an emergency: by whoever acts at the desk."""
    caller.require(session, Deed.TEST_CONTACTS)
    return focal_points.test(
        session, focal_id, reached=asked.reached, how=asked.how, by=caller.actor
    )


def end(session: Session, caller: Caller, focal_id: UUID) -> FocalPoint:
    """No longer."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return focal_points.end(session, focal_id, by=caller.actor)
