"""What is done with the closing report of an incident: put forward, approved, returned."""

from typing import Annotated

from pydantic import StringConstraints
from sqlmodel import Session

from api.fields import Because, Line, Request
from api.identity import Caller
from incidents.matter import incidents
from incidents.response.ending import closing_reports
from incidents.response.ending.closing_reports import ClosingReport
from incidents.response.ending.closing_words import Remarks
from incidents.rights.permissions import Deed

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=closing_reports.LIMIT)]


class Submit(Request):
    """What its author adds to what the record says."""

    effect: Prose = ""
    work_to_come: Prose = ""


class Approve(Request):
    """The hash of the very text that was read."""

    sha256: Line


def submit(session: Session, caller: Caller, number: str, asked: Submit) -> ClosingReport:
    """Freeze it and put it before whoever approves."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.REPORT, incident)
    remarks = Remarks(asked.effect, asked.work_to_come)
    return closing_reports.submit(session, incident.id, remarks, by=caller.actor)


def approve(
    session: Session, caller: Caller, number: str, report: int, asked: Approve
) -> ClosingReport:
    """Approve one exact text."""
    found = _judged(session, caller, number, report)
    return closing_reports.approve(session, found.id, sha256=asked.sha256, by=caller.actor)


def return_(
    session: Session, caller: Caller, number: str, report: int, asked: Because
) -> ClosingReport:
    """Send it back."""
    found = _judged(session, caller, number, report)
    return closing_reports.return_(session, found.id, reason=asked.reason, by=caller.actor)


def _judged(session: Session, caller: Caller, number: str, report: int) -> ClosingReport:
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.APPROVE_REPORT, incident)
    return closing_reports.numbered(session, incident.id, report)
