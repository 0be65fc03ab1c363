"""The life of an opened incident: stabilised, resolved, closed, or stood down midway.

How it is taken up again is in ``resuming``; how two become one, in ``merging``.

Every transition is one verb; each refusal names the conditions that are missing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import claims, reporters, signals
from incidents.intake.reporters import Outcome
from incidents.matter import incidents, taskforces, ties
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.severity import Level
from incidents.people import persons
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, GuardFailed, Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.record.timeline import TimelineEntry
from incidents.response import catalog, clock_endings, clocks, findings, passing, runs, steps
from incidents.response.exercise_forms import Lessons
from incidents.response.forms import Conclusion, Measurement
from incidents.response.runs import RunState
from incidents.response.steps import StepState
from incidents.words import publications

CONCLUDING = frozenset({Conclusion.__name__, Lessons.__name__})
"""Forms one of which must have been answered before an incident is closed."""

_REVIEW_FROM = Level.HIGH
_WORKED_ON = (Status.OPEN, Status.ACTIVE)


@dataclass(frozen=True)
class StatusChanged(Fact):
    """The incident moved on in its life."""

    before: Status
    after: Status
    reason: Private
    says: ClassVar[str] = N_("Trạng thái: %(before)s → %(after)s. %(reason)s")


@dataclass(frozen=True)
class StoodDown(Fact):
    """Work ended midway; open steps and messages were cancelled."""

    steps_cancelled: int
    reason: Private
    says: ClassVar[str] = N_(
        "Dừng xử lý, hủy %(steps_cancelled)s nhiệm vụ đang mở. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class ReviewHeld(Fact):
    """The review meeting that closing needs from level 3 on."""

    held_at: datetime
    outcome: Private
    says: ClassVar[str] = N_("Họp rút kinh nghiệm lúc %(held_at)s: %(outcome)s")


def stabilise(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """The first statement is out and reach falls, or the lead judges so in writing (rule 21)."""
    incident = incidents.live(session, incident_id)
    missing: list[tuple[str, Mapping[str, Any]]] = []
    if incident.status is Status.STABILISING:
        raise AlreadySettled(N_("Vụ việc đang ở trạng thái này."))
    if (
        not publications.of_incident(session, incident.id)
        and incident.level > Level.LOW
        and incident.playbook not in catalog.EXERCISE_ONLY
    ):
        missing.append((N_("Chưa công bố thông tin ban đầu."), {}))
    if not _falling(session, incident.id) and not reason.strip():
        missing.append(
            (
                N_(
                    "Chưa có hai lần đo liên tiếp cho thấy đang giảm, "
                    "cũng chưa có nhận định bằng văn bản."
                ),
                {},
            )
        )
    guard(missing)
    return move(session, incident, Status.STABILISING, reason, by)


def _falling(session: Session, incident_id: UUID) -> bool:
    found = measured(session, incident_id)
    return len(found) > 1 and all(m["falling"] for m in found[-2:])


def measured(session: Session, incident_id: UUID) -> list[dict[str, Any]]:
    """What was measured, in its order, since the incident was last taken up again."""
    since = taken_up_at(session, incident_id)
    return [
        s.answer
        for s in steps.of_incident(session, incident_id)
        if s.form == Measurement.__name__
        and s.state is StepState.DONE
        and s.answer
        and s.settled_at
        and (since is None or s.settled_at >= since)
    ]


def taken_up_at(session: Session, incident_id: UUID) -> datetime | None:
    """When it was last reopened, or flared up again; nothing while it never did."""
    last = last_move(session, incident_id, (Status.CLOSED, Status.STABILISING), _WORKED_ON)
    return last.recorded_at if last else None


def last_move(
    session: Session,
    incident_id: UUID,
    before: Collection[Status],
    after: Collection[Status],
) -> TimelineEntry | None:
    """The last time it went from one of some states to one of others."""
    moves = timeline.entries_of(session, incident_id, kind=StatusChanged)
    return next(
        (
            entry
            for entry, fact in reversed(moves)
            if isinstance(fact, StatusChanged) and fact.before in before and fact.after in after
        ),
        None,
    )


def resolve(session: Session, incident_id: UUID, *, reason: str = "", by: Actor) -> Incident:
    """Everything mandatory is done or waived, and every claim has its final word."""
    incident = incidents.live(session, incident_id)
    asked = steps.of_incident(session, incident.id)
    undone = [
        s
        for s in asked
        if s.mandatory
        and s.state not in (StepState.DONE, StepState.WAIVED, StepState.CANCELLED)
        and not (s.asked and s.state is StepState.DECLINED)  # silence outside blocks nothing
    ]
    missing: list[tuple[str, Mapping[str, Any]]] = [
        (
            N_("Việc %(number)s «%(key)s» chưa xong và chưa được miễn."),
            {"number": s.number, "key": steps.name(session, s)},
        )
        for s in undone
    ]
    if incident.status is not Status.STABILISING:
        missing.append((N_("Vụ việc chưa ở trạng thái tạm ổn."), {}))
    if findings.differing(incident, asked):
        missing.append((N_("Kết quả xác minh trái nhau chưa được chốt."), {}))
    if any(c.finding is Finding.PENDING for c in claims.of_incident(session, incident.id)):
        missing.append((N_("Còn nội dung chưa có kết quả xác minh cuối cùng."), {}))
    # What the law asked of a matter that was merged into this one is still asked.
    for each in (incident.id, *ties.merged_here(session, incident.id)):
        missing += clocks.unsettled(session, each)
    missing += _unfinished(session, incident.id)
    guard(missing)
    # What is still open by now is optional, and a run still waiting only waits for the clock.
    runs.end_all(session, incident.id)
    passing.cancel_all(session, incident.id)
    incident.resolved_at = clock.now()
    return move(session, incident, Status.RESOLVED, reason, by)


def _unfinished(session: Session, incident_id: UUID) -> list[tuple[str, Mapping[str, Any]]]:
    """Runs that are held, or about to open what comes after the last answer."""
    return [
        (
            N_("Kịch bản đang tạm giữ ở bước «%(step)s»."),
            {"step": catalog.step_name(session, run.playbook, run.version, run.held_reason)},
        )
        if run.state is RunState.HELD and run.held_reason
        else (N_("Kịch bản đang mở bước tiếp theo; thử lại sau giây lát."), {})
        for run in runs.of_incident(session, incident_id)
        if run.state is RunState.HELD
        or (run.state is RunState.WAITING and run.wanted > run.advanced)
    ]


def hold_review(
    session: Session, incident_id: UUID, outcome: str, *, held_at: datetime, by: Actor
) -> None:
    """Record the review meeting; it was held since the incident was opened, and is over."""
    incident = incidents.get(session, incident_id, lock=True)
    if not outcome.strip():
        raise Invalid(fields={"outcome": (N_("Ghi kết luận cuộc họp."), {})})
    # A page gives the time to the minute.
    if held_at < incident.opened_at.replace(second=0, microsecond=0):
        raise Invalid(fields={"held_at": (N_("Thời điểm này có trước khi mở vụ việc."), {})})
    timeline.record(
        session,
        incident.id,
        ReviewHeld(held_at=held_at, outcome=outcome),
        by=by,
        happened_at=held_at,
    )


def close(session: Session, incident_id: UUID, *, reason: str = "", by: Actor) -> Incident:
    """End it: conclusion written, review held from level 3 on; the record is frozen."""
    incident = incidents.get(session, incident_id, lock=True)
    if incident.status is Status.CLOSED:
        raise AlreadySettled(N_("Vụ việc đã kết thúc."))
    missing: list[tuple[str, Mapping[str, Any]]] = []
    if incident.status is not Status.RESOLVED:
        missing.append((N_("Vụ việc chưa được đánh dấu chờ tổng kết."), {}))
    reopened = last_move(session, incident.id, (Status.CLOSED,), _WORKED_ON)
    if not _concluded(session, incident.id, reopened.recorded_at if reopened else None):
        missing.append((N_("Chưa có kết luận vụ việc."), {}))
    if incident.level >= _REVIEW_FROM and not _reviewed(session, incident.id, reopened):
        missing.append((N_("Từ cấp độ 3 phải họp rút kinh nghiệm trước khi kết thúc."), {}))
    guard(missing)
    runs.end_all(session, incident.id)
    passing.cancel_all(session, incident.id)
    clock_endings.quieten(session, incident.id)
    taskforces.dissolve(session, incident.id)
    move(session, incident, Status.CLOSED, reason, by)
    incident.ended_at = clock.now()
    tell_members(session, incident, "incident_closed", by)
    tell_reporters(session, incident, by)
    return incident


def _concluded(session: Session, incident_id: UUID, since: datetime | None) -> bool:
    return any(
        s.form in CONCLUDING
        and s.state in (StepState.DONE, StepState.WAIVED)
        and s.settled_at
        and (since is None or s.settled_at >= since)
        for s in steps.of_incident(session, incident_id)
    )


def _reviewed(session: Session, incident_id: UUID, since: TimelineEntry | None) -> bool:
    after = since.seq if since else 0
    return bool(timeline.entries_of(session, incident_id, after=after, kind=ReviewHeld))


def stand_down(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """Stop midway: steps, messages and runs end in the same commit; no playbook code runs."""
    incident = incidents.live(session, incident_id)
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Nêu lý do."), {})})
    cancelled = halt(session, incident, Status.STOOD_DOWN)
    clock_endings.drop(session, incident.id, reason=reason, by=by, started=False)
    timeline.record(
        session, incident.id, StoodDown(steps_cancelled=cancelled, reason=reason), by=by
    )
    tell_members(session, incident, "stood_down", by)
    tell_reporters(session, incident, by)
    return incident


def halt(session: Session, incident: Incident, status: Status) -> int:
    """End all work on it, with no word on why; how many open steps that cancelled."""
    runs.end_all(session, incident.id)
    cancelled = passing.cancel_all(session, incident.id)
    outbox.cancel(session, incident_id=incident.id, kinds=("incident_opened", "called_out"))
    taskforces.dissolve(session, incident.id)
    incident.status, incident.ended_at = status, clock.now()
    session.add(incident)
    return cancelled


def tell_members(session: Session, incident: Incident, kind: str, by: Actor) -> None:
    """Tell everyone in the task force but the one who did it."""
    persons.tell_all(
        session,
        taskforces.others(session, incident.id, by.person_id),
        kind,
        # An incident that is reopened ends more than once.
        key=f"{kind}:{incident.id}:{clock.now().isoformat()}",
        incident_id=incident.id,
    )


def tell_reporters(session: Session, incident: Incident, by: Actor) -> None:
    """Tell whoever flagged that the matter has ended."""
    reporters.hear(
        session,
        signals.of_incident(session, incident.id),
        Outcome.ENDED,
        by=by,
        incident_id=incident.id,
        exercise=incident.exercise,
    )


def guard(missing: list[tuple[str, Mapping[str, Any]]]) -> None:
    """Refuse with every condition that is missing; nothing happens when none is."""
    if missing:
        raise GuardFailed(N_("Chưa đủ điều kiện."), missing)


def move(session: Session, incident: Incident, status: Status, reason: str, by: Actor) -> Incident:
    """Record that it moved on, and move it."""
    timeline.record(
        session,
        incident.id,
        StatusChanged(before=incident.status, after=status, reason=reason),
        by=by,
    )
    incident.status = status
    session.add(incident)
    return incident
