"""What the facts of one incident add up to at a moment: its state, its work, its findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from incidents.intake.claims import ClaimSettled, ClaimStated, ClaimsVerified
from incidents.intake.wording import ClaimReworded
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.mandates import TaskForceDecided
from incidents.matter.taskforce_facts import (
    DirectionRecorded,
    SignatureGiven,
    SignatureVacant,
    TaskForceActivated,
)
from incidents.record.facts import Fact
from incidents.record.timeline import TimelineEntry
from incidents.response.judgement.findings import FindingsDiffer
from incidents.response.life.level_changes import CHANGES, LevelLowered, LevelSet
from incidents.response.life.lifecycle import StatusChanged, StoodDown
from incidents.response.life.merging import IncidentMerged
from incidents.response.life.opening import IncidentOpened, OpeningUndone
from incidents.response.life.replanning import StepReplanned
from incidents.response.steps.added_steps import StepCancelled
from incidents.response.steps.answer_facts import StepAnswered, StepDone
from incidents.response.steps.steps import (
    Cause,
    Step,
    StepAcknowledged,
    StepExtended,
    StepOpened,
    StepOverdue,
    StepPassed,
    StepRefusedByAll,
    StepReopened,
    StepState,
    StepWaived,
)

READ = (
    *(IncidentOpened, *CHANGES, StatusChanged, StoodDown, OpeningUndone, IncidentMerged),
    *(TaskForceActivated, DirectionRecorded, TaskForceDecided),
    *(ClaimStated, ClaimReworded, ClaimsVerified, ClaimSettled, FindingsDiffer),
    *(StepOpened, StepAcknowledged, StepPassed, StepExtended, StepReplanned, StepReopened),
    *(StepAnswered, StepDone, StepOverdue, StepRefusedByAll, StepWaived, StepCancelled),
    *(SignatureVacant, SignatureGiven),
)
"""The facts a situation is read from."""


@dataclass(frozen=True)
class Work:
    """A step as it stood."""

    step: Step
    state: StepState
    person_id: UUID | None
    due_at: datetime
    ended_at: datetime | None = None


@dataclass
class Told:
    """What the facts of one incident add up to."""

    level: int
    status: Status
    since: datetime
    work: dict[int, Work] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)

    def become(self, status: Status, at: datetime) -> None:
        if status is not self.status:
            self.status, self.since = status, at


def read(
    incident: Incident,
    asked: Mapping[int, Step],
    facts: Sequence[tuple[TimelineEntry, Fact]],
    at: datetime,
) -> Told:
    """Add them up in their order, up to ``at``."""
    told = Told(incident.level, Status.OPEN, incident.opened_at)
    for entry, fact in facts:
        _go_on(told, entry, fact)
        _verify(told.findings, fact)
        step = asked.get(getattr(fact, "number", 0))
        if step is not None:
            _work_on(told.work, step, entry, fact)
    # What was cancelled with its incident has no fact of its own, but its row keeps when.
    for number, each in told.work.items():
        settled = each.step.settled_at
        if each.step.state is StepState.CANCELLED and settled and settled <= at:
            told.work[number] = replace(each, state=StepState.CANCELLED, ended_at=settled)
    return told


def _go_on(told: Told, entry: TimelineEntry, fact: Fact) -> None:
    at = entry.recorded_at
    match fact:
        case IncidentOpened():
            told.level, told.since = fact.level, at
        case LevelSet() | LevelLowered():
            told.level = fact.after
        case TaskForceActivated() | DirectionRecorded() | TaskForceDecided() if (
            told.status is Status.OPEN
        ):
            told.become(Status.ACTIVE, at)
        case StatusChanged():
            told.become(fact.after, at)
        case StoodDown():
            told.become(Status.STOOD_DOWN, at)
        case OpeningUndone():
            told.become(Status.UNDONE, at)
        case IncidentMerged():
            told.become(Status.MERGED, at)
        case _:
            pass


def _verify(findings: dict[str, Finding], fact: Fact) -> None:
    """Not knowing never replaces knowing, as in ``claims.verify``."""
    match fact:
        case ClaimStated():
            findings[fact.claim] = Finding.PENDING
        case ClaimsVerified():
            for text, known in findings.items():
                if fact.finding is not Finding.UNDETERMINED or known is Finding.PENDING:
                    findings[text] = fact.finding
        case ClaimReworded():
            findings[fact.claim] = findings.pop(fact.before, Finding.PENDING)
        case ClaimSettled():
            findings[fact.claim] = fact.finding
        case FindingsDiffer():
            findings.update(dict.fromkeys(findings, Finding.PENDING))
        case _:
            pass


_ENDED: dict[type[Fact], StepState] = {
    StepAnswered: StepState.DONE,
    StepDone: StepState.DONE,
    StepOverdue: StepState.OVERDUE,
    StepRefusedByAll: StepState.DECLINED,
    StepWaived: StepState.WAIVED,
    StepCancelled: StepState.CANCELLED,
}


def _work_on(work: dict[int, Work], step: Step, entry: TimelineEntry, fact: Fact) -> None:
    at, allowed = entry.recorded_at, timedelta(minutes=step.allowed_minutes)
    before = work.get(step.number) or Work(step, StepState.OPEN, None, at + allowed)
    match fact:
        case StepOpened():
            after = Work(step, StepState.OPEN, fact.person, fact.due_at)
        case StepAcknowledged():
            after = replace(before, state=StepState.ACKNOWLEDGED, person_id=entry.actor_id)
        case StepPassed():
            due_at = at + allowed / 2 if fact.cause is Cause.DUE else before.due_at
            after = Work(step, StepState.OPEN, fact.incoming, due_at)
        case SignatureVacant() | SignatureGiven() if step.number in work:
            signer = fact.person if isinstance(fact, SignatureGiven) else None
            after = replace(before, person_id=signer)
        case StepExtended() | StepReplanned():
            after = replace(before, due_at=fact.due_at)
        case StepReopened():
            after = Work(step, StepState.OPEN, before.person_id, at + allowed)
        case _ if type(fact) in _ENDED:
            by = entry.actor_id if isinstance(fact, StepAnswered | StepDone) else None
            person_id = by or before.person_id
            after = Work(step, _ENDED[type(fact)], person_id, before.due_at, ended_at=at)
        case _:
            return
    work[step.number] = after
