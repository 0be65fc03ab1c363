"""The review meeting (họp rút kinh nghiệm): a grave matter is looked back on before it ends."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import calendar, incidents
from incidents.matter.calendar import Unit
from incidents.matter.incidents import LIVE, Incident, Status
from incidents.matter.severity import Level
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.record.timeline import TimelineEntry

FROM_LEVEL = Level.HIGH
WITHIN = 10
"""Working days after its work ended, within which a matter is looked back on."""

_AHEAD = 2
"""Working days that are left when those who owe the meeting hear of it."""
_MORNING = time(8)


@dataclass(frozen=True)
class ReviewHeld(Fact):
    """The review meeting that closing needs from level 3 on."""

    held_at: datetime
    outcome: Private
    says: ClassVar[str] = N_("Họp rút kinh nghiệm lúc %(held_at)s: %(outcome)s")


@dataclass(frozen=True)
class ReviewHeldLate(Fact):
    """The review meeting came later than it should have, and why."""

    held_at: datetime
    due_at: datetime
    outcome: Private
    reason: Private
    says: ClassVar[str] = N_(
        "Họp rút kinh nghiệm lúc %(held_at)s, sau hạn %(due_at)s vì: %(reason)s. %(outcome)s"
    )


def hold(
    session: Session,
    incident_id: UUID,
    *,
    outcome: str,
    held_at: datetime,
    late_because: str = "",
    by: Actor,
) -> None:
    """Record the review meeting; it was held since the incident was opened, and is over.

    One held after its ten working days says why it came late.
    """
    incident = incidents.get(session, incident_id, lock=True)
    if incident.status not in (*LIVE, Status.RESOLVED):
        raise incidents.stands_otherwise(incident)
    if not outcome.strip():
        raise Invalid(fields={"outcome": (N_("Ghi kết luận cuộc họp."), {})})
    # A page gives the time to the minute.
    if held_at < incident.opened_at.replace(second=0, microsecond=0):
        raise Invalid(fields={"held_at": (N_("Thời điểm này có trước khi mở vụ việc."), {})})
    due_at = until(session, incident)
    late = due_at is not None and held_at > due_at
    if late and not late_because.strip():
        late_words = N_("Họp sau hạn %(due)s: ghi lý do họp muộn.")
        raise Invalid(fields={"late_because": (late_words, {"due": due_at})})
    told = (
        ReviewHeldLate(held_at, due_at, outcome, late_because.strip())
        if late and due_at
        else ReviewHeld(held_at=held_at, outcome=outcome)
    )
    timeline.record(session, incident.id, told, by=by, happened_at=held_at)
    incident.look_back_at = None
    session.add(incident)


def until(session: Session, incident: Incident) -> datetime | None:
    """Until when a matter of this level is looked back on, once only that is left to do."""
    if incident.level < FROM_LEVEL or incident.resolved_at is None:
        return None
    return calendar.after(session, incident.resolved_at, WITHIN, Unit.WORKING_DAYS)


def reminders(session: Session, incident: Incident) -> list[datetime]:
    """When somebody hears of a meeting that was not held: two working days before, and after.

    In the morning of a working day; nothing where no meeting is owed.
    """
    if until(session, incident) is None or incident.resolved_at is None:
        return []
    days = [
        calendar.after(session, incident.resolved_at, count, Unit.WORKING_DAYS).date()
        for count in (WITHIN - _AHEAD + 1, WITHIN + 1)
    ]
    return [datetime.combine(day, _MORNING, clock.LOCAL) for day in days]


@dataclass(frozen=True)
class Meeting:
    """One review meeting as it was recorded; ``late_because`` where it came after its time."""

    held_at: datetime
    outcome: str
    late_because: str
    recorded_at: datetime
    recorded_by: UUID | None


def meetings(session: Session, incident_id: UUID) -> list[Meeting]:
    """Every review meeting of an incident, the first first."""
    told = timeline.entries_among(
        session, [incident_id], (ReviewHeld, ReviewHeldLate), until=clock.now()
    )
    return [
        Meeting(
            held_at=fact.held_at,
            outcome=fact.outcome,
            late_because=fact.reason if isinstance(fact, ReviewHeldLate) else "",
            recorded_at=entry.recorded_at,
            recorded_by=entry.actor_id,
        )
        for entry, fact in told
        if isinstance(fact, ReviewHeld | ReviewHeldLate)
    ]


def held(session: Session, incident_id: UUID, since: TimelineEntry | None) -> bool:
    """Whether the meeting was held since the matter was last taken up again."""
    after = since.seq if since else 0
    return any(
        timeline.entries_of(session, incident_id, after=after, kind=kind)
        for kind in (ReviewHeld, ReviewHeldLate)
    )
