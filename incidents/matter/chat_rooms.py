"""A room of an incident on the office's chat server: who was let in, and how far it was told.

The timeline is its source. What a server away could not be told is told when it is back, from the
place kept here on; nothing is queued, so nothing can be lost or left over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents
from incidents.matter.incidents import LIVE, Incident
from incidents.matter.taskforces import TaskForce, TaskForceMember, seated
from incidents.people import concerned
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import clock, dispatch, settings, timeline
from incidents.record.actors import ENGINE
from incidents.record.database import (
    Table,
    identifier,
    insert_new,
    locked,
    moment,
    owned_by,
    reference,
)
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.record.moments import Coming
from incidents.record.timeline import TimelineHead

LEASE = timedelta(seconds=60)
"""How long a room belongs to the engine that attends to it; a dead one gives it back."""


class ChatRoom(Table, table=True):
    """The room of one incident; without a ``name`` it was not made yet."""

    __tablename__ = "chat_room"

    incident_id: UUID = owned_by("incident.id")
    name: str | None = Field(default=None, unique=True)
    """What the server calls it."""
    alias: str = ""
    """What people call it."""
    place: int = 0
    """The last entry of the timeline it was told, or did not need to be."""
    title: str = ""
    topic: str = ""
    due_at: datetime = moment(at_once=True)
    """From when on an engine may attend to it."""
    failures: int = 0
    failing_since: datetime | None = moment(optional=True)
    reason: str | None = None
    read_only: bool = False
    """Whether members were kept from writing there."""
    archived_at: datetime | None = moment(optional=True, index=True)
    """Since when nothing is told there any more."""

    @property
    def link(self) -> str:
        """Opens it in whatever client somebody has: the ``matrix:`` scheme of the specification."""
        return f"matrix:r/{quote(self.alias.removeprefix('#'), safe=':')}"


class ChatRoomGuest(Table, table=True):
    """An account that was let into a room."""

    __tablename__ = "chat_room_guest"
    __table_args__ = (UniqueConstraint("incident_id", "account"),)

    id: UUID = identifier()
    incident_id: UUID = reference("chat_room.incident_id", index=False)
    account: str


class ChatRoomPost(Table, table=True):
    """What was posted about a step, so that whoever answers it answers the step."""

    __tablename__ = "chat_room_post"

    id: UUID = identifier()
    name: str = Field(unique=True)
    """The server's name for it."""
    step_id: UUID = reference("step.id", index=False)


@dataclass(frozen=True)
class ChatRoomOpened(Fact):
    """The task force has a room of its own on the chat server; its name is for members."""

    says: ClassVar[str] = N_("Mở phòng Matrix cho Tổ công tác")


_UNTOLD = col(ChatRoom.archived_at).is_(None) & (
    col(ChatRoom.name).is_(None) | (col(TimelineHead.seq) > col(ChatRoom.place))
)
COMING = Coming(
    select(ChatRoom.due_at)
    .join(TimelineHead, col(TimelineHead.chain) == ChatRoom.incident_id)
    .where(_UNTOLD)
    .order_by(col(ChatRoom.due_at))
    .limit(1)
)
"""When the next room has something to be told."""


def wanted() -> bool:
    """Whether the office has a server that rooms are made on."""
    return bool(settings.current().matrix_url.get_secret_value())


def begin(session: Session, incident_id: UUID) -> None:
    """An incident opens: its room is told everything from the first word on."""
    if wanted():
        session.add(ChatRoom(incident_id=incident_id))


def resume(session: Session, incident_id: UUID) -> None:
    """An incident is worked on again: its room is told what happens, from here on."""
    if room := of(session, incident_id):
        room.archived_at = None
        session.add(room)


def adopt(session: Session) -> int:
    """Incidents at work that never had a room get one, told from here on; says how many."""
    found = session.exec(_homeless(col(Incident.id), col(TimelineHead.seq))).all()
    fresh = [ChatRoom(incident_id=incident_id, place=place) for incident_id, place in found]
    return insert_new(session, ChatRoom, fresh) if fresh else 0


def homeless(session: Session) -> bool:
    """Whether there are such incidents; only looks."""
    return session.exec(_homeless(col(Incident.id)).limit(1)).first() is not None


def _homeless(*what: Any) -> Any:
    return (
        select(*what)
        .join(TimelineHead, col(TimelineHead.chain) == Incident.id)
        .where(
            col(Incident.status).in_(LIVE),
            ~select(ChatRoom.incident_id).where(ChatRoom.incident_id == Incident.id).exists(),
        )
    )


def due(session: Session, *, archived: bool = False) -> list[UUID]:
    """The rooms that are behind the timeline, or where the wrong people are let in.

    Of those archived only the last is looked at, and only when they are asked for.
    """
    now = clock.now()
    behind = (
        select(ChatRoom.incident_id)
        .join(TimelineHead, col(TimelineHead.chain) == ChatRoom.incident_id)
        .where(_UNTOLD, col(ChatRoom.due_at) <= now)
        .order_by(col(ChatRoom.due_at))
    )
    shut = col(ChatRoom.archived_at).is_not(None)
    stands = (col(ChatRoom.name).is_not(None), col(ChatRoom.due_at) <= now)
    let_in = (
        select(ChatRoomGuest.id)
        .where(
            ChatRoomGuest.incident_id == ChatRoom.incident_id,
            ChatRoomGuest.account == ContactPoint.address,
        )
        .correlate(ChatRoom, ContactPoint)
    )
    missing = (
        _members(ChatRoom.incident_id)
        .join(ChatRoom, col(ChatRoom.incident_id) == TaskForce.incident_id)
        .where(*stands, ~shut, ~let_in.exists())
    )
    seats = _members(ContactPoint.id).where(
        TaskForce.incident_id == ChatRoomGuest.incident_id,
        ContactPoint.address == ChatRoomGuest.account,
    )
    strangers = (
        select(ChatRoomGuest.incident_id)
        .join(ChatRoom, col(ChatRoom.incident_id) == ChatRoomGuest.incident_id)
        .where(*stands, shut if archived else ~shut, ~seats.correlate(ChatRoomGuest).exists())
    )
    questions = (strangers,) if archived else (behind, missing, strangers)
    return list(dict.fromkeys(each for asked in questions for each in session.exec(asked)))


def members(session: Session, incident_id: UUID) -> dict[str, UUID]:
    """The accounts of a task force's members that are let in → whose they are."""
    wanted = _members(ContactPoint.address, ContactPoint.person_id)
    return dict(session.exec(wanted.where(TaskForce.incident_id == incident_id)).all())


def _members(*what: Any) -> Any:
    """Who sits in a task force and is not named in its matter, by each account shown theirs."""
    return (
        select(*what)
        .select_from(TaskForce)
        .join(TaskForceMember, col(TaskForceMember.task_force_id) == TaskForce.id)
        .join(Person, col(Person.id) == TaskForceMember.person_id)
        .join(ContactPoint, col(ContactPoint.person_id) == Person.id)
        .where(
            *seated(clock.now()),
            col(Person.active),
            ContactPoint.channel == ContactKind.MATRIX,
            col(ContactPoint.verified_at).is_not(None),
            col(ContactPoint.bounced_at).is_(None),
            concerned.open_to(col(Person.id), col(TaskForce.incident_id)),
        )
    )


def guests(session: Session, incident_id: UUID) -> set[str]:
    """The accounts that were let into a room."""
    wanted = select(ChatRoomGuest.account).where(ChatRoomGuest.incident_id == incident_id)
    return set(session.exec(wanted))


def of(session: Session, incident_id: UUID) -> ChatRoom | None:
    """The room of an incident, made or to be made."""
    return session.get(ChatRoom, incident_id)


def claim(session: Session, incident_id: UUID) -> ChatRoom | None:
    """Take a room for a while; ``None`` when another engine has it or it waits."""
    room = locked(session, ChatRoom, incident_id)
    if room is None or room.due_at > clock.now():
        return None
    room.due_at = clock.now() + LEASE
    session.add(room)
    return room


def made(session: Session, incident_id: UUID, *, name: str, alias: str) -> None:
    """The server has the room, which the record says; ``alias`` is what people call it."""
    room = session.get_one(ChatRoom, incident_id)
    room.name, room.alias = name, alias
    session.add(room)
    timeline.record(session, incident_id, ChatRoomOpened(), by=ENGINE)


def labelled(session: Session, incident_id: UUID, *, title: str, topic: str) -> None:
    """What stands above the room."""
    room = session.get_one(ChatRoom, incident_id)
    room.title, room.topic = title, topic
    session.add(room)


def archive(session: Session, incident_id: UUID, *, read_only: bool) -> None:
    """Nothing is told there any more, unless its incident was reopened meanwhile."""
    ended = incidents.get(session, incident_id, lock=True).ended_at is not None
    room = session.get_one(ChatRoom, incident_id)
    room.archived_at, room.read_only = clock.now() if ended else None, read_only
    session.add(room)


def opened_again(session: Session, incident_id: UUID) -> None:
    """Members may write there again."""
    room = session.get_one(ChatRoom, incident_id)
    room.read_only = False
    session.add(room)


def let_in(session: Session, incident_id: UUID, account: str) -> None:
    """An account was invited."""
    if account not in guests(session, incident_id):
        session.add(ChatRoomGuest(incident_id=incident_id, account=account))


def put_out(session: Session, incident_id: UUID, account: str) -> None:
    """An account is in no longer."""
    wanted = select(ChatRoomGuest).where(
        ChatRoomGuest.incident_id == incident_id, ChatRoomGuest.account == account
    )
    for each in session.exec(wanted):
        session.delete(each)


def told(session: Session, incident_id: UUID, place: int, posts: Mapping[str, UUID]) -> None:
    """The room was told up to here; ``posts`` are those about steps, by the server's names."""
    room = session.get_one(ChatRoom, incident_id)
    room.place = max(room.place, place)
    session.add(room)
    session.add_all(ChatRoomPost(name=name, step_id=step_id) for name, step_id in posts.items())


def done(session: Session, incident_id: UUID) -> None:
    """Give a room back: whatever comes next may be told at once."""
    room = session.get_one(ChatRoom, incident_id)
    room.due_at, room.failures, room.failing_since, room.reason = clock.now(), 0, None, None
    session.add(room)


def failed(
    session: Session, incident_id: UUID, *, reason: str, retry_in: timedelta | None = None
) -> None:
    """Give it back for later; the pause doubles as that of messages does."""
    room = session.get_one(ChatRoom, incident_id)
    room.failures += 1
    room.failing_since = room.failing_since or clock.now()
    pause = retry_in or dispatch.retry_after(room.failures, incident_id)
    room.reason, room.due_at = reason, clock.now() + pause
    session.add(room)


def steps_named(session: Session, names: Iterable[str]) -> list[UUID]:
    """The steps that posts of such names are about."""
    wanted = select(ChatRoomPost.step_id).where(col(ChatRoomPost.name).in_(list(names)))
    return list(session.exec(wanted))


def among(session: Session, names: Iterable[str]) -> set[str]:
    """Those of the server's rooms that are of an incident."""
    wanted = select(ChatRoom.name).where(col(ChatRoom.name).in_(list(names)))
    return {name for name in session.exec(wanted) if name}
