"""Closing reports (báo cáo tổng kết): drawn from the record, frozen, approved by another person.

A report and the verdict on it never change. Who approves is who approves at the level: the head
of the lead department up to level 2, of the task force at 3, of the province at 4, or whoever
holds their authorisation.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Session, col, select

from incidents.matter import incidents, recusals
from incidents.matter.incidents import Incident, Status
from incidents.matter.severity import Level
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, document, identifier, moment, reference
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    Sentence,
    given,
)
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Language
from incidents.response.ending import closing_words
from incidents.response.ending.closing_words import Remarks
from incidents.response.reports.situation_words import Section
from incidents.response.steps import succession

LIMIT = 10_000

_BY_LEVEL: dict[Level, tuple[Role, ...]] = {
    Level.WATCH: (Role.STANDING_DEPUTY, Role.LEAD, Role.CHAIR),
    Level.LOW: (Role.STANDING_DEPUTY, Role.LEAD, Role.CHAIR),
    Level.MEDIUM: (Role.STANDING_DEPUTY, Role.LEAD, Role.CHAIR),
    Level.HIGH: (Role.LEAD, Role.CHAIR),
    Level.CRISIS: (Role.CHAIR,),
}


class ClosingReport(Table, table=True):
    """One report as it was put forward. The database refuses to change or remove it."""

    __tablename__ = "closing_report"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    number: int
    submitted_at: datetime = moment()
    submitted_by: UUID = reference("person.id")
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


class ClosingVerdict(Table, table=True):
    """What was said to one report, to its very text. The database refuses to change it."""

    __tablename__ = "closing_verdict"
    __table_args__ = (CheckConstraint("approved OR reason <> ''", name="reason"),)

    id: UUID = identifier()
    report_id: UUID = reference("closing_report.id", unique=True)
    approved: bool
    sha256: str
    reason: str = ""
    given_at: datetime = moment()
    given_by: UUID = reference("person.id")


@dataclass(frozen=True)
class ClosingReportSubmitted(Fact):
    """A closing report was put forward; its text is kept under this hash."""

    report: int
    sha256: str
    says: ClassVar[str] = N_("Trình báo cáo tổng kết lần %(report)s (SHA-256 %(sha256)s)")


@dataclass(frozen=True)
class ClosingReportApproved(Fact):
    """Another person approved exactly this text."""

    report: int
    sha256: str
    says: ClassVar[str] = N_("Duyệt báo cáo tổng kết lần %(report)s (SHA-256 %(sha256)s)")


@dataclass(frozen=True)
class ClosingReportReturned(Fact):
    """The report goes back to whoever wrote it."""

    report: int
    reason: Private
    says: ClassVar[str] = N_("Trả lại báo cáo tổng kết lần %(report)s. Lý do: %(reason)s")


def submit(session: Session, incident_id: UUID, remarks: Remarks, *, by: Actor) -> ClosingReport:
    """Freeze what the record tells of the whole matter, and put it before whoever approves."""
    incident = _resolved(session, incident_id)
    person_id = by.somebody()
    wrong = {
        name: (N_("Tối đa %(limit)s ký tự."), {"limit": LIMIT})
        for name, text in vars(remarks).items()
        if len(text) > LIMIT
    }
    if wrong:
        raise Invalid(fields=wrong)
    if approved(session, incident):
        raise AlreadySettled(N_("Báo cáo tổng kết đã được duyệt."))
    before = of_incident(session, incident.id)
    number = len(before) + 1
    author = persons.get(session, person_id)
    drawn = closing_words.drawn(session, incident, remarks, number, author)
    report = ClosingReport(
        incident_id=incident.id,
        number=number,
        submitted_at=clock.now(),
        submitted_by=author.id,
        sections={
            language.value: [[p.key, p.title, list(p.lines)] for p in drawn[language].parts]
            for language in Language
        },
        text=drawn[Language.VI].text,
        sha256=hashlib.sha256(drawn[Language.VI].text.encode()).hexdigest(),
        text_en=drawn[Language.EN].text,
    )
    session.add(report)
    fact = ClosingReportSubmitted(report=number, sha256=report.sha256)
    timeline.record(session, incident.id, fact, by=by)
    persons.tell_all(
        session,
        _first_asked(session, incident, author.id),
        "closing_report_waits",
        key=f"closing_report:{report.id}",
        incident_id=incident.id,
        values={"by": str(author.id)},
    )
    return report


def _resolved(session: Session, incident_id: UUID) -> Incident:
    incident = incidents.get(session, incident_id, lock=True)
    if incident.status is not Status.RESOLVED:
        raise Conflict(
            N_("Báo cáo tổng kết được trình và duyệt khi vụ việc chờ tổng kết; nay «%(status)s»."),
            status=incident.status,
        )
    return incident


def approve(session: Session, report_id: UUID, *, sha256: str, by: Actor) -> ClosingReport:
    """Approve exactly the text that was read; never by whoever wrote it."""
    report, incident = _waiting(session, report_id, by)
    if sha256 != report.sha256:
        raise Conflict(N_("Văn bản không phải bản đồng chí đã đọc; hãy tải lại trang."))
    _judge(session, report, approved=True, reason="", by=by)
    fact = ClosingReportApproved(report=report.number, sha256=report.sha256)
    timeline.record(session, incident.id, fact, by=by)
    _tell_author(session, report, "closing_report_approved", by)
    return report


def return_(session: Session, report_id: UUID, *, reason: str, by: Actor) -> ClosingReport:
    """Send it back with what is to be put right; another one is put forward then."""
    report, incident = _waiting(session, report_id, by)
    reason = given(reason)
    _judge(session, report, approved=False, reason=reason, by=by)
    fact = ClosingReportReturned(report=report.number, reason=reason)
    timeline.record(session, incident.id, fact, by=by)
    _tell_author(session, report, "closing_report_returned", by, reason=reason)
    return report


def _waiting(session: Session, report_id: UUID, by: Actor) -> tuple[ClosingReport, Incident]:
    """A report somebody may judge now: the last one, not judged yet, by another person."""
    report = session.get(ClosingReport, report_id)
    if report is None:
        raise NotFound(_NONE)
    incident = _resolved(session, report.incident_id)
    if report.submitted_by == by.person_id:
        raise NotPermitted(N_("Người trình báo cáo không tự duyệt."))
    if by.person_id not in approvers(session, incident):
        words, values = whose(incident)
        raise NotPermitted(words, **values)
    if of_incident(session, incident.id)[-1].id != report.id:
        raise Conflict(N_("Đã có bản trình mới hơn."))
    if verdict(session, report.id):
        raise AlreadySettled(N_("Bản này đã có ý kiến duyệt."))
    if not fits(incident, report):
        raise Conflict(N_("Vụ việc đã được xử lý tiếp sau lần trình này: phải trình bản mới."))
    return report, incident


def _judge(
    session: Session, report: ClosingReport, *, approved: bool, reason: str, by: Actor
) -> None:
    person_id = by.somebody()
    session.add(
        ClosingVerdict(
            report_id=report.id,
            approved=approved,
            sha256=report.sha256,
            reason=reason,
            given_at=clock.now(),
            given_by=person_id,
        )
    )
    session.flush()


def _tell_author(
    session: Session, report: ClosingReport, kind: str, by: Actor, **values: str
) -> None:
    persons.tell(
        session,
        report.submitted_by,
        kind,
        key=f"{kind}:{report.id}",
        incident_id=report.incident_id,
        values={"by": str(by.person_id), **values},
    )


def approvers(session: Session, incident: Incident) -> set[UUID]:
    """Who approves the report and ends the matter at its level: by post, seat or authorisation."""
    kept_out = recusals.of(session, incident.id).keeps_out(judging=True)
    now = clock.now()
    return {
        person_id
        for role in _BY_LEVEL[Level(incident.level)]
        for person_id in succession.signers(session, incident.id, role, now)
    } - set(kept_out)


def _first_asked(session: Session, incident: Incident, author: UUID) -> list[UUID]:
    """Those of the lowest role that may approve; the next one where that is empty."""
    free = approvers(session, incident) - {author}
    for role in _BY_LEVEL[Level(incident.level)]:
        line = succession.signers(session, incident.id, role, clock.now())
        if found := [person_id for person_id in line if person_id in free]:
            return found
    return []


def whose(incident: Incident) -> Sentence:
    """The sentence that says who approves and closes at the level of an incident."""
    role = _BY_LEVEL[Level(incident.level)][0]
    return (
        N_(
            "Ở cấp độ %(level)s, %(role)s hoặc cấp trên, "
            "hoặc người được ủy quyền mới duyệt và kết thúc."
        ),
        {"level": incident.level, "role": role},
    )


def approved(session: Session, incident: Incident) -> ClosingReport | None:
    """The approved report of the work that ended last, if there is one."""
    reports = of_incident(session, incident.id)
    if not reports:
        return None
    last = reports[-1]
    given = verdict(session, last.id)
    return last if fits(incident, last) and given and given.approved else None


def fits(incident: Incident, report: ClosingReport) -> bool:
    """Whether a report tells of the work that ended last: none does once it is taken up again."""
    return incident.resolved_at is not None and report.submitted_at >= incident.resolved_at


def verdict(session: Session, report_id: UUID) -> ClosingVerdict | None:
    """What was said to a report; nothing while it waits."""
    return session.exec(select(ClosingVerdict).where(ClosingVerdict.report_id == report_id)).first()


def verdicts(session: Session, incident_id: UUID) -> dict[UUID, ClosingVerdict]:
    """Report → what was said to it, for every report of an incident."""
    rows = session.exec(
        select(ClosingVerdict).join(ClosingReport).where(ClosingReport.incident_id == incident_id)
    )
    return {each.report_id: each for each in rows}


def of_incident(session: Session, incident_id: UUID) -> list[ClosingReport]:
    """Every report put forward, the first first."""
    return list(
        session.exec(
            select(ClosingReport)
            .where(ClosingReport.incident_id == incident_id)
            .order_by(col(ClosingReport.number))
        )
    )


_NONE = N_("Không có báo cáo tổng kết này.")


def numbered(session: Session, incident_id: UUID, number: int) -> ClosingReport:
    """The report of a number; ``NotFound`` when there is none."""
    found = session.exec(
        select(ClosingReport).where(
            ClosingReport.incident_id == incident_id, ClosingReport.number == number
        )
    ).first()
    if found is None:
        raise NotFound(_NONE)
    return found
