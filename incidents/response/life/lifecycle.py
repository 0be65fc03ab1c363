"""The life of an opened incident: stabilised, resolved, or stood down midway.

How it ends is in ``closing``, how it is taken up again in ``resuming``, how two become one in
``merging``.

Every transition is one verb; each refusal names the conditions that are missing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import claims, reporters, signals
from incidents.intake.reporters import Outcome
from incidents.matter import incidents, level_requests, taskforces, ties
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.level_requests import Because
from incidents.matter.severity import Level
from incidents.people import persons
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, GuardFailed, Missing, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.record.timeline import TimelineEntry
from incidents.response.clocks import clock_endings
from incidents.response.judgement import findings
from incidents.response.learning import looking_back
from incidents.response.life import score_reminders
from incidents.response.steps import (
    catalog,
    conclusions,
    follow_ups,
    owing,
    passing,
    rhythm,
    runs,
    steps,
)
from incidents.response.steps.forms import HowItStands, Measurement, Trend
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import Step, StepState
from incidents.words import publications

_CALLS = ("incident_opened", "called_out", score_reminders.KIND)
"""What nobody needs to hear of a matter that has ended."""

_WORKED_ON = (Status.OPEN, Status.ACTIVE)

REOPENABLE = (Status.CLOSED, Status.STOOD_DOWN)
"""Ends that leadership can take back; what was undone or merged has no life of its own."""


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
class PublicLeftWaiting(Fact):
    """It ended while its public words still promise an update."""

    titles: str
    says: ClassVar[str] = N_("Dừng xử lý khi công chúng còn được hẹn thông tin tiếp: %(titles)s")


def stabilise(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """The first statement is out and reach falls, or the lead judges so in writing (rule 21)."""
    incident = incidents.live(session, incident_id)
    missing: Missing = []
    if incident.status is Status.STABILISING:
        raise AlreadySettled(N_("Vụ việc đang ở trạng thái này."))
    missing += _unsaid(session, incident) + owing.dangerous(session, incident.id)
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


def _unsaid(session: Session, incident: Incident) -> Missing:
    """First words above level 1, on the page people read, as far as an exercise has one.

    Those of a matter that was merged into this one were said of it as well.
    """
    if incident.level <= Level.LOW or incident.playbook in catalog.EXERCISE_ONLY:
        return []
    spoken = (incident.id, *ties.merged_here(session, incident.id))
    out = [p for i in spoken for p in publications.of_incident(session, i) if not p.withdrawn_at]
    if not out:
        return [(N_("Chưa công bố thông tin ban đầu."), {})]
    if not incident.exercise and not any(p.published_at for p in out):
        return [(N_("Thông tin ban đầu đã phát hành nhưng chưa lên trang công bố."), {})]
    return []


def _falling(session: Session, incident_id: UUID) -> bool:
    """Twice in a row, whether it was counted or seen in a review."""
    seen = [way for way in map(_way, _looks(session, incident_id)) if way is not None]
    return len(seen) > 1 and all(seen[-2:])


def _way(step: Step) -> bool | None:
    """Whether the spread was falling; nothing where nobody could tell."""
    answer = step.answer or {}
    if step.form == Measurement.__name__:
        return bool(answer["falling"])
    trend = Trend(answer["trend"])
    return None if trend is Trend.UNKNOWN else trend is Trend.FALLING


def measured(session: Session, incident_id: UUID) -> list[dict[str, Any]]:
    """What was measured, in its order, since the incident was last taken up again."""
    looks = _looks(session, incident_id)
    return [s.answer for s in looks if s.form == Measurement.__name__ and s.answer]


def _looks(session: Session, incident_id: UUID) -> list[Step]:
    """Counts and reviews that were answered since then, in the order of their answers."""
    since = taken_up_at(session, incident_id)
    answered = [
        (s.settled_at, s.number, s)
        for s in steps.of_incident(session, incident_id)
        if s.form in (Measurement.__name__, HowItStands.__name__)
        and s.state is StepState.DONE
        and s.answer
        and s.settled_at
        and (since is None or s.settled_at >= since)
    ]
    return [step for _, _, step in sorted(answered, key=lambda each: each[:2])]


def taken_up_at(session: Session, incident_id: UUID) -> datetime | None:
    """When it was last reopened, or flared up again; nothing while it never did."""
    last = last_move(session, incident_id, (*REOPENABLE, Status.STABILISING), _WORKED_ON)
    return last.recorded_at if last else None


def reopened(session: Session, incident_id: UUID) -> TimelineEntry | None:
    """The last time it was opened again after it had ended."""
    return last_move(session, incident_id, REOPENABLE, _WORKED_ON)


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


def resolve(
    session: Session, incident_id: UUID, *, reason: str = "", uncounted: str = "", by: Actor
) -> Incident:
    """Everything mandatory is done or waived, and every claim and term has its final word.

    Counts the playbook still asks for are waited for, or let go with a reason (``uncounted``).
    """
    incident = incidents.live(session, incident_id)
    asked = steps.of_incident(session, incident.id)
    missing: Missing = [
        (
            N_("Việc %(number)s «%(key)s» chưa xong và chưa được miễn."),
            {"number": s.number, "key": steps.name(session, s)},
        )
        for s in asked
        if s.mandatory and owing.undone(s)
    ]
    if incident.status is not Status.STABILISING:
        missing.append((N_("Vụ việc chưa ở trạng thái tạm ổn."), {}))
    if findings.differing(incident, asked):
        missing.append((N_("Kết quả xác minh trái nhau chưa được chốt."), {}))
    if any(c.finding is Finding.PENDING for c in claims.of_incident(session, incident.id)):
        missing.append((N_("Còn nội dung chưa có kết quả xác minh cuối cùng."), {}))
    # What the law asked of a matter that was merged into this one is still asked.
    for each in (incident.id, *ties.merged_here(session, incident.id)):
        missing += clock_endings.unsettled(session, each)
    missing += _unfinished(session, incident.id) + _unconcluded(session, incident.id, asked)
    if not uncounted.strip():
        missing += _uncounted(session, incident.id)
    guard(missing)
    follow_ups.skip(session, incident.id, reason=uncounted, by=by)
    # What is still open by now is optional, and a run still waiting only waits for the clock.
    runs.end_all(session, incident.id)
    passing.cancel_all(session, incident.id)
    score_reminders.drop(session, incident.id)
    level_requests.void(session, incident.id, Because.ENDED, by=by)
    incident.resolved_at = clock.now()
    if not looking_back.held(session, incident.id, reopened(session, incident.id)):
        incident.look_back_at = min(looking_back.reminders(session, incident), default=None)
    return move(session, incident, Status.RESOLVED, reason, by)


def _uncounted(session: Session, incident_id: UUID) -> Missing:
    return [
        (
            N_("Chưa có «%(count)s» mà kịch bản yêu cầu: hãy chờ, hoặc ghi lý do không chờ."),
            {"count": each},
        )
        for each in follow_ups.ahead(session, incident_id)
    ]


def _unconcluded(session: Session, incident_id: UUID, asked: list[Step]) -> Missing:
    again = reopened(session, incident_id)
    since = again.recorded_at if again else None
    if not conclusions.unasked(session, incident_id, asked, since):
        return []
    return [
        (
            N_(
                "Chưa có kết luận vụ việc: chờ kịch bản hỏi, "
                "hoặc thêm việc với biểu mẫu «Kết luận vụ việc» và trả lời."
            ),
            {},
        )
    ]


def _unfinished(session: Session, incident_id: UUID) -> Missing:
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


def stand_down(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """Stop midway: steps, messages and runs end in the same commit; no playbook code runs.

    Work on the safety of people does not end unsaid with it, nor what was promised in public:
    somebody did it, or waived it by name. Words that promise more are named in the record.
    """
    incident = incidents.live(session, incident_id)
    reason = given(reason)
    guard(owing.dangerous(session, incident.id) + owing.promised(session, incident))
    cancelled = halt(session, incident, Status.STOOD_DOWN, by=by)
    clock_endings.drop(session, incident.id, reason=reason, by=by, started=False)
    timeline.record(
        session, incident.id, StoodDown(steps_cancelled=cancelled, reason=reason), by=by
    )
    if left := publications.awaited(session, incident):
        fact = PublicLeftWaiting(titles="; ".join(version.title for version in left))
        timeline.record(session, incident.id, fact, by=by)
    tell_members(session, incident, "stood_down", by)
    tell_reporters(session, incident, by)
    return incident


def halt(session: Session, incident: Incident, status: Status, *, by: Actor) -> int:
    """End all work on it, with no word on why; how many open steps that cancelled."""
    runs.end_all(session, incident.id)
    cancelled = passing.cancel_all(session, incident.id)
    outbox.cancel(session, incident_id=incident.id, kinds=_CALLS)
    taskforces.dissolve(session, incident.id)
    level_requests.void(session, incident.id, Because.ENDED, by=by)
    incident.status, incident.ended_at = status, clock.now()
    session.add(incident)
    return cancelled


def tell_members(session: Session, incident: Incident, kind: str, by: Actor, **values: Any) -> None:
    """Tell everyone in the task force but the one who did it."""
    persons.tell_all(
        session,
        taskforces.others(session, incident.id, by.person_id),
        kind,
        # An incident that is reopened ends more than once.
        key=f"{kind}:{incident.id}:{clock.now().isoformat()}",
        incident_id=incident.id,
        values=values,
    )


def tell_reporters(session: Session, incident: Incident, by: Actor) -> None:
    """Tell whoever flagged that the matter has ended."""
    reporters.hear(
        session,
        signals.of_incident(session, incident.id),
        Outcome.ENDED,
        by=by,
        incident_id=incident.id,
    )


def guard(missing: Missing) -> None:
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
    rhythm.follow_status(session, incident)
    return incident
