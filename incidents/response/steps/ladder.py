"""What silence and the due time do to a step: remind, pass on, telephone, run out.

Silence reminds at half of the time to acknowledge, goes to the deputy at all of it and to the
next tier at one and a half times; at the due time work passes once more with half the time again.
A due time that comes in silence passes over nobody: the deputy has half the time again first. So
it is where somebody took the work, nothing followed, and nobody is named to have it next.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, level_timings, recusals, taskforces
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE
from incidents.response.steps import lapsing, passing, requests, steps, succession, timers
from incidents.response.steps.handing import hand_over, notify
from incidents.response.steps.steps import (
    ANSWERABLE,
    Cause,
    Step,
    StepOverdue,
    StepReminded,
    StepState,
)
from incidents.response.steps.timers import Timer, TimerKind


def fire(session: Session, timer: Timer) -> None:
    """What a moment that came does to its step, if anybody still has to answer it."""
    step = steps.get(session, timer.step_id, lock=True)
    if step.state not in ANSWERABLE:
        return
    match timer.kind:
        case TimerKind.REMIND:
            _remind(session, step)
        case TimerKind.DEPUTY:
            if step.asked:
                _call(session, step)
            else:
                _pass_on_silence(session, step)
        case TimerKind.NEXT_TIER:
            if _pass_on_silence(session, step):
                # The tier above gets the whole ladder, so that silence there climbs on too.
                policy = level_timings.of_incident(
                    session, incidents.get(session, step.incident_id)
                )
                step.climbs_from = clock.now()
                timers.arm_ladder(
                    session,
                    step.id,
                    policy.acknowledge_within,
                    policy.ladder,
                    round_=timers.next_round(session, step.id),
                )
        case TimerKind.DUE:
            _due(session, step)
        case TimerKind.FOLLOW_UP:
            lapsing.remind(session, step)


def _remind(session: Session, step: Step) -> None:
    if step.assignee_id:
        kind = "step_reminder"
        notify(
            session,
            step,
            step.assignee_id,
            requests.INSTEAD[kind] if step.request else kind,
        )
    timeline.record(
        session,
        step.incident_id,
        StepReminded(
            number=step.number,
            key=step.key,
            person=step.assignee_id,
        ),
        by=ENGINE,
    )


def _call(session: Session, step: Step) -> None:
    """Our own liaison telephones; once it is with them, the duty officers hear of silence."""
    liaison = None if step.called_at else requests.call(session, step)
    if liaison is None:
        for person_id in recusals.to_alert(session, step.incident_id):
            notify(session, step, person_id, "step_unanswered")
        return
    passing.reached(session, step)
    hand_over(session, step, liaison, kind="step_call")
    passing.restart_ladder(session, step)


def _pass_on_silence(session: Session, step: Step) -> bool:
    incoming = succession.next_in_line(session, step)
    if incoming is None:
        for person_id in recusals.to_alert(session, step.incident_id):
            notify(session, step, person_id, "step_unanswered")
        return False
    passing.move(session, step, incoming, cause=Cause.SILENCE, by=ENGINE)
    return True


def _due(session: Session, step: Step) -> None:
    if step.asked:
        _due_request(session, step)
        return
    silent = step.state is StepState.OPEN and not _climbed(session, step)
    deputy = _deputy(session, step) if silent else None
    if deputy:
        _give_half(session, step, deputy, cause=Cause.SILENCE)
        return
    if not step.passed_at_due and step.then_role is None and _lapsed(session, step):
        return
    if not step.passed_at_due:
        heir, cause = _heir(session, step), Cause.DUE
        if heir is None and silent:
            heir, cause = succession.next_in_line(session, step), Cause.SILENCE
        if heir:
            step.passed_at_due = True
            _give_half(session, step, heir, cause=cause)
            return
    _run_out(session, step)


def _lapsed(session: Session, step: Step) -> bool:
    """Taken and then nothing: it goes to the deputies one by one, and once to the next tier."""
    incoming = succession.next_in_line(session, step) if lapsing.silent(session, step) else None
    if incoming is None:
        return False
    outgoing = step.assignee_id
    lapsing.lapse(session, step)
    step.passed_at_due = incoming not in succession.deputies(session, step)
    _give_half(session, step, incoming, cause=Cause.SILENCE)
    if outgoing:
        notify(session, step, outgoing, "step_overdue")
    return True


def _climbed(session: Session, step: Step) -> bool:
    """Whether silence has reached the next tier already."""
    since = step.counted_from or step.opened_at
    return timers.fired(session, step.id, TimerKind.NEXT_TIER, since=since)


def _deputy(session: Session, step: Step) -> UUID | None:
    """Who has the role beside, while silence has not come to the deputies yet."""
    if not timers.waits(session, step.id, TimerKind.DEPUTY):
        return None
    tried = {*step.holder_ids, *succession.barred(session, step)}
    line = succession.deputies(session, step)
    return next((p for p in line if str(p) not in tried), None)


def _heir(session: Session, step: Step) -> UUID | None:
    """Whom the playbook names for work that is not done in time."""
    if step.then_role is None:
        return None
    barred = {str(step.assignee_id), *succession.barred(session, step)}
    if step.state is StepState.OPEN and not step.mandatory:
        barred |= {*step.holder_ids}  # whoever was silent already is not asked twice
    barred |= succession.taken_off(session, step, step.then_role)
    line = succession.heirs(session, step, step.then_role)
    return next((p for p in line if str(p) not in barred), None)


def _give_half(session: Session, step: Step, incoming: UUID, *, cause: Cause) -> None:
    """Pass the work on with half of its time again; whoever works on it hears that it moved."""
    outgoing = step.assignee_id if step.state is StepState.ACKNOWLEDGED else None
    step.level_minutes = None
    step.due_at = clock.now() + timedelta(minutes=step.allowed_minutes) / 2
    step.acknowledge_by = step.due_at
    timers.cancel(session, step.id)
    passing.move(session, step, incoming, cause=cause, by=ENGINE)
    round_ = timers.next_round(session, step.id)
    timers.arm(session, step.id, TimerKind.DUE, step.due_at, round_=round_)
    if outgoing and outgoing != incoming:
        notify(session, step, outgoing, "step_overdue")


def _run_out(session: Session, step: Step) -> None:
    """Its time is over with everyone it could pass to: the holder is told, and who leads.

    Nothing mandatory may be late unnoticed: it keeps the incident from being resolved.
    """
    fact = StepOverdue(number=step.number, key=step.key)
    timeline.record(session, step.incident_id, fact, by=ENGINE)
    passing.settle(session, step, StepState.OVERDUE)
    if step.assignee_id:
        notify(session, step, step.assignee_id, "step_overdue")
    if not step.mandatory:
        return
    leading = [
        person_id
        for role in (Role.SECRETARY, Role.LEAD)
        for person_id in taskforces.candidates(session, step.incident_id, role)[:1]
    ]
    told = leading or recusals.to_alert(session, step.incident_id)
    persons.tell_all(
        session,
        [p for p in dict.fromkeys(told) if p != step.assignee_id],
        "step_missed",
        key=f"step_missed:{step.id}:{len(step.holder_ids)}",
        incident_id=step.incident_id,
        step_id=step.id,
    )


def _due_request(session: Session, step: Step) -> None:
    """Nobody outside is late: we telephone, with half the time again; then it has no answer."""
    if step.called_at is None:
        step.due_at = clock.now() + timedelta(minutes=step.allowed_minutes) / 2
        timers.cancel(session, step.id)
        _call(session, step)
        round_ = timers.next_round(session, step.id)
        timers.arm(session, step.id, TimerKind.DUE, step.due_at, round_=round_)
        return
    requests.unanswered(session, step)
    passing.settle(session, step, StepState.DECLINED)
