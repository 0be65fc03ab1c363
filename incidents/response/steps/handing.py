"""How a step comes into a person's hands: noted on the step, and told with a link of its own."""

from uuid import UUID

from sqlmodel import Session

from incidents.matter import recusals
from incidents.matter.taskforce_facts import RoleVacant, SignatureVacant
from incidents.people import outsiders, persons
from incidents.record import links, timeline
from incidents.record.actors import ENGINE
from incidents.response.steps import requests, succession
from incidents.response.steps.steps import Step, StepKind, StepState


def hand_over(session: Session, step: Step, person_id: UUID | None, *, kind: str) -> None:
    """A person has the step from now on, and is told; a body outside is asked."""
    step.assignee_id = person_id
    step.state, step.acknowledged_at, step.acknowledged_by = StepState.OPEN, None, None
    step.request = person_id is not None and bool(outsiders.among(session, [person_id]))
    kind = requests.INSTEAD.get(kind, kind) if step.request else kind
    if person_id is not None:
        step.holder_ids = [*step.holder_ids, str(person_id)]
        notify(session, step, person_id, kind)
    session.add(step)


def notify(session: Session, step: Step, person_id: UUID, kind: str) -> None:
    """One message about a step with a link of its own, once for each time it is handed over."""
    messages = persons.tell(
        session,
        person_id,
        kind,
        key=f"{kind}:{step.id}:{len(step.holder_ids)}",
        incident_id=step.incident_id,
        step_id=step.id,
    )
    links.issue(session, messages)


def vacant(session: Session, step: Step) -> UUID | None:
    """Nobody holds the role: the duty officer gets the work, and an alarm goes out.

    A signature stays with nobody: work passes on, authority does not (rule 5 of practice).
    """
    signature = step.kind is StepKind.APPROVE
    fact = SignatureVacant(step.role, step.number) if signature else RoleVacant(step.role)
    timeline.record(session, step.incident_id, fact, by=ENGINE)
    kept_out = recusals.of(session, step.incident_id).keeps_out(judging=succession.judges(step))
    on_duty = [p for p in recusals.to_alert(session, step.incident_id) if p not in kept_out]
    persons.tell_all(
        session,
        on_duty,
        "signature_vacant" if signature else "role_vacant",
        key=f"vacant:{step.id}",
        incident_id=step.incident_id,
        step_id=step.id,
        values={"role": step.role.value},
    )
    if signature:
        return None
    passed_over = succession.barred(session, step)
    return next((p for p in on_duty if str(p) not in passed_over), None)
