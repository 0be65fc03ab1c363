"""Armed moments of a step: rows written and cancelled with the step, fired once by the engine."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, update
from sqlmodel import Session, col, select

from incidents.record import clock
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.language import N_, Labelled
from incidents.record.moments import Coming
from incidents.response.steps.steps import Step


class TimerKind(Labelled):
    """What happens when it fires."""

    REMIND = "remind", N_("nhắc")
    DEPUTY = "deputy", N_("chuyển cấp phó")
    NEXT_TIER = "next_tier", N_("chuyển cấp trên")
    DUE = "due", N_("hết hạn")
    FOLLOW_UP = "follow_up", N_("nhắc người đã nhận")


class TimerState(Labelled):
    """Whether it will still fire."""

    ARMED = "armed", N_("đã hẹn")
    FIRED = "fired", N_("đã chạy")
    CANCELLED = "cancelled", N_("đã hủy")


LADDER_KINDS = (TimerKind.REMIND, TimerKind.DEPUTY, TimerKind.NEXT_TIER)
REQUEST_KINDS = (TimerKind.REMIND, TimerKind.DEPUTY)
"""A request is reminded of once; then our liaison telephones, and nothing climbs."""


class Timer(Table, table=True):
    """One armed moment; a step has at most one of a kind for each time it was handed over."""

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("step_id", "kind", "round"),
        Index("ix_timer_due", "state", "due_at"),
    )

    id: UUID = identifier()
    step_id: UUID = reference("step.id")
    kind: TimerKind = choice(TimerKind)
    round: int
    due_at: datetime = moment()
    state: TimerState = choice(TimerState, TimerState.ARMED)
    fired_at: datetime | None = moment(optional=True)


def next_round(session: Session, step_id: UUID) -> int:
    """The number of the next hand-over, so that its moments never meet those of an earlier one."""
    last = session.exec(select(func.max(Timer.round)).where(Timer.step_id == step_id)).one()
    return (last or 0) + 1


def arm(session: Session, step_id: UUID, kind: TimerKind, due_at: datetime, *, round_: int) -> None:
    """Arm one moment."""
    session.add(Timer(step_id=step_id, kind=kind, due_at=due_at, round=round_))


def arm_ladder(
    session: Session,
    step_id: UUID,
    within: timedelta,
    ladder: Mapping[str, int],
    *,
    round_: int,
    kinds: tuple[TimerKind, ...] = LADDER_KINDS,
) -> None:
    """Arm reminder, deputy and next tier, each at its percent of ``within``."""
    for kind in kinds:
        arm(session, step_id, kind, clock.now() + within * ladder[kind.value] / 100, round_=round_)


def cancel(
    session: Session, step_id: UUID, kinds: tuple[TimerKind, ...] = tuple(TimerKind)
) -> None:
    """Cancel what is still armed on a step."""
    session.exec(
        update(Timer)
        .where(
            col(Timer.step_id) == step_id,
            col(Timer.state) == TimerState.ARMED,
            col(Timer.kind).in_(kinds),
        )
        .values(state=TimerState.CANCELLED)
    )


def waits(session: Session, step_id: UUID, kind: TimerKind) -> bool:
    """Whether a moment of the kind is still to come on a step."""
    wanted = (Timer.step_id == step_id, Timer.kind == kind, Timer.state == TimerState.ARMED)
    return session.exec(select(Timer.id).where(*wanted)).first() is not None


def fired(session: Session, step_id: UUID, kind: TimerKind, *, since: datetime | None) -> bool:
    """Whether a moment of the kind came on a step since a time."""
    wanted = [Timer.step_id == step_id, Timer.kind == kind, Timer.state == TimerState.FIRED]
    wanted += [col(Timer.fired_at) >= since] if since else []
    return session.exec(select(Timer.id).where(*wanted)).first() is not None


def armed(session: Session, incident_id: UUID) -> dict[UUID, list[Timer]]:
    """What is still armed on the steps of an incident, by step: one query."""
    found: dict[UUID, list[Timer]] = {}
    for timer in session.exec(
        select(Timer)
        .join(Step)
        .where(Step.incident_id == incident_id, Timer.state == TimerState.ARMED)
    ):
        found.setdefault(timer.step_id, []).append(timer)
    return found


def due(session: Session, limit: int = 100) -> list[UUID]:
    """Moments that have come, the earliest first.

    Where silence and the due time meet, the due time speaks for both.
    """
    return list(
        session.exec(
            select(Timer.id)
            .where(Timer.state == TimerState.ARMED, Timer.due_at <= clock.now())
            .order_by(col(Timer.due_at), col(Timer.kind) != TimerKind.DUE, col(Timer.id))
            .limit(limit)
        )
    )


def take(session: Session, timer_id: UUID) -> Timer | None:
    """Fire it, once: ``None`` when somebody else did or it was cancelled meanwhile."""
    fired = session.exec(
        update(Timer)
        .where(col(Timer.id) == timer_id, col(Timer.state) == TimerState.ARMED)
        .values(state=TimerState.FIRED, fired_at=clock.now())
    ).rowcount
    return session.get(Timer, timer_id, populate_existing=True) if fired else None


COMING = Coming(
    select(Timer.due_at).where(Timer.state == TimerState.ARMED).order_by(col(Timer.due_at)).limit(1)
)
"""The nearest armed moment."""
