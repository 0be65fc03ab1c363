"""Work an incident may not end or calm down without, until somebody did it or waived it by name."""

from uuid import UUID

from sqlmodel import Session

from incidents.matter.incidents import Incident
from incidents.record.errors import Missing
from incidents.record.language import N_
from incidents.response.steps import promises, steps
from incidents.response.steps.steps import Step, StepState


def undone(step: Step) -> bool:
    """Neither done nor waived; silence outside blocks nothing (rule 19 of practice)."""
    ended = step.state in (StepState.DONE, StepState.WAIVED, StepState.CANCELLED)
    return not ended and not (step.asked and step.state is StepState.DECLINED)


def dangerous(session: Session, incident_id: UUID) -> Missing:
    """Work on the safety of people."""
    return [
        (
            N_("Việc %(number)s «%(key)s» liên quan an toàn tính mạng, chưa xong."),
            {"number": step.number, "key": steps.name(session, step)},
        )
        for step in steps.of_incident(session, incident_id)
        if step.life_safety and undone(step)
    ]


def promised(session: Session, incident: Incident) -> Missing:
    """What was promised in public, of which nobody said yet what became of it."""
    return [
        (
            N_("Việc %(number)s «%(key)s» là cam kết đã công bố: báo kết quả, hoặc miễn có lý do."),
            {"number": step.number, "key": step.own_title},
        )
        for step in unkept(session, incident.id)
        if not incident.exercise
    ]


def unkept(session: Session, incident_id: UUID) -> list[Step]:
    """The promises themselves, whatever bears them."""
    return [s for s in promises.among(steps.of_incident(session, incident_id)) if undone(s)]
