"""An incident is opened, in one commit with its first call-out; a wrong opening is taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import evidence, reporters, signals
from incidents.intake.reporters import Outcome
from incidents.intake.signals import Nature, Signal, SignalState
from incidents.intake.triage import SignalReturned
from incidents.matter import chat_rooms, incidents, must_be_told
from incidents.matter.clock_rules import FIRST_INFORMATION
from incidents.matter.incidents import Incident, Status
from incidents.people import persons, roles
from incidents.people.persons import Call
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, Wrong, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.clocks import clock_endings, clocks
from incidents.response.clocks.clock_facts import Origin
from incidents.response.life import lifecycle, score_reminders, telling
from incidents.response.staffing import recusing
from incidents.response.steps import catalog, runs, steps
from incidents.response.steps.steps import StepState
from incidents.words import publications

FIRST_CALLED = (Role.STANDING_DEPUTY, Role.LEAD)
"""Told in the very commit that opens an incident, whatever the engine is doing."""

_TITLE_LIMIT = 200


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
class OpeningUndone(Fact):
    """It should never have been opened; the record says so and keeps everything."""

    number: str
    reason: Private
    says: ClassVar[str] = N_("Hủy việc mở nhầm vụ việc %(number)s. Lý do: %(reason)s")


@dataclass(frozen=True)
class _Asked:
    """What is to be opened."""

    playbook: str
    version: int
    level: int
    title: str
    nature: Nature
    place: str
    exercise: bool
    occurred_at: datetime | None = None


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

    From a flag with its record; without one only to exercise. Opening twice from one flag is
    refused with the number of the first (``AlreadySettled``).
    """
    version = acceptable(session, playbook, level, title, nature, exercise=exercise)
    if occurred_at and occurred_at > clock.now():
        raise Invalid(
            fields={"occurred_at": (N_("Không thể ghi một việc vào thời điểm chưa tới."), {})}
        )
    signal = signals.get(session, signal_id, lock=True) if signal_id else None
    if signal:
        _openable(session, signal)
        _alike(signal, exercise=exercise)
    elif not exercise:
        missing = N_(
            "Cần có bản ghi trước: hãy gửi tin báo rồi mở vụ việc từ tin báo đó; "
            "chỉ diễn tập mới không cần."
        )
        raise Invalid(fields={"signal": (missing, {})})
    asked = _Asked(playbook, version, level, title, nature, place, exercise, occurred_at)
    return _begin(session, asked, signal, by=by)


def carry_on(
    session: Session,
    old: Incident,
    *,
    playbook: str,
    level: int,
    title: str,
    nature: Nature,
    by: Actor,
) -> Incident:
    """Open what follows another incident or is split from it: the record stands already.

    Whom the old one concerns the new one concerns too, until leadership finds otherwise.
    """
    version = acceptable(session, playbook, level, title, nature, exercise=old.exercise)
    asked = _Asked(playbook, version, level, title, nature, old.place, old.exercise)
    made = _begin(session, asked, None, by=by)
    recusing.carry_over(session, old.id, made.id, by=by)
    return made


def _begin(session: Session, asked: _Asked, signal: Signal | None, *, by: Actor) -> Incident:
    now = clock.now()
    incident = Incident(
        number=incidents.next_number(session, incidents.today()),
        title=" ".join(asked.title.split()),  # one line, in mails as on pages
        place=asked.place.strip(),
        level=asked.level,
        playbook=asked.playbook,
        exercise=asked.exercise,
        opened_by=by.person_id,
        occurred_at=asked.occurred_at,
        detected_at=signal.flagged_at if signal else now,
        opened_at=now,
        scores_at=now + score_reminders.SETTLING,
    )
    # Nothing below reads what is written here: all of it goes out in one flush.
    with session.no_autoflush:
        session.add(incident)
        timeline.record(
            session,
            incident.id,
            IncidentOpened(
                number=incident.number,
                level=incident.level,
                playbook=incident.playbook,
                signal=signal.code if signal else "–",
                exercise=incident.exercise,
                title=incident.title,
            ),
            by=by,
            begins=True,
        )
        flags = _take_over(session, incident, signal, asked.nature) if signal else []
        runs.start(session, incident.id, asked.playbook, asked.version)
        _call_first(session, incident, by)
        chat_rooms.begin(session, incident.id)
        if flags:
            reporters.hear(session, flags, Outcome.OPENED, by=by, incident_id=incident.id)
    if asked.occurred_at:
        # Something did happen, at a known time: the first words may be owed by law.
        clocks.propose_once(session, incident.id, FIRST_INFORMATION, origin=Origin.FACT, by=by)
    return incident


def acceptable(
    session: Session, playbook: str, level: int, title: str, nature: Nature, *, exercise: bool
) -> int:
    """The version of the playbook to run; ``Invalid`` names what does not go together."""
    fields: Wrong = {}
    if not title.strip():
        fields["title"] = (N_("Đặt tên ngắn cho vụ việc."), {})
    if len(title) > _TITLE_LIMIT:
        fields["title"] = (N_("Tối đa %(limit)s ký tự."), {"limit": _TITLE_LIMIT})
    if level not in range(5):
        fields["level"] = (N_("Cấp độ từ 0 đến 4."), {})
    if playbook in catalog.CLAIM_ONLY and nature is not Nature.CLAIM:
        fields["nature"] = (
            N_(
                "Ý kiến, phản ánh hay câu hỏi không mở được kịch bản này; "
                "hãy trả lời hoặc chuyển đơn."
            ),
            {},
        )
    if playbook in catalog.EXERCISE_ONLY and not exercise:
        fields["exercise"] = (
            N_(
                "Kịch bản này chỉ mở để diễn tập: từ trang cẩm nang của nó, "
                "hoặc từ tin báo đánh dấu diễn tập."
            ),
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
    if signal.state is SignalState.MERGED:
        raise Conflict(N_("Tin báo này đã gộp vào tin báo hoặc vụ việc khác."))
    if signal.state is SignalState.NEW:
        raise Conflict(N_("Hãy tiếp nhận tin báo trước khi mở vụ việc."))
    if not signal.url and not evidence.of_signal(session, signal.id):
        raise Invalid(
            N_("Cần ít nhất một bản ghi (tệp, đường dẫn hoặc biên bản điện thoại) để mở vụ việc.")
        )


def _alike(signal: Signal, *, exercise: bool) -> None:
    """A flag of an exercise opens an exercise, and a real one a real incident."""
    if signal.exercise and not exercise:
        raise Conflict(
            N_(
                "Tin báo %(code)s thuộc diễn tập, chỉ mở được vụ việc diễn tập. "
                "Nếu là việc thật, hãy đưa ra khỏi diễn tập trước."
            ),
            code=signal.code,
        )
    if exercise and not signal.exercise:
        raise Conflict(
            N_(
                "Tin báo %(code)s là tin thật, không mở thành diễn tập được. Nếu là tin gửi nhầm "
                "trong buổi diễn tập, hãy ghi không xử lý rồi báo lại, có đánh dấu diễn tập."
            ),
            code=signal.code,
        )


def _take_over(
    session: Session, incident: Incident, signal: Signal, nature: Nature
) -> list[Signal]:
    """The flag becomes the incident's, and so does what was merged into it; says which."""
    signal.state, signal.nature = SignalState.OPENED, nature
    flags = [signal, *signals.merged_into(session, signal.id)]
    for each in flags:
        each.incident_id = incident.id
        session.add(each)
    evidence.hand_over(session, signal_id=signal.id, incident_id=incident.id)
    return flags


def _call_first(session: Session, incident: Incident, by: Actor) -> None:
    """Call those at the head, and tell those the level asks for."""
    told = telling.asked(session, incident)
    # No task force yet: whoever holds the post is called.
    holders = roles.first_by_role(session, [*FIRST_CALLED, *told.roles], incident.opened_at)
    called = [holders[role] for role in FIRST_CALLED if role in holders]
    above = must_be_told.people(session, told, holders)
    persons.tell_together(
        session,
        [
            Call(called, "incident_opened", f"opened:{incident.id}"),
            telling.at_opening(incident, above, already={*called, by.person_id}),
        ],
        level=incident.level,
        incident_id=incident.id,
    )
    if above:
        timeline.record(session, incident.id, telling.fact(incident, above), by=by)


def undo(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """Opened by mistake: a fact says so, the number stays, the flag returns to triage.

    Where words went out, work was done or a term of the law was breached it was no mistake.
    """
    incident = incidents.live(session, incident_id)
    reason = given(reason)
    if publications.of_incident(session, incident.id):
        raise Conflict(N_("Đã công bố thông tin: không hủy được, hãy dừng xử lý hoặc kết thúc."))
    if any(s.state is StepState.DONE for s in steps.of_incident(session, incident.id)):
        raise Conflict(N_("Đã có nhiệm vụ hoàn thành: không hủy được, hãy dừng xử lý."))
    if clock_endings.breached(session, incident.id):
        raise Conflict(N_("Đã quá một thời hạn luật định: không hủy được, hãy dừng xử lý."))
    lifecycle.halt(session, incident, Status.UNDONE, by=by)
    clock_endings.drop(session, incident.id, reason=reason, by=by, started=True)
    timeline.record(
        session, incident.id, OpeningUndone(number=incident.number, reason=reason), by=by
    )
    for signal in signals.of_incident(session, incident.id):
        _give_back(session, signal, incident, by)
    lifecycle.tell_members(session, incident, "stood_down", by)
    return incident


def _give_back(session: Session, signal: Signal, incident: Incident, by: Actor) -> None:
    """A flag waits for triage again; one merged into another flag stays with that one."""
    signal.incident_id = None
    session.add(signal)
    if signal.merged_into_id is None:
        signals.to_triage(session, signal)
        timeline.record(
            session, signal.id, SignalReturned(code=signal.code, number=incident.number), by=by
        )
