"""Whether the desk works, for monitors: nothing in it tells of people or matters."""

from datetime import datetime, timedelta

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import Session, col, select

from api.dependencies import Db
from api.rest.routers import under
from incidents.intake.signals import Signal, SignalState
from incidents.matter.incidents import LIVE, Incident
from incidents.record import clock, inbox, schema, settings
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.response.steps.runs import PlaybookRun, RunState
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementKind

router = under("", "health")

LATE = timedelta(minutes=2)
"""How long something due may lie before the desk is called unwell."""


FROZEN = timedelta(minutes=2)
"""How long the engine may not have gone round, which it does every fifteen seconds."""


class Health(BaseModel):
    """``ok``; ``late`` when what is due lies untouched; ``frozen`` when the engine stands still.

    The engine that works on this data folder has then not gone round for two minutes, although
    the pages answer: it hangs, or it died and nobody started it again.
    """

    status: str
    database: str
    oldest_due_seconds: float
    engine_seen_seconds: float | None
    """Since the engine last went round; ``None`` when none works on this data folder."""
    mailbox_seen_seconds: float | None
    """Since the mailbox of replies was last reached; ``None`` where none is set or read yet."""


@router.get("/health", summary="Is the desk well")
def health(session: Db) -> Health:
    """Answers as soon as the desk serves, whatever Prefect does."""
    ready = schema.ready()
    late = max(_message_age(session), _run_age(session)) if ready else 0.0
    seen = _heartbeat_age()
    return Health(
        status=_status(late, seen) if ready else "migrating",
        database="ready" if ready else "not migrated",
        oldest_due_seconds=late,
        engine_seen_seconds=seen,
        mailbox_seen_seconds=_mailbox_age(session) if ready else None,
    )


def _status(late: float, seen: float | None) -> str:
    if seen is not None and seen > FROZEN.total_seconds():
        return "frozen"
    return "late" if late > LATE.total_seconds() else "ok"


def _heartbeat_age() -> float | None:
    """The engine writes the time into a file of the data folder each time it goes round."""
    file = settings.current().data_dir / "engine.heartbeat"
    try:
        return _age(datetime.fromisoformat(file.read_text()))
    except (FileNotFoundError, ValueError):
        return None


def _mailbox_age(session: Session) -> float | None:
    at = inbox.last_reached(session) if settings.current().reply_address else None
    return _age(at) if at else None


def _age(moment: datetime | None) -> float:
    return max(0.0, (clock.now() - moment).total_seconds()) if moment else 0.0


def _message_age(session: Session) -> float:
    queued = OutgoingMessage.state == MessageState.QUEUED
    return _age(session.exec(select(func.min(OutgoingMessage.due_at)).where(queued)).one())


def _run_age(session: Session) -> float:
    """Since when the longest-waiting run has been due."""
    due = session.exec(
        select(func.min(func.coalesce(PlaybookRun.wake_at, PlaybookRun.started_at))).where(
            PlaybookRun.state == RunState.WAITING,
            col(PlaybookRun.wanted) > col(PlaybookRun.advanced),
        )
    ).one()
    return _age(due)


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def metrics(session: Db) -> Response:
    """Counts and ages, in Prometheus's text form."""
    registry = CollectorRegistry()
    for name, says, value in _figures(session):
        Gauge(f"trucban_{name}", says, registry=registry).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _figures(session: Session) -> list[tuple[str, str, float]]:
    queued, failed = (
        _messages(session, MessageState.QUEUED),
        _messages(session, MessageState.FAILED),
    )
    held = select(func.count()).select_from(PlaybookRun).where(PlaybookRun.state == RunState.HELD)
    new = select(func.count()).select_from(Signal).where(Signal.state == SignalState.NEW)
    new = new.where(col(Signal.exercise).is_(False))
    owned_up = (
        select(func.count(col(Publication.id).distinct()))
        .join(Statement, col(Statement.id) == Publication.statement_id)
        .join(Incident, col(Incident.id) == Publication.incident_id)
        .where(Statement.kind == StatementKind.CORRECTION, col(Incident.exercise).is_(False))
    )
    beat = _heartbeat_age()
    beat = float("nan") if beat is None else beat
    live = select(func.count()).select_from(Incident).where(col(Incident.status).in_(LIVE))
    real, drill = (live.where(col(Incident.exercise).is_(each)) for each in (False, True))
    return [
        ("messages_queued", "Messages waiting to leave", queued),
        ("messages_failed", "Messages given up", failed),
        ("oldest_message_due_seconds", "Age of the longest-due message", _message_age(session)),
        ("oldest_run_due_seconds", "Age of the longest-due playbook run", _run_age(session)),
        ("runs_held", "Runs that wait for a decision", session.exec(held).one()),
        ("flags_new", "Flags nobody has taken", session.exec(new).one()),
        ("corrections", "Corrections of our own errors, made public", session.exec(owned_up).one()),
        ("engine_heartbeat_age_seconds", "Since the engine last went round", beat),
        ("incidents_live", "Incidents being worked on", session.exec(real).one()),
        ("exercises_live", "Exercises being held", session.exec(drill).one()),
    ]


def _messages(session: Session, state: MessageState) -> int:
    counted = select(func.count()).select_from(OutgoingMessage)
    return session.exec(counted.where(OutgoingMessage.state == state)).one()
