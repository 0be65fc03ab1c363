"""Lessons over REST: those of an incident, and the register of all."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlmodel import Session

from api.deeds import incidents as incident_deeds
from api.deeds import lessons as deeds
from api.deeds.lessons import Assign, Finish, Learn, Link
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.matter import incidents
from incidents.response.learning import lesson_register, lessons
from incidents.response.learning.lesson_register import Entry, Filter
from incidents.response.learning.lessons import Lesson, LessonState
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = deeds_under("", "lessons")


class LessonOut(Shape):
    """One lesson; ``code`` names it across incidents, ``returns`` counts how often it came back."""

    id: UUID
    code: str = ""
    number: int
    incident_id: UUID
    step_id: UUID | None
    happened: str
    cause: str
    improvement: str
    owner_id: UUID | None
    owner_name: str
    due_on: date | None
    state: LessonState
    earlier_id: UUID | None
    returns: int
    learnt_at: datetime
    learnt_by: UUID | None
    proof: str
    reason: str
    written_anew: bool
    """Dropped because a later answer says it again."""
    settled_at: datetime | None
    settled_by: UUID | None
    wanting: bool = False
    """Open without somebody of the directory who owns it, or without a day."""


def _entry(entry: Entry) -> LessonOut:
    told = {"code": lessons.code(entry.incident, entry.lesson), "wanting": entry.wanting}
    return LessonOut.model_validate(entry.lesson).model_copy(update=told)


def _one(session: Session, lesson: Lesson) -> LessonOut:
    return _entry(Entry(lesson, incidents.get(session, lesson.incident_id), None, None))


@router.get("/lessons", summary="The register of lessons")
def listed(
    session: Db,
    caller: RestCaller,
    state: Annotated[Filter, Query()] = Filter.ALL,
    mine: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter has a name
) -> Page[LessonOut]:
    """The nearest day first; whoever only owns lessons sees their own."""
    caller.require(session, Deed.SEE_LESSONS)
    inside = permissions.allowed(session, caller.person, Deed.SEE_DESK)
    owner = caller.person.id if mine or not inside else None
    found = lesson_register.find(session, state, owner_id=owner, reader=caller.person.id)
    return Page(items=[_entry(each) for each in found])


@router.get("/incidents/{number}/lessons", summary="What an incident taught")
def of_incident(session: Db, caller: RestCaller, number: str) -> Page[LessonOut]:
    """The nearest day first."""
    incident = incident_deeds.see(session, caller, number)
    found = lesson_register.find(session, incident_id=incident.id, reader=caller.person.id)
    return Page(items=[_entry(each) for each in found])


@router.post("/incidents/{number}/lessons", status_code=201, summary="Write a lesson down")
def learn(session: Db, caller: RestCaller, number: str, asked: Learn) -> LessonOut:
    """Also of an incident that has ended; the owner is told."""
    return _one(session, deeds.learn(session, caller, number, asked))


@router.post("/lessons/{lesson_id}/assign", summary="Say who owns a lesson")
def assign(session: Db, caller: RestCaller, lesson_id: UUID, asked: Assign) -> LessonOut:
    """Until a day; the owner is told, and reminded on it."""
    return _one(session, deeds.assign(session, caller, lesson_id, asked))


@router.post("/lessons/{lesson_id}/finish", summary="A lesson is done")
def finish(session: Db, caller: RestCaller, lesson_id: UUID, asked: Finish) -> LessonOut:
    """With what shows it, by its owner or the room."""
    return _one(session, deeds.finish(session, caller, lesson_id, asked))


@router.post("/lessons/{lesson_id}/drop", summary="Give a lesson up")
def drop(session: Db, caller: RestCaller, lesson_id: UUID, asked: Because) -> LessonOut:
    """For a reason."""
    return _one(session, deeds.drop(session, caller, lesson_id, asked))


@router.post("/lessons/{lesson_id}/link", summary="A lesson that was taught before")
def link(session: Db, caller: RestCaller, lesson_id: UUID, asked: Link) -> LessonOut:
    """The first lesson of the kind counts how often it came back."""
    return _one(session, deeds.link(session, caller, lesson_id, asked))
