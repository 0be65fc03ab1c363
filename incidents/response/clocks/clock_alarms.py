"""Armed moments of a statutory clock: rows written and cancelled with it, sounded once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, update
from sqlmodel import Session, col, select

from incidents.record import clock
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.moments import Coming
from incidents.response.steps.timers import TimerState

SHARES = (50, 75, 90, 100)
"""Percent of the time of a clock at which it is spoken of; at 100 its end has come."""


class ClockAlarm(Table, table=True):
    """One armed moment of one clock."""

    __tablename__ = "clock_alarm"
    __table_args__ = (
        UniqueConstraint("clock_id", "percent"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        Index("ix_clock_alarm_due", "state", "due_at"),
    )

    id: UUID = identifier()
    clock_id: UUID = reference("clock.id")
    percent: int
    due_at: datetime = moment()
    state: TimerState = choice(TimerState, TimerState.ARMED)
    fired_at: datetime | None = moment(optional=True)


def arm(session: Session, clock_id: UUID, begun: datetime, due: datetime) -> None:
    """Arm what lies ahead, and of what has passed already only the last: it sounds at once."""
    moments = {share: begun + (due - begun) * share / 100 for share in SHARES}
    passed = [share for share, at in moments.items() if at <= clock.now()]
    for share, at in moments.items():
        if share not in passed[:-1]:
            session.add(ClockAlarm(clock_id=clock_id, percent=share, due_at=at))


def due(session: Session, limit: int = 100) -> list[UUID]:
    """Moments that have come, the earliest first."""
    return list(
        session.exec(
            select(ClockAlarm.id)
            .where(ClockAlarm.state == TimerState.ARMED, ClockAlarm.due_at <= clock.now())
            .order_by(col(ClockAlarm.due_at), col(ClockAlarm.percent))
            .limit(limit)
        )
    )


COMING = Coming(
    select(ClockAlarm.due_at)
    .where(ClockAlarm.state == TimerState.ARMED)
    .order_by(col(ClockAlarm.due_at))
    .limit(1)
)
"""The nearest armed moment."""


def take(session: Session, alarm: ClockAlarm) -> bool:
    """Whether this alarm is ours to sound: somebody else did, or it was cancelled, otherwise."""
    return bool(
        session.exec(
            update(ClockAlarm)
            .where(col(ClockAlarm.id) == alarm.id, col(ClockAlarm.state) == TimerState.ARMED)
            .values(state=TimerState.FIRED, fired_at=clock.now())
        ).rowcount
    )


def last_due(session: Session, alarm: ClockAlarm) -> bool:
    """Whether no later moment of the same clock has come as well (a night without an engine)."""
    later = select(ClockAlarm.id).where(
        ClockAlarm.clock_id == alarm.clock_id,
        ClockAlarm.percent > alarm.percent,
        ClockAlarm.state == TimerState.ARMED,
        ClockAlarm.due_at <= clock.now(),
    )
    return session.exec(later.limit(1)).first() is None


def cancel(session: Session, clock_id: UUID) -> None:
    """Cancel what is still armed."""
    session.exec(
        update(ClockAlarm)
        .where(col(ClockAlarm.clock_id) == clock_id, col(ClockAlarm.state) == TimerState.ARMED)
        .values(state=TimerState.CANCELLED)
    )


def resume(session: Session, clock_id: UUID) -> None:
    """Arm again what was cancelled and still lies ahead: its incident is worked on once more."""
    session.exec(
        update(ClockAlarm)
        .where(
            col(ClockAlarm.clock_id) == clock_id,
            col(ClockAlarm.state) == TimerState.CANCELLED,
            col(ClockAlarm.due_at) > clock.now(),
        )
        .values(state=TimerState.ARMED)
    )
