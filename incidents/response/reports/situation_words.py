"""A situation in words (báo cáo nhanh, the fields of ICS-201): sections of lines in one language.

The same sections make the page, the frozen text and what has changed since an earlier report.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from incidents.matter import clock_rules
from incidents.matter.severity import Level
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record.language import N_, Language, Phrase, Speech, speech
from incidents.response.reports.situation import NO_HISTORY, Situation, Stated, Work
from incidents.response.steps import catalog, runs

FIGURES: dict[str, str] = {
    "level": N_("Cấp độ"),
    "claims": N_("Nội dung cần xác minh"),
    "claims_open": N_("Nội dung chưa rõ đúng sai"),
    "steps_waiting": N_("Việc đang chờ"),
    "steps_done": N_("Việc đã xong"),
    "steps_missed": N_("Việc quá hạn, không ai nhận"),
    "statements_out": N_("Nội dung đã công bố"),
    "clocks_running": N_("Thời hạn luật định đang chạy"),
    "decisions": N_("Quyết định đang có hiệu lực"),
}
"""What each figure is called."""


@dataclass(frozen=True)
class Section:
    """One part of a report."""

    key: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Names:
    """What a situation's lines need beside it, looked up once for both languages."""

    people: Mapping[UUID, Person]
    rules: Mapping[str, Phrase]
    titles: Mapping[Language, Mapping[str, str]]

    def person(self, person_id: UUID | None) -> str:
        found = self.people.get(person_id) if person_id else None
        return found.name if found else "–"

    def of(self, work: Work, language: Language) -> str:
        step = work.step
        own = step.own_title
        return (
            speech(language).text(own) if own else catalog.title_in(self.titles[language], step.key)
        )


def names(session: Session, drawn: Situation) -> _Names:
    """Persons, terms and step titles of a situation."""
    mentioned = {w.person_id for w in drawn.work} | {s.person_id for s in drawn.seats}
    mentioned |= {d.decided_by for d in drawn.decisions} | {c.owner_id for c in drawn.clocks}
    titles: dict[Language, dict[str, str]] = {language: {} for language in Language}
    for run in runs.of_incident(session, drawn.incident.id):
        for language in Language:
            found = catalog.step_titles(session, run.playbook, run.version, language)
            titles[language] |= found
    return _Names(
        people=persons.names(session, {p for p in mentioned if p}),
        rules=clock_rules.titles(session) if drawn.clocks else {},
        titles=titles,
    )


def header(drawn: Situation, language: Language) -> list[tuple[str, str]]:
    """The first lines: which incident, how grave, where it is, and of which moment this tells."""
    say, incident = speech(language), drawn.incident
    level = f"{drawn.level} – {say.text(Level(drawn.level).label)}"
    rows = [
        (N_("Vụ việc"), f"{incident.number} – {incident.title}"),
        (N_("Cấp độ"), level),
        (N_("Trạng thái"), f"{say.value(drawn.status)}, {say.moment(drawn.since)}"),
        (N_("Địa bàn"), incident.place),
        (N_("Mở lúc"), say.moment(incident.opened_at)),
        (N_("Số liệu đến"), say.moment(drawn.at)),
    ]
    return [(say.text(name), value) for name, value in rows if value]


def sections(drawn: Situation, known: _Names, language: Language) -> list[Section]:
    """Everything else, part by part; a part without lines says that there is nothing."""
    say = speech(language)
    parts: list[tuple[str, str, Iterable[str]]] = [
        ("summary", N_("Tình hình"), _summary(drawn, say)),
        ("claims", N_("Nội dung cần xác minh"), _claims(drawn, say)),
        ("next", N_("Mục tiêu, việc tiếp theo"), _next(drawn, known, say)),
        ("done", N_("Việc đã làm"), _done(drawn, known, say)),
        ("statements", N_("Nội dung đã công bố"), _statements(drawn, say)),
        ("clocks", N_("Thời hạn luật định đang chạy"), _clocks(drawn, known, say)),
        ("decisions", N_("Quyết định đang có hiệu lực"), _decisions(drawn, known, say)),
        ("unknown", N_("Điều chưa biết, còn tồn tại"), _unknown(drawn, known, say)),
        ("force", N_("Tổ công tác"), _force(drawn, known, say)),
    ]
    if drawn.past:
        parts.append(("note", N_("Ghi chú"), [say.text(NO_HISTORY)]))
    nothing = (say.text(N_("không có")),)
    return [Section(key, say.text(title), tuple(lines) or nothing) for key, title, lines in parts]


def _summary(drawn: Situation, say: Speech) -> Iterable[str]:
    found = Counter(c.finding for c in drawn.claims)
    if found:
        each = ", ".join(f"{say.value(finding)} {n}" for finding, n in found.items())
        yield say.text(N_("Nội dung cần xác minh: %(each)s"), each=each)
    figures = drawn.figures
    yield say.text(
        N_("Nhiệm vụ: %(done)s đã xong, %(waiting)s đang chờ, %(missed)s quá hạn"),
        done=figures["steps_done"],
        waiting=figures["steps_waiting"],
        missed=figures["steps_missed"],
    )
    first = drawn.published[0].publication.released_at if drawn.published else None
    yield (
        say.text(N_("Thông tin ban đầu: đã phát %(at)s"), at=first)
        if first
        else say.text(N_("Thông tin ban đầu: chưa phát"))
    )
    measured = drawn.measured
    if measured and measured.step.answer:
        falling = bool(measured.step.answer.get("falling"))
        yield say.text(
            N_("Lan truyền: %(reach)s lượt lúc %(at)s, đang giảm: %(falling)s"),
            reach=measured.step.answer.get("interactions"),
            at=measured.ended_at,
            falling=falling,
        )


def _claims(drawn: Situation, say: Speech) -> Iterable[str]:
    for each in drawn.claims:
        yield _stated(each, say)


def _stated(each: Stated, say: Speech) -> str:
    words = each.claim.text.rstrip(".")
    return say.text(N_("%(claim)s: %(finding)s"), claim=words, finding=each.finding)


def _next(drawn: Situation, known: _Names, say: Speech) -> Iterable[str]:
    for work in drawn.waiting:
        yield say.text(
            N_("%(due)s: việc %(number)s %(title)s, %(name)s (%(state)s)"),
            due=work.due_at,
            number=work.step.number,
            title=known.of(work, say.language),
            name=known.person(work.person_id),
            state=work.state,
        )


def _done(drawn: Situation, known: _Names, say: Speech) -> Iterable[str]:
    for work in drawn.done:
        yield say.text(
            N_("%(at)s: việc %(number)s %(title)s, %(name)s"),
            at=work.ended_at,
            number=work.step.number,
            title=known.of(work, say.language),
            name=known.person(work.person_id),
        )


def _statements(drawn: Situation, say: Speech) -> Iterable[str]:
    for each in drawn.published:
        publication = each.publication
        line = say.text(
            N_("%(at)s: %(kind)s «%(title)s», bản %(version)s, %(channel)s"),
            at=publication.released_at,
            kind=each.statement.kind,
            title=each.version.wordings(say.language)[0].title,
            version=each.version.number,
            channel=publication.channel,
        )
        gone = say.text(N_("đã rút %(at)s"), at=publication.withdrawn_at)
        yield f"{line} ({gone})" if each.withdrawn else line


def _clocks(drawn: Situation, known: _Names, say: Speech) -> Iterable[str]:
    for running in drawn.clocks:
        late = running.due_at is not None and running.due_at <= drawn.at
        words = (
            N_("%(due)s: %(rule)s, %(name)s (đã hết hạn)")
            if late
            else N_("%(due)s: %(rule)s, %(name)s")
        )
        yield say.text(
            words,
            due=running.due_at,
            rule=known.rules.get(running.code, running.code),
            name=known.person(running.owner_id),
        )


def _decisions(drawn: Situation, known: _Names, say: Speech) -> Iterable[str]:
    titles = {work.step.key: known.of(work, say.language) for work in drawn.work}
    for each in drawn.standing:
        words = each.in_words(say, titles)
        yield say.text(
            N_("%(number)s. %(question)s → %(chosen)s (%(name)s, %(at)s)"),
            number=each.number,
            question=words["question"],
            chosen=words["chosen"],
            name=known.person(each.decided_by),
            at=each.decided_at,
        )


def _unknown(drawn: Situation, known: _Names, say: Speech) -> Iterable[str]:
    for each in drawn.unknown:
        yield _stated(each, say)
    for work in drawn.missed:
        yield say.text(
            N_("Việc %(number)s %(title)s: %(state)s, hạn %(due)s"),
            number=work.step.number,
            title=known.of(work, say.language),
            state=work.state,
            due=work.due_at,
        )


def _force(drawn: Situation, known: _Names, say: Speech) -> Iterable[str]:
    for seat in drawn.seats:
        if seat.rank == 1:
            yield f"{say.value(seat.role)}: {known.person(seat.person_id)}"


def changes(
    before: Sequence[Section], after: Sequence[Section]
) -> list[tuple[str, list[str], list[str]]]:
    """Part by part, the lines that are new and those that are gone; parts that stayed are left out.

    ``before`` and ``after`` are in one language.
    """
    earlier = {section.key: section.lines for section in before}
    found = []
    for section in after:
        old = earlier.get(section.key, ())
        new = [line for line in section.lines if line not in old]
        gone = [line for line in old if line not in section.lines]
        if (new or gone) and section.key != "note":
            found.append((section.title, new, gone))
    return found
