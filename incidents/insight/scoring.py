"""The score of an exercise, from its record alone: work taken, first words, and what was late.

Each is held against the deadline it had when it was asked for; a step more time was given for, by
a named person, against the new one. What the exercise's own playbook asks of its directors, the
plan and the lessons, is not scored. Bodies that are asked and not assigned are counted by
themselves: how many were asked, how many answered and how fast; nothing of theirs is ever late.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import level_timings
from incidents.matter.incidents import Incident, Status
from incidents.matter.level_timings import LevelPolicy
from incidents.record import clock, timeline
from incidents.record.errors import Conflict
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.response.life.exercises import BEGINNINGS
from incidents.response.life.level_changes import LevelLowered, LevelSet
from incidents.response.life.opening import IncidentOpened
from incidents.response.steps import runs, steps
from incidents.response.steps.added_steps import StepCancelled
from incidents.response.steps.answer_facts import StepAnswered, StepDone
from incidents.response.steps.catalog import EXERCISE_ONLY
from incidents.response.steps.steps import (
    Step,
    StepAcknowledged,
    StepExtended,
    StepOpened,
    StepWaived,
)
from incidents.words.publications import StatementReleasedInExercise


@dataclass(frozen=True)
class Late:
    """A step that was not done by its time; ``by`` is how much, up to now if nobody did it."""

    number: int
    key: str
    by: timedelta
    done: bool


@dataclass(frozen=True)
class Score:
    """What the record says of one exercise."""

    number: str
    level: int
    began_at: datetime
    asked: int
    """Steps whose time to acknowledge is over, or that were taken."""
    taken_in_time: int
    typical_taking: timedelta | None
    taking_allowed: timedelta
    first_text: timedelta | None
    first_text_allowed: timedelta | None
    due: int
    """Steps whose time is over, or that were done."""
    done_in_time: int
    late: tuple[Late, ...]
    requests: int = 0
    """Requests to bodies that are asked, not assigned."""
    answered: int = 0
    typical_answer: timedelta | None = None


@dataclass
class _Asked:
    """One step as the facts tell it."""

    number: int
    key: str
    opened: datetime
    taking_allowed: timedelta
    due: datetime
    taken: datetime | None = None
    ended: datetime | None = None
    answered: datetime | None = None


@dataclass
class _Told:
    """What the facts of one chain add up to."""

    began: datetime
    level: int
    first_text: datetime | None = None
    asked: dict[int, _Asked] = field(default_factory=dict)
    requested: dict[int, _Asked] = field(default_factory=dict)


def of(session: Session, incident: Incident) -> Score:
    """The score as the record stands now; ``Conflict`` for what is no exercise."""
    if not incident.exercise:
        raise Conflict(N_("Vụ việc này không phải diễn tập."))
    policies = level_timings.rows(session, level_timings.in_force(session, incident.opened_at))
    told = _read(session, incident, policies)
    until = incident.ended_at or clock.now()
    policy = policies[told.level]
    taking = [a for a in told.asked.values() if a.taken or a.opened + a.taking_allowed < until]
    lengths = [(a.taken - a.opened).total_seconds() for a in taking if a.taken]
    ended = [a for a in told.asked.values() if a.ended or a.due < until]
    late = tuple(
        Late(a.number, a.key, (a.ended or until) - a.due, a.ended is not None)
        for a in ended
        if (a.ended or until) > a.due
    )
    first = policy.first_statement_minutes
    answers = [
        (a.answered - a.opened).total_seconds() for a in told.requested.values() if a.answered
    ]
    return Score(
        number=incident.number,
        level=told.level,
        began_at=told.began,
        asked=len(taking),
        taken_in_time=sum(
            a.taken is not None and a.taken - a.opened <= a.taking_allowed for a in taking
        ),
        typical_taking=timedelta(seconds=median(lengths)) if lengths else None,
        taking_allowed=policy.acknowledge_within,
        first_text=told.first_text - told.began if told.first_text else None,
        first_text_allowed=timedelta(minutes=first) if first else None,
        due=len(ended),
        done_in_time=len(ended) - len(late),
        late=late,
        requests=len(told.requested),
        answered=len(answers),
        typical_answer=timedelta(seconds=median(answers)) if answers else None,
    )


def last_before(session: Session, incident: Incident) -> Score | None:
    """The score of the exercise of the same playbook before this one, if there was one."""
    before = session.exec(
        select(Incident)
        .where(
            col(Incident.exercise),
            Incident.playbook == incident.playbook,
            Incident.opened_at <= incident.opened_at,
            Incident.number < incident.number,
            Incident.status != Status.UNDONE,
        )
        .order_by(col(Incident.number).desc())
        .limit(1)
    ).first()
    return of(session, before) if before else None


def _read(session: Session, incident: Incident, policies: Mapping[int, LevelPolicy]) -> _Told:
    scored = _scored(session, incident.id)
    outside = {s.number for s in scored.values() if s.asked}
    told = _Told(incident.opened_at, incident.level)
    for entry, fact in timeline.entries_of(session, incident.id):
        at = entry.happened_at
        match fact:
            case IncidentOpened():
                told.began, told.level = at, fact.level
            case LevelSet() | LevelLowered():
                told.level = fact.after
            case StatementReleasedInExercise() if told.first_text is None:
                told.first_text = at
            case StepOpened() if fact.number in scored:
                within = min(policies[told.level].acknowledge_within, fact.due_at - at)
                counted = told.requested if fact.number in outside else told.asked
                asked = _Asked(fact.number, fact.key, at, within, fact.due_at)
                counted.setdefault(fact.number, asked)
            case _ if isinstance(fact, BEGINNINGS):
                told.began = at
            case _:
                _go_on(told.asked, at, fact)
                _go_on(told.requested, at, fact)
    return told


def _go_on(asked: dict[int, _Asked], at: datetime, fact: Fact) -> None:
    match fact:
        case StepAcknowledged(number=number) if number in asked:
            asked[number].taken = asked[number].taken or at
        case StepAnswered(number=number) | StepDone(number=number) if number in asked:
            asked[number].taken = asked[number].taken or at
            asked[number].ended = asked[number].ended or at
            asked[number].answered = asked[number].answered or at
        case StepCancelled(number=number):
            asked.pop(number, None)
        case StepWaived(number=number) if number in asked:
            asked[number].ended = asked[number].ended or at
        case StepExtended(number=number, due_at=due_at) if number in asked:
            asked[number].due = due_at
        case _:
            pass


def _scored(session: Session, incident_id: UUID) -> dict[int, Step]:
    """The steps that count, by number: asked by a playbook that is also used in earnest."""
    directing = {
        run.id for run in runs.of_incident(session, incident_id) if run.playbook in EXERCISE_ONLY
    }
    asked = steps.of_incident(session, incident_id)
    return {step.number: step for step in asked if step.run_id not in directing}
