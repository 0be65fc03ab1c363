"""What must be sent, written in the same transaction as the reason for it.

A message is claimed for a while, sent, and marked afterwards: at least once, and a second time
only when the desk died between the two, which its attempt rows show.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Uuid,
    false,
    text,
    update,
)
from sqlmodel import Field, Session, col, select

from incidents.record import clock
from incidents.record.database import (
    Table,
    choice,
    document,
    identifier,
    insert_new,
    moment,
    reference,
)
from incidents.record.language import N_, Labelled


class MessageState(Labelled):
    """Where a message is on its way."""

    QUEUED = "queued", N_("chờ gửi")
    CLAIMED = "claimed", N_("đang gửi")
    SENT = "sent", N_("đã gửi")
    FAILED = "failed", N_("không gửi được")
    CANCELLED = "cancelled", N_("đã hủy")


class Channel(Labelled):
    """The ways out of the desk."""

    MAIL = "mail", N_("thư điện tử")
    PUBLIC_PAGE = "public_page", N_("trang thông tin chính thức")
    APPRISE = "apprise", N_("dịch vụ nhắn tin")
    ZALO = "zalo_chat", "Zalo"
    TELEGRAM = "telegram", "Telegram"
    MATRIX = "matrix", "Matrix"
    SMS = "sms", N_("tin nhắn SMS")
    CALL = "call", N_("cuộc gọi tự động")


ALL: frozenset[Channel] = frozenset()
"""No channel named: every one of them."""

CHATS = (Channel.ZALO, Channel.TELEGRAM, Channel.MATRIX, Channel.SMS, Channel.CALL)
"""Those that bring answers back from an account or a number shown to be its person's."""


REACH_WITHIN = timedelta(minutes=5)
"""How long after its first due time a message that asks may go without being accepted."""

FIRST, REST = range(2)
"""Who leaves before whom: what is about a flag or a matter of level 3 or 4, before all else."""


class AttemptOutcome(Labelled):
    """How one attempt to send ended."""

    SENT = "sent", N_("đã gửi")
    FAILED_FOR_NOW = "failed_for_now", N_("chưa gửi được, sẽ gửi lại")
    FAILED_FOR_GOOD = "failed_for_good", N_("không gửi được")


class OutgoingMessage(Table, table=True):
    """One message to one recipient by one channel; ``key`` makes asking for it twice harmless."""

    __tablename__ = "outgoing_message"
    __table_args__ = (
        CheckConstraint("(state = 'claimed') = (claimed_until IS NOT NULL)", name="claim"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        Index("ix_outgoing_message_due", "state", "due_at"),
        Index(
            "ix_outgoing_message_reach_by",
            "reach_by",
            sqlite_where=text("reach_by IS NOT NULL"),
            postgresql_where=text("reach_by IS NOT NULL"),
        ),
    )

    id: UUID = identifier()
    key: str = Field(unique=True)
    channel: Channel = choice(Channel)
    kind: str
    recipient_id: UUID | None = reference("person.id", optional=True)
    address: str
    incident_id: UUID | None = reference("incident.id", optional=True)
    signal_id: UUID | None = reference("signal.id", optional=True)
    step_id: UUID | None = reference("step.id", optional=True)
    values: dict[str, Any] = document()
    created_at: datetime = moment(at_once=True)
    due_at: datetime = moment(at_once=True)
    rank: int = Field(default=REST, sa_column_kwargs={"server_default": str(REST)})
    """``FIRST`` or ``REST``: of what is due, which leaves first."""
    reach_by: datetime | None = moment(optional=True)
    """When its person is reached another way, unless somebody took it from us by then."""
    chased: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Another way of the same notice was tried in its place: whichever arrives ends the others."""
    state: MessageState = choice(MessageState, MessageState.QUEUED)
    claimed_until: datetime | None = moment(optional=True)
    claim: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    attempts: int = 0
    sent_at: datetime | None = moment(optional=True)
    provider_id: str | None = Field(default=None, index=True)
    reason: str | None = None


class DeliveryAttempt(Table, table=True):
    """One attempt; without an outcome the desk died while it was under way."""

    __tablename__ = "delivery_attempt"

    id: UUID = identifier()
    message_id: UUID = reference("outgoing_message.id")
    number: int
    started_at: datetime = moment()
    ended_at: datetime | None = moment(optional=True)
    outcome: AttemptOutcome | None = choice(AttemptOutcome, optional=True)
    detail: str | None = None


def reach_by(due_at: datetime | None) -> datetime:
    """When another way is tried, of a message that is to leave at a moment, or at once."""
    return (due_at or clock.now()) + REACH_WITHIN


def queue(session: Session, message: OutgoingMessage) -> OutgoingMessage | None:
    """Queue a message unless one with its key exists; ``None`` when it does."""
    return next(iter(queue_all(session, [message])), None)


def queue_all(session: Session, messages: Sequence[OutgoingMessage]) -> list[OutgoingMessage]:
    """Queue the messages whose keys are new, and return those; asking twice sends once.

    They are written at once, whole: a change to what is returned reaches nobody.
    """
    if not messages:
        return []
    if insert_new(session, OutgoingMessage, messages) == len(messages):
        return list(messages)
    wanted = select(OutgoingMessage.id).where(col(OutgoingMessage.id).in_([m.id for m in messages]))
    written = set(session.exec(wanted))
    return [message for message in messages if message.id in written]


def cancel(
    session: Session,
    *,
    step_id: UUID | None = None,
    incident_id: UUID | None = None,
    signal_id: UUID | None = None,
    person_id: UUID | None = None,
    kinds: Sequence[str] = (),
    key: str = "",
    later: bool = False,
) -> int:
    """Cancel what has not left yet about a step, an incident, a flag or to a person; says how many.

    ``key`` narrows it to the messages whose key begins so, ``later`` to those that were to leave
    later by another way and were never tried.
    """
    named = {"step_id": step_id, "incident_id": incident_id, "signal_id": signal_id}
    named["recipient_id"] = person_id
    about = [getattr(OutgoingMessage, name) == value for name, value in named.items() if value]
    if not about:
        raise ValueError("which messages?")
    statement = update(OutgoingMessage).where(
        *about, col(OutgoingMessage.state).in_([MessageState.QUEUED, MessageState.CLAIMED])
    )
    if kinds:
        statement = statement.where(col(OutgoingMessage.kind).in_(kinds))
    if key:
        statement = statement.where(col(OutgoingMessage.key).startswith(key, autoescape=True))
    if later:
        statement = statement.where(
            col(OutgoingMessage.due_at) > clock.now(), col(OutgoingMessage.attempts) == 0
        )
    return session.exec(
        statement.values(
            state=MessageState.CANCELLED, claimed_until=None, claim=None, reach_by=None
        )
    ).rowcount
