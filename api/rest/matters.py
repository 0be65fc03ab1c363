"""What belongs to an incident, over REST: its timeline, steps, words, evidence and messages."""

from typing import Annotated

from fastapi import File as FileField
from fastapi import Form, Query, UploadFile
from sqlmodel import col, select

from api.deeds import incidents as deeds
from api.deeds import steps as step_deeds
from api.deeds.steps import Add
from api.dependencies import Db, RestCaller, Say
from api.fields import Moment, Optional
from api.rest.flag_shapes import SignalOut
from api.rest.routers import deeds_under
from api.rest.shapes import (
    DifferingOut,
    EvidenceOut,
    FaultOut,
    LineOut,
    MessageOut,
    Page,
    ProofOfRecord,
    StatementOut,
    StepOut,
)
from api.rest.wordings import statement_out
from incidents.insight import contents, reading
from incidents.intake import evidence, signals
from incidents.intake.signals import File
from incidents.record import proof
from incidents.record.outbox import OutgoingMessage
from incidents.response.steps import steps
from incidents.rights.permissions import Deed
from incidents.words import statements

router = deeds_under("/incidents/{number}", "incidents")


@router.get("/timeline", summary="The timeline in words")
def timeline(
    session: Db,
    caller: RestCaller,
    say: Say,
    number: str,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Page[LineOut]:
    """In the language asked for (``Accept-Language``), else the caller's.

    ``after`` is the last sequence number read.
    """
    incident = deeds.see(session, caller, number)
    lines = reading.story(session, incident.id, say.language, after=after, limit=limit)
    following = str(lines[-1].seq) if len(lines) == limit else None
    return Page(items=[LineOut.model_validate(each) for each in lines], next=following)


@router.get("/steps", summary="The steps")
def listed_steps(session: Db, caller: RestCaller, number: str) -> Page[StepOut]:
    """With titles in the caller's language."""
    incident = deeds.see(session, caller, number)
    language = caller.person.language
    titles = reading.step_titles(session, incident.id, language)
    return Page(
        items=[
            StepOut.of(s, titles.get(s.key, s.key), language)
            for s in steps.of_incident(session, incident.id)
        ]
    )


@router.post("/steps", status_code=201, summary="Add a step by hand")
def add_step(session: Db, caller: RestCaller, number: str, asked: Add) -> StepOut:
    """For a role, a person, or a person first and a role after them; no playbook waits for it."""
    step = step_deeds.add(session, caller, number, asked)
    language = caller.person.language
    return StepOut.of(step, steps.title(session, step, language), language)


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


@router.get("/signals", summary="The flags it answers")
def listed_signals(session: Db, caller: RestCaller, number: str) -> Page[SignalOut]:
    """Those it was opened from, and those merged into it."""
    incident = deeds.see(session, caller, number)
    flagged = signals.of_incident(session, incident.id)
    return Page(items=[SignalOut.model_validate(each) for each in flagged])


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
    differing = contents.compare(session, incident.id)
    return ProofOfRecord(
        intact=found.intact and not differing,
        entries=found.entries,
        head=found.head,
        findings=faults,
        differing=[
            DifferingOut(
                seq=d.seq,
                difference=d.difference,
                recorded=d.recorded,
                kept=d.kept,
                text=d.said(say),
            )
            for d in differing
        ],
    )
