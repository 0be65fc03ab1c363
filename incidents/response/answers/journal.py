"""What people add to the timeline by hand: notes and telephone calls, also after the event."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.errors import Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.record.timeline import TimelineEntry

LIMIT = 10_000


@dataclass(frozen=True)
class NoteAdded(Fact):
    """Somebody wrote something down."""

    text: Private
    says: ClassVar[str] = N_("Ghi chú: %(text)s")


@dataclass(frozen=True)
class CallLogged(Fact):
    """A telephone call, with whom and what was said."""

    counterpart: Private
    text: Private
    says: ClassVar[str] = N_("Điện thoại với %(counterpart)s: %(text)s")


def note(
    session: Session,
    incident_id: UUID,
    text: str,
    *,
    by: Actor,
    happened_at: datetime | None = None,
) -> TimelineEntry:
    """Add a note; both times are kept when it tells of something earlier."""
    incidents.unfrozen(session, incident_id)
    return timeline.record(
        session, incident_id, NoteAdded(text=_said(text)), by=by, happened_at=happened_at
    )


def call(
    session: Session,
    incident_id: UUID,
    counterpart: str,
    text: str,
    *,
    by: Actor,
    happened_at: datetime | None = None,
) -> TimelineEntry:
    """Log a telephone call."""
    incidents.unfrozen(session, incident_id)
    if not counterpart.strip():
        raise Invalid(fields={"counterpart": (N_("Ghi đã nói chuyện với ai."), {})})
    fact = CallLogged(counterpart=counterpart.strip(), text=_said(text))
    return timeline.record(session, incident_id, fact, by=by, happened_at=happened_at)


def _said(text: str) -> str:
    if not text.strip():
        raise Invalid(fields={"text": (N_("Ghi nội dung."), {})})
    if len(text) > LIMIT:
        raise Invalid(fields={"text": (N_("Tối đa %(limit)s ký tự."), {"limit": LIMIT})})
    return text.strip()
