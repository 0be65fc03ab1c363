"""What belongs to an incident, over REST: its timeline, steps, words, evidence and messages."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, UploadFile
from fastapi import File as FileField
from sqlmodel import col, select

from api.deeds import incidents as deeds
from api.dependencies import Db, RestCaller, Say
from api.fields import Moment, Optional
from api.rest.repeats import DeedRoute, Once
from api.rest.shapes import (
    EvidenceOut,
    FaultOut,
    LateOut,
    LineOut,
    MessageOut,
    Page,
    ProofOfRecord,
    ScoreOut,
    ScoresOut,
    StatementOut,
    StepOut,
)
from api.rest.wordings import statement_out
from incidents.insight import reading, scoring
from incidents.intake import evidence
from incidents.intake.signals import File
from incidents.record import proof
from incidents.record.outbox import OutgoingMessage
from incidents.response import steps
from incidents.rights.permissions import Deed
from incidents.words import statements

router = APIRouter(
    prefix="/incidents/{number}", tags=["incidents"], route_class=DeedRoute, dependencies=[Once]
)


@router.get("/timeline", summary="The timeline in words")
def timeline(
    session: Db,
    caller: RestCaller,
    number: str,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Page[LineOut]:
    """In the caller's language; ``after`` is the last sequence number read."""
    incident = deeds.see(session, caller, number)
    lines = reading.story(session, incident.id, caller.person.language, after=after, limit=limit)
    following = str(lines[-1].seq) if len(lines) == limit else None
    return Page(items=[LineOut.model_validate(each) for each in lines], next=following)


@router.get("/exercise-score", summary="The score of an exercise")
def exercise_score(session: Db, caller: RestCaller, number: str) -> ScoresOut:
    """From the record alone, beside the last exercise of the same playbook; 409 for no exercise."""
    incident = deeds.see(session, caller, number)
    last = scoring.last_before(session, incident)
    titles = reading.step_titles(session, incident.id, caller.person.language)
    return ScoresOut(
        score=_score(scoring.of(session, incident), titles),
        last=_score(last, {}) if last else None,
    )


def _score(score: scoring.Score, titles: Mapping[str, str]) -> ScoreOut:
    late = [
        LateOut(
            number=each.number,
            key=each.key,
            title=titles.get(each.key, each.key),
            minutes=_minutes(each.by) or 0,
            done=each.done,
        )
        for each in score.late
    ]
    return ScoreOut(
        number=score.number,
        level=score.level,
        began_at=score.began_at,
        steps_asked=score.asked,
        taken_in_time=score.taken_in_time,
        typical_taking_minutes=_minutes(score.typical_taking),
        taking_allowed_minutes=score.taking_allowed.total_seconds() / 60,
        first_text_minutes=_minutes(score.first_text),
        first_text_allowed_minutes=_minutes(score.first_text_allowed),
        steps_due=score.due,
        done_in_time=score.done_in_time,
        late=late,
    )


def _minutes(length: timedelta | None) -> float | None:
    return round(length.total_seconds() / 60, 1) if length is not None else None


@router.get("/steps", summary="The steps")
def listed_steps(session: Db, caller: RestCaller, number: str) -> Page[StepOut]:
    """With titles in the caller's language."""
    incident = deeds.see(session, caller, number)
    titles = reading.step_titles(session, incident.id, caller.person.language)
    return Page(
        items=[
            StepOut.model_validate(s).model_copy(update={"title": titles.get(s.key, s.key)})
            for s in steps.of_incident(session, incident.id)
        ]
    )


@router.get("/statements", summary="The statements with their current version")
def listed_statements(session: Db, caller: RestCaller, number: str) -> Page[StatementOut]:
    """And whether it may be published."""
    incident = deeds.see(session, caller, number)
    return Page(
        items=[
            statement_out(session, statement, version, incident.level)
            for statement, version in statements.of_incident(session, incident.id)
        ]
    )


@router.get("/evidence", summary="What was kept")
def listed_evidence(session: Db, caller: RestCaller, number: str) -> Page[EvidenceOut]:
    """By its SHA-256."""
    incident = deeds.see(session, caller, number)
    kept = evidence.of_incident(session, incident.id)
    return Page(items=[EvidenceOut.model_validate(each) for each in kept])


@router.post("/evidence", status_code=201, summary="Keep a file")
def keep(
    session: Db,
    caller: RestCaller,
    number: str,
    file: Annotated[UploadFile, FileField()],
    captured_at: Annotated[Moment | None, Optional, Form()] = None,
) -> EvidenceOut:
    """A photo may be older than its upload: ``captured_at`` keeps both times."""
    sent = File(file.file.read(), file.filename or "", file.content_type or "")
    return EvidenceOut.model_validate(deeds.keep(session, caller, number, sent, captured_at))


@router.get("/messages", summary="What goes out about it")
def messages(session: Db, caller: RestCaller, number: str) -> Page[MessageOut]:
    """With the state of delivery."""
    incident = deeds.see(session, caller, number)
    sent = session.exec(
        select(OutgoingMessage)
        .where(OutgoingMessage.incident_id == incident.id)
        .order_by(col(OutgoingMessage.id))
    )
    return Page(items=[MessageOut.model_validate(each) for each in sent])


@router.get("/verify", summary="Prove that nobody rewrote the record")
def verify(session: Db, caller: RestCaller, number: str, say: Say) -> ProofOfRecord:
    """Names each entry that was altered or removed."""
    incident = deeds.see(session, caller, number)
    caller.require(session, Deed.VERIFY_RECORD, incident)
    found = proof.verify(session, incident.id)
    faults = [
        FaultOut(seq=f.seq, fault=f.fault, text=say.text(f.fault.label, seq=f.seq))
        for f in found.findings
    ]
    return ProofOfRecord(
        intact=found.intact, entries=found.entries, head=found.head, findings=faults
    )
