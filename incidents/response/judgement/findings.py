"""What was found about the whole matter, and findings that contradict each other.

A verification replaces what was known when it was asked for. Of two that were asked for side by
side and differ neither counts: the matter is open again until somebody entitled settles it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import claims
from incidents.matter import incidents, recusals, taskforces
from incidents.matter.incidents import Finding, Incident
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import timeline
from incidents.record.actors import ENGINE, Actor
from incidents.record.errors import Conflict, Invalid, NotPermitted
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.response.steps import steps, succession
from incidents.response.steps.forms import Verification
from incidents.response.steps.steps import ANSWERABLE, Step, StepKind, StepState

_UNKNOWN = (Finding.PENDING, Finding.UNDETERMINED)


@dataclass(frozen=True)
class FindingsDiffer(Fact):
    """Two verifications asked for side by side contradict each other."""

    number: int
    key: str
    finding: Finding
    other: int
    before: Finding
    says: ClassVar[str] = N_(
        "Kết quả xác minh trái nhau: việc %(other)s kết luận %(before)s, việc %(number)s "
        "«%(key)s» kết luận %(finding)s. Chưa lấy kết quả nào, chờ chốt"
    )


@dataclass(frozen=True)
class FindingSettled(Fact):
    """Somebody entitled said which finding counts."""

    finding: Finding
    says: ClassVar[str] = N_("Đã chốt kết quả xác minh trái nhau: %(finding)s")


def answered(session: Session, step: Step, form: Verification, by: Actor) -> None:
    """What a verification changes: the claims, and the finding of the whole."""
    incident = incidents.get(session, step.incident_id, lock=True)
    other = _against(session, incident, step, form.finding, by)
    claims.verify(session, incident.id, form.finding, form.explanation, by=by)
    if other is None:
        if form.finding is not Finding.UNDETERMINED or incident.finding is Finding.PENDING:
            incident.finding = form.finding
            session.add(incident)
        return
    incident.finding = Finding.PENDING
    session.add(incident)
    claims.reopen(session, incident.id)
    fact = FindingsDiffer(step.number, step.key, form.finding, other.number, _found(other))
    timeline.record(session, incident.id, fact, by=ENGINE)
    _tell(session, step)


def _against(
    session: Session, incident: Incident, step: Step, finding: Finding, by: Actor
) -> Step | None:
    """The verification this one contradicts; none where it says what counts already."""
    if finding in (*_UNKNOWN, incident.finding) or step.kind is StepKind.DECIDE:
        return None
    others = [s for s in steps.of_incident(session, incident.id) if s.id != step.id]
    return next(
        (
            s
            for s in others
            if _says(s) and _found(s) is not finding and s.settled_by != by.person_id
            if step.opened_at and s.settled_at and s.settled_at >= step.opened_at
        ),
        None,
    )


def _tell(session: Session, step: Step) -> None:
    """Whoever runs the room hears of it, and the lead."""
    told = [
        person_id
        for role in (Role.STANDING_DEPUTY, Role.LEAD)
        for person_id in taskforces.candidates(session, step.incident_id, role)[:1]
    ]
    persons.tell_all(
        session,
        dict.fromkeys(told),
        "findings_differ",
        key=f"findings_differ:{step.id}",
        incident_id=step.incident_id,
    )


def differing(incident: Incident, asked: Sequence[Step]) -> list[Step]:
    """The verifications of an incident that contradict each other, until that is settled."""
    if incident.finding is not Finding.PENDING:
        return []
    said = [s for s in asked if _says(s)]
    return said if len({_found(s) for s in said}) > 1 else []


def given(asked: Sequence[Step]) -> list[Step]:
    """The verifications that have been answered, known or not."""
    return [s for s in asked if s.state is StepState.DONE and succession.verifies(s)]


def open_settling(asked: Sequence[Step]) -> Step | None:
    """The step by which a playbook has it settled, while somebody has it."""
    return next(
        (
            s
            for s in asked
            if s.kind is StepKind.DECIDE and succession.verifies(s) and s.state in ANSWERABLE
        ),
        None,
    )


def settle(
    session: Session, incident_id: UUID, finding: Finding, explanation: str, *, by: Actor
) -> Incident:
    """Say which of the findings that contradict each other counts, or that nobody knows yet.

    By somebody else than those who found, whom the matter does not concern and who did not report
    it. Where a playbook has it settled by a step, its answer does.
    """
    incident = incidents.live(session, incident_id)
    asked = steps.of_incident(session, incident.id)
    against = differing(incident, asked)
    if not against:
        raise Conflict(N_("Không có kết quả xác minh trái nhau nào chờ chốt."))
    if step := open_settling(asked):
        raise Conflict(
            N_("Việc %(number)s «%(key)s» đang chờ chốt; hãy trả lời việc đó."),
            number=step.number,
            key=steps.name(session, step),
        )
    if by.person_id is None or by.person_id in {s.settled_by for s in against}:
        raise NotPermitted(N_("Người đã xác minh không tự chốt kết quả trái nhau."))
    recusals.require_free(session, incident.id, by.person_id)
    if finding is Finding.PENDING:
        raise Invalid(fields={"finding": (N_("Chọn một kết quả."), {})})
    if not explanation.strip():
        raise Invalid(fields={"explanation": (N_("Nêu căn cứ của kết quả."), {})})
    claims.verify(session, incident.id, finding, explanation.strip(), by=by)
    incident.finding = finding
    session.add(incident)
    timeline.record(session, incident.id, FindingSettled(finding), by=by)
    return incident


def _says(step: Step) -> bool:
    """Whether a step has found something."""
    return (
        step.state is StepState.DONE and succession.verifies(step) and _found(step) not in _UNKNOWN
    )


def _found(step: Step) -> Finding:
    return Finding((step.answer or {}).get("finding", Finding.PENDING))
