"""What is done with an incident as a whole: opened, graded, directed, ended, written about."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Because, Line, Moment, Optional, Reason, Request, Score, Ticked
from api.identity import Caller
from incidents.intake import evidence, signals
from incidents.intake.evidence import Evidence, EvidenceKind
from incidents.intake.signals import File, Nature
from incidents.matter import incidents, taskforces
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.response.answers import journal, signing
from incidents.response.ending import closing, meeting_reminders
from incidents.response.learning import looking_back
from incidents.response.learning.looking_back import Meeting
from incidents.response.life import grading, lifecycle, opening
from incidents.response.staffing import directing
from incidents.rights.permissions import Deed
from incidents.words.publications import Publication


class Open(Request):
    """An incident: from a flag, or without one for an exercise."""

    playbook: Line
    level: int = Field(description="Provisional, 0 to 4")
    title: str
    signal: Annotated[Line | None, Optional] = Field(None, description="The flag's code")
    nature: Nature = Nature.CLAIM
    place: Line = ""
    exercise: bool = False
    occurred_at: Annotated[Moment | None, Optional] = None


_SECOND = "Who is asked to agree, where the level would go down; nobody: whoever may"


class Scores(Request):
    """The five scores, each 0 to 4, and the codes of the floors that apply."""

    reach: Score
    velocity: Score
    harm: Score
    credibility: Score
    duty: Score
    floors: Annotated[list[Line], Ticked] = Field(default_factory=list)
    second: Annotated[UUID | None, Optional] = Field(None, description=_SECOND)


class SetLevel(Request):
    """Another level, for a reason; a lower one waits until a second person agrees."""

    level: int
    reason: Reason
    second: Annotated[UUID | None, Optional] = Field(None, description=_SECOND)


class Review(Request):
    """The review meeting, what it concluded, and why it came late if it did."""

    held_at: Moment
    outcome: Reason
    late_because: Reason = ""


class Resolve(Because):
    """A remark, and why counts the playbook still asks for are not waited for."""

    uncounted: Reason = ""


class Direction(Request):
    """A leader's word that sets a task force to work."""

    roles: list[Role]
    given_by: Line
    call_back: Line


class Note(Request):
    """A note or a telephone call, perhaps of something earlier."""

    text: str
    kind: Literal["note", "call"] = "note"
    counterpart: Line = ""
    happened_at: Annotated[Moment | None, Optional] = None


class Replace(Request):
    """Another person in a role of the task force."""

    role: Role
    outgoing: UUID
    incoming: UUID
    reason: Reason


class ReleaseShell(Request):
    """A pre-approved shell with its slots filled."""

    values: dict[str, str] = Field(
        default_factory=dict,
        description="By slot: a moment in ISO 8601, or names or codes of the directory, by commas",
    )


def open_(session: Session, caller: Caller, asked: Open) -> Incident:
    """Open it: number, run and first call-out in one commit."""
    signal = signals.by_code(session, asked.signal) if asked.signal else None
    caller.require(session, Deed.OPEN, signal)
    return opening.open(
        session,
        **asked.model_dump(exclude={"signal"}),
        signal_id=signal.id if signal else None,
        by=caller.actor,
    )


def _of(session: Session, caller: Caller, number: str, deed: Deed) -> Incident:
    incident = incidents.by_number(session, number)
    caller.require(session, deed, incident)
    return incident


def see(session: Session, caller: Caller, number: str) -> Incident:
    """The incident, for whoever may see it."""
    return _of(session, caller, number, Deed.SEE_INCIDENT)


def score(session: Session, caller: Caller, number: str, asked: Scores) -> Incident:
    """Work its level out."""
    incident = _of(session, caller, number, Deed.GRADE)
    return grading.score(
        session,
        incident.id,
        asked.model_dump(exclude={"floors", "second"}),
        floors=asked.floors,
        second=asked.second,
        by=caller.actor,
    )


def set_level(session: Session, caller: Caller, number: str, asked: SetLevel) -> Incident:
    """Set its level over the scores."""
    incident = _of(session, caller, number, Deed.GRADE)
    return grading.override(session, incident.id, **asked.model_dump(), by=caller.actor)


def stabilise(session: Session, caller: Caller, number: str, asked: Because) -> Incident:
    """Say that it is stabilising."""
    incident = _of(session, caller, number, Deed.STABILISE)
    return lifecycle.stabilise(session, incident.id, reason=asked.reason, by=caller.actor)


def review(session: Session, caller: Caller, number: str, asked: Review) -> Incident:
    """Record the review meeting."""
    incident = _of(session, caller, number, Deed.RESOLVE)
    looking_back.hold(session, incident.id, **asked.model_dump(), by=caller.actor)
    return incident


def review_meeting(
    session: Session, caller: Caller, number: str
) -> tuple[datetime | None, bool, list[Meeting]]:
    """Until when a review meeting is due, whether it is still owed, and those that were held."""
    incident = see(session, caller, number)
    until = looking_back.until(session, incident)
    held = looking_back.meetings(session, incident.id)
    return until, meeting_reminders.owed(session, incident), held


def resolve(session: Session, caller: Caller, number: str, asked: Resolve) -> Incident:
    """Say that only the report is left."""
    incident = _of(session, caller, number, Deed.RESOLVE)
    return lifecycle.resolve(session, incident.id, **asked.model_dump(), by=caller.actor)


def close(session: Session, caller: Caller, number: str, asked: Because) -> Incident:
    """End it."""
    incident = _of(session, caller, number, Deed.CLOSE)
    return closing.close(session, incident.id, reason=asked.reason, by=caller.actor)


def stand_down(session: Session, caller: Caller, number: str, asked: Because) -> Incident:
    """Stop midway."""
    incident = _of(session, caller, number, Deed.STAND_DOWN)
    return lifecycle.stand_down(session, incident.id, reason=asked.reason, by=caller.actor)


def undo(session: Session, caller: Caller, number: str, asked: Because) -> Incident:
    """Take a wrong opening back by a fact."""
    incident = _of(session, caller, number, Deed.STAND_DOWN)
    return opening.undo(session, incident.id, reason=asked.reason, by=caller.actor)


def direct(session: Session, caller: Caller, number: str, asked: Direction) -> Incident:
    """Activate a task force on a leader's word."""
    incident = _of(session, caller, number, Deed.DIRECT)
    taskforces.activate_by_direction(
        session,
        incident.id,
        asked.roles,
        given_by=asked.given_by,
        call_back=asked.call_back,
        by=caller.actor,
    )
    return incident


def note(session: Session, caller: Caller, number: str, asked: Note) -> Incident:
    """Write something into the timeline."""
    incident = _of(session, caller, number, Deed.NOTE)
    if asked.kind == "call":
        journal.call(
            session,
            incident.id,
            asked.counterpart,
            asked.text,
            by=caller.actor,
            happened_at=asked.happened_at,
        )
    else:
        journal.note(
            session, incident.id, asked.text, by=caller.actor, happened_at=asked.happened_at
        )
    return incident


def keep(
    session: Session, caller: Caller, number: str, file: File, captured_at: Moment | None
) -> Evidence:
    """Keep a file under its hash."""
    incident = _of(session, caller, number, Deed.NOTE)
    return evidence.keep(
        session,
        file.content,
        filename=file.filename,
        media_type=file.media_type,
        kind=EvidenceKind.FILE,
        incident_id=incident.id,
        captured_at=captured_at,
        by=caller.actor,
    )


def replace(session: Session, caller: Caller, number: str, asked: Replace) -> Incident:
    """Seat another person; open steps move."""
    incident = _of(session, caller, number, Deed.DIRECT)
    directing.replace_member(session, incident.id, **asked.model_dump(), by=caller.actor)
    return incident


def release_shell(
    session: Session, caller: Caller, number: str, code: str, asked: ReleaseShell
) -> Publication:
    """Release words that were signed in advance."""
    incident = _of(session, caller, number, Deed.RELEASE_SHELL)
    return signing.release_shell(session, incident.id, code, asked.values, by=caller.actor)
