"""An acknowledgement that expires: taken, and then nothing.

Whoever took a step and lets most of its time pass without a word is reminded once. A remark, or
asking for more time, is a word. Still nothing at the due time counts as silence: the step is not
taken any more and climbs on with half of its time again. The authority to sign never moves with it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlmodel import Session

from incidents.matter import incidents, level_timings
from incidents.matter.level_timings import WHOLE
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_
from incidents.response.steps import timers
from incidents.response.steps.answer_facts import StepTimeAsked
from incidents.response.steps.handing import notify
from incidents.response.steps.steps import Step, StepCommented, StepExtended, StepState
from incidents.response.steps.timers import TimerKind

REMINDER = "step_follow_up"
_WORDS = (StepCommented, StepTimeAsked, StepExtended)


@dataclass(frozen=True)
class StepFollowedUp(Fact):
    """Whoever took it was reminded that nothing has followed."""

    number: int
    key: str
    person: PersonId | None
    says: ClassVar[str] = N_(
        "Nhắc %(person)s: đã nhận việc %(number)s «%(key)s» nhưng chưa có gì tiếp theo"
    )


@dataclass(frozen=True)
class StepLapsed(Fact):
    """Nothing followed until the due time: it does not count as taken any more."""

    number: int
    key: str
    person: PersonId | None
    says: ClassVar[str] = N_(
        "%(person)s đã nhận việc %(number)s «%(key)s» nhưng đến hạn chưa có gì: không còn tính là "
        "đã tiếp nhận"
    )


def arm(session: Session, step: Step) -> None:
    """Arm the reminder of whoever has just taken a step; bodies that are asked get none."""
    moment = reminds_at(session, step)
    if moment and not step.asked:
        round_ = timers.next_round(session, step.id)
        timers.arm(session, step.id, TimerKind.FOLLOW_UP, moment, round_=round_)


def remind(session: Session, step: Step) -> None:
    """Remind whoever has it, unless they said a word; later, where it has more time by now."""
    moment = reminds_at(session, step)
    if moment is None or step.assignee_id is None or not silent(session, step):
        return
    if moment > clock.now():
        arm(session, step)
        return
    notify(session, step, step.assignee_id, REMINDER)
    fact = StepFollowedUp(step.number, step.key, step.assignee_id)
    timeline.record(session, step.incident_id, fact, by=ENGINE)


def lapse(session: Session, step: Step) -> None:
    """Take note that it is not taken any more."""
    fact = StepLapsed(step.number, step.key, step.assignee_id)
    timeline.record(session, step.incident_id, fact, by=ENGINE)
    step.state, step.acknowledged_at, step.acknowledged_by = StepState.OPEN, None, None
    session.add(step)


def silent(session: Session, step: Step) -> bool:
    """Whether somebody took it and nothing was heard of it since."""
    since = step.acknowledged_at
    if step.state is not StepState.ACKNOWLEDGED or since is None:
        return False
    return not any(
        fact.number == step.number
        for kind in _WORDS
        for entry, fact in timeline.entries_of(session, step.incident_id, kind=kind)
        if isinstance(fact, _WORDS) and entry.recorded_at >= since
    )


def reminds_at(session: Session, step: Step) -> datetime | None:
    """When the office's share is over of the time between taking it and its due time."""
    if step.acknowledged_at is None or step.due_at is None or step.due_at <= step.acknowledged_at:
        return None
    incident = incidents.get(session, step.incident_id)
    percent = level_timings.in_force(session, incident.opened_at).follow_up_percent
    return step.acknowledged_at + (step.due_at - step.acknowledged_at) * percent / WHOLE
