"""Signatures that wait with nobody, until somebody may give them: then they reach that person.

Work passes on, authority does not (rule 5 of practice); so whoever brings authority, by a post, a
paper or a seat, brings the signature to whoever has it now, in the same transaction.
"""

from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents
from incidents.matter.incidents import LIVE, Incident
from incidents.matter.taskforce_facts import SignatureGiven
from incidents.record import timeline
from incidents.record.actors import ENGINE, Actor
from incidents.response.steps import passing, steps, succession
from incidents.response.steps.handing import hand_over, notify
from incidents.response.steps.steps import Step, StepKind, StepState
from incidents.words import approvals, statements

_WAITING = (StepState.OPEN, StepState.OVERDUE)
"""A late signature still counts; what the playbook has made of its delay is not turned back."""


def fill(session: Session, *, by: Actor, incident_id: UUID | None = None) -> None:
    """Give every signature that is with nobody, of one incident or of all, to whoever may sign."""
    for step_id in _with_nobody(session, incident_id):
        _give(session, step_id, by)


def due(session: Session) -> list[UUID]:
    """Those somebody may give now, as when a post or a paper begins to count."""
    return [each for each in _with_nobody(session) if _signer(session, steps.get(session, each))]


def give(session: Session, step_id: UUID) -> None:
    """Give one of them; done once, by the engine."""
    _give(session, step_id, ENGINE)


def _with_nobody(session: Session, incident_id: UUID | None = None) -> list[UUID]:
    wanted = (
        select(Step.id)
        .join(Incident, col(Incident.id) == Step.incident_id)
        .where(Step.kind == StepKind.APPROVE, col(Step.assignee_id).is_(None))
        .where(col(Step.state).in_(_WAITING), col(Incident.status).in_(LIVE))
        .order_by(col(Step.incident_id), col(Step.number))
    )
    if incident_id:
        wanted = wanted.where(Step.incident_id == incident_id)
    return list(session.exec(wanted))


def _give(session: Session, step_id: UUID, by: Actor) -> None:
    incident = incidents.get(session, steps.get(session, step_id).incident_id, lock=True)
    step = steps.get(session, step_id, lock=True)
    if step.assignee_id or step.state not in _WAITING or not incident.live:
        return
    signer = _signer(session, step)
    if signer is None:
        return
    fact = SignatureGiven(step.role, step.number, signer)
    timeline.record(session, incident.id, fact, by=by)
    if step.state is StepState.OPEN:
        hand_over(session, step, signer, kind="step_assigned")
        passing.restart_ladder(session, step)
        return
    step.assignee_id, step.holder_ids = signer, [*step.holder_ids, str(signer)]
    session.add(step)
    notify(session, step, signer, "step_assigned")


def _signer(session: Session, step: Step) -> UUID | None:
    """Whoever may sign now; nobody where the text is signed by all it needs without this."""
    if step.statement_id is None:
        return None
    statement = statements.get(session, step.statement_id)
    version = statements.current(session, statement)
    level = incidents.get(session, step.incident_id).level
    if approvals.standing(session, statement, version, level).granted:
        return None
    return succession.next_in_line(session, step)
