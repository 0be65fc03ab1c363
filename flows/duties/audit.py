"""What should have happened and did not: each raises one alarm; and the record is signed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from prometheus_client import Gauge
from sqlmodel import Session, col, select

from flows.duties import known
from incidents.matter import recusals
from incidents.matter.chat_rooms import ChatRoom
from incidents.people import persons, rosters
from incidents.record import clock, database, inbox, proof, settings
from incidents.record.language import N_
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.response.reaching import unreached
from incidents.response.steps.runs import PlaybookRun, RunState
from incidents.response.steps.timers import Timer, TimerState

GRACE = timedelta(minutes=5)
"""How late something may be before it counts as not having happened."""

ALARM = "audit_alarm"

_BEAT = Gauge("trucban_engine_heartbeat_seconds", "When the engine last went round, Unix time")
_OVERDUE = Gauge("trucban_overdue", "Things the audit found overdue", ["what"])


@dataclass(frozen=True)
class Finding:
    """One thing that did not happen."""

    what: str
    subject: str
    sentence: str
    incident_id: UUID | None = None


def audit() -> int:
    """Beat, sign what grew, and raise what is new; says how many alarms went out."""
    beat()
    checkpoint()
    with database.reading() as session:
        found = findings(session, clock.now() - GRACE)
        new = [each for each in found if not known(session, f"{_key(each)}:")]
    for what in ("run", "message", "timer", "failed", "mailbox", "room"):
        _OVERDUE.labels(what).set(sum(each.what == what for each in found))
    return sum(_raise(each) for each in new)


def beat() -> None:
    """The engine's heartbeat, for the health check of another process: a file and a metric."""
    now = clock.now()
    _BEAT.set(now.timestamp())
    aside = _heart().with_suffix(".new")
    aside.write_text(now.isoformat())
    aside.replace(_heart())


def rest() -> None:
    """No heartbeat any more, because the engine ended as it was asked to."""
    _heart().unlink(missing_ok=True)


def _heart() -> Path:
    return settings.current().data_dir / "engine.heartbeat"


def checkpoint() -> None:
    """Sign every chain that grew, and witness it outside the database once that is committed."""
    with database.reading() as session:
        if not proof.checkpoint(session):
            return
        session.rollback()
    with database.transaction() as session:
        made = proof.checkpoint(session)
    proof.witness(made)


def findings(session: Session, late: datetime) -> list[Finding]:
    """Everything that was due before ``late`` and has not happened."""
    found = [*_runs(session, late), *_messages(session, late), *_timers(session, late)]
    return [*found, *_mailbox(session, late), *_rooms(session, late)]


def _rooms(session: Session, late: datetime) -> list[Finding]:
    """Rooms on the chat server that could not be attended to for a while."""
    failing = select(ChatRoom).where(col(ChatRoom.failing_since) <= late).limit(100)
    return [
        Finding(
            "room",
            f"{each.incident_id}:{each.failing_since}",
            N_("Phòng Matrix của vụ việc không cập nhật được"),
            each.incident_id,
        )
        for each in session.exec(failing)
    ]


def _mailbox(session: Session, late: datetime) -> list[Finding]:
    """The mailbox of replies was not reached: one alarm for each time it is lost."""
    last = inbox.last_reached(session) if settings.current().reply_address else None
    if last is None or last > late:
        return []
    return [Finding("mailbox", last.isoformat(), N_("Không đọc được hộp thư trả lời"))]


def _runs(session: Session, late: datetime) -> list[Finding]:
    """Runs wanted or to be woken that nobody advances, and runs that break again and again."""
    waiting = session.exec(select(PlaybookRun).where(PlaybookRun.state == RunState.WAITING)).all()
    found: list[Finding] = []
    for run in waiting:
        overdue = run.wake_at is not None and run.wake_at <= late
        lost = run.claimed_until is not None and run.claimed_until <= late
        if overdue or lost or run.failures > 2:  # noqa: PLR2004 - one hiccup is not an alarm
            subject = f"{run.id}:{run.wanted}"
            found.append(
                Finding("run", subject, N_("Kịch bản của vụ việc không chạy tiếp"), run.incident_id)
            )
    return found


def _messages(session: Session, late: datetime) -> list[Finding]:
    """Messages nobody could send for good, and those nobody takes; the alarms themselves apart.

    What asks for something goes on by another way and is told of then (``unreached``): here it
    counts when that did not happen.
    """
    stuck = (
        (col(OutgoingMessage.state) == MessageState.FAILED)
        | (
            (col(OutgoingMessage.state) == MessageState.QUEUED)
            & (col(OutgoingMessage.due_at) <= late)
        )
        | (
            (col(OutgoingMessage.state) == MessageState.CLAIMED)
            & (col(OutgoingMessage.claimed_until) <= late)
        )
    )
    found = session.exec(
        select(OutgoingMessage)
        .where(col(OutgoingMessage.kind).not_in(unreached.ALARMS))
        .where(
            (stuck & col(OutgoingMessage.kind).not_in(unreached.ASK))
            | (col(OutgoingMessage.reach_by) <= late)
        )
        .limit(100)
    )
    return [
        Finding(
            "failed" if each.state is MessageState.FAILED else "message",
            str(each.id),
            N_("Một tin gửi đi chưa tới được người nhận"),
            each.incident_id,
        )
        for each in found
    ]


def _timers(session: Session, late: datetime) -> list[Finding]:
    overdue = session.exec(
        select(Timer).where(Timer.state == TimerState.ARMED, Timer.due_at <= late).limit(100)
    )
    return [
        Finding("timer", str(each.id), N_("Một mốc giờ nhắc việc đã qua mà chưa chạy"))
        for each in overdue
    ]


def _key(found: Finding) -> str:
    return f"audit:{found.what}:{found.subject}"


def _raise(found: Finding) -> bool:
    """Whether anybody was there to be told."""
    with database.transaction() as session:
        told = persons.tell_all(
            session,
            recusals.to_alert(session, found.incident_id)
            if found.incident_id
            else rosters.to_alert(session, clock.now()),
            ALARM,
            key=_key(found),
            incident_id=found.incident_id,
            values={"what": found.sentence},
            wakes=True,
        )
    return bool(told)
