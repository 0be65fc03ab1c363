"""A changed level plans the desk's own deadlines anew; what the law sets is never touched.

Only times that a playbook gave by level move, counted from the same beginning; a time that a
person or the ladder set stays. Nobody is late, or passed over, by the change itself: a moment
comes no sooner than the new level would let it come if it began now, unless it was due sooner.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlmodel import Session

from incidents.matter import level_timings
from incidents.matter.incidents import Incident
from incidents.matter.level_timings import LevelPolicy
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.response.steps import lapsing, passing, steps, timers
from incidents.response.steps.steps import Step, StepState
from incidents.response.steps.timers import LADDER_KINDS, Timer, TimerKind


@dataclass(frozen=True)
class StepReplanned(Fact):
    """Its deadline follows the new level."""

    number: int
    key: str
    level: int
    before: datetime
    due_at: datetime
    says: ClassVar[str] = N_(
        "Việc %(number)s «%(key)s»: hạn %(before)s → %(due_at)s theo cấp độ %(level)s"
    )


def follow_level(session: Session, incident: Incident, *, by: Actor) -> list[Step]:
    """Plan every open step anew by the level the incident has now; those whose due time moved."""
    policy = level_timings.of_incident(session, incident)
    waiting = steps.unsettled(session, incident.id)
    armed = timers.armed(session, incident.id)
    moved: list[Step] = []
    for step in waiting:
        if step.level_minutes is not None:
            allowed = policy.scaled(timedelta(minutes=step.level_minutes))
            step.allowed_minutes = passing.minutes(allowed)
            session.add(step)
        if step.state is StepState.PLANNED or not (step.due_at and step.acknowledge_by):
            continue
        _climb(session, step, policy, armed.get(step.id, []))
        if step.level_minutes is not None and step.counted_from:
            before = step.due_at
            end = step.counted_from + timedelta(minutes=step.allowed_minutes)
            step.due_at = _fair(end, before, policy.acknowledge_within)
            if step.due_at != before:
                _due(session, step, before, incident.level, armed.get(step.id, []), by)
                moved.append(step)
    return moved


def _fair(planned: datetime, before: datetime, anew: timedelta) -> datetime:
    return max(planned, min(before, clock.now() + anew))


def _due(
    session: Session, step: Step, before: datetime, level: int, armed: list[Timer], by: Actor
) -> None:
    if step.due_at is None:
        raise ValueError("a step without a due time is not planned anew")
    for timer in armed:
        if timer.kind is TimerKind.DUE:
            timer.due_at = step.due_at
        elif timer.kind is TimerKind.FOLLOW_UP:
            timer.due_at = lapsing.reminds_at(session, step) or timer.due_at
        session.add(timer)
    fact = StepReplanned(
        number=step.number, key=step.key, level=level, before=before, due_at=step.due_at
    )
    timeline.record(session, step.incident_id, fact, by=by)


def _climb(session: Session, step: Step, policy: LevelPolicy, armed: list[Timer]) -> None:
    """Whoever has not acknowledged yet is reminded, and passed over, in the time of the level."""
    rungs = [timer for timer in armed if timer.kind in LADDER_KINDS]
    if step.state is not StepState.OPEN or step.climbs_from is None or step.acknowledge_by is None:
        return
    within = min(policy.acknowledge_within, timedelta(minutes=step.allowed_minutes))
    step.acknowledge_by = _fair(step.climbs_from + within, step.acknowledge_by, within)
    for timer in rungs:
        share = within * policy.ladder[timer.kind.value] / level_timings.WHOLE
        timer.due_at = _fair(step.climbs_from + share, timer.due_at, share)
        session.add(timer)
