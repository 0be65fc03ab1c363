"""Hand-over notes as one person reads them: without the lines about a matter that concerns them.

A note is written for whoever comes next, who may be the one an incident is about. The note itself
stays whole; its author reads it as they wrote it.
"""

import re
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake.signals import Signal
from incidents.matter.incidents import Incident
from incidents.people import concerned
from incidents.people.persons import Person
from incidents.record.language import N_, Language, speech
from incidents.response.reports import handovers
from incidents.response.reports.handovers import HandOver

_PARTS = ("open_work", "deadlines", "unknown", "remarks")
LEFT_OUT = N_("– Phần về vụ việc liên quan đến đồng chí đã được lược bỏ.")


def recent(session: Session, reader: Person, limit: int = 20) -> list[HandOver]:
    """The last notes, the newest first."""
    notes = handovers.recent(session, limit)
    shut = _shut(session, reader.id) if notes else []
    if not shut:
        return notes
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, shut))})(?!\w)")
    return [
        each if each.author_id == reader.id else _without(each, names, reader.language)
        for each in notes
    ]


def _shut(session: Session, reader: UUID) -> list[str]:
    """Numbers of the incidents that concern somebody, and the codes of their flags; two queries."""
    numbers = select(Incident.number).where(~concerned.open_to(reader, col(Incident.id)))
    found = list(session.exec(numbers))
    if found:
        codes = select(Signal.code).where(~concerned.open_to(reader, col(Signal.incident_id)))
        found += session.exec(codes)
    return found


def _without(note: HandOver, names: re.Pattern[str], language: Language) -> HandOver:
    """A copy for reading, never added to a session."""
    read: dict[str, Any] = note.model_dump()
    for part in _PARTS:
        read[part] = _lines(read[part], names, language)
    return HandOver(**read)


def _lines(text: str, names: re.Pattern[str], language: Language) -> str:
    lines = text.splitlines()
    kept = [line for line in lines if not names.search(line)]
    if len(kept) == len(lines):
        return text
    return "\n".join([*kept, speech(language).text(LEFT_OUT)])
