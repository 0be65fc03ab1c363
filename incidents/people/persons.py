"""Persons who work with the desk, and how they are reached."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.record import outbox
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import NotFound
from incidents.record.language import N_, Language
from incidents.record.outbox import Channel


class Person(Table, table=True):
    """An official of a body; ``post`` is the state post printed in documents."""

    __tablename__ = "person"

    id: UUID = identifier()
    name: str
    post: str = ""
    organisation_id: UUID = reference("organisation.id")
    language: Language = choice(Language, Language.VI)
    username: str | None = Field(default=None, unique=True)
    password_hash: str | None = None
    telephone: str = ""
    active: bool = True
    administrator: bool = False


class ContactPoint(Table, table=True):
    """One address of a person; ``bounced_at`` is set when it stopped accepting."""

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("person_id", "channel", "address"),)

    id: UUID = identifier()
    person_id: UUID = reference("person.id")
    channel: Channel = choice(Channel)
    address: str
    position: int = 1
    verified_at: datetime | None = moment(optional=True)
    bounced_at: datetime | None = moment(optional=True)


def get(session: Session, person_id: UUID) -> Person:
    """The person; ``NotFound`` when there is none."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy người này."))
    return found


def names(session: Session, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Many persons in one query, for pages that show their names."""
    if not ids:
        return {}
    return {p.id: p for p in session.exec(select(Person).where(col(Person.id).in_(set(ids))))}


def tell(
    session: Session, person_id: UUID, kind: str, *, key: str, **about: Any
) -> list[outbox.OutgoingMessage]:
    """Queue a message of a kind to every usable address of a person, first choice first.

    An address nobody verified or that bounced is still used when it is all there is: a late
    complaint is better than silence.
    """
    points = session.exec(
        select(ContactPoint)
        .where(ContactPoint.person_id == person_id)
        .order_by(col(ContactPoint.bounced_at).is_not(None), col(ContactPoint.position))
    ).all()
    usable = [p for p in points if p.verified_at and not p.bounced_at] or points[:1]
    queued = [
        outbox.queue(
            session,
            key=f"{key}:{person_id}:{point.channel}:{point.address}",
            channel=point.channel,
            kind=kind,
            address=point.address,
            recipient_id=person_id,
            **about,
        )
        for point in usable
    ]
    return [message for message in queued if message]
