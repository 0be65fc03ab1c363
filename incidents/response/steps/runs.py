"""Playbook runs: what is to be advanced, who holds the claim, and what each wait first saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, Uuid, update
from sqlmodel import Field, Session, col, select

from incidents.record import clock, timeline
from incidents.record.actors import ENGINE
from incidents.record.database import (
    Table,
    choice,
    identifier,
    is_sqlite,
    locked,
    moment,
    reference,
)
from incidents.record.errors import Conflict, NotFound
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled
from incidents.record.moments import NOW, Coming

LEASE = timedelta(seconds=30)
"""How long an advance may take before another engine takes it over."""

_LONGEST_RETRY = timedelta(minutes=5)


class RunState(Labelled):
    """What a run is doing."""

    WAITING = "waiting", N_("đang chờ")
    FINISHED = "finished", N_("đã xong")
    ENDED = "ended", N_("đã dừng")
    HELD = "held", N_("tạm giữ, chờ quyết định")


class PlaybookRun(Table, table=True):
    """One playbook at work on one incident. ``wanted`` above ``advanced`` asks for an advance."""

    __tablename__ = "playbook_run"
    __table_args__ = (
        CheckConstraint("advanced <= wanted", name="revision"),
        CheckConstraint("(state = 'held') = (held_reason IS NOT NULL)", name="held"),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    playbook: str
    version: int
    source_sha256: str | None = None
    """Bound at the first advance; another source is replayed dry before it may go on."""
    state: RunState = choice(RunState, RunState.WAITING, index=True)
    waiting_for: str = ""
    held_reason: str | None = None
    wanted: int = 1
    advanced: int = 0
    wake_at: datetime | None = moment(optional=True, index=True)
    fence: int = 0
    claimed_until: datetime | None = moment(optional=True)
    failures: int = 0
    last_error: str | None = None
    started_at: datetime = moment()
    ended_at: datetime | None = moment(optional=True)


class Where(Labelled):
    """Where an advance was executed."""

    RESIDENT = "resident", N_("trong bộ máy trực ban, qua Prefect")
    POOL = "pool", N_("trong work pool của Prefect")
    PLAIN = "plain", N_("không qua Prefect")


class Advance(Table, table=True):
    """One replay of a run; ``flow_run`` is filled in later when Prefect was away."""

    __tablename__ = "advance"
    __table_args__ = (UniqueConstraint("run_id", "fence"),)

    id: UUID = identifier()
    run_id: UUID = reference("playbook_run.id")
    fence: int
    where: Where = choice(Where)
    started_at: datetime = moment()
    ended_at: datetime | None = moment(optional=True)
    outcome: str | None = None
    flow_run: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    recorded_at: datetime | None = moment(optional=True, index=True)


class Seen(Table, table=True):
    """What a run first saw under a key; it stands, whatever happens later."""

    __tablename__ = "seen"
    __table_args__ = (UniqueConstraint("run_id", "key"),)

    id: UUID = identifier()
    run_id: UUID = reference("playbook_run.id")
    key: str
    value: Any = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = moment()


@dataclass(frozen=True)
class RunFinished(Fact):
    """The playbook came to its end."""

    playbook: str
    version: int
    says: ClassVar[str] = N_("Kịch bản %(playbook)s (bản %(version)s) đã chạy hết các bước")


@dataclass(frozen=True)
class RunHeld(Fact):
    """The playbook's source changed so that recorded steps no longer fit; a person decides."""

    playbook: str
    step: str
    says: ClassVar[str] = N_(
        "Tạm giữ kịch bản %(playbook)s: bước «%(step)s» không còn khớp bản đã chạy"
    )


class Superseded(Conflict):
    """Another executor holds the claim; whoever sees this stops."""


def start(session: Session, incident_id: UUID, playbook: str, version: int) -> PlaybookRun:
    """Request a run; the engine notices by the commit."""
    run = PlaybookRun(
        incident_id=incident_id, playbook=playbook, version=version, started_at=clock.now()
    )
    session.add(run)
    return run


def of_incident(session: Session, incident_id: UUID) -> list[PlaybookRun]:
    """The runs of an incident, the first one first."""
    return list(
        session.exec(
            select(PlaybookRun)
            .where(PlaybookRun.incident_id == incident_id)
            .order_by(col(PlaybookRun.started_at))
        )
    )


def get(session: Session, run_id: UUID) -> PlaybookRun:
    """The run; ``NotFound`` when there is none."""
    run = session.get(PlaybookRun, run_id)
    if run is None:
        raise NotFound(N_("Không tìm thấy lần triển khai này."))
    return run


def want(session: Session, run_id: UUID) -> None:
    """Ask for an advance because something the run may wait for was settled."""
    session.exec(
        update(PlaybookRun)
        .where(col(PlaybookRun.id) == run_id, col(PlaybookRun.state) == RunState.WAITING)
        .values(wanted=PlaybookRun.wanted + 1, wake_at=None)
    )


def wake(session: Session, run_id: UUID) -> None:
    """Ask once more a run that had come to its end: what it no longer waited for has come."""
    session.exec(
        update(PlaybookRun)
        .where(col(PlaybookRun.id) == run_id, col(PlaybookRun.state) == RunState.FINISHED)
        .values(state=RunState.WAITING, wanted=PlaybookRun.wanted + 1)
    )


_WANTED = select(PlaybookRun.id).where(
    PlaybookRun.state == RunState.WAITING,
    col(PlaybookRun.claimed_until).is_(None) | (col(PlaybookRun.claimed_until) <= NOW),
    ((col(PlaybookRun.wanted) > col(PlaybookRun.advanced)) & col(PlaybookRun.wake_at).is_(None))
    | (col(PlaybookRun.wake_at) <= NOW),
)
_DUE = _WANTED.order_by(col(PlaybookRun.id)).limit(20)
SLEEPING = Coming(
    select(PlaybookRun.wake_at)
    .where(PlaybookRun.state == RunState.WAITING, col(PlaybookRun.wake_at).is_not(None))
    .order_by(col(PlaybookRun.wake_at))
    .limit(1)
)
"""When the next sleeping run wants to go on."""

COMING = (Coming(select(NOW).where(_WANTED.exists())), SLEEPING)
"""When there is a run to advance: now, or when the next sleeping one wants to go on."""


def due(session: Session) -> list[UUID]:
    """Runs to advance now: wanted, or their wake time came, and nobody holds them."""
    return list(session.exec(_DUE, params={"now": clock.now()}))


@dataclass(frozen=True)
class Claim:
    """The right to advance a run, checked in the transaction of every verb."""

    run_id: UUID
    fence: int
    revision: int


def claim(session: Session, run_id: UUID, where: Where) -> Claim | None:
    """Take the run for one advance; ``None`` when it is held, ended, not due or taken."""
    now = clock.now()
    wanted = select(PlaybookRun).where(PlaybookRun.id == run_id)
    run = session.exec(wanted if is_sqlite() else wanted.with_for_update(skip_locked=True)).first()
    taken = run is not None and run.claimed_until is not None and run.claimed_until > now
    if run is None or taken or run.state is not RunState.WAITING:
        return None
    due_now = run.wake_at <= now if run.wake_at else run.wanted > run.advanced
    if not due_now:
        return None
    run.fence += 1
    run.claimed_until = now + LEASE
    session.add(run)
    session.add(Advance(run_id=run.id, fence=run.fence, where=where, started_at=now))
    return Claim(run_id=run.id, fence=run.fence, revision=run.wanted)


def hold_claim(session: Session, held: Claim) -> PlaybookRun:
    """The claimed run, locked; ``Superseded`` when the claim is no longer ours or the run ended."""
    run = locked(session, PlaybookRun, held.run_id)
    if (
        run is None
        or run.fence != held.fence
        or run.state is not RunState.WAITING
        or run.claimed_until is None
    ):
        raise Superseded(N_("Lượt chạy này đã có nơi khác đảm nhận."))
    return run


def settle(
    session: Session,
    held: Claim,
    *,
    outcome: str,
    finished: bool = False,
    waiting_for: str = "",
    wake_at: datetime | None = None,
) -> None:
    """End an advance: finished, or waiting for something and perhaps until a moment."""
    run = hold_claim(session, held)
    run.advanced, run.claimed_until, run.failures, run.last_error = held.revision, None, 0, None
    run.waiting_for = waiting_for
    # Something was settled while we ran: go again at once instead of sleeping over it.
    run.wake_at = None if run.wanted > held.revision else wake_at
    if finished:
        run.state, run.wake_at = RunState.FINISHED, None
        if run.ended_at is None:  # one that was woken has said so before
            run.ended_at = clock.now()
            timeline.record(
                session,
                run.incident_id,
                RunFinished(playbook=run.playbook, version=run.version),
                by=ENGINE,
            )
    session.add(run)
    _end_advance(session, held, outcome)


def fail(session: Session, held: Claim, error: str) -> datetime:
    """An advance broke: try again later, with doubling pauses; says when."""
    run = hold_claim(session, held)
    run.failures += 1
    run.last_error, run.claimed_until = error[:2000], None
    run.wake_at = clock.now() + min(_LONGEST_RETRY, timedelta(seconds=2 ** min(run.failures, 9)))
    session.add(run)
    _end_advance(session, held, f"failed: {error[:200]}")
    return run.wake_at


def hold(session: Session, held: Claim, *, step: str) -> None:
    """The playbook no longer fits what was recorded: name the step and wait for a person."""
    run = hold_claim(session, held)
    run.state, run.held_reason, run.claimed_until, run.wake_at = RunState.HELD, step, None, None
    session.add(run)
    timeline.record(session, run.incident_id, RunHeld(playbook=run.playbook, step=step), by=ENGINE)
    _end_advance(session, held, f"held: {step}")


def give_back(session: Session, held: Claim) -> None:
    """An executor that cannot do it (it lacks the bound version) lets another one."""
    run = hold_claim(session, held)
    run.claimed_until = None
    session.add(run)
    _end_advance(session, held, "given back")


def _end_advance(session: Session, held: Claim, outcome: str) -> None:
    session.exec(
        update(Advance)
        .where(col(Advance.run_id) == held.run_id, col(Advance.fence) == held.fence)
        .values(ended_at=clock.now(), outcome=outcome)
    )


def end_all(session: Session, incident_id: UUID) -> int:
    """End every run of an incident from outside (stood down, undone): no playbook code runs."""
    return session.exec(
        update(PlaybookRun)
        .where(
            col(PlaybookRun.incident_id) == incident_id,
            col(PlaybookRun.state).in_([RunState.WAITING, RunState.HELD]),
        )
        .values(
            state=RunState.ENDED,
            ended_at=clock.now(),
            claimed_until=None,
            wake_at=None,
            held_reason=None,
        )
    ).rowcount


def seen(session: Session, run_id: UUID) -> Mapping[str, Any]:
    """Everything a run has seen so far, by key: one query for a whole replay."""
    return {row.key: row.value for row in session.exec(select(Seen).where(Seen.run_id == run_id))}


def remember(session: Session, held: Claim, key: str, value: Any) -> None:
    """Store what a wait first returned."""
    session.add(Seen(run_id=held.run_id, key=key, value=value, at=clock.now()))
