"""Messages on their way: claimed for a while, and marked with how the attempt ended."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, insert, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from incidents.record import clock, ids
from incidents.record.database import is_sqlite
from incidents.record.moments import Coming
from incidents.record.outbox import (
    ALL,
    AttemptOutcome,
    Channel,
    DeliveryAttempt,
    MessageState,
    OutgoingMessage,
)

LEASE = timedelta(seconds=60)
"""How long a claimed message belongs to its claimer; a dead one gives it back."""

_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(minutes=15)
_JITTER, _SHARES, _STRIDE = 0.2, 1009, 379

_messages = OutgoingMessage.__table__  # type: ignore[attr-defined]


def claim_due(
    session: Session, *, claim: UUID, limit: int = 50, channels: Collection[Channel] = ALL
) -> list[OutgoingMessage]:
    """Take due messages for this claimer, those of dead claimers included; counts the attempt.

    The first alerts of a grave matter or a flag overtake what is older and can wait. Two statements
    however many: the first mail of a call-out waits for this.
    """
    now = clock.now()
    wanted = (
        select(OutgoingMessage.id)
        .where(*_due_by(channels))
        .order_by(col(OutgoingMessage.rank), col(OutgoingMessage.due_at), col(OutgoingMessage.id))
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
    messages = sorted(session.exec(taken).scalars(), key=_turn)
    if messages:
        session.connection().execute(
            insert(DeliveryAttempt.__table__),  # type: ignore[attr-defined]
            [
                {"id": ids.new(), "message_id": m.id, "number": m.attempts, "started_at": now}
                for m in messages
            ],
        )
    return messages


def _turn(message: OutgoingMessage) -> tuple[int, datetime, UUID]:
    return message.rank, message.due_at, message.id


_DUE = (
    (col(OutgoingMessage.state) == MessageState.QUEUED)
    & (col(OutgoingMessage.due_at) <= bindparam("now"))
) | (
    (col(OutgoingMessage.state) == MessageState.CLAIMED)
    & (col(OutgoingMessage.claimed_until) <= bindparam("now"))
)


def _due_by(channels: Collection[Channel]) -> list[ColumnElement[bool]]:
    """Due, and by one of these; nothing is asked of the channel where each will do."""
    return [_DUE, col(OutgoingMessage.channel).in_(channels)] if channels else [_DUE]


# Built once: they are asked at each commit, and while a call-out leaves.
_HELD = select(OutgoingMessage.id).where(
    OutgoingMessage.state == MessageState.CLAIMED, OutgoingMessage.claim == bindparam("claimer")
)


def coming(channels: Collection[Channel] = ALL) -> Coming:
    """When the next queued message wants to leave by one of these channels."""
    by = [col(OutgoingMessage.channel).in_(channels)] if channels else []
    return Coming(
        select(OutgoingMessage.due_at)
        .where(OutgoingMessage.state == MessageState.QUEUED, *by)
        .order_by(col(OutgoingMessage.due_at))
        .limit(1)
    )


COMING = coming()
"""When the next queued message wants to leave."""


@lru_cache
def _anything_due(channels: frozenset[Channel]) -> SelectOfScalar[UUID]:
    return select(OutgoingMessage.id).where(*_due_by(channels)).limit(1)


def anything_due(session: Session, channels: frozenset[Channel] = ALL) -> bool:
    """Whether ``claim_due`` would take anything; only looks."""
    return session.exec(_anything_due(channels), params={"now": clock.now()}).first() is not None


def held(session: Session, claim: UUID) -> set[UUID]:
    """The messages a claimer still holds: those cancelled, taken over or marked are gone."""
    return set(session.exec(_HELD, params={"claimer": claim}))


def hurry(session: Session, *, reason: str, channel: Channel | None = None) -> int:
    """Make messages that failed for a reason due now, because the reason is gone; says how many.

    Those of one channel, where one is named.
    """
    waiting = update(OutgoingMessage).where(
        col(OutgoingMessage.state) == MessageState.QUEUED,
        col(OutgoingMessage.reason) == reason,
        col(OutgoingMessage.due_at) > clock.now(),
    )
    if channel:
        waiting = waiting.where(col(OutgoingMessage.channel) == channel)
    return session.exec(waiting.values(due_at=clock.now(), reason=None)).rowcount


def mark(
    session: Session,
    message: OutgoingMessage,
    outcome: AttemptOutcome,
    *,
    detail: str = "",
    provider_id: str | None = None,
    retry_in: timedelta | None = None,
    hopeless: bool = False,
) -> None:
    """Write down how the attempt ended; a message cancelled meanwhile stays cancelled.

    Where it failed for good, or is ``hopeless`` for now, its person is reached another way at once.
    """
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
            after |= {"reach_by": None}
        case AttemptOutcome.FAILED_FOR_NOW:
            after |= {
                "state": MessageState.QUEUED,
                "due_at": now + (retry_in or retry_after(message.attempts, message.id)),
            }
        case AttemptOutcome.FAILED_FOR_GOOD:
            after |= {"state": MessageState.FAILED}
    if message.reach_by and (hopeless or outcome is AttemptOutcome.FAILED_FOR_GOOD):
        after |= {"reach_by": min(now, message.reach_by)}
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
        reach_by=None,
    )
)


def retry_after(attempts: int, what: UUID) -> timedelta:
    """The pause before the next attempt: doubles from 5 s up to 15 min, and never gives up.

    Up to a fifth of it is left off, the own share of ``what`` failed: those that failed together
    do not all come back together.
    """
    pause = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** min(attempts - 1, 10))
    share = (what.int + attempts * _STRIDE) % _SHARES / _SHARES
    return pause * (1 - _JITTER * share)
