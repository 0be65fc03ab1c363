"""The decision log on a page of its own, whole, and what the room shows of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import incidents as deeds
from api.dependencies import Db, Reader
from api.pages import rendering
from incidents.insight import reading
from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record.language import Language, speech
from incidents.response.judgement import decisions
from incidents.response.judgement.decisions import Decision
from incidents.response.steps import steps

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}")


@dataclass(frozen=True)
class Shown:
    """One decision as pages draw it."""

    decision: Decision
    words: Mapping[str, str]
    """What it says, in the reader's language."""
    by: Person | None
    recorded_by: Person | None
    replaces: int | None
    replaced_by: int | None
    step: int | None
    """The number of the step that asked for it."""

    @property
    def back_dated(self) -> bool:
        """Whether it was written down later than it was taken."""
        return self.decision.decided_at != self.decision.recorded_at


def gather(
    session: Session, incident: Incident, language: Language, titles: Mapping[str, str]
) -> list[Shown]:
    """The log of an incident, the latest decision first; three queries however long it is.

    ``titles`` is step key → title in the language.
    """
    log = decisions.of_incident(session, incident.id)
    if not log:
        return []
    people = {p for d in log for p in (d.decided_by, d.recorded_by) if p}
    named = persons.names(session, people)
    numbers = {d.id: d.number for d in log}
    later = {d.replaces_id: d.number for d in log if d.replaces_id}
    asked = {s.id: s.number for s in steps.of_incident(session, incident.id)}
    return [
        Shown(
            decision=d,
            words=d.in_words(speech(language), titles),
            by=named.get(d.decided_by) if d.decided_by else None,
            recorded_by=named.get(d.recorded_by) if d.recorded_by else None,
            replaces=numbers.get(d.replaces_id) if d.replaces_id else None,
            replaced_by=later.get(d.id),
            step=asked.get(d.step_id) if d.step_id else None,
        )
        for d in reversed(log)
    ]


@router.get("/quyet-dinh")
def log(request: Request, session: Db, caller: Reader, number: str) -> Response:
    """Every decision in full, fit for print."""
    incident, language = deeds.see(session, caller, number), caller.person.language
    return rendering.for_caller(
        request,
        "decision_log.html",
        caller,
        incident=incident,
        decisions=gather(
            session, incident, language, reading.step_titles(session, incident.id, language)
        ),
    )
