"""How an incident ends: looked back on, reported on, and closed by who answers for its level.

The record is frozen with it, and the task force dissolved unless a decision keeps it.
"""

from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, taskforces
from incidents.matter.incidents import Incident, Status
from incidents.record import clock
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Missing
from incidents.record.language import N_
from incidents.response.clocks import clock_endings
from incidents.response.ending import closing_reports
from incidents.response.learning import lesson_register, looking_back
from incidents.response.life import lifecycle
from incidents.response.steps import conclusions, passing, runs, steps


def close(session: Session, incident_id: UUID, *, reason: str = "", by: Actor) -> Incident:
    """End it: concluded, from level 3 on looked back on, its report approved; the record freezes.

    By who approves at its level (``closing_reports.approvers``).
    """
    incident = incidents.get(session, incident_id, lock=True)
    if incident.status is Status.CLOSED:
        raise AlreadySettled(N_("Vụ việc đã kết thúc."))
    missing: Missing = []
    if incident.status is not Status.RESOLVED:
        missing.append((N_("Vụ việc chưa được đánh dấu chờ tổng kết."), {}))
    reopened = lifecycle.reopened(session, incident.id)
    since = reopened.recorded_at if reopened else None
    if not conclusions.given(steps.of_incident(session, incident.id), since):
        missing.append((N_("Chưa có kết luận vụ việc."), {}))
    if incident.level >= looking_back.FROM_LEVEL and not looking_back.held(
        session, incident.id, reopened
    ):
        missing.append((N_("Từ cấp độ 3 phải họp rút kinh nghiệm trước khi kết thúc."), {}))
    if closing_reports.approved(session, incident) is None:
        missing.append((N_("Báo cáo tổng kết chưa được duyệt."), {}))
    if by.person_id not in closing_reports.approvers(session, incident):
        missing.append(closing_reports.whose(incident))
    lifecycle.guard(missing)
    runs.end_all(session, incident.id)
    passing.cancel_all(session, incident.id)
    clock_endings.quieten(session, incident.id)
    taskforces.dissolve(session, incident.id)
    lifecycle.move(session, incident, Status.CLOSED, reason, by)
    incident.ended_at = clock.now()
    learnt = len(lesson_register.find(session, incident_id=incident.id))
    lifecycle.tell_members(session, incident, "incident_closed", by, lessons=learnt)
    lifecycle.tell_reporters(session, incident, by)
    return incident
