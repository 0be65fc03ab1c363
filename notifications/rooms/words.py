"""What a room is told, in the desk's language: what happened and who has what, and nothing more.

No evidence, no text of a draft, no reason, remark or answer: what people wrote stays in the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlmodel import Session

from incidents.insight import reading
from incidents.matter.incidents import Incident
from incidents.matter.taskforce_facts import DirectionRecorded, TaskForceActivated
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record import clock, facts, settings, timeline
from incidents.record.facts import Fact
from incidents.record.language import N_, Speech, speech
from incidents.record.timeline import Confidentiality, TimelineEntry
from incidents.response.life.level_changes import LevelLowered, LevelSet
from incidents.response.life.lifecycle import StatusChanged, StoodDown
from incidents.response.life.merging import IncidentMerged
from incidents.response.life.opening import OpeningUndone
from incidents.response.steps import steps
from incidents.response.steps.added_steps import StepCancelled
from incidents.response.steps.answer_facts import StepAnswered
from incidents.response.steps.steps import (
    ANSWERABLE,
    Step,
    StepAcknowledged,
    StepExtended,
    StepKind,
    StepOpened,
    StepOverdue,
    StepPassed,
    StepRefusedByAll,
    StepReopened,
    StepWaived,
)
from incidents.words import statements
from incidents.words.publications import (
    StatementPublished,
    StatementReleased,
    StatementReleasedInExercise,
    StatementWithdrawn,
)

_STEP = N_("Việc %(number)s (%(code)s) «%(key)s»: ")
_SAYS: dict[type[Fact], str] = {
    TaskForceActivated: N_("Tổ công tác được kích hoạt theo Quyết định %(decision)s."),
    DirectionRecorded: N_("Nhóm ứng phó làm việc theo ý kiến chỉ đạo, chờ quyết định."),
    LevelSet: N_("Cấp độ %(before)s → %(after)s."),
    LevelLowered: N_("Cấp độ %(before)s → %(after)s."),
    StepOpened: N_("giao %(person)s (%(role)s), hạn %(due_at)s."),
    StepAcknowledged: N_("%(actor)s đã nhận."),
    StepPassed: N_("chuyển %(outgoing)s → %(incoming)s (%(cause)s)."),
    StepAnswered: N_("%(actor)s báo xong."),
    StepOverdue: N_("quá hạn."),
    StepRefusedByAll: N_("không còn ai nhận."),
    StepWaived: N_("%(actor)s cho miễn."),
    StepExtended: N_("gia hạn tới %(due_at)s."),
    StepReopened: N_("mở lại vì văn bản đã sửa."),
    StepCancelled: N_("đã hủy."),
    StatementReleased: N_("Phát hành %(kind)s, bản %(version)s, tới %(channel)s."),
    StatementReleasedInExercise: N_("Phát hành trong diễn tập %(kind)s, bản %(version)s."),
    StatementPublished: N_("Đã đăng %(kind)s, bản %(version)s, trên %(channel)s."),
    StatementWithdrawn: N_("Rút %(kind)s, bản %(version)s, khỏi %(channel)s."),
    StatusChanged: N_("Trạng thái: %(before)s → %(after)s."),
    StoodDown: N_("Dừng xử lý vụ việc."),
    OpeningUndone: N_("Vụ việc mở nhầm, đã hủy."),
    IncidentMerged: N_("Đã gộp vào vụ việc khác; việc đang mở ở đây kết thúc."),
}
_ASKS = (StepOpened, StepPassed, StepReopened)
_ANSWER = N_(
    "Ai được giao thì trả lời ngay tin này: NHẬN; XONG và ghi chú; KHÔNG NHẬN và lý do; hoặc "
    "thả ✅ để nhận."
)
_SIGN = N_("Việc duyệt làm trên trang trực ban, sau khi đăng nhập.")
_WELCOME = N_(
    "Phòng của vụ việc %(number)s, mở lúc %(opened)s, cấp độ %(level)s. Bàn trực báo diễn biến ở "
    "đây; trao đổi ở đây không vào hồ sơ. Không đưa vào phòng tư liệu, tên người dân, dự thảo chưa "
    "duyệt. Trang vụ việc: %(address)s"
)
_ARCHIVED = N_("Vụ việc đã kết thúc (%(status)s): phòng này chỉ còn để đọc.")
_TOPIC = N_("%(status)s · cấp độ %(level)s")
_NEXT = N_("hạn gần nhất %(due_at)s, việc %(number)s")


@dataclass(frozen=True)
class Post:
    """One message for a room: the entry it tells of, and the step it is about."""

    entry: UUID
    seq: int
    text: str
    step_id: UUID | None


def posts(session: Session, incident: Incident, *, after: int) -> list[Post]:
    """What a room is told of everything that was recorded after a place, in its order."""
    told = [
        (entry, fact)
        for entry, fact in timeline.entries_of(session, incident.id, after=after)
        if type(fact) in _SAYS
        and entry.confidentiality is not Confidentiality.RESTRICTED
        and getattr(fact, "before", 0) != getattr(fact, "after", 1)
    ]
    if not told:
        return []
    say = speech(settings.current().language)
    by_number = {step.number: step for step in steps.of_incident(session, incident.id)}
    titles = reading.step_titles(session, incident.id, say.language)
    people = persons.names(session, _people(told))
    return [
        _post(say, incident, entry, fact, by_number=by_number, titles=titles, people=people)
        for entry, fact in told
    ]


def _people(told: Sequence[tuple[TimelineEntry, Fact]]) -> set[UUID]:
    named = {v for _, fact in told for v in _plain(fact).values() if isinstance(v, UUID)}
    return named | {entry.actor_id for entry, _ in told if entry.actor_id}


def _plain(fact: Fact) -> dict[str, Any]:
    """Its fields, but for what people wrote."""
    private = facts.private_fields(type(fact))
    return {f.name: getattr(fact, f.name) for f in fields(fact) if f.name not in private}


def _post(
    say: Speech,
    incident: Incident,
    entry: TimelineEntry,
    fact: Fact,
    *,
    by_number: Mapping[int, Step],
    titles: Mapping[str, str],
    people: Mapping[UUID, Person],
) -> Post:
    plain = _plain(fact)
    step = by_number.get(plain["number"]) if "key" in plain else None
    values = plain | {"actor": entry.actor_id or say.text(N_("Bàn trực"))}
    for name, value in values.items():
        if isinstance(value, UUID):
            values[name] = people[value].name if value in people else "–"
        elif name == "key":
            values[name] = titles.get(value, value)
    lines = [say.text(_SAYS[type(fact)], **values)]
    if step:
        lines[0] = say.text(_STEP, **values, code=step.code) + lines[0]
        if isinstance(fact, _ASKS) and step.state in ANSWERABLE:
            lines.append(say.text(_SIGN if step.kind is StepKind.APPROVE else _ANSWER))
    return Post(entry.id, entry.seq, marked(incident, "\n".join(lines)), step.id if step else None)


def welcome(incident: Incident) -> str:
    """What stands first in a room."""
    say = speech(settings.current().language)
    words = say.text(
        _WELCOME,
        number=incident.number,
        opened=incident.opened_at,
        level=incident.level,
        address=_page(incident),
    )
    return marked(incident, words)


def archived(incident: Incident) -> str:
    """What stands last in it."""
    say = speech(settings.current().language)
    return marked(incident, say.text(_ARCHIVED, status=incident.status))


def title(incident: Incident) -> str:
    """Number and name; of a restricted matter the number alone: names show on lock screens."""
    restricted = incident.confidentiality is Confidentiality.RESTRICTED
    return marked(
        incident, incident.number if restricted else f"{incident.number} {incident.title}"
    )


def topic(incident: Incident, asked: Sequence[Step]) -> str:
    """Status, level, and what is due next."""
    say = speech(settings.current().language)
    parts = [say.text(_TOPIC, status=incident.status, level=incident.level)]
    waiting = [step for step in asked if step.state in ANSWERABLE and step.due_at]
    if waiting:
        nearest = min(waiting, key=lambda step: step.due_at or clock.now())
        parts.append(say.text(_NEXT, due_at=nearest.due_at, number=nearest.number))
    return " · ".join([*parts, _page(incident)])


def marked(incident: Incident, words: str) -> str:
    """Words of an exercise say so wherever they stand."""
    if not incident.exercise:
        return words
    return f"{speech(settings.current().language).text(statements.EXERCISE)} {words}"


def _page(incident: Incident) -> str:
    return f"{settings.current().address}/vu-viec/{incident.number}"
