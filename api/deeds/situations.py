"""What is done with the situation of an incident: drawn at a moment, and issued as a report."""

from typing import Annotated

from pydantic import StringConstraints
from sqlmodel import Session

from api.fields import Moment, Optional, Request
from api.identity import Caller
from incidents.matter import incidents
from incidents.record.errors import Invalid
from incidents.response.reports import situation, situation_reports
from incidents.response.reports.situation import Situation
from incidents.response.reports.situation_reports import Remarks, SituationReport
from incidents.rights.permissions import Deed

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=situation_reports.LIMIT)]


class Issue(Request):
    """A report as of a moment, now unless said otherwise, and what its issuer adds to it."""

    at: Annotated[Moment | None, Optional] = None
    assessment: Prose = ""
    proposals: Prose = ""


def draw(session: Session, caller: Caller, number: str, at: Moment | None) -> Situation:
    """How the incident stands, or stood then."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.SEE_INCIDENT, incident)
    if at is not None and (wrong := situation_reports.unreadable(incident, at)):
        raise Invalid(fields=wrong)
    return situation.of(session, incident, at)


def issue(session: Session, caller: Caller, number: str, asked: Issue) -> SituationReport:
    """Freeze it under the next number."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.REPORT, incident)
    remarks = Remarks(asked.assessment, asked.proposals)
    return situation_reports.issue(session, incident.id, remarks, at=asked.at, by=caller.actor)
