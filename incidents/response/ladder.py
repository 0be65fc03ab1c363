"""What silence and the due time do to a step: remind, pass on, telephone, run out.

Silence reminds at half of the time to acknowledge, goes to the deputy at all of it and to the
next tier at one and a half times; at the due time work passes once more with half the time again.
"""

from datetime import timedelta

from sqlmodel import Session

from incidents.matter import incidents, level_timings
from incidents.people import rosters
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE
from incidents.response import passing, requests, steps, succession, timers
from incidents.response.handing import hand_over, notify
from incidents.response.steps import (
    ANSWERABLE,
    Cause,
    Step,
    StepOverdue,
    StepReminded,
    StepState,
)
from incidents.response.timers import Timer, TimerKind


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
        for person_id in rosters.to_alert(session, clock.now()):
            notify(session, step, person_id, "step_unanswered")
        return
    hand_over(session, step, liaison, kind="step_call")
    passing.restart_ladder(session, step)


def _pass_on_silence(session: Session, step: Step) -> bool:
    incoming = succession.next_in_line(session, step)
    if incoming is None:
        for person_id in rosters.to_alert(session, clock.now()):
            notify(session, step, person_id, "step_unanswered")
        return False
    passing.move(session, step, incoming, cause=Cause.SILENCE, by=ENGINE)
    return True


def _due(session: Session, step: Step) -> None:
    if step.asked:
        _due_request(session, step)
        return
    if step.then_role and not step.passed_at_due:
        line = succession.heirs(session, step, step.then_role)
        barred = {str(step.assignee_id), *succession.barred(session, step)}
        heir = next((p for p in line if str(p) not in barred), None)
        if heir:
            step.passed_at_due, step.level_minutes = True, None
            step.due_at = clock.now() + timedelta(minutes=step.allowed_minutes) / 2
            timers.cancel(session, step.id)
            passing.move(session, step, heir, cause=Cause.DUE, by=ENGINE)
            round_ = timers.next_round(session, step.id)
            timers.arm(session, step.id, TimerKind.DUE, step.due_at, round_=round_)
            return
    timeline.record(
        session, step.incident_id, StepOverdue(number=step.number, key=step.key), by=ENGINE
    )
    passing.settle(session, step, StepState.OVERDUE)


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
