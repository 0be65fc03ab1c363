"""How work reaches a person and moves on to another: opening, the ladder, and changes of hands.

Silence reminds at half of the time to acknowledge, goes to the deputy at all of it and to the
next tier at one and a half times; at the due time work passes once more with half the time again.
Work moves; the authority to sign does not (rule 5 of practice).
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, select

from incidents.matter import incidents, recusals, severity
from incidents.matter.incidents import Incident
from incidents.matter.taskforces import RoleVacant
from incidents.people import persons, rosters
from incidents.people.roles import Role
from incidents.record import clock, ids, links, outbox, timeline
from incidents.record.actors import ENGINE, Actor
from incidents.record.outbox import Channel
from incidents.response import forms, runs, steps, succession, timers
from incidents.response.steps import (
    ANSWERABLE,
    Cause,
    Step,
    StepKind,
    StepOpened,
    StepOverdue,
    StepPassed,
    StepRefusedByAll,
    StepReminded,
    StepReopened,
    StepState,
)
from incidents.response.timers import LADDER_KINDS, Timer, TimerKind

REMINDERS = ("step_assigned", "step_reminder", "step_passed", "step_unanswered")
"""Kinds of message that an acknowledgement makes pointless."""


@dataclass(frozen=True)
class Plan:
    """What a playbook asks for; ``due`` is the time at level 3."""

    key: str
    kind: StepKind
    role: Role
    form: str
    due: timedelta
    then: Role | None = None
    statement_id: UUID | None = None
    release_to: tuple[Channel, ...] = ()
    after: UUID | None = None
    mandatory: bool = True


def open_step(session: Session, incident: Incident, run_id: UUID, plan: Plan) -> Step:
    """Open a step, or find it by its key; planned only, while ``after`` is not settled."""
    existing = session.exec(select(Step).where(Step.run_id == run_id, Step.key == plan.key)).first()
    if existing:
        return existing
    policy = severity.policy(session, incident.level)
    allowed = policy.scaled(plan.due)
    step = write(session, incident, plan, allowed=allowed, by_level=plan.due, run_id=run_id)
    before = session.get(Step, plan.after) if plan.after else None
    if before is None or before.settled:
        begin(session, step, incident)
    return step


def write(
    session: Session,
    incident: Incident,
    plan: Plan,
    *,
    allowed: timedelta,
    by_level: timedelta | None = None,
    run_id: UUID | None = None,
) -> Step:
    """Write a planned step down under the next number of its incident; nobody has it yet.

    ``by_level`` is its time at level 3, where a change of the level plans it anew.
    """
    last = session.exec(select(func.max(Step.number)).where(Step.incident_id == incident.id)).one()
    step = Step(
        run_id=run_id,
        incident_id=incident.id,
        number=(last or 0) + 1,
        code=ids.spoken_code(),
        key=plan.key,
        kind=plan.kind,
        role=plan.role,
        then_role=plan.then,
        form=plan.form,
        form_schema=forms.of(plan.form).model_json_schema(),
        statement_id=plan.statement_id,
        release_to=[c.value for c in plan.release_to],
        after_id=plan.after,
        mandatory=plan.mandatory,
        allowed_minutes=minutes(allowed),
        level_minutes=minutes(by_level) if by_level else None,
        state=StepState.PLANNED,
    )
    session.add(step)
    return step


def minutes(length: timedelta) -> int:
    """A length of time in whole minutes, as a step keeps it."""
    return max(1, round(length.total_seconds() / 60))


def begin(session: Session, step: Step, incident: Incident, *, first: UUID | None = None) -> None:
    """Hand a planned step to ``first``, else to whoever can take it, and start its times."""
    now = clock.now()
    allowed = timedelta(minutes=step.allowed_minutes)
    step.state, step.opened_at, step.due_at = StepState.OPEN, now, now + allowed
    step.counted_from = step.climbs_from = now
    within = min(severity.policy(session, incident.level).acknowledge_within, allowed)
    step.acknowledge_by = now + within
    person_id = first or succession.next_in_line(session, step) or vacant(session, step)
    _hand_over(session, step, person_id, kind="step_assigned")
    timers.arm_ladder(session, step.id, within, round_=1)
    timers.arm(session, step.id, TimerKind.DUE, step.due_at, round_=1)
    timeline.record(
        session,
        incident.id,
        StepOpened(
            number=step.number,
            key=step.key,
            role=step.role,
            person=person_id,
            due_at=step.due_at,
        ),
        by=ENGINE,
    )


def vacant(session: Session, step: Step) -> UUID | None:
    """Nobody holds the role: the duty officer gets the work, and an alarm goes out."""
    timeline.record(session, step.incident_id, RoleVacant(role=step.role), by=ENGINE)
    kept_out = recusals.of(session, step.incident_id).keeps_out(judging=succession.judges(step))
    on_duty = [p for p in rosters.to_alert(session, clock.now()) if p not in kept_out]
    persons.tell_all(
        session,
        on_duty,
        "role_vacant",
        key=f"vacant:{step.id}",
        incident_id=step.incident_id,
        step_id=step.id,
        values={"role": step.role.value},
    )
    return on_duty[0] if on_duty else None


def _hand_over(session: Session, step: Step, person_id: UUID | None, *, kind: str) -> None:
    step.assignee_id = person_id
    step.state, step.acknowledged_at, step.acknowledged_by = StepState.OPEN, None, None
    if person_id is not None:
        step.holder_ids = [*step.holder_ids, str(person_id)]
        notify(session, step, person_id, kind)
    session.add(step)


def notify(session: Session, step: Step, person_id: UUID, kind: str) -> None:
    """One message about a step with a link of its own, once for each time it is handed over."""
    messages = persons.tell(
        session,
        person_id,
        kind,
        key=f"{kind}:{step.id}:{len(step.holder_ids)}",
        incident_id=step.incident_id,
        step_id=step.id,
    )
    links.issue(session, messages)


def fire(session: Session, timer: Timer) -> None:
    """What a moment that came does to its step, if anybody still has to answer it."""
    step = steps.get(session, timer.step_id, lock=True)
    if step.state not in ANSWERABLE:
        return
    match timer.kind:
        case TimerKind.REMIND:
            _remind(session, step)
        case TimerKind.DEPUTY:
            _pass_on_silence(session, step)
        case TimerKind.NEXT_TIER:
            if _pass_on_silence(session, step):
                # The tier above gets the whole ladder, so that silence there climbs on too.
                policy = severity.policy(session, incidents.get(session, step.incident_id).level)
                step.climbs_from = clock.now()
                timers.arm_ladder(
                    session,
                    step.id,
                    policy.acknowledge_within,
                    round_=timers.next_round(session, step.id),
                )
        case TimerKind.DUE:
            _due(session, step)


def _remind(session: Session, step: Step) -> None:
    if step.assignee_id:
        notify(session, step, step.assignee_id, "step_reminder")
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


def _pass_on_silence(session: Session, step: Step) -> bool:
    incoming = succession.next_in_line(session, step)
    if incoming is None:
        for person_id in rosters.to_alert(session, clock.now()):
            notify(session, step, person_id, "step_unanswered")
        return False
    move(session, step, incoming, cause=Cause.SILENCE, by=ENGINE)
    return True


def move(
    session: Session, step: Step, incoming: UUID, *, cause: Cause, by: Actor, reason: str = ""
) -> None:
    """Give the step to another person and say why."""
    outgoing = step.assignee_id
    _hand_over(session, step, incoming, kind="step_passed")
    timeline.record(
        session,
        step.incident_id,
        StepPassed(
            number=step.number,
            key=step.key,
            outgoing=outgoing,
            incoming=incoming,
            cause=cause,
            reason=reason,
        ),
        by=by,
    )


def restart_ladder(session: Session, step: Step) -> None:
    """Whoever was given the step has the whole time to acknowledge, and silence climbs again."""
    policy = severity.policy(session, incidents.get(session, step.incident_id).level)
    step.climbs_from = clock.now()
    step.acknowledge_by = step.climbs_from + policy.acknowledge_within
    session.add(step)
    timers.cancel(session, step.id, LADDER_KINDS)
    round_ = timers.next_round(session, step.id)
    timers.arm_ladder(session, step.id, policy.acknowledge_within, round_=round_)


def _due(session: Session, step: Step) -> None:
    if step.then_role and not step.passed_at_due:
        line = succession.heirs(session, step, step.then_role)
        barred = {str(step.assignee_id), *succession.barred(session, step)}
        heir = next((p for p in line if str(p) not in barred), None)
        if heir:
            step.passed_at_due, step.level_minutes = True, None
            step.due_at = clock.now() + timedelta(minutes=step.allowed_minutes) / 2
            timers.cancel(session, step.id)
            move(session, step, heir, cause=Cause.DUE, by=ENGINE)
            round_ = timers.next_round(session, step.id)
            timers.arm(session, step.id, TimerKind.DUE, step.due_at, round_=round_)
            return
    timeline.record(
        session, step.incident_id, StepOverdue(number=step.number, key=step.key), by=ENGINE
    )
    settle(session, step, StepState.OVERDUE)


def settle(session: Session, step: Step, state: StepState, *, by: Actor = ENGINE) -> None:
    """End a step: nothing of it fires or leaves any more, and whatever waited for it goes on."""
    step.state, step.settled_at, step.settled_by = state, clock.now(), by.person_id
    if step.opened_at is None:
        step.opened_at = step.settled_at
    session.add(step)
    timers.cancel(session, step.id)
    outbox.cancel(session, step_id=step.id, kinds=REMINDERS)
    incident = incidents.get(session, step.incident_id)
    for waiting in session.exec(
        select(Step).where(Step.after_id == step.id, Step.state == StepState.PLANNED)
    ):
        begin(session, waiting, incident)
    if step.run_id is not None:
        runs.want(session, step.run_id)


def refuse_by_all(session: Session, step: Step) -> None:
    """Nobody is left to take it."""
    timeline.record(
        session, step.incident_id, StepRefusedByAll(number=step.number, key=step.key), by=ENGINE
    )
    settle(session, step, StepState.DECLINED)


def decline(session: Session, step: Step, *, reason: str, by: Actor) -> None:
    """Pass a declined step on at once; with nobody left it settles as declined."""
    incoming = succession.next_in_line(session, step)
    if incoming is None:
        refuse_by_all(session, step)
        return
    move(session, step, incoming, cause=Cause.DECLINED, by=by, reason=reason)
    restart_ladder(session, step)


def reopen(session: Session, step: Step, *, by: Actor) -> None:
    """Ask again because the text the answer was about has changed; links to the old one end."""
    links.revoke(session, step_id=step.id)
    timeline.record(
        session, step.incident_id, StepReopened(number=step.number, key=step.key), by=by
    )
    step.state, step.answer, step.settled_at, step.settled_by = StepState.OPEN, None, None, None
    allowed = timedelta(minutes=step.allowed_minutes)
    step.counted_from = step.climbs_from = clock.now()
    step.due_at = step.counted_from + allowed
    person_id = step.assignee_id
    kept_out = recusals.of(session, step.incident_id).keeps_out(judging=succession.judges(step))
    shut = {*succession.barred(session, step), *map(str, kept_out)}
    if person_id and str(person_id) in shut:
        person_id = succession.next_in_line(session, step) or vacant(session, step)
    _hand_over(session, step, person_id, kind="step_reopened")
    round_ = timers.next_round(session, step.id)
    timers.arm_ladder(session, step.id, allowed, round_=round_)
    timers.arm(session, step.id, TimerKind.DUE, step.due_at, round_=round_)


def cancel_all(session: Session, incident_id: UUID) -> int:
    """Cancel every unsettled step of an incident that ended, with its timers and messages."""
    open_steps = steps.unsettled(session, incident_id)
    for step in open_steps:
        step.state, step.settled_at = StepState.CANCELLED, clock.now()
        step.opened_at = step.opened_at or step.settled_at
        session.add(step)
        timers.cancel(session, step.id)
    outbox.cancel(
        session, incident_id=incident_id, kinds=(*REMINDERS, "step_reopened", "called_out")
    )
    return len(open_steps)


def quieten(session: Session, step: Step) -> None:
    """Somebody has it: nothing reminds or climbs any more; only the due time stays armed."""
    timers.cancel(session, step.id, LADDER_KINDS)
    outbox.cancel(session, step_id=step.id, kinds=REMINDERS)
