"""Reviews that come due: whoever watches is told, and an hour later the duty desk."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import signals
from incidents.intake.signals import Signal, SignalState
from incidents.people import persons, rosters
from incidents.record import clock

PATIENCE = timedelta(hours=1)
"""How long a review may lie with its owner before the duty desk hears of it."""

_RUNGS = (timedelta(0), PATIENCE)
_WATCHED = (
    col(Signal.state) == SignalState.WATCHED,
    col(Signal.review_told) < len(_RUNGS),
)


def due(session: Session) -> list[UUID]:
    """The watched flags of which somebody is to be told now."""
    now = clock.now()
    watched = session.exec(
        select(Signal).where(*_WATCHED, col(Signal.review_at) <= now).order_by(col(Signal.id))
    )
    return [s.id for s in watched if _reached(s.review_at, now) > s.review_told]


def ring(session: Session, signal_id: UUID) -> None:
    """Tell whoever is to be told by now, each once for each review."""
    signal = signals.get(session, signal_id, lock=True)
    reached = _reached(signal.review_at, clock.now())
    if signal.state is not SignalState.WATCHED or signal.review_at is None:
        return
    for rung in range(signal.review_told, reached):
        persons.tell_all(
            session,
            _called(session, rung, signal.owner_id),
            "signal_review",
            key=f"review:{signal.id}:{signal.review_at.isoformat()}",
            signal_id=signal.id,
        )
    signal.review_told = max(reached, signal.review_told)
    session.add(signal)


def _reached(review_at: datetime | None, now: datetime) -> int:
    return sum(review_at is not None and now >= review_at + rung for rung in _RUNGS)


def _called(session: Session, rung: int, owner_id: UUID | None) -> list[UUID]:
    """The owner first; without one, or when they have left, whoever is on duty at once."""
    if rung == 0 and owner_id and persons.get(session, owner_id).active:
        return [owner_id]
    return rosters.to_alert(session, clock.now())


def next_due(session: Session) -> datetime | None:
    """The nearest moment at which somebody is to be told."""
    watched = session.exec(select(Signal.review_at, Signal.review_told).where(*_WATCHED))
    return min((at + _RUNGS[told] for at, told in watched if at), default=None)
