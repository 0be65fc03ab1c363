"""The closing report in words (báo cáo tổng kết): course, terms, effect, lessons, work to come.

Drawn from the same record as the situation report, of the whole matter instead of a moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from incidents.matter import clock_rules
from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record import clock, timeline
from incidents.record.language import N_, Language, Speech, speech
from incidents.response.clocks import clocks
from incidents.response.clocks.clocks import Clock, ClockState
from incidents.response.learning.lesson_register import Entry
from incidents.response.learning.lesson_register import find as lessons_of
from incidents.response.learning.lessons import LessonState
from incidents.response.learning.looking_back import ReviewHeld, ReviewHeldLate
from incidents.response.life.lifecycle import StatusChanged
from incidents.response.reports import situation, situation_words
from incidents.response.reports.situation import Situation
from incidents.response.reports.situation_words import Section
from incidents.response.steps import conclusions, steps
from incidents.response.steps.crisis_forms import Kept
from incidents.response.steps.forms import Measurement
from incidents.response.steps.promises import PromiseListed
from incidents.response.steps.steps import Step, StepState

_NOTHING = N_("không có")
_TAKEN = ("summary", "claims", "statements", "done", "decisions", "unknown", "force")
"""The parts of a situation that a closing report has as well."""


@dataclass(frozen=True)
class Remarks:
    """What its author adds to what the record says."""

    effect: str = ""
    work_to_come: str = ""


@dataclass(frozen=True)
class Drawn:
    """One report in one language."""

    parts: tuple[Section, ...]
    text: str


@dataclass(frozen=True)
class _Matter:
    """The rows a report needs beside the situation, looked up once for both languages."""

    drawn: Situation
    clocks: list[Clock]
    rules: Any
    counts: list[Step]
    conclusions: list[Step]
    promises: list[tuple[PromiseListed, Step]]
    meetings: list[ReviewHeld | ReviewHeldLate]
    lessons: list[Entry]
    owners: dict[UUID, Person]
    moves: list[tuple[datetime, StatusChanged]]


def drawn(
    session: Session, incident: Incident, remarks: Remarks, number: int, author: Person
) -> dict[Language, Drawn]:
    """Parts and text in both languages, as the record stands now."""
    matter = _gather(session, incident)
    known = situation_words.names(session, matter.drawn)
    found: dict[Language, Drawn] = {}
    for language in Language:
        situation_parts = situation_words.sections(matter.drawn, known, language)
        parts = _parts(matter, situation_parts, remarks, speech(language))
        text = _text(matter.drawn, parts, number, author, language)
        found[language] = Drawn(tuple(parts), text)
    return found


def preview(session: Session, incident: Incident, language: Language) -> list[Section]:
    """The parts as they would be frozen now, without anybody's remarks."""
    matter = _gather(session, incident)
    known = situation_words.names(session, matter.drawn)
    parts = situation_words.sections(matter.drawn, known, language)
    return _parts(matter, parts, Remarks(), speech(language))


def remarks_of(parts: Iterable[Section]) -> Remarks:
    """What the author of a frozen report, in Vietnamese, had added to it."""
    said = {part.key: part.lines for part in parts if part.lines != (_NOTHING,)}
    return Remarks(*("\n".join(said.get(key, ())) for key in ("effect", "work_to_come")))


def _gather(session: Session, incident: Incident) -> _Matter:
    asked = steps.of_incident(session, incident.id)
    answered = [s for s in asked if s.state is StepState.DONE and s.answer]
    taught = lessons_of(session, incident_id=incident.id)
    read = (ReviewHeld, ReviewHeldLate, StatusChanged, PromiseListed)
    told = timeline.entries_among(session, [incident.id], read, until=clock.now())
    return _Matter(
        drawn=situation.of(session, incident),
        clocks=clocks.of_incident(session, incident.id),
        rules=clock_rules.titles(session),
        counts=[s for s in answered if s.form == Measurement.__name__],
        conclusions=[s for s in answered if s.form in conclusions.FORMS],
        promises=[
            (f, s)
            for _, f in told
            if isinstance(f, PromiseListed)
            for s in asked
            if s.number == f.number
        ],
        meetings=[f for _, f in told if isinstance(f, ReviewHeld | ReviewHeldLate)],
        lessons=taught,
        owners=persons.names(session, {e.lesson.owner_id for e in taught if e.lesson.owner_id}),
        moves=[(e.recorded_at, f) for e, f in told if isinstance(f, StatusChanged)],
    )


def _parts(
    matter: _Matter, of_situation: Iterable[Section], remarks: Remarks, say: Speech
) -> list[Section]:
    own: list[tuple[str, str, Iterable[str]]] = [
        ("course", N_("Diễn biến"), _course(matter, say)),
        ("terms", N_("Thời hạn luật định"), _terms(matter, say)),
        ("counts", N_("Hiệu quả đo được"), _counts(matter, say)),
        ("conclusion", N_("Kết luận"), _conclusions(matter)),
        ("promises", N_("Cam kết với người dân"), _promises(matter, say)),
        ("meeting", N_("Họp rút kinh nghiệm"), _meetings(matter, say)),
        ("lessons", N_("Bài học kinh nghiệm"), _lessons(matter, say)),
        ("effect", N_("Đánh giá hiệu quả"), remarks.effect.strip().splitlines()),
        ("work_to_come", N_("Việc sau vụ việc"), remarks.work_to_come.strip().splitlines()),
    ]
    nothing = (say.text(_NOTHING),)
    made = [Section(key, say.text(title), tuple(lines) or nothing) for key, title, lines in own]
    taken = {part.key: part for part in of_situation}
    return [made[0], *(taken[key] for key in _TAKEN), *made[1:]]


def _course(matter: _Matter, say: Speech) -> Iterator[str]:
    incident = matter.drawn.incident
    moments: list[tuple[str, datetime | None]] = [
        (N_("Xảy ra"), incident.occurred_at),
        (N_("Phát hiện"), incident.detected_at),
        (N_("Vụ việc được mở"), incident.opened_at),
        (N_("Phát thông tin ban đầu"), incident.first_statement_at),
    ]
    for name, at in moments:
        if at:
            yield f"{say.moment(at)}: {say.text(name)}"
    for at, move in matter.moves:
        yield f"{say.moment(at)}: {say.value(move.before)} → {say.value(move.after)}"


def _terms(matter: _Matter, say: Speech) -> Iterator[str]:
    for each in matter.clocks:
        rule = say.value(matter.rules.get(each.code, each.code))
        due = f", {say.text(N_('hạn %(time)s'), time=each.due_at)}" if each.due_at else ""
        why = f" ({each.reason})" if each.reason else ""
        met = f" {say.moment(each.met_at)}" if each.state is ClockState.MET and each.met_at else ""
        yield f"{rule}{due}: {say.value(each.state)}{met}{why}"


def _counts(matter: _Matter, say: Speech) -> Iterator[str]:
    for each in matter.counts:
        answer = each.answer or {}
        yield say.text(
            N_("%(at)s: %(reach)s lượt, đang giảm: %(falling)s. %(note)s"),
            at=each.settled_at,
            reach=answer.get("interactions"),
            falling=bool(answer.get("falling")),
            note=answer.get("note", ""),
        ).strip()


def _conclusions(matter: _Matter) -> Iterator[str]:
    for each in matter.conclusions:
        yield from str((each.answer or {}).get("summary", "")).splitlines()


def _promises(matter: _Matter, say: Speech) -> Iterator[str]:
    """What was promised in public, by whom, until when, and what became of it."""
    for promised, step in matter.promises:
        answer = step.answer or {}
        yield say.text(
            N_("%(promise)s (phụ trách: %(keeper)s, hạn %(due)s): %(outcome)s. %(account)s"),
            promise=step.own_title,
            keeper=promised.keeper,
            due=promised.due_at,
            outcome=Kept(answer["outcome"]) if answer else step.standing,
            account=answer.get("account", ""),
        ).strip()


def _meetings(matter: _Matter, say: Speech) -> Iterator[str]:
    for each in matter.meetings:
        yield f"{say.moment(each.held_at)}: {each.outcome}"


def _lessons(matter: _Matter, say: Speech) -> Iterator[str]:
    for each in matter.lessons:
        lesson = each.lesson
        if lesson.state is LessonState.DROPPED:
            continue
        owner = matter.owners.get(lesson.owner_id) if lesson.owner_id else None
        yield say.text(
            N_("%(number)s. %(improvement)s (phụ trách: %(owner)s, hạn %(due)s, %(state)s)"),
            number=lesson.number,
            improvement=lesson.improvement,
            owner=owner.name if owner else lesson.owner_name or "–",
            due=lesson.due_on,
            state=lesson.state,
        )


def _text(
    about: Situation, parts: Iterable[Section], number: int, author: Person, language: Language
) -> str:
    say = speech(language)
    lines = [say.text(N_("BÁO CÁO TỔNG KẾT (lần trình %(number)s)"), number=str(number))]
    if about.incident.exercise:
        lines.insert(0, say.text(N_("DIỄN TẬP – không phải sự việc thật")))
    lines += [f"{name}: {value}" for name, value in situation_words.header(about, language)]
    who = f"{author.name}, {author.post}" if author.post else author.name
    lines.append(f"{say.text(N_('Người lập'))}: {who}")
    for part in parts:
        lines += ["", part.title, *(f"– {line}" for line in part.lines)]
    return "\n".join(lines) + "\n"
