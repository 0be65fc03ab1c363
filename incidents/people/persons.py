"""Persons who work with the desk, and how they are reached."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint, Uuid, bindparam, column, table
from sqlmodel import Field, Session, col, select

from incidents.people import concerned

# Persons point to its table: whoever writes one needs it known, in whatever process.
from incidents.people.organisations import Organisation as Organisation  # noqa: PLC0414
from incidents.people.quiet_hours import QuietHours
from incidents.record import clock, outbox
from incidents.record.database import Table, choice, document, identifier, moment, reference
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
    quiet: dict[str, Any] | None = document(optional=True)
    """Their quiet hours, as ``QuietHours`` keeps them."""
    active: bool = True
    administrator: bool = False


class ContactKind(Labelled):
    """The ways a person or a body is reached."""

    MAIL = "mail", N_("thư điện tử")
    APPRISE = "apprise", N_("dịch vụ nhắn tin")
    TELEPHONE = "telephone", N_("điện thoại")
    ZALO = "zalo", "Zalo"
    OTHER = "other", N_("cách khác")
    ZALO_CHAT = "zalo_chat", N_("Zalo, bàn trực nhắn")
    TELEGRAM = "telegram", "Telegram"
    MATRIX = "matrix", "Matrix"
    SMS = "sms", N_("tin nhắn SMS")
    CALL = "call", N_("cuộc gọi tự động")


BOUND = (ContactKind.ZALO_CHAT, ContactKind.TELEGRAM, ContactKind.MATRIX)
"""Chat accounts: a person binds their own by a code, nobody writes one down."""

BY_CODE = (ContactKind.MAIL, ContactKind.SMS, ContactKind.CALL)
"""Shown to reach their owner by a code that is sent there and typed in."""

SENT_BY_THE_DESK = (ContactKind.APPRISE, *BY_CODE, *BOUND)
"""What the desk itself sends by; a call is made only for work of level 3 or 4."""


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
    address: str = Field(index=True)
    position: int = 1
    verified_at: datetime | None = moment(optional=True)
    verified_by: UUID | None = reference("person.id", optional=True, index=False)
    bounced_at: datetime | None = moment(optional=True)
    after_minutes: int | None = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How long after the first way it is used, while nobody answered; nothing: never."""
    grave_after_minutes: int | None = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The same for a matter of level 3 or 4."""

    def after(self, *, grave: bool) -> int | None:
        """In minutes, of one set or of the other."""
        return self.grave_after_minutes if grave else self.after_minutes


@dataclass(frozen=True)
class Way:
    """An address a message goes to, and when: at once where nothing is said."""

    point: ContactPoint
    due_at: datetime | None = None
    grave: bool = False


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
    wakes: bool = False,
    **about: Any,
) -> list[OutgoingMessage]:
    """Queue a message of a kind to every usable address of each person, first choice first.

    ``values`` are told to everybody, ``values_of`` a person only to them. Whoever left is told
    nothing. Two statements, however many people.
    """
    return tell_together(
        session, [Call(people, kind, key, values or {}, values_of, wakes)], **about
    )


@dataclass(frozen=True)
class Call:
    """A kind of message to some people: ``values`` for everybody, ``values_of`` a person's own."""

    people: Iterable[UUID]
    kind: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    values_of: Callable[[UUID], dict[str, Any]] | None = None
    wakes: bool = False
    """Whether it comes in quiet hours as well, whatever the level."""

    def to(self, person_id: UUID) -> dict[str, Any]:
        """What one person is told."""
        return {**self.values, **(self.values_of(person_id) if self.values_of else {})}


def tell_together(
    session: Session, calls: Sequence[Call], *, level: int | None = None, **about: Any
) -> list[OutgoingMessage]:
    """Queue several kinds of message about one thing: two statements for all of them.

    About an incident nobody is told anything whom it concerns themselves, but that it does. What
    is about a step or a flag goes out by the later ways as well, until somebody answers. ``level``
    is that of an incident which is not written yet.
    """
    lists = [(call, list(dict.fromkeys(call.people))) for call in calls]
    themselves = all(call.kind in concerned.HEAR_THEMSELVES for call in calls)
    flag, asks = bool(about.get("signal_id")), bool(about.get("signal_id") or about.get("step_id"))
    reached = ways(
        session,
        [person_id for _, people in lists for person_id in people],
        incident_id=about.get("incident_id"),
        themselves=themselves,
        answered=asks,
        wakes=flag or any(call.wakes for call in calls),
        level=level,
    )
    return outbox.queue_all(
        session,
        [
            OutgoingMessage(
                key=f"{call.key}:{person_id}:{way.point.channel}:{way.point.address}",
                channel=Channel(way.point.channel),
                kind=call.kind,
                address=way.point.address,
                recipient_id=person_id,
                values=call.to(person_id),
                rank=outbox.FIRST if flag or call.wakes or way.grave else outbox.REST,
                reach_by=outbox.reach_by(way.due_at) if asks or call.wakes else None,
                **({"due_at": way.due_at} if way.due_at else {}),
                **about,
            )
            for call, people in lists
            for person_id in people
            for way in reached[person_id]
        ],
    )


# Built once: each call-out asks it.
_GRAVE = 3
_incident = table("incident", column("id", Uuid()), column("level", Integer()))
_MATTER = bindparam("incident", type_=Uuid())
_LEVEL = select(_incident.c.level).where(_incident.c.id == _MATTER).scalar_subquery()
_USABLE = (
    select(ContactPoint, col(Person.quiet), _LEVEL)
    .join(Person, col(Person.id) == ContactPoint.person_id)
    .where(
        col(ContactPoint.person_id).in_(bindparam("people", expanding=True)),
        col(ContactPoint.channel).in_(SENT_BY_THE_DESK),
        col(Person.active),
    )
    .order_by(col(ContactPoint.bounced_at).is_not(None), col(ContactPoint.position))
)
_NOT_CONCERNED = _USABLE.where(concerned.open_to(col(ContactPoint.person_id), _MATTER))


def ways(
    session: Session,
    people: Iterable[UUID],
    *,
    incident_id: UUID | None = None,
    themselves: bool = False,
    answered: bool = False,
    wakes: bool = False,
    level: int | None = None,
) -> dict[UUID, list[Way]]:
    """How each person is reached now, first choice first; one query.

    An address nobody verified or that bounced is still used when it is all a person has: a late
    complaint is better than silence. Whom the incident concerns is left out, unless
    ``themselves`` are told of that. The later ways are for what is ``answered``. What neither
    ``wakes`` nor is about a matter of level 3 or 4 waits for the end of their quiet hours.
    """
    found: dict[UUID, list[Way]] = {person_id: [] for person_id in people}
    if not found:
        return {}
    wanted = _USABLE if themselves or incident_id is None else _NOT_CONCERNED
    asked: dict[str, Any] = {"people": list(found), "incident": incident_id}
    kept: dict[UUID, _Kept] = {}
    for point, quiet, kept_level in session.exec(wanted, params=asked):
        if point.person_id:
            known = level if level is not None else kept_level or 0
            kept.setdefault(point.person_id, ([], quiet, known))[0].append(point)
    now = clock.now()
    for person_id, (points, quiet, known) in kept.items():
        grave = known >= _GRAVE
        late = QuietHours.of(quiet).over(now) if quiet and not (grave or wakes) else None
        rings = grave and answered
        heard = [p for p in points if rings or p.channel is not ContactKind.CALL]
        for point, wait in _in_turn(heard, grave=grave):
            if answered or not wait:
                due_at = (late or now) + wait if late or wait else None
                found[person_id].append(Way(point, due_at, grave))
    return found


_Kept = tuple[list[ContactPoint], dict[str, Any] | None, int]


def _in_turn(points: list[ContactPoint], *, grave: bool) -> list[tuple[ContactPoint, timedelta]]:
    """The usable ways in their order, each with how long after the first it is used.

    Where none of those somebody chose works any more, the first that does is used at once.
    """
    usable = [p for p in points if p.verified_at and not p.bounced_at] or points[:1]
    chosen = [(p, wait) for p in usable if (wait := p.after(grave=grave)) is not None]
    chosen = chosen or [(p, 0) for p in usable[:1]]
    first = min((wait for _, wait in chosen), default=0)
    waits = [(p, timedelta(minutes=wait - first)) for p, wait in chosen]
    return sorted(waits, key=lambda each: each[1])


def addresses(session: Session, people: Iterable[UUID]) -> dict[UUID, list[ContactPoint]]:
    """The addresses a notice goes to that asks for nothing, at any hour."""
    reached = ways(session, people, wakes=True)
    return {person_id: [way.point for way in found] for person_id, found in reached.items()}


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
