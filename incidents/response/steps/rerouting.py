"""Open work taken out of somebody's hands and given on: their links to it end at once."""

from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.roles import Role
from incidents.record import links
from incidents.record.actors import Actor
from incidents.response.steps import passing, succession
from incidents.response.steps.steps import UNSETTLED, Cause, Step, StepState


def held_in(session: Session, incident_id: UUID, role: Role, person_id: UUID) -> list[Step]:
    """The open steps of an incident a person has in a role, locked."""
    return list(
        session.exec(
            select(Step)
            .where(Step.incident_id == incident_id, Step.assignee_id == person_id)
            .where(Step.role == role, col(Step.state).in_(UNSETTLED))
            .where(col(Step.state) != StepState.PLANNED)
            .order_by(col(Step.number))
            .with_for_update()
        )
    )


def pass_on(
    session: Session,
    held: list[Step],
    outgoing: UUID,
    incoming: UUID | None,
    *,
    cause: Cause,
    reason: str,
    by: Actor,
) -> None:
    """Move open steps to somebody, or to whoever is next in line; the old links end.

    A signature the incoming may not give goes to the next who may, before it goes back.
    """
    for step in held:
        heir = incoming
        if heir and not succession.may_take(session, step, heir):
            heir = succession.next_in_line(session, step)
        take_from(session, step, outgoing)
        give_on(session, step, heir, cause=cause, reason=reason, by=by)


def take_from(session: Session, step: Step, person_id: UUID) -> None:
    """A person has nothing more to do with an open step: they cannot answer it, by no link."""
    links.revoke(session, step_id=step.id, person_id=person_id)
    step.holder_ids = [h for h in step.holder_ids if h != str(person_id)]
    session.add(step)


def give_on(
    session: Session,
    step: Step,
    incoming: UUID | None,
    *,
    cause: Cause,
    by: Actor,
    reason: str = "",
) -> None:
    """Give an open step to a person, or else to the next in line, with the whole ladder again."""
    heir = incoming or succession.next_in_line(session, step) or passing.vacant(session, step)
    if heir is None:
        step.assignee_id = None
        session.add(step)
        return
    passing.move(session, step, heir, cause=cause, by=by, reason=reason)
    passing.restart_ladder(session, step)
