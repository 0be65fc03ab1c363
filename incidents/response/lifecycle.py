"""The life of an incident: opened, stabilised, resolved, closed, or ended midway.

Every transition is one verb; each refusal names the conditions that are missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import claims, evidence, signals
from incidents.intake.signals import Nature, Signal, SignalReturned, SignalState
from incidents.matter import incidents, taskforces
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.severity import Level
from incidents.people import persons, roles
from incidents.people.roles import Role
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, GuardFailed, Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response import catalog, clock_endings, clocks, passing, runs, steps
from incidents.response.clock_facts import Origin
from incidents.response.exercise_forms import Lessons
from incidents.response.forms import Conclusion, Measurement
from incidents.response.runs import RunState
from incidents.response.steps import StepState
from incidents.words import publications

CLAIM_ONLY = frozenset({"TIN_GIA_MXH", "GIA_MAO_TAN_CONG"})
"""Playbooks an opinion, a complaint or a question alone never starts (rule 7 of practice)."""

FIRST_INFORMATION = "FIRST_INFORMATION"
"""The term of the law that a real event starts; a person says whether this is one (rule 8)."""

USUAL = "TIN_GIA_MXH"
"""What most flags open; it stands first where a duty officer chooses."""

EXERCISE_ONLY = frozenset({"DIEN_TAP"})
"""Playbooks that are opened as an exercise or not at all."""

FIRST_CALLED = (Role.STANDING_DEPUTY, Role.LEAD)
"""Told in the very commit that opens an incident, whatever the engine is doing."""

CONCLUDING = frozenset({Conclusion.__name__, Lessons.__name__})
"""Forms one of which must have been answered before an incident is closed."""

_TITLE_LIMIT = 200
_REVIEW_FROM = Level.HIGH


@dataclass(frozen=True)
class IncidentOpened(Fact):
    """An incident got its number."""

    number: str
    level: int
    playbook: str
    signal: str
    exercise: bool
    title: Private
    says: ClassVar[str] = N_(
        "Mở vụ việc %(number)s «%(title)s», cấp độ tạm %(level)s, kịch bản %(playbook)s, "
        "từ tin báo %(signal)s"
    )


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
class OpeningUndone(Fact):
    """It should never have been opened; the record says so and keeps everything."""

    number: str
    reason: Private
    says: ClassVar[str] = N_("Hủy việc mở nhầm vụ việc %(number)s. Lý do: %(reason)s")


@dataclass(frozen=True)
class ReviewHeld(Fact):
    """The review meeting that closing needs from level 3 on."""

    held_at: datetime
    outcome: Private
    says: ClassVar[str] = N_("Họp rút kinh nghiệm lúc %(held_at)s: %(outcome)s")


def open(
    session: Session,
    *,
    playbook: str,
    level: int,
    title: str,
    by: Actor,
    signal_id: UUID | None = None,
    nature: Nature = Nature.CLAIM,
    place: str = "",
    exercise: bool = False,
    occurred_at: datetime | None = None,
) -> Incident:
    """Open an incident: number, run request, facts and first call-out in one commit.

    Opening twice from one flag is refused with the number of the first (``AlreadySettled``).
    """
    version = _acceptable(session, playbook, level, title, nature, exercise=exercise)
    signal = signals.get(session, signal_id, lock=True) if signal_id else None
    if signal:
        _openable(session, signal)
    now = clock.now()
    incident = Incident(
        number=incidents.next_number(session, incidents.today()),
        title=title.strip(),
        place=place.strip(),
        level=level,
        playbook=playbook,
        exercise=exercise,
        opened_by=by.person_id,
        occurred_at=occurred_at,
        detected_at=signal.flagged_at if signal else now,
        opened_at=now,
    )
    # Nothing below reads what is written here: all of it goes out in one flush.
    with session.no_autoflush:
        session.add(incident)
        timeline.record(
            session,
            incident.id,
            IncidentOpened(
                number=incident.number,
                level=level,
                playbook=playbook,
                signal=signal.code if signal else "–",
                exercise=exercise,
                title=incident.title,
            ),
            by=by,
        )
        if signal:
            _take_over(session, incident, signal, nature)
        runs.start(session, incident.id, playbook, version)
        _call_first(session, incident)
    if occurred_at:
        # Something did happen, at a known time: the first words may be owed by law.
        clocks.propose_once(session, incident.id, FIRST_INFORMATION, origin=Origin.FACT, by=by)
    return incident


def _acceptable(
    session: Session, playbook: str, level: int, title: str, nature: Nature, *, exercise: bool
) -> int:
    fields: dict[str, tuple[str, Mapping[str, Any]]] = {}
    if not title.strip():
        fields["title"] = (N_("Đặt tên ngắn cho vụ việc."), {})
    if len(title) > _TITLE_LIMIT:
        fields["title"] = (N_("Tối đa %(limit)s ký tự."), {"limit": _TITLE_LIMIT})
    if level not in range(5):
        fields["level"] = (N_("Cấp độ từ 0 đến 4."), {})
    if playbook in CLAIM_ONLY and nature is not Nature.CLAIM:
        fields["nature"] = (
            N_(
                "Ý kiến, phản ánh hay câu hỏi không mở được kịch bản này; "
                "hãy trả lời hoặc chuyển đơn."
            ),
            {},
        )
    if playbook in EXERCISE_ONLY and not exercise:
        fields["exercise"] = (
            N_("Kịch bản này chỉ mở để diễn tập; hãy đánh dấu «Đây là diễn tập»."),
            {},
        )
    try:
        version = catalog.newest(session, playbook)
    except Invalid as unknown:
        fields |= unknown.fields
        version = 0
    if fields:
        raise Invalid(fields=fields)
    return version


def _openable(session: Session, signal: Signal) -> None:
    if signal.state is SignalState.OPENED and signal.incident_id:
        raise AlreadySettled(
            N_("Tin báo này đã mở thành vụ việc %(number)s."),
            number=incidents.get(session, signal.incident_id).number,
        )
    if signal.state is SignalState.DISMISSED:
        raise Conflict(N_("Tin báo này đã được kết luận không xử lý."))
    if signal.state is SignalState.NEW:
        raise Conflict(N_("Hãy tiếp nhận tin báo trước khi mở vụ việc."))
    if not signal.url and not evidence.of_signal(session, signal.id):
        raise Invalid(
            N_("Cần ít nhất một bản ghi (tệp, đường dẫn hoặc biên bản điện thoại) để mở vụ việc.")
        )


def _take_over(session: Session, incident: Incident, signal: Signal, nature: Nature) -> None:
    signal.state, signal.incident_id, signal.nature = SignalState.OPENED, incident.id, nature
    session.add(signal)
    evidence.hand_over(session, signal_id=signal.id, incident_id=incident.id)


def _call_first(session: Session, incident: Incident) -> None:
    # No task force yet: whoever holds the post is called.
    persons.tell_all(
        session,
        roles.first_of(session, FIRST_CALLED, incident.opened_at),
        "incident_opened",
        key=f"opened:{incident.id}",
        incident_id=incident.id,
    )


def stabilise(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """The first statement is out and reach falls, or the lead judges so in writing (rule 21)."""
    incident = incidents.live(session, incident_id)
    missing: list[tuple[str, Mapping[str, Any]]] = []
    if incident.status is Status.STABILISING:
        raise AlreadySettled(N_("Vụ việc đang ở trạng thái này."))
    if (
        not publications.of_incident(session, incident.id)
        and incident.level > Level.LOW
        and incident.playbook not in EXERCISE_ONLY
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
    _guard(missing)
    return _move(session, incident, Status.STABILISING, reason, by)


def _falling(session: Session, incident_id: UUID) -> bool:
    measured = [
        s.answer
        for s in steps.of_incident(session, incident_id)
        if s.form == Measurement.__name__ and s.state is StepState.DONE and s.answer
    ]
    return len(measured) > 1 and all(m["falling"] for m in measured[-2:])


def resolve(session: Session, incident_id: UUID, *, reason: str = "", by: Actor) -> Incident:
    """Everything mandatory is done or waived, and every claim has its final word."""
    incident = incidents.live(session, incident_id)
    undone = [
        s
        for s in steps.of_incident(session, incident.id)
        if s.mandatory and s.state not in (StepState.DONE, StepState.WAIVED, StepState.CANCELLED)
    ]
    missing: list[tuple[str, Mapping[str, Any]]] = [
        (
            N_("Việc %(number)s «%(key)s» chưa xong và chưa được miễn."),
            {"number": s.number, "key": s.key},
        )
        for s in undone
    ]
    if incident.status is not Status.STABILISING:
        missing.append((N_("Vụ việc chưa ở trạng thái tạm ổn."), {}))
    if any(c.finding is Finding.PENDING for c in claims.of_incident(session, incident.id)):
        missing.append((N_("Còn nội dung chưa có kết quả xác minh cuối cùng."), {}))
    missing += clocks.unsettled(session, incident.id)
    missing += _unfinished(session, incident.id)
    _guard(missing)
    # What is still open by now is optional, and a run still waiting only waits for the clock.
    runs.end_all(session, incident.id)
    passing.cancel_all(session, incident.id)
    incident.resolved_at = clock.now()
    return _move(session, incident, Status.RESOLVED, reason, by)


def _unfinished(session: Session, incident_id: UUID) -> list[tuple[str, Mapping[str, Any]]]:
    """Runs that are held, or about to open what comes after the last answer."""
    return [
        (N_("Kịch bản đang tạm giữ ở bước «%(step)s»."), {"step": run.held_reason})
        if run.state is RunState.HELD
        else (N_("Kịch bản đang mở bước tiếp theo; thử lại sau giây lát."), {})
        for run in runs.of_incident(session, incident_id)
        if run.state is RunState.HELD
        or (run.state is RunState.WAITING and run.wanted > run.advanced)
    ]


def hold_review(
    session: Session, incident_id: UUID, outcome: str, *, held_at: datetime, by: Actor
) -> None:
    """Record the review meeting."""
    incident = incidents.get(session, incident_id, lock=True)
    if not outcome.strip():
        raise Invalid(fields={"outcome": (N_("Ghi kết luận cuộc họp."), {})})
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
    done = [
        s
        for s in steps.of_incident(session, incident.id)
        if s.state in (StepState.DONE, StepState.WAIVED)
    ]
    if not any(s.form in CONCLUDING for s in done):
        missing.append((N_("Chưa có kết luận vụ việc."), {}))
    if incident.level >= _REVIEW_FROM and not timeline.says(session, incident.id, ReviewHeld):
        missing.append((N_("Từ cấp độ 3 phải họp rút kinh nghiệm trước khi kết thúc."), {}))
    _guard(missing)
    runs.end_all(session, incident.id)
    passing.cancel_all(session, incident.id)
    clock_endings.quieten(session, incident.id)
    taskforces.dissolve(session, incident.id)
    _move(session, incident, Status.CLOSED, reason, by)
    incident.ended_at = clock.now()
    _tell_members(session, incident, "incident_closed", by)
    return incident


def stand_down(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """Stop midway: steps, messages and runs end in the same commit; no playbook code runs."""
    incident = incidents.live(session, incident_id)
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Nêu lý do."), {})})
    cancelled = _end(session, incident, Status.STOOD_DOWN)
    clock_endings.drop(session, incident.id, reason=reason, by=by, started=False)
    timeline.record(
        session, incident.id, StoodDown(steps_cancelled=cancelled, reason=reason), by=by
    )
    _tell_members(session, incident, "stood_down", by)
    return incident


def undo_opening(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """Opened by mistake: a fact says so, the number stays, the flag returns to triage."""
    incident = incidents.live(session, incident_id)
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Nêu lý do."), {})})
    if publications.of_incident(session, incident.id):
        raise Conflict(N_("Đã công bố thông tin: không hủy được, hãy dừng xử lý hoặc kết thúc."))
    _end(session, incident, Status.UNDONE)
    clock_endings.drop(session, incident.id, reason=reason, by=by, started=True)
    timeline.record(
        session, incident.id, OpeningUndone(number=incident.number, reason=reason), by=by
    )
    for signal in signals.of_incident(session, incident.id):
        signal.state, signal.incident_id = SignalState.TRIAGE, None
        session.add(signal)
        timeline.record(
            session, signal.id, SignalReturned(code=signal.code, number=incident.number), by=by
        )
    _tell_members(session, incident, "stood_down", by)
    return incident


def _end(session: Session, incident: Incident, status: Status) -> int:
    runs.end_all(session, incident.id)
    cancelled = passing.cancel_all(session, incident.id)
    outbox.cancel(session, incident_id=incident.id, kinds=("incident_opened", "called_out"))
    taskforces.dissolve(session, incident.id)
    incident.status, incident.ended_at = status, clock.now()
    session.add(incident)
    return cancelled


def _tell_members(session: Session, incident: Incident, kind: str, by: Actor) -> None:
    persons.tell_all(
        session,
        taskforces.others(session, incident.id, by.person_id),
        kind,
        key=f"{kind}:{incident.id}",
        incident_id=incident.id,
    )


def _guard(missing: list[tuple[str, Mapping[str, Any]]]) -> None:
    if missing:
        raise GuardFailed(N_("Chưa đủ điều kiện."), missing)


def _move(session: Session, incident: Incident, status: Status, reason: str, by: Actor) -> Incident:
    timeline.record(
        session,
        incident.id,
        StatusChanged(before=incident.status, after=status, reason=reason),
        by=by,
    )
    incident.status = status
    session.add(incident)
    return incident
