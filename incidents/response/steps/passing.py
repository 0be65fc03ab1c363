"""How work reaches a person, changes hands and is settled.

Work moves; the authority to sign does not (rule 5 of practice).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, select

from incidents.matter import incidents, level_timings, recusals
from incidents.matter.incidents import Incident
from incidents.matter.level_timings import LevelPolicy
from incidents.people.roles import Role
from incidents.record import clock, ids, links, outbox, timeline
from incidents.record.actors import ENGINE, Actor
from incidents.record.outbox import Channel
from incidents.response.steps import forms, own_forms, runs, steps, succession, timers
from incidents.response.steps.handing import hand_over, vacant
from incidents.response.steps.steps import (
    Cause,
    Step,
    StepKind,
    StepOpened,
    StepPassed,
    StepRefusedByAll,
    StepReopened,
    StepState,
)
from incidents.response.steps.timers import LADDER_KINDS, TimerKind

UNANSWERED = "step_unanswered"
ASK = (
    *("step_assigned", "step_reminder", "step_passed", "step_reopened", UNANSWERED),
    *("step_requested", "step_request_reminder", "step_call"),
)
"""Kinds of message that want somebody to take a step."""

REMINDERS = (
    *(kind for kind in ASK if kind != "step_reopened"),
    "step_overdue",
    "step_missed",
    "step_follow_up",
)
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
    life_safety: bool = False
    due_at: datetime | None = None
    """An hour no level moves; where it has passed by now there is all of ``due`` from here."""


def open_step(session: Session, incident: Incident, run_id: UUID, plan: Plan) -> Step:
    """Open a step, or find it by its key; planned only, while ``after`` is not settled."""
    existing = session.exec(select(Step).where(Step.run_id == run_id, Step.key == plan.key)).first()
    if existing:
        return existing
    if plan.due_at:
        left = plan.due_at - clock.now()
        allowed, by_level = left if left > timedelta() else plan.due, None
    else:
        allowed = level_timings.of_incident(session, incident).scaled(plan.due)
        by_level = plan.due
    step = write(session, incident, plan, allowed=allowed, by_level=by_level, run_id=run_id)
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
        form_schema=own_forms.schema_of(forms.of(plan.form)),
        statement_id=plan.statement_id,
        release_to=[c.value for c in plan.release_to],
        after_id=plan.after,
        mandatory=plan.mandatory,
        life_safety=plan.life_safety,
        allowed_minutes=minutes(allowed),
        level_minutes=minutes(by_level) if by_level else None,
        state=StepState.PLANNED,
    )
    session.add(step)
    return step


def minutes(length: timedelta) -> int:
    """A length of time in whole minutes, as a step keeps it."""
    return max(1, round(length.total_seconds() / 60))


def begin(
    session: Session,
    step: Step,
    incident: Incident,
    *,
    first: UUID | None = None,
    due_at: datetime | None = None,
) -> None:
    """Hand a planned step to ``first``, else to whoever can take it, and start its times.

    ``due_at`` is the moment somebody named, to the second; otherwise it has the time allowed.
    """
    now = clock.now()
    allowed = timedelta(minutes=step.allowed_minutes)
    step.state, step.opened_at, step.due_at = StepState.OPEN, now, due_at or now + allowed
    step.counted_from = step.climbs_from = now
    policy = level_timings.of_incident(session, incident)
    within = min(policy.acknowledge_within, allowed)
    step.acknowledge_by = now + within
    person_id = first or succession.next_in_line(session, step) or vacant(session, step)
    hand_over(session, step, person_id, kind="step_assigned")
    _arm_ladder(session, step, policy, within, round_=1)
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


def _arm_ladder(
    session: Session, step: Step, policy: LevelPolicy, within: timedelta, *, round_: int
) -> None:
    kinds = timers.REQUEST_KINDS if step.asked else LADDER_KINDS
    timers.arm_ladder(session, step.id, within, policy.ladder, round_=round_, kinds=kinds)


def move(
    session: Session, step: Step, incoming: UUID, *, cause: Cause, by: Actor, reason: str = ""
) -> None:
    """Give the step to another person and say why."""
    outgoing = step.assignee_id
    reached(session, step)
    if outgoing:
        # What was still to reach them by a later way asks for work they no longer have.
        outbox.cancel(session, step_id=step.id, person_id=outgoing, kinds=REMINDERS, later=True)
    hand_over(session, step, incoming, kind="step_passed")
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


def reached(session: Session, step: Step) -> None:
    """Nobody has to telephone about it any more: it was taken, has ended, or went to another."""
    if step.unreached_at is None:
        return
    step.unreached_at = None
    session.add(step)
    of_it = select(Step).where(Step.incident_id == step.incident_id)
    for call in session.exec(of_it.where(Step.calls_about == step.number)).all():
        if not call.settled:
            settle(session, call, StepState.CANCELLED)


def restart_ladder(session: Session, step: Step) -> None:
    """Whoever was given the step has the whole time to acknowledge, and silence climbs again."""
    policy = level_timings.of_incident(session, incidents.get(session, step.incident_id))
    step.climbs_from = clock.now()
    step.acknowledge_by = step.climbs_from + policy.acknowledge_within
    session.add(step)
    timers.cancel(session, step.id, (*LADDER_KINDS, TimerKind.FOLLOW_UP))
    round_ = timers.next_round(session, step.id)
    _arm_ladder(session, step, policy, policy.acknowledge_within, round_=round_)


def settle(session: Session, step: Step, state: StepState, *, by: Actor = ENGINE) -> None:
    """End a step: nothing of it fires or leaves any more, and whatever waited for it goes on."""
    step.state, step.settled_at, step.settled_by = state, clock.now(), by.person_id
    if step.opened_at is None:
        step.opened_at = step.settled_at
    session.add(step)
    timers.cancel(session, step.id)
    outbox.cancel(session, step_id=step.id, kinds=REMINDERS)
    reached(session, step)
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
    if person_id and (str(person_id) in shut or not succession.may_take(session, step, person_id)):
        person_id = succession.next_in_line(session, step) or vacant(session, step)
    hand_over(session, step, person_id, kind="step_reopened")
    round_ = timers.next_round(session, step.id)
    policy = level_timings.of_incident(session, incidents.get(session, step.incident_id))
    _arm_ladder(session, step, policy, allowed, round_=round_)
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
    reached(session, step)
    timers.cancel(session, step.id, LADDER_KINDS)
    outbox.cancel(session, step_id=step.id, kinds=REMINDERS)
