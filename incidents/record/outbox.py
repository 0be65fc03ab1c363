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
    bindparam,
    insert,
    update,
)
from sqlmodel import Field, Session, col, select

from incidents.record import clock, ids
from incidents.record.database import (
    Table,
    choice,
    document,
    identifier,
    insert_new,
    is_sqlite,
    moment,
    reference,
)
from incidents.record.language import N_, Labelled
from incidents.record.moments import Coming

LEASE = timedelta(seconds=60)
"""How long a claimed message belongs to its claimer; a dead one gives it back."""

_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(minutes=15)


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


_messages = OutgoingMessage.__table__  # type: ignore[attr-defined]


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


def claim_due(session: Session, *, claim: UUID, limit: int = 50) -> list[OutgoingMessage]:
    """Take due messages for this claimer, those of dead claimers included; counts the attempt.

    Two statements however many: the first mail of a call-out waits for this.
    """
    now = clock.now()
    wanted = (
        select(OutgoingMessage.id)
        .where(_DUE)
        .order_by(col(OutgoingMessage.due_at), col(OutgoingMessage.id))
        .limit(limit)
        .params(now=now)
    )
    if not is_sqlite():
        wanted = wanted.with_for_update(skip_locked=True)
    taken = (
        update(OutgoingMessage)
        .where(col(OutgoingMessage.id).in_(wanted))
        .values(
            state=MessageState.CLAIMED,
            claim=claim,
            claimed_until=now + LEASE,
            attempts=OutgoingMessage.attempts + 1,
        )
        .returning(OutgoingMessage)
        .execution_options(synchronize_session=False)
    )
    messages = sorted(session.exec(taken).scalars(), key=lambda each: (each.due_at, each.id))
    if messages:
        session.connection().execute(
            insert(DeliveryAttempt.__table__),  # type: ignore[attr-defined]
            [
                {"id": ids.new(), "message_id": m.id, "number": m.attempts, "started_at": now}
                for m in messages
            ],
        )
    return messages


_DUE = (
    (col(OutgoingMessage.state) == MessageState.QUEUED)
    & (col(OutgoingMessage.due_at) <= bindparam("now"))
) | (
    (col(OutgoingMessage.state) == MessageState.CLAIMED)
    & (col(OutgoingMessage.claimed_until) <= bindparam("now"))
)

# Built once: they are asked at each commit, and while a call-out leaves.
_ANYTHING_DUE = select(OutgoingMessage.id).where(_DUE).limit(1)
_HELD = select(OutgoingMessage.id).where(
    OutgoingMessage.state == MessageState.CLAIMED, OutgoingMessage.claim == bindparam("claimer")
)
COMING = Coming(
    select(OutgoingMessage.due_at)
    .where(OutgoingMessage.state == MessageState.QUEUED)
    .order_by(col(OutgoingMessage.due_at))
    .limit(1)
)
"""When the next queued message wants to leave."""


def anything_due(session: Session) -> bool:
    """Whether ``claim_due`` would take anything; only looks."""
    return session.exec(_ANYTHING_DUE, params={"now": clock.now()}).first() is not None


def held(session: Session, claim: UUID) -> set[UUID]:
    """The messages a claimer still holds: those cancelled, taken over or marked are gone."""
    return set(session.exec(_HELD, params={"claimer": claim}))


def hurry(session: Session, *, reason: str) -> int:
    """Make messages that failed for a reason due now, because the reason is gone; says how many."""
    return session.exec(
        update(OutgoingMessage)
        .where(
            col(OutgoingMessage.state) == MessageState.QUEUED, col(OutgoingMessage.reason) == reason
        )
        .values(due_at=clock.now(), reason=None)
    ).rowcount


def mark(
    session: Session,
    message: OutgoingMessage,
    outcome: AttemptOutcome,
    *,
    detail: str = "",
    provider_id: str | None = None,
    retry_in: timedelta | None = None,
) -> None:
    """Write down how the attempt ended; a message cancelled meanwhile stays cancelled."""
    now = clock.now()
    session.exec(
        update(DeliveryAttempt)
        .where(
            col(DeliveryAttempt.message_id) == message.id,
            col(DeliveryAttempt.number) == message.attempts,
        )
        .values(ended_at=now, outcome=outcome, detail=detail or None)
        .execution_options(synchronize_session=False)
    )
    after: dict[str, Any] = {"claimed_until": None, "claim": None, "reason": detail or None}
    match outcome:
        case AttemptOutcome.SENT:
            after |= {"state": MessageState.SENT, "sent_at": now, "provider_id": provider_id}
        case AttemptOutcome.FAILED_FOR_NOW:
            after |= {
                "state": MessageState.QUEUED,
                "due_at": now + (retry_in or retry_after(message.attempts)),
            }
        case AttemptOutcome.FAILED_FOR_GOOD:
            after |= {"state": MessageState.FAILED}
    session.exec(
        update(OutgoingMessage)
        .where(
            col(OutgoingMessage.id) == message.id,
            col(OutgoingMessage.state) == MessageState.CLAIMED,
            col(OutgoingMessage.claim) == message.claim,
        )
        .values(**after)
        .execution_options(synchronize_session=False)
    )


def mark_sent(session: Session, sent: Sequence[tuple[OutgoingMessage, str | None]]) -> None:
    """Write down that these were accepted, under the names given: two statements for all of them.

    Marking competes with the sending of the rest of a call-out, so it costs as little as it can.
    """
    now = clock.now()
    rows = [
        {
            "of": message.id,
            "attempt": message.attempts,
            "held_by": message.claim,
            "name": name,
            "now": now,
        }
        for message, name in sent
    ]
    if rows:
        connection = session.connection()
        connection.execute(_ATTEMPT_ENDED, rows)
        connection.execute(_ACCEPTED, rows)


_attempt, _message = DeliveryAttempt.__table__.c, _messages.c  # type: ignore[attr-defined]
_ATTEMPT_ENDED = (
    update(DeliveryAttempt.__table__)  # type: ignore[attr-defined]
    .where(_attempt.message_id == bindparam("of"), _attempt.number == bindparam("attempt"))
    .values(ended_at=bindparam("now"), outcome=AttemptOutcome.SENT, detail=None)
)
_ACCEPTED = (
    update(_messages)
    .where(
        _message.id == bindparam("of"),
        # What was cancelled meanwhile stays cancelled.
        _message.state == MessageState.CLAIMED,
        _message.claim == bindparam("held_by"),
    )
    .values(
        state=MessageState.SENT,
        sent_at=bindparam("now"),
        provider_id=bindparam("name"),
        claimed_until=None,
        claim=None,
        reason=None,
    )
)


def retry_after(attempts: int) -> timedelta:
    """The pause before the next attempt: doubles from 5 s up to 15 min, and never gives up."""
    return min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** min(attempts - 1, 10))


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
        statement.values(state=MessageState.CANCELLED, claimed_until=None, claim=None)
    ).rowcount
