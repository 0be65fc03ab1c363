"""Incidents over REST: opened, graded, directed and ended."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.deeds import incidents as deeds
from api.deeds.incidents import (
    Direction,
    Note,
    Open,
    ReleaseShell,
    Replace,
    Resolve,
    Review,
)
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import IncidentOut, Page, PublicationOut, Shape
from incidents.matter import incidents, ties
from incidents.matter.incidents import Incident, Status
from incidents.rights.permissions import Deed

router = deeds_under("/incidents", "incidents")


class MeetingOut(Shape):
    """One review meeting as it was recorded; ``late_because`` where it came after its time."""

    held_at: datetime
    outcome: str
    late_because: str
    recorded_at: datetime
    recorded_by: UUID | None


class ReviewMeetingOut(Shape):
    """What closing asks for from level 3 on: until when, whether it is still owed, its records."""

    until: datetime | None
    owed: bool
    meetings: list[MeetingOut]


def _shown(incident: Incident, merged_into: str | None = None) -> IncidentOut:
    return IncidentOut.model_validate(incident).model_copy(update={"merged_into": merged_into})


@router.post("", status_code=201, summary="Open an incident")
def open_(session: Db, caller: RestCaller, asked: Open) -> IncidentOut:
    """Number, playbook run and first call-out in one commit."""
    return _shown(deeds.open_(session, caller, asked))


@router.get("", summary="List incidents, the newest number first")
def listed(
    session: Db,
    caller: RestCaller,
    live: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter has a name
    exercise: Annotated[bool | None, Query()] = None,
    before: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[IncidentOut]:
    """``before`` is the ``next`` of the page above; ``exercise`` keeps exercises out, or alone."""
    caller.require(session, Deed.SEE_DESK)
    rows = incidents.recent(
        session,
        live_only=live,
        before=before,
        limit=limit,
        exercise=exercise,
        reader=caller.person.id,
    )
    following = rows[-1].number if len(rows) == limit else None
    went = ties.went_to(session, [r.id for r in rows if r.status is Status.MERGED])
    return Page(items=[_shown(r, went.get(r.id)) for r in rows], next=following)


@router.get("/{number}", summary="One incident")
def one(session: Db, caller: RestCaller, number: str) -> IncidentOut:
    """By its number, such as 2026-0042; a merged one says where it went."""
    incident = deeds.see(session, caller, number)
    return _shown(incident, ties.went_to(session, [incident.id]).get(incident.id))


@router.post("/{number}/stabilise", summary="Stabilising")
def stabilise(session: Db, caller: RestCaller, number: str, asked: Because) -> IncidentOut:
    """Needs first words out and a falling reach, or a written judgement."""
    return _shown(deeds.stabilise(session, caller, number, asked))


@router.post("/{number}/review", summary="Record the review meeting")
def review(session: Db, caller: RestCaller, number: str, asked: Review) -> IncidentOut:
    """Closing needs it from level 3 on."""
    return _shown(deeds.review(session, caller, number, asked))


@router.get("/{number}/review", summary="The review meeting: until when, and what was recorded")
def review_meeting(session: Db, caller: RestCaller, number: str) -> ReviewMeetingOut:
    """``until`` is null below level 3 and while the work goes on."""
    until, owed, held = deeds.review_meeting(session, caller, number)
    meetings = [MeetingOut.model_validate(each) for each in held]
    return ReviewMeetingOut(until=until, owed=owed, meetings=meetings)


@router.post("/{number}/resolve", summary="Only the report is left")
def resolve(session: Db, caller: RestCaller, number: str, asked: Resolve) -> IncidentOut:
    """Refused with every missing condition named."""
    return _shown(deeds.resolve(session, caller, number, asked))


@router.post("/{number}/close", summary="Close")
def close(session: Db, caller: RestCaller, number: str, asked: Because) -> IncidentOut:
    """By who approves at its level, with a fresh proof of identity, once the report is approved."""
    return _shown(deeds.close(session, caller, number, asked))


@router.post("/{number}/stand-down", summary="Stop midway")
def stand_down(session: Db, caller: RestCaller, number: str, asked: Because) -> IncidentOut:
    """Open steps and messages are cancelled."""
    return _shown(deeds.stand_down(session, caller, number, asked))


@router.post("/{number}/undo", summary="Take a wrong opening back")
def undo(session: Db, caller: RestCaller, number: str, asked: Because) -> IncidentOut:
    """The number stays; the flag returns to triage."""
    return _shown(deeds.undo(session, caller, number, asked))


@router.post("/{number}/direction", summary="Activate a task force on a leader's word")
def direction(session: Db, caller: RestCaller, number: str, asked: Direction) -> IncidentOut:
    """The signed decision must follow within a day."""
    return _shown(deeds.direct(session, caller, number, asked))


@router.post("/{number}/notes", status_code=201, summary="Add a note or a call")
def note(session: Db, caller: RestCaller, number: str, asked: Note) -> IncidentOut:
    """``happened_at`` back-dates it; both times are kept."""
    return _shown(deeds.note(session, caller, number, asked))


@router.post("/{number}/members/replace", summary="Replace a member")
def replace(session: Db, caller: RestCaller, number: str, asked: Replace) -> IncidentOut:
    """Open steps of the outgoing member move."""
    return _shown(deeds.replace(session, caller, number, asked))


@router.post("/{number}/shells/{code}/release", summary="Release a pre-approved shell")
def release_shell(
    session: Db, caller: RestCaller, number: str, code: str, asked: ReleaseShell
) -> PublicationOut:
    """At levels 3 and 4, by the duty officer, with a fresh proof of identity."""
    return PublicationOut.model_validate(deeds.release_shell(session, caller, number, code, asked))
