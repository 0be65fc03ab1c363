"""The open work of an incident as one text for a group: numbers, names, times, codes."""

from collections.abc import Sequence

from sqlmodel import Session

from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.record.language import Language, speech
from incidents.response.steps import steps
from incidents.response.steps.steps import Step
from notifications import rendering


def of(session: Session, incident: Incident, waiting: Sequence[Step], *, language: Language) -> str:
    """In a language; nothing of what was seen and nothing of a draft is in it."""
    named = persons.names(session, {s.assignee_id for s in waiting if s.assignee_id})
    told = [
        {
            "number": step.number,
            "title": steps.title(session, step, language),
            "person": named[step.assignee_id].name if step.assignee_id else "–",
            "due_at": step.due_at,
            "code": step.code,
            "taken": step.acknowledged_at is not None,
        }
        for step in waiting
    ]
    return rendering.plain(
        "group.txt.j2",
        speech(language),
        exercise=incident.exercise,
        incident={"number": incident.number, "level": incident.level},
        steps=told,
    )
