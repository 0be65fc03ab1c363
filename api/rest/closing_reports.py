"""Closing reports over REST: drawn from the record, frozen, approved by another person."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from api.deeds import closing_reports as deeds
from api.deeds import incidents as incident_deeds
from api.deeds.closing_reports import Approve, Submit
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.response.ending import closing_reports
from incidents.response.ending.closing_reports import ClosingReport, ClosingVerdict

router = deeds_under("/incidents/{number}/closing-reports", "closing reports")


class ClosingReportOut(Shape):
    """One report; ``sha256`` is of ``text``. ``approved`` is nothing while it waits."""

    id: UUID
    number: int
    submitted_at: datetime
    submitted_by: UUID
    text: str
    sha256: str
    text_en: str
    approved: bool | None = None
    judged_at: datetime | None = None
    judged_by: UUID | None = None
    reason: str = ""


def _shown(report: ClosingReport, given: ClosingVerdict | None) -> ClosingReportOut:
    out = ClosingReportOut.model_validate(report)
    if given is None:
        return out
    return out.model_copy(
        update={
            "approved": given.approved,
            "judged_at": given.given_at,
            "judged_by": given.given_by,
            "reason": given.reason,
        }
    )


def _judged(session: Session, report: ClosingReport) -> ClosingReportOut:
    return _shown(report, closing_reports.verdict(session, report.id))


@router.get("", summary="The closing reports put forward")
def listed(session: Db, caller: RestCaller, number: str) -> Page[ClosingReportOut]:
    """The first first, each as it was frozen, with what was said to it."""
    incident = incident_deeds.see(session, caller, number)
    given = closing_reports.verdicts(session, incident.id)
    found = closing_reports.of_incident(session, incident.id)
    return Page(items=[_shown(each, given.get(each.id)) for each in found])


@router.post("", status_code=201, summary="Put a closing report forward")
def submit(session: Db, caller: RestCaller, number: str, asked: Submit) -> ClosingReportOut:
    """Once the work has ended; whoever approves at the level is told."""
    return _judged(session, deeds.submit(session, caller, number, asked))


@router.get("/{report}", summary="One closing report")
def numbered(session: Db, caller: RestCaller, number: str, report: int) -> ClosingReportOut:
    """By its number in the incident."""
    incident = incident_deeds.see(session, caller, number)
    return _judged(session, closing_reports.numbered(session, incident.id, report))


@router.post("/{report}/approve", summary="Approve a closing report")
def approve(
    session: Db, caller: RestCaller, number: str, report: int, asked: Approve
) -> ClosingReportOut:
    """By another person than its author, for one exact text; one proof of identity, one verdict."""
    return _judged(session, deeds.approve(session, caller, number, report, asked))


@router.post("/{report}/return", summary="Send a closing report back")
def return_(
    session: Db, caller: RestCaller, number: str, report: int, asked: Because
) -> ClosingReportOut:
    """With what is to be put right; it too asks for a proof of its own."""
    return _judged(session, deeds.return_(session, caller, number, report, asked))
