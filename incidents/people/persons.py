"""Persons who work with the desk, and how they are reached."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, Uuid, bindparam
from sqlmodel import Field, Session, col, select

from incidents.people import concerned

# Persons point to its table: whoever writes one needs it known, in whatever process.
from incidents.people.organisations import Organisation as Organisation  # noqa: PLC0414
from incidents.record import clock, outbox
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Invalid, NotFound
from incidents.record.language import N_, Labelled, Language
from incidents.record.language.alphabet import by_given_name
from incidents.record.outbox import Channel, OutgoingMessage


class Person(Table, table=True):
    """An official of a body; ``post`` is the state post printed in documents.

    With ``one_time_until`` the password is one an administrator gave, good for setting another.
    """

    __tablename__ = "person"

    id: UUID = identifier()
    name: str
    post: str = ""
    organisation_id: UUID = reference("organisation.id")
    language: Language = choice(Language, Language.VI)
    username: str | None = Field(default=None, unique=True)
    password_hash: str | None = None
    one_time_until: datetime | None = moment(optional=True)
    telephone: str = ""
    active: bool = True
    administrator: bool = False


class ContactKind(Labelled):
    """The ways a person or a body is reached; the desk itself sends by the first two."""

    MAIL = "mail", N_("thư điện tử")
    APPRISE = "apprise", N_("dịch vụ nhắn tin")
    TELEPHONE = "telephone", N_("điện thoại")
    ZALO = "zalo", "Zalo"
    OTHER = "other", N_("cách khác")


SENT_BY_THE_DESK = (ContactKind.MAIL, ContactKind.APPRISE)


class ContactPoint(Table, table=True):
    """One address of a person or of a body; ``bounced_at`` is set when it stopped accepting.

    ``verified_by`` is the named person who tried it; nobody, when a code sent there came back.
    """

    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("person_id", "channel", "address"),
        UniqueConstraint("organisation_id", "channel", "address"),
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="owner"),
    )

    id: UUID = identifier()
    person_id: UUID | None = reference("person.id", optional=True)
    organisation_id: UUID | None = reference("organisation.id", optional=True)
    channel: ContactKind = choice(ContactKind, guard="channel")
    address: str
    position: int = 1
    verified_at: datetime | None = moment(optional=True)
    verified_by: UUID | None = reference("person.id", optional=True, index=False)
    bounced_at: datetime | None = moment(optional=True)


def get(session: Session, person_id: UUID) -> Person:
    """The person; ``NotFound`` when there is none."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy người này."))
    return found


def active(session: Session, person_id: UUID) -> Person:
    """The person, if they still work with the desk; ``Invalid`` otherwise."""
    person = get(session, person_id)
    if not person.active:
        raise Invalid(N_("%(name)s không còn làm việc với bàn trực."), name=person.name)
    return person


def everybody(session: Session, *, active: bool = True) -> list[Person]:
    """People by given name, as an office lists them; with ``active=False`` also who has left."""
    wanted = select(Person).where(col(Person.active)) if active else select(Person)
    return in_order(session.exec(wanted))


def named(session: Session, name: str) -> list[Person]:
    """Those who work with the desk under a name as it is written in the directory."""
    wanted = " ".join(name.split()).casefold()
    found = session.exec(select(Person).where(col(Person.active)))
    return [person for person in found if person.name.casefold() == wanted]


def in_order(people: Iterable[Person]) -> list[Person]:
    """People by given name."""
    return sorted(people, key=lambda person: by_given_name(person.name))


def names(session: Session, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Many persons in one query, for pages that show their names."""
    if not ids:
        return {}
    return {p.id: p for p in session.exec(select(Person).where(col(Person.id).in_(set(ids))))}


def tell(
    session: Session, person_id: UUID, kind: str, *, key: str, **about: Any
) -> list[OutgoingMessage]:
    """Queue a message of a kind to every usable address of one person."""
    return tell_all(session, [person_id], kind, key=key, **about)


def tell_all(
    session: Session,
    people: Iterable[UUID],
    kind: str,
    *,
    key: str,
    values: Mapping[str, Any] | None = None,
    values_of: Callable[[UUID], dict[str, Any]] | None = None,
    **about: Any,
) -> list[OutgoingMessage]:
    """Queue a message of a kind to every usable address of each person, first choice first.

    ``values`` are told to everybody, ``values_of`` a person only to them. Whoever left is told
    nothing. Two statements, however many people.
    """
    return tell_together(session, [Call(people, kind, key, values or {}, values_of)], **about)


@dataclass(frozen=True)
class Call:
    """A kind of message to some people: ``values`` for everybody, ``values_of`` a person's own."""

    people: Iterable[UUID]
    kind: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    values_of: Callable[[UUID], dict[str, Any]] | None = None

    def to(self, person_id: UUID) -> dict[str, Any]:
        """What one person is told."""
        return {**self.values, **(self.values_of(person_id) if self.values_of else {})}


def tell_together(session: Session, calls: Sequence[Call], **about: Any) -> list[OutgoingMessage]:
    """Queue several kinds of message about one thing: two statements for all of them.

    About an incident nobody is told anything whom it concerns themselves, but that it does.
    """
    lists = [(call, list(dict.fromkeys(call.people))) for call in calls]
    themselves = all(call.kind in concerned.HEAR_THEMSELVES for call in calls)
    points = addresses(
        session,
        [person_id for _, people in lists for person_id in people],
        of_incident=None if themselves else about.get("incident_id"),
    )
    return outbox.queue_all(
        session,
        [
            OutgoingMessage(
                key=f"{call.key}:{person_id}:{point.channel}:{point.address}",
                channel=Channel(point.channel),
                kind=call.kind,
                address=point.address,
                recipient_id=person_id,
                values=call.to(person_id),
                **about,
            )
            for call, people in lists
            for person_id in people
            for point in points[person_id]
        ],
    )


# Built once: each call-out asks it.
_USABLE = (
    select(ContactPoint)
    .join(Person, col(Person.id) == ContactPoint.person_id)
    .where(
        col(ContactPoint.person_id).in_(bindparam("people", expanding=True)),
        col(ContactPoint.channel).in_(SENT_BY_THE_DESK),
        col(Person.active),
    )
    .order_by(col(ContactPoint.bounced_at).is_not(None), col(ContactPoint.position))
)
_NOT_CONCERNED = _USABLE.where(
    concerned.open_to(col(ContactPoint.person_id), bindparam("incident", type_=Uuid()))
)


def addresses(
    session: Session, people: Iterable[UUID], *, of_incident: UUID | None = None
) -> dict[UUID, list[ContactPoint]]:
    """The addresses to use for each person, first choice first.

    An address nobody verified or that bounced is still used when it is all a person has: a late
    complaint is better than silence. ``of_incident`` leaves out whom it concerns themselves.
    """
    points: dict[UUID, list[ContactPoint]] = {person_id: [] for person_id in people}
    if not points:
        return {}
    asked: dict[str, Any] = {"people": list(points)}
    if of_incident:
        asked["incident"] = of_incident
    for point in session.exec(_NOT_CONCERNED if of_incident else _USABLE, params=asked):
        if point.person_id:
            points[point.person_id].append(point)
    return {
        person_id: [p for p in all_of if p.verified_at and not p.bounced_at] or all_of[:1]
        for person_id, all_of in points.items()
    }


def bounced(session: Session, person_id: UUID, address: str) -> None:
    """An address stopped accepting: from now on it is the last one tried."""
    for point in session.exec(
        select(ContactPoint).where(
            ContactPoint.person_id == person_id,
            ContactPoint.address == address,
            col(ContactPoint.bounced_at).is_(None),
        )
    ):
        point.bounced_at = clock.now()
        session.add(point)
