"""Situation reports as issued: numbered within the incident, their text frozen under its hash."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, document, identifier, locked, moment, reference
from incidents.record.errors import Invalid, NotFound, Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_, Language, speech
from incidents.record.timeline import TimelineHead
from incidents.response.answers import answering
from incidents.response.reports import situation, situation_words
from incidents.response.reports.situation_words import FIGURES, Section
from incidents.response.steps import rhythm
from incidents.response.steps.forms import Change, HowItStands, Trend

LIMIT = 10_000


class SituationReport(Table, table=True):
    """One issued report. The database refuses to change or remove it."""

    __tablename__ = "situation_report"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    number: int
    at: datetime = moment()
    """The moment its numbers are of."""
    issued_at: datetime = moment()
    issued_by: UUID = reference("person.id")
    figures: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    sections: dict[str, Any] = document()
    """Language → [[key, title, [line, …]], …]."""
    text: str
    sha256: str
    """Of ``text``, the Vietnamese, which counts; the English goes beside it."""
    text_en: str

    def parts(self, language: Language) -> list[Section]:
        """Its sections as they were frozen."""
        frozen = self.sections[language.value]
        return [Section(key, title, tuple(lines)) for key, title, lines in frozen]


@dataclass(frozen=True)
class SituationReported(Fact):
    """A situation report was issued; its text is kept under this hash."""

    report: int
    at: datetime
    sha256: str
    says: ClassVar[str] = N_(
        "Phát hành báo cáo nhanh số %(report)s, số liệu đến %(at)s (SHA-256 %(sha256)s)"
    )


@dataclass(frozen=True)
class Remarks:
    """What its issuer adds to what the record says."""

    assessment: str = ""
    proposals: str = ""


def issue(
    session: Session,
    incident_id: UUID,
    remarks: Remarks,
    *,
    by: Actor,
    at: datetime | None = None,
) -> SituationReport:
    """Freeze how the incident stands, or stood at a past moment, under the next number."""
    # Its reviews are answered by this as well, so it is locked first, as everywhere.
    incident = incidents.get(session, incident_id, lock=True)
    # Numbers have no gaps and no twins, as those of the timeline, whose lock comes last everywhere.
    locked(session, TimelineHead, incident_id)
    incidents.require_unfrozen(incident)
    person_id = by.somebody()
    _check(incident, remarks, at)
    drawn = situation.of(session, incident, at)
    known = situation_words.names(session, drawn)
    last = latest(session, incident.id)
    number = last.number + 1 if last else 1
    issuer = persons.get(session, person_id)
    parts = {
        language: [
            *situation_words.sections(drawn, known, language),
            *_added(remarks, language),
        ]
        for language in Language
    }
    texts = {
        language: _text(drawn, parts[language], number, issuer, last, language)
        for language in Language
    }
    report = SituationReport(
        incident_id=incident.id,
        number=number,
        at=drawn.at,
        issued_at=clock.now(),
        issued_by=issuer.id,
        figures=drawn.figures,
        sections={
            language.value: [[p.key, p.title, list(p.lines)] for p in parts[language]]
            for language in Language
        },
        text=texts[Language.VI],
        sha256=hashlib.sha256(texts[Language.VI].encode()).hexdigest(),
        text_en=texts[Language.EN],
    )
    session.add(report)
    fact = SituationReported(report=number, at=report.at, sha256=report.sha256)
    timeline.record(session, incident.id, fact, by=by)
    if at is None:
        _answer_reviews(session, incident, report, by)
    return report


def _answer_reviews(
    session: Session, incident: Incident, report: SituationReport, by: Actor
) -> None:
    """Whoever was asked how things stand has their answer; the next time is counted from here."""
    said = speech(Language.VI).text(N_("Báo cáo nhanh số %(number)s"), number=str(report.number))
    answer = HowItStands(change=Change.CHANGED, trend=Trend.UNKNOWN, note=said)
    for step in rhythm.waiting(session, incident.id):
        answering.conclude(session, step, answer, by=by)
    rhythm.looked(session, incident)


def _check(incident: Incident, remarks: Remarks, at: datetime | None) -> None:
    wrong = {
        name: (N_("Tối đa %(limit)s ký tự."), {"limit": LIMIT})
        for name, text in vars(remarks).items()
        if len(text) > LIMIT
    }
    if at is not None:
        wrong |= unreadable(incident, at)
    if wrong:
        raise Invalid(fields=wrong)


def unreadable(incident: Incident, at: datetime) -> Wrong:
    """Why a moment cannot be reported on, if it cannot."""
    if at > clock.now():
        return {"at": (N_("Không thể ghi một việc vào thời điểm chưa tới."), {})}
    if at < incident.opened_at:
        return {"at": (N_("Lúc đó vụ việc chưa mở."), {})}
    return {}


def _added(remarks: Remarks, language: Language) -> list[Section]:
    say = speech(language)
    parts = [
        ("assessment", N_("Nhận định"), remarks.assessment),
        ("proposals", N_("Kiến nghị"), remarks.proposals),
    ]
    return [
        Section(key, say.text(title), tuple(text.strip().splitlines()))
        for key, title, text in parts
        if text.strip()
    ]


def _text(
    drawn: situation.Situation,
    parts: Sequence[Section],
    number: int,
    issuer: Person,
    last: SituationReport | None,
    language: Language,
) -> str:
    say = speech(language)
    lines = [say.text(N_("BÁO CÁO NHANH SỐ %(number)s"), number=str(number))]
    if drawn.incident.exercise:
        lines.insert(0, say.text(N_("DIỄN TẬP – không phải sự việc thật")))
    lines += [f"{name}: {value}" for name, value in situation_words.header(drawn, language)]
    who = f"{issuer.name}, {issuer.post}" if issuer.post else issuer.name
    lines.append(f"{say.text(N_('Người lập'))}: {who}")
    if last:
        title = say.text(N_("Thay đổi so với báo cáo số %(number)s"), number=str(last.number))
        lines += ["", title, *_changed(last, drawn.figures, parts, language)]
    for part in parts:
        lines += ["", part.title, *(f"– {line}" for line in part.lines)]
    return "\n".join(lines) + "\n"


def _changed(
    last: SituationReport, figures: dict[str, int], parts: Sequence[Section], language: Language
) -> list[str]:
    lines = [
        f"– {title}: {before} → {after}"
        for title, before, after in moved(last.figures, figures, language)
    ]
    for _, new, gone in situation_words.changes(last.parts(language), parts):
        lines += [f"+ {line}" for line in new] + [f"− {line}" for line in gone]  # noqa: RUF001
    return lines or [f"– {speech(language).text(N_('không có'))}"]


def moved(
    before: dict[str, int], after: dict[str, int], language: Language
) -> list[tuple[str, int, int]]:
    """The figures that changed, by name."""
    say = speech(language)
    return [
        (say.text(title), before[name], after[name])
        for name, title in FIGURES.items()
        if name in before and before[name] != after[name]
    ]


def latest(session: Session, incident_id: UUID) -> SituationReport | None:
    """The last report issued."""
    return session.exec(
        select(SituationReport)
        .where(SituationReport.incident_id == incident_id)
        .order_by(col(SituationReport.number).desc())
        .limit(1)
    ).first()


def of_incident(session: Session, incident_id: UUID) -> list[SituationReport]:
    """Every report issued, the first first."""
    return list(
        session.exec(
            select(SituationReport)
            .where(SituationReport.incident_id == incident_id)
            .order_by(col(SituationReport.number))
        )
    )


def numbered(session: Session, incident_id: UUID, number: int) -> SituationReport:
    """The report of a number; ``NotFound`` when there is none."""
    found = session.exec(
        select(SituationReport).where(
            SituationReport.incident_id == incident_id, SituationReport.number == number
        )
    ).first()
    if found is None:
        raise NotFound(N_("Không có báo cáo nhanh số này."))
    return found
