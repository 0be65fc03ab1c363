"""The situation report on a page fit for print and projector, as of any moment, and as issued."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api import problems
from api.deeds import incidents as incident_deeds
from api.deeds import situations as deeds
from api.deeds.situations import Issue
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Moment, Optional
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.people import persons
from incidents.record.errors import Invalid
from incidents.record.language import Language, speech
from incidents.response.reports import situation_reports, situation_words
from incidents.response.reports.situation import Situation
from incidents.response.reports.situation_reports import SituationReport
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}/bao-cao-nhanh")


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    number: str,
    at: Moment | None = None,
) -> Response:
    """The report as it would read now, or at a moment; again after a refused form."""
    drawn = deeds.draw(session, caller, number, at)
    incident, language = drawn.incident, caller.person.language
    issued = situation_reports.of_incident(session, incident.id)
    last = issued[-1] if issued else None
    known = situation_words.names(session, drawn)
    sections = situation_words.sections(drawn, known, language)
    return rendering.for_caller(
        request,
        "situation.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        incident=incident,
        drawn=drawn,
        header=situation_words.header(drawn, language),
        sections=sections,
        issued=issued[::-1],
        named=persons.names(session, {r.issued_by for r in issued}),
        may_issue=permissions.allowed(session, caller.person, Deed.REPORT, incident),
        **_since(last, drawn, sections, language),
    )


def _since(
    last: SituationReport | None,
    drawn: Situation,
    sections: list[situation_words.Section],
    language: Language,
) -> dict[str, Any]:
    """What changed since the last report was issued."""
    if last is None or drawn.at < last.at:
        return {"last": None, "moved": [], "changes": []}
    return {
        "last": last,
        "moved": situation_reports.moved(last.figures, drawn.figures, language),
        "changes": situation_words.changes(last.parts(language), sections),
    }


@router.get("")
def one(
    request: Request,
    session: Db,
    caller: Reader,
    number: str,
    luc: Annotated[Moment | None, Optional, Query()] = None,
) -> Response:
    """How it stands; ``luc`` asks for a past moment."""
    try:
        return shown(request, session, caller, number=number, at=luc)
    except Invalid as refusal:
        problem = problems.describe(refusal, speech(caller.person.language))
        return shown(request, session, caller, problem, number=number)


@router.post("/phat-hanh", dependencies=[again(shown)])
def issue(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Issue it."""
    report = deeds.issue(session, caller, number, filled(Issue, form))
    return rendering.back(f"/vu-viec/{number}/bao-cao-nhanh/{report.number}")


@router.get("/{report}")
def numbered(request: Request, session: Db, caller: Reader, number: str, report: int) -> Response:
    """A report as it was issued, in either language."""
    incident = incident_deeds.see(session, caller, number)
    found = situation_reports.numbered(session, incident.id, report)
    vietnamese = caller.person.language is Language.VI
    return rendering.for_caller(
        request,
        "situation_report.html",
        caller,
        incident=incident,
        report=found,
        issuer=persons.get(session, found.issued_by),
        text=found.text if vietnamese else found.text_en,
    )
