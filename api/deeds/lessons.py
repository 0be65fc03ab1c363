"""What is done with lessons: written, owned, done, given up, and known again."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import Session

from api.fields import Because, Line, Optional, Request
from api.identity import Caller
from incidents.matter import incidents
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.response.learning import lessons
from incidents.response.learning.lessons import Learnt, Lesson
from incidents.rights.permissions import Deed

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=lessons.PROSE)]


class Learn(Request):
    """A lesson; ``earlier`` is one of another incident that taught the same."""

    improvement: Prose
    happened: Prose = ""
    cause: Prose = ""
    owner_id: Annotated[UUID | None, Optional] = None
    owner_name: Line = ""
    due_on: Annotated[date | None, Optional] = None
    earlier: Annotated[UUID | None, Optional] = None


class Assign(Request):
    """Who puts it into practice, until which day."""

    owner_id: UUID
    due_on: date


class Finish(Request):
    """What shows that it is done."""

    proof: Prose


class Link(Request):
    """The older lesson that taught the same."""

    earlier: UUID


class LinkHere(Link):
    """A lesson of the incident at hand, and the older one that taught the same."""

    lesson: UUID


def learn(session: Session, caller: Caller, number: str, asked: Learn) -> Lesson:
    """Write a lesson down."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.LEARN, incident)
    learnt = Learnt(**asked.model_dump(exclude={"earlier"}))
    return lessons.learn(session, incident.id, learnt, earlier=asked.earlier, by=caller.actor)


def _of(session: Session, caller: Caller, lesson_id: UUID, deed: Deed) -> Lesson:
    lesson = lessons.get(session, lesson_id)
    caller.require(session, deed, lesson)
    return lesson


def assign(session: Session, caller: Caller, lesson_id: UUID, asked: Assign) -> Lesson:
    """Say who owns it."""
    _of(session, caller, lesson_id, Deed.LEARN)
    return lessons.assign(session, lesson_id, asked.owner_id, asked.due_on, by=caller.actor)


def finish(session: Session, caller: Caller, lesson_id: UUID, asked: Finish) -> Lesson:
    """Say that it is done."""
    _of(session, caller, lesson_id, Deed.FINISH_LESSON)
    return lessons.finish(session, lesson_id, asked.proof, by=caller.actor)


def drop(session: Session, caller: Caller, lesson_id: UUID, asked: Because) -> Lesson:
    """Give it up."""
    _of(session, caller, lesson_id, Deed.LEARN)
    return lessons.drop(session, lesson_id, reason=asked.reason, by=caller.actor)


def link(session: Session, caller: Caller, lesson_id: UUID, asked: Link) -> Lesson:
    """Say that it was taught before."""
    _of(session, caller, lesson_id, Deed.LEARN)
    return lessons.link(session, lesson_id, asked.earlier, by=caller.actor)


def link_here(session: Session, caller: Caller, number: str, asked: LinkHere) -> Lesson:
    """Say so in the room of the incident that taught it again."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.LEARN, incident)
    if lessons.get(session, asked.lesson).incident_id != incident.id:
        raise NotFound(N_("Không tìm thấy bài học này."))
    return lessons.link(session, asked.lesson, asked.earlier, by=caller.actor)
