"""Requests to bodies that are asked, not assigned: one reminder, then our liaison telephones.

Their silence is written down as what it is: no answer. It is no delay of theirs, lets the playbook
go on, and approves nothing (rule 19 of practice).
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import recusals, taskforces
from incidents.people import outsiders
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_
from incidents.response.steps import succession
from incidents.response.steps.steps import Step

INSTEAD = {
    "step_assigned": "step_requested",
    "step_passed": "step_requested",
    "step_reopened": "step_requested",
    "step_reminder": "step_request_reminder",
}
"""What is said to a body that is asked, in the place of what is said to our own people."""

_LIAISONS = (Role.SECRETARY, Role.STANDING_DEPUTY)


@dataclass(frozen=True)
class RequestToCall(Fact):
    """No answer came to a request: our own liaison telephones."""

    number: int
    key: str
    asked: PersonId | None
    liaison: PersonId | None
    says: ClassVar[str] = N_(
        "Chưa có trả lời đề nghị phối hợp việc %(number)s «%(key)s» từ %(asked)s: "
        "%(liaison)s gọi điện"
    )


@dataclass(frozen=True)
class RequestUnanswered(Fact):
    """It ended without an answer, which is nobody's delay and no consent."""

    number: int
    key: str
    says: ClassVar[str] = N_(
        "Việc %(number)s «%(key)s» chưa có trả lời; các việc khác tiếp tục, không coi là đồng ý"
    )


def liaison(session: Session, step: Step) -> UUID | None:
    """Who of our own telephones: whoever was to have it next, the secretary, the deputy, the duty.

    Never somebody of the bodies that are asked, nor whom the incident concerns.
    """
    wanted = (step.then_role, *_LIAISONS) if step.then_role else _LIAISONS
    line = [p for role in wanted for p in taskforces.line(session, step.incident_id, role)]
    line += recusals.to_alert(session, step.incident_id)
    kept_out = recusals.of(session, step.incident_id).keeps_out(judging=succession.judges(step))
    shut = kept_out | outsiders.among(session, line)
    return next((p for p in line if p not in shut), None)


def call(session: Session, step: Step) -> UUID | None:
    """Write down that our liaison telephones now; those who were asked may still answer."""
    ours = liaison(session, step)
    fact = RequestToCall(step.number, step.key, step.assignee_id, ours)
    step.called_at = clock.now()
    session.add(step)
    timeline.record(session, step.incident_id, fact, by=ENGINE)
    return ours


def unanswered(session: Session, step: Step) -> None:
    """Write down that nobody answered."""
    fact = RequestUnanswered(step.number, step.key)
    timeline.record(session, step.incident_id, fact, by=ENGINE)
