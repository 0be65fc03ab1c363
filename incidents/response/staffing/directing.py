"""What those who direct do to open work: another person, more time, or none of it.

Each of them gives a reason, which stands in the timeline with their name.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, taskforces
from incidents.matter.taskforce_facts import MemberReplaced
from incidents.matter.taskforces import Basis
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, given
from incidents.record.language import N_
from incidents.response.staffing import entrusting, seating
from incidents.response.steps import passing, rerouting, steps, succession, timers, vacancies
from incidents.response.steps.steps import (
    ANSWERABLE,
    Cause,
    Step,
    StepExtended,
    StepState,
    StepWaived,
)
from incidents.response.steps.timers import TimerKind


def reassign(session: Session, step_id: UUID, person_id: UUID, *, reason: str, by: Actor) -> Step:
    """Give an open step to a named person."""
    step = _open(session, step_id)
    reason = given(reason)
    person = persons.active(session, person_id)
    succession.require_free(session, step, person_id)
    if step.assignee_id == person.id:
        raise AlreadySettled(N_("%(name)s đang giữ việc này rồi."), name=person.name)
    if not succession.may_take(session, step, person_id):
        raise Conflict(N_("Người được giao chưa có thẩm quyền hoặc giấy ủy quyền để duyệt."))
    passing.move(session, step, person_id, cause=Cause.REASSIGNED, by=by, reason=reason)
    passing.restart_ladder(session, step)
    return step


def extend(session: Session, step_id: UUID, due_at: datetime, *, reason: str, by: Actor) -> Step:
    """Give an open step more time."""
    step = _open(session, step_id)
    reason = given(reason)
    if step.due_at is None or due_at <= max(step.due_at, clock.now()):
        raise Invalid(fields={"due_at": (N_("Hạn mới phải sau hạn cũ và ở phía trước."), {})})
    step.due_at, step.level_minutes = due_at, None
    session.add(step)
    timers.cancel(session, step.id, (TimerKind.DUE,))
    round_ = timers.next_round(session, step.id)
    timers.arm(session, step.id, TimerKind.DUE, due_at, round_=round_)
    timeline.record(
        session,
        step.incident_id,
        StepExtended(
            number=step.number,
            key=step.key,
            due_at=due_at,
            reason=reason,
        ),
        by=by,
    )
    return step


def waive(session: Session, step_id: UUID, *, reason: str, by: Actor) -> Step:
    """Let a step go undone; who waives it is its approver and answers for the reason."""
    incidents.live(session, steps.get(session, step_id).incident_id)
    step = steps.get(session, step_id, lock=True)
    if step.state in (StepState.DONE, StepState.WAIVED, StepState.CANCELLED):
        raise Conflict(N_("Nhiệm vụ này đã kết thúc."))
    reason = given(reason)
    timeline.record(
        session,
        step.incident_id,
        StepWaived(number=step.number, key=step.key, reason=reason),
        by=by,
    )
    passing.settle(session, step, StepState.WAIVED, by=by)
    return step


def replace_member(
    session: Session,
    incident_id: UUID,
    role: Role,
    *,
    outgoing: UUID,
    incoming: UUID,
    reason: str,
    by: Actor,
) -> int:
    """Seat another person in a role; the open steps of the old one move, their links end."""
    incidents.live(session, incident_id)
    reason = given(reason)
    seat = taskforces.find_member(session, incident_id, role, outgoing)
    entrusting.require(session, incident_id, role, incoming, outgoing=outgoing, by=by)
    held = seating.succeed(session, incident_id, seat, incoming, basis=Basis.REPLACEMENT)
    timeline.record(
        session,
        incident_id,
        MemberReplaced(
            role=role,
            outgoing=outgoing,
            incoming=incoming,
            steps_moved=len(held),
            reason=reason,
        ),
        by=by,
    )
    rerouting.pass_on(session, held, outgoing, incoming, cause=Cause.REPLACED, reason=reason, by=by)
    vacancies.fill(session, incident_id=incident_id, by=by)
    return len(held)


def _open(session: Session, step_id: UUID) -> Step:
    step = steps.get(session, step_id, lock=True)
    if step.state not in ANSWERABLE:
        raise Conflict(N_("Nhiệm vụ này không còn mở."))
    return step
