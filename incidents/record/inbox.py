"""What came in, written in the same transaction as what it did: fetched twice, it counts once.

Every way in keeps the place up to which it was read; whatever is read again is known by its name.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, func
from sqlmodel import Field, Session, col, select

from incidents.record import clock
from incidents.record.database import (
    Table,
    choice,
    identifier,
    insert_new,
    moment,
    owned_by,
    reference,
)
from incidents.record.language import N_, Labelled
from incidents.record.language.sentences import Told
from incidents.record.outbox import Channel

REMARK = 4000
"""Characters of somebody's words that are kept."""

_REACHED_EVERY = timedelta(seconds=30)
"""How often it is written down that a source answers: each time would wake every engine."""


class Verb(Labelled):
    """What an answer wants to do."""

    ACKNOWLEDGE = "acknowledge", N_("nhận việc")
    COMPLETE = "complete", N_("báo xong")
    DECLINE = "decline", N_("không nhận")
    MORE_TIME = "more_time", N_("xin thêm thời gian")
    WHO = "who", N_("hỏi ai đang giữ")
    COMMENT = "comment", N_("ghi ý kiến")
    SIGN = "sign", N_("duyệt")


class IncomingState(Labelled):
    """What became of a message that came in."""

    ANSWERED = "answered", N_("đã ghi nhận")
    REFUSED = "refused", N_("không ghi nhận")
    IGNORED = "ignored", N_("bỏ qua")


class Why(Labelled):
    """Why a message that came in was left alone."""

    AUTOMATIC = "automatic", N_("thư trả lời tự động")
    RETURNED = "returned", N_("thư báo không tới được")
    NOT_OURS = "not_ours", N_("không phải trả lời cho bàn trực")
    UNKNOWN_SENDER = "unknown_sender", N_("không rõ người gửi")
    TOO_BIG = "too_big", N_("thư quá lớn")
    LOOP = "loop", N_("thư vòng lại")
    UNREADABLE = "unreadable", N_("không đọc được")


class IncomingMessage(Table, table=True):
    """One message that came in by a channel, what it was about and what became of it.

    Of what is not ours nothing is kept but its name: no sender, no words.
    """

    __tablename__ = "incoming_message"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        CheckConstraint("(state = 'ignored') = (why IS NOT NULL)", name="ignored"),
        CheckConstraint("state <> 'answered' OR person_id IS NOT NULL", name="answered"),
    )

    id: UUID = identifier()
    channel: Channel = choice(Channel)
    provider_id: str
    received_at: datetime = moment(at_once=True)
    sender: str = ""
    person_id: UUID | None = reference("person.id", optional=True)
    message_id: UUID | None = reference("outgoing_message.id", optional=True)
    """What it answers."""
    step_id: UUID | None = reference("step.id", optional=True)
    signal_id: UUID | None = reference("signal.id", optional=True)
    incident_id: UUID | None = reference("incident.id", optional=True)
    verb: Verb | None = choice(Verb, optional=True)
    state: IncomingState = choice(IncomingState, IncomingState.IGNORED)
    why: Why | None = choice(Why, optional=True)
    outcome: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    @property
    def told(self) -> list[Told]:
        """What became of it, in sentences."""
        return [Told.revived(each) for each in self.outcome]


class IncomingText(Table, table=True):
    """What somebody wrote, beside the row, so that it can be erased by itself."""

    __tablename__ = "incoming_text"

    incoming_id: UUID = owned_by("incoming_message.id")
    text: str


class IncomingSource(Table, table=True):
    """Where messages come from, the place up to which they were read, and when it last answered."""

    __tablename__ = "incoming_source"

    name: str = Field(primary_key=True)
    channel: Channel = choice(Channel)
    cursor: str
    reached_at: datetime = moment(at_once=True)
    title: str | None = Field(default="", sa_column_kwargs={"server_default": ""})
    """What people find it under, where that is not known otherwise."""


def enter(session: Session, channel: Channel, provider_id: str) -> IncomingMessage | None:
    """Write down that a message came; ``None`` when it had come before, here or elsewhere.

    Until it is said what became of it, it is nobody's.
    """
    row = IncomingMessage(channel=channel, provider_id=provider_id, why=Why.NOT_OURS)
    insert_new(session, IncomingMessage, [row])
    return session.get(IncomingMessage, row.id)


def keep_text(session: Session, row: IncomingMessage, text: str) -> None:
    """Keep what somebody wrote, beside its row."""
    if text:
        session.add(IncomingText(incoming_id=row.id, text=text[:REMARK]))


def cursor(session: Session, name: str) -> str | None:
    """The place up to which a source was read; nothing before its first time."""
    found = session.get(IncomingSource, name)
    return found.cursor if found else None


def reached(session: Session, channel: Channel, name: str, *, cursor: str, title: str = "") -> None:
    """A source answered, and was read up to here."""
    source = session.get(IncomingSource, name)
    if source is None:
        source = IncomingSource(name=name, channel=channel, cursor=cursor)
    source.cursor, source.reached_at = cursor, clock.now()
    source.title = title or source.title
    session.add(source)


def stale(session: Session, name: str, *, cursor: str) -> bool:
    """Whether what is known of a source is worth writing down again."""
    source = session.get(IncomingSource, name)
    return (
        source is None
        or source.cursor != cursor
        or clock.now() - source.reached_at >= _REACHED_EVERY
    )


def titles(session: Session) -> dict[Channel, str]:
    """Under what people find each channel that was heard to answer."""
    found = session.exec(select(IncomingSource).order_by(col(IncomingSource.reached_at)))
    return {source.channel: source.title for source in found if source.title}


def last_reached(session: Session) -> datetime | None:
    """When a source last answered."""
    return session.exec(select(func.max(col(IncomingSource.reached_at)))).one()
