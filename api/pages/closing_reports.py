"""The closing report on a page fit for print: as it would read, as put forward, and judged."""

from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import closing_reports as deeds
from api.deeds import incidents as incident_deeds
from api.deeds.closing_reports import Approve, Submit
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter.incidents import Incident, Status
from incidents.people import persons
from incidents.record.language import Language
from incidents.response.ending import closing_reports, closing_words
from incidents.response.ending.closing_reports import ClosingReport
from incidents.response.ending.closing_words import Remarks
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}/bao-cao-tong-ket")


def gather(session: Session, incident: Incident) -> dict[str, Any]:
    """What the room shows of it, once the work has ended: the last one and what was said to it."""
    reports = [] if incident.live else closing_reports.of_incident(session, incident.id)
    last = reports[-1] if reports else None
    if last and incident.status is Status.RESOLVED and not closing_reports.fits(incident, last):
        last = None  # of before the matter was taken up again: another one is owed
    return {
        "closing_report": last,
        "closing_verdict": closing_reports.verdict(session, last.id) if last else None,
        "closing_approved": last is not None
        and closing_reports.approved(session, incident) is not None,
    }


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    number: str,
    report: int | None = None,
) -> Response:
    """One report, or the last, or how it would read now; again after a refused form."""
    incident = incident_deeds.see(session, caller, number)
    reports = closing_reports.of_incident(session, incident.id)
    found = (
        closing_reports.numbered(session, incident.id, report)
        if report
        else reports[-1]
        if reports
        else None
    )
    given = closing_reports.verdicts(session, incident.id)
    people = {r.submitted_by for r in reports} | {v.given_by for v in given.values()}
    return rendering.for_caller(
        request,
        "closing_report.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        incident=incident,
        report=found,
        reports=reports[::-1],
        verdicts=given,
        named=persons.names(session, people),
        fit={r.id for r in reports if closing_reports.fits(incident, r)},
        text=_text(found, caller.person.language) if found else "",
        **_offered(session, caller, incident, reports, found),
    )


def _text(report: ClosingReport, language: Language) -> str:
    return report.text if language is Language.VI else report.text_en


def _offered(
    session: Session,
    caller: Caller,
    incident: Incident,
    reports: list[ClosingReport],
    found: ClosingReport | None,
) -> dict[str, Any]:
    """What this person may do about it now, and the preview of what they would put forward."""
    person, waits = caller.person, incident.status is Status.RESOLVED
    done = closing_reports.approved(session, incident) is not None
    last = reports[-1] if reports else None
    may_judge = (
        waits
        and found is not None
        and found is last
        and closing_reports.fits(incident, found)
        and closing_reports.verdict(session, found.id) is None
        and found.submitted_by != person.id
        and permissions.allowed(session, person, Deed.APPROVE_REPORT, incident)
        and person.id in closing_reports.approvers(session, incident)
    )
    # Whoever has a text to judge first says yes or no to it.
    may_submit = (
        waits
        and not done
        and not may_judge
        and permissions.allowed(session, person, Deed.REPORT, incident)
    )
    return {
        "may_submit": may_submit,
        "may_judge": may_judge,
        "waits": waits,
        "approved_report": done,
        "preview": closing_words.preview(session, incident, person.language) if may_submit else [],
        "whose": closing_reports.whose(incident),
        "before": _remarks(incident, last),
    }


def _remarks(incident: Incident, last: ClosingReport | None) -> Remarks:
    """What was added to the report that came back, not to one of before a reopening."""
    if last is None or not closing_reports.fits(incident, last):
        return Remarks()
    return closing_words.remarks_of(last.parts(Language.VI))


@router.get("")
def one(request: Request, session: Db, caller: Reader, number: str) -> Response:
    """The last one, or how it would read."""
    return shown(request, session, caller, number=number)


@router.post("/trinh", dependencies=[again(shown)])
def submit(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Put it forward."""
    made = deeds.submit(session, caller, number, filled(Submit, form))
    return rendering.back(f"/vu-viec/{number}/bao-cao-tong-ket/{made.number}", "trinh")


@router.get("/{report}")
def numbered(request: Request, session: Db, caller: Reader, number: str, report: int) -> Response:
    """A report as it was put forward."""
    return shown(request, session, caller, number=number, report=report)


@router.post("/{report}/duyet", dependencies=[again(shown)])
def approve(session: Db, caller: FormCaller, form: Fields, number: str, report: int) -> Response:
    """Approve the text on the page."""
    deeds.approve(session, caller, number, report, filled(Approve, form))
    return rendering.back(f"/vu-viec/{number}/bao-cao-tong-ket/{report}", "duyet")


@router.post("/{report}/tra-lai", dependencies=[again(shown)])
def return_(session: Db, caller: FormCaller, form: Fields, number: str, report: int) -> Response:
    """Send it back."""
    deeds.return_(session, caller, number, report, filled(Because, form))
    return rendering.back(f"/vu-viec/{number}/bao-cao-tong-ket/{report}", "tra-lai")
