"""A level without scores waits for its five: whoever has the desk hears it, then those above.

The scores follow within the time of the level for them (rule 7 of practice; ``triage_minutes``,
which the office edits). When it is over the duty officers are told once; when as much more has
passed as the ladder of silence leaves before the next tier, whoever runs the room is told once.
Scores, or a level that a person set with a reason, end it. What is split off a graded matter keeps
a level that was another matter's, and is scored in the same time as one that was just opened.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, func, select

from incidents.matter import incidents, level_timings, recusals, taskforces
from incidents.matter.incidents import LIVE, Incident
from incidents.matter.level_timings import WHOLE
from incidents.people import persons, rosters
from incidents.people.roles import Role
from incidents.record import clock, outbox, timeline
from incidents.record.actors import ENGINE
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.record.moments import Coming

SETTLING = timedelta(minutes=1)
"""The time for the scores is worked out so long after an opening, off the path of its alerts."""

KIND = "scores_missing"

_ABOVE = (Role.STANDING_DEPUTY, Role.LEAD)
"""Who runs the room, then who leads it."""

_WAITS = (col(Incident.status).in_(LIVE), col(Incident.scores_at).is_not(None))


@dataclass(frozen=True)
class ScoresReminded(Fact):
    """The time for the five scores is over: whoever has the desk heard it."""

    level: int
    due_at: datetime
    says: ClassVar[str] = N_("Nhắc chấm năm tiêu chí cho cấp %(level)s, hạn %(due_at)s")


@dataclass(frozen=True)
class ScoresReportedUp(Fact):
    """Still nobody gave them: those above heard it."""

    level: int
    due_at: datetime
    says: ClassVar[str] = N_(
        "Báo cấp trên: cấp %(level)s chưa được chấm năm tiêu chí, hạn %(due_at)s"
    )


def due(session: Session) -> list[UUID]:
    """The incidents of whose scores somebody is to hear now, and those opened a moment ago."""
    wanted = select(Incident.id).where(*_WAITS, col(Incident.scores_at) <= clock.now())
    return list(session.exec(wanted.order_by(col(Incident.id))))


COMING = Coming(select(func.min(Incident.scores_at)).where(*_WAITS))
"""The nearest moment at which one of them is looked at."""


def ring(session: Session, incident_id: UUID) -> None:
    """Work out the time of an opening; tell the duty officers, and later those above, once each."""
    incident = incidents.get(session, incident_id, lock=True)
    now = clock.now()
    if not incident.live or incident.scores_at is None or incident.scores_at > now:
        return
    policy = level_timings.of_incident(session, incident)
    allowed = timedelta(minutes=policy.triage_minutes)
    due_at = incident.opened_at + allowed
    told = timeline.entries_of(session, incident.id, kind=ScoresReminded)
    if due_at > now:
        at = due_at
    else:
        # Counted from when they heard it, so that a night without an engine gives them time too.
        at = None if told else now + allowed * (policy.next_tier_percent - WHOLE) / WHOLE
        _tell(session, incident, due_at, above=bool(told))
    incident.scores_at = at
    session.add(incident)


def _tell(session: Session, incident: Incident, due_at: datetime, *, above: bool) -> None:
    line = _line(session, incident)
    people = line[above] if len(line) > above else []
    if not people:
        return
    what = ScoresReportedUp if above else ScoresReminded
    timeline.record(session, incident.id, what(incident.level, due_at), by=ENGINE)
    persons.tell_all(
        session,
        people,
        KIND,
        key=f"scores:{incident.id}:{above}",
        incident_id=incident.id,
        values={"until": due_at.isoformat(), "above": above},
    )


def _line(session: Session, incident: Incident) -> list[list[UUID]]:
    """Who hears in turn; nobody whom a conflict of interest keeps from grading it."""
    barred = recusals.of(session, incident.id).keeps_out(judging=True)
    desk = [p for p in rosters.to_alert(session, clock.now()) if p not in barred]
    above = [p for role in _ABOVE for p in taskforces.candidates(session, incident.id, role)]
    higher = [[p] for p in dict.fromkeys(above) if p not in barred and p not in desk]
    return [desk, *higher] if desk else higher


def end(session: Session, incident: Incident) -> None:
    """The level is worked out, or set with a reason: nobody is asked for scores any more."""
    incident.scores_at = None
    session.add(incident)
    drop(session, incident.id)


def drop(session: Session, incident_id: UUID) -> None:
    """Who has not heard of them yet is not asked."""
    outbox.cancel(session, incident_id=incident_id, kinds=(KIND,))
