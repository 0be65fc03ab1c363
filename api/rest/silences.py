"""Decisions not to respond, over REST."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from api.deeds import silences as deeds
from api.dependencies import Db, RestCaller
from api.identity import Caller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.response.steps.forms import AnswerOrWatch, Course

router = deeds_under("", "answer or watch")


class SilenceOut(Shape):
    """One decision not to respond; ``ended_at`` is when another one replaced it."""

    id: UUID
    spreading: bool
    silence_harms: bool
    fact_held: bool
    without_repeating: bool
    reason: str
    decided_by: UUID
    decided_at: datetime
    review_at: datetime
    ended_at: datetime | None


class Decided(Shape):
    """What was decided; ``silence`` when it was not to respond."""

    course: Course
    silence: SilenceOut | None


def _weigh(session: Session, caller: Caller, name: str, asked: AnswerOrWatch) -> Decided:
    silence = deeds.weigh(session, caller, name, asked)
    shown = SilenceOut.model_validate(silence) if silence else None
    return Decided(course=asked.course, silence=shown)


def _listed(session: Session, caller: Caller, name: str) -> Page[SilenceOut]:
    found = deeds.listed(session, caller, name)
    return Page(items=[SilenceOut.model_validate(each) for each in found])


@router.post("/incidents/{number}/answer-or-watch", summary="Decide whether to respond")
def weigh_incident(session: Db, caller: RestCaller, number: str, asked: AnswerOrWatch) -> Decided:
    """The test of four questions; not to respond needs a time when it is looked at again."""
    return _weigh(session, caller, number, asked)


@router.post("/signals/{code}/answer-or-watch", summary="Decide whether to respond to a flag")
def weigh_signal(session: Db, caller: RestCaller, code: str, asked: AnswerOrWatch) -> Decided:
    """Not to respond is to watch it until that time."""
    return _weigh(session, caller, code, asked)


@router.get("/incidents/{number}/silences", summary="Decisions not to respond")
def of_incident(session: Db, caller: RestCaller, number: str) -> Page[SilenceOut]:
    """The newest first."""
    return _listed(session, caller, number)


@router.get("/signals/{code}/silences", summary="Decisions not to respond to a flag")
def of_signal(session: Db, caller: RestCaller, code: str) -> Page[SilenceOut]:
    """The newest first."""
    return _listed(session, caller, code)
