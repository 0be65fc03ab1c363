"""The decision log over REST."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from api.deeds import decisions as deeds
from api.deeds import incidents as incident_deeds
from api.deeds.decisions import Decide
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.insight import reading
from incidents.record.language import Language, speech
from incidents.response.judgement import decisions
from incidents.response.judgement.decisions import Decision

router = deeds_under("/incidents/{number}", "decisions")


class DecisionOut(Shape):
    """One decision; ``replaces`` and ``replaced_by`` are numbers in the incident."""

    id: UUID
    number: int
    question: str
    options: str
    chosen: str
    reason: str
    dissent: str
    decided_by: UUID | None
    decided_at: datetime
    review_at: datetime | None
    step_id: UUID | None
    recorded_by: UUID | None
    recorded_at: datetime
    replaces: int | None = None
    replaced_by: int | None = None


def shown(session: Session, log: Sequence[Decision], language: Language) -> list[DecisionOut]:
    """A whole log in the caller's language, each with the numbers of those before and after it."""
    titles = reading.step_titles(session, log[0].incident_id, language) if log else {}
    numbers = {each.id: each.number for each in log}
    later = {each.replaces_id: each.number for each in log if each.replaces_id}
    return [
        DecisionOut.model_validate(each).model_copy(
            update={
                **each.in_words(speech(language), titles),
                "replaces": numbers.get(each.replaces_id) if each.replaces_id else None,
                "replaced_by": later.get(each.id),
            }
        )
        for each in log
    ]


@router.get("/decisions", summary="The decision log")
def listed(session: Db, caller: RestCaller, number: str) -> Page[DecisionOut]:
    """The first decision first; what was replaced stays."""
    incident = incident_deeds.see(session, caller, number)
    log = decisions.of_incident(session, incident.id)
    return Page(items=shown(session, log, caller.person.language))


@router.post("/decisions", status_code=201, summary="Log a decision")
def take(session: Db, caller: RestCaller, number: str, asked: Decide) -> DecisionOut:
    """``decided_at`` back-dates it, both times are kept; ``replaces`` names an earlier one."""
    taken = deeds.take(session, caller, number, asked)
    log = decisions.of_incident(session, taken.incident_id)
    found = shown(session, log, caller.person.language)
    return next(each for each in found if each.id == taken.id)
