"""Who owes the review meeting hears of it: two working days before its end, and when it has passed.

Only while the matter waits for its closing report, and never after the meeting was recorded.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, func, select

from incidents.matter import incidents, taskforces
from incidents.matter.incidents import Incident, Status
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.record.moments import Coming
from incidents.response.learning import looking_back
from incidents.response.life import lifecycle

_OWE = (Role.LEAD, Role.SECRETARY)
"""Who calls the meeting, and who prepares and writes it down."""

_WAITS = (Incident.status == Status.RESOLVED, col(Incident.look_back_at).is_not(None))


@dataclass(frozen=True)
class ReviewMeetingReminded(Fact):
    """Those who owe the review meeting heard that it is to be held."""

    due_at: datetime
    says: ClassVar[str] = N_("Nhắc họp rút kinh nghiệm, hạn %(due_at)s")


@dataclass(frozen=True)
class ReviewMeetingOverdue(Fact):
    """The time for the review meeting is over, and none was recorded."""

    due_at: datetime
    says: ClassVar[str] = N_("Quá hạn họp rút kinh nghiệm %(due_at)s, chưa ghi nhận cuộc họp")


def due(session: Session) -> list[UUID]:
    """The incidents of whose meeting somebody is to hear now."""
    wanted = select(Incident.id).where(*_WAITS, col(Incident.look_back_at) <= clock.now())
    return list(session.exec(wanted.order_by(col(Incident.id))))


COMING = Coming(select(func.min(Incident.look_back_at)).where(*_WAITS))
"""The nearest moment at which somebody is to hear of a meeting."""


def ring(session: Session, incident_id: UUID) -> None:
    """Tell them, each time once; of a swapped working day the moments follow."""
    incident = incidents.get(session, incident_id, lock=True)
    now, planned = clock.now(), incident.look_back_at
    if incident.status is not Status.RESOLVED or planned is None or planned > now:
        return
    due_at = looking_back.until(session, incident)
    moments = looking_back.reminders(session, incident)
    incident.look_back_at = next((at for at in moments if at > now), None)
    session.add(incident)
    since = lifecycle.reopened(session, incident.id)
    if due_at is None or moments[0] > now or looking_back.held(session, incident.id, since):
        return
    overdue = moments[-1] <= now
    fact = ReviewMeetingOverdue(due_at) if overdue else ReviewMeetingReminded(due_at)
    timeline.record(session, incident.id, fact, by=ENGINE)
    persons.tell_all(
        session,
        _who(session, incident, overdue=overdue),
        "review_meeting_due",
        key=f"review_meeting:{incident.id}:{due_at.isoformat()}:{overdue}",
        incident_id=incident.id,
        values={"until": due_at.isoformat(), "overdue": overdue},
    )


def owed(session: Session, incident: Incident) -> bool:
    """Whether a meeting is still to be held before the incident ends."""
    if incident.status is not Status.RESOLVED or looking_back.until(session, incident) is None:
        return False
    return not looking_back.held(session, incident.id, lifecycle.reopened(session, incident.id))


def _who(session: Session, incident: Incident, *, overdue: bool) -> list[UUID]:
    """Lead and secretary; once it is over whoever runs the room as well."""
    asked = (*_OWE, Role.STANDING_DEPUTY) if overdue else _OWE
    lines = [taskforces.candidates(session, incident.id, role)[:1] for role in asked]
    return list(dict.fromkeys(person_id for line in lines for person_id in line))
