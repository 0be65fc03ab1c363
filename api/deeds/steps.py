"""What is done with a step: answered by whoever has it, directed by whoever leads."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Because, Line, Moment, Optional, Reason, Request
from api.identity import Caller
from incidents.matter import incidents
from incidents.people.roles import Role
from incidents.record.inbox import Verb
from incidents.response.answers import answering, on_behalf
from incidents.response.answers.on_behalf import Heard
from incidents.response.staffing import directing
from incidents.response.steps import added_steps, steps
from incidents.response.steps.steps import Step
from incidents.rights.permissions import Deed


class Add(Request):
    """Work for a role, or for a person first, until a time."""

    title: Line
    gist: Reason = ""
    role: Annotated[Role | None, Optional] = None
    person_id: Annotated[UUID | None, Optional] = None
    due_at: Moment
    form: Line = "Done"
    mandatory: bool = True
    life_safety: bool = Field(
        default=False, description="People may be in danger while it is undone"
    )


class Complete(Request):
    """The typed answer; its fields are those of the step's form."""

    answer: dict[str, Any] = Field(default_factory=dict)


class Comment(Request):
    """A remark."""

    remark: Reason


class AnswerFor(Request):
    """Who answered what, how it was heard, and where: the number called, the group, the place."""

    person_id: UUID
    verb: Verb
    heard: Heard
    where: Line
    note: Reason = ""


class Reassign(Request):
    """Another person, for a reason."""

    person_id: UUID
    reason: Reason


class Extend(Request):
    """More time, for a reason."""

    due_at: Moment
    reason: Reason


def _of(session: Session, caller: Caller, step_id: UUID, deed: Deed) -> Step:
    step = steps.get(session, step_id)
    caller.require(session, deed, step)
    return step


def add(session: Session, caller: Caller, number: str, asked: Add) -> Step:
    """Ask for something no playbook asks for."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.ADD_STEP, incident)
    wanted = asked.model_dump(exclude={"life_safety"})
    step = added_steps.add(session, incident.id, **wanted, by=caller.actor)
    if asked.life_safety:
        added_steps.saves_lives(session, step, by=caller.actor)
    return step


def cancel(session: Session, caller: Caller, step_id: UUID, asked: Because) -> Step:
    """Take back what was added by hand."""
    _of(session, caller, step_id, Deed.CANCEL_STEP)
    return added_steps.cancel(session, step_id, reason=asked.reason, by=caller.actor)


def see(session: Session, caller: Caller, step_id: UUID) -> Step:
    """The step, for whoever may see its incident."""
    return _of(session, caller, step_id, Deed.SEE_INCIDENT)


def acknowledge(session: Session, caller: Caller, step_id: UUID) -> Step:
    """Take it."""
    _of(session, caller, step_id, Deed.ANSWER)
    return answering.acknowledge(session, step_id, by=caller.actor)


def complete(session: Session, caller: Caller, step_id: UUID, asked: Complete) -> Step:
    """Do it."""
    _of(session, caller, step_id, Deed.ANSWER)
    return answering.complete(session, step_id, asked.answer, by=caller.actor)


def decline(session: Session, caller: Caller, step_id: UUID, asked: Because) -> Step:
    """Ask for somebody else."""
    _of(session, caller, step_id, Deed.ANSWER)
    return answering.decline(session, step_id, reason=asked.reason, by=caller.actor)


def comment(session: Session, caller: Caller, step_id: UUID, asked: Comment) -> Step:
    """Say something about it."""
    _of(session, caller, step_id, Deed.ANSWER)
    return answering.comment(session, step_id, asked.remark, by=caller.actor)


def answer_for(session: Session, caller: Caller, step_id: UUID, asked: AnswerFor) -> Step:
    """Write down what somebody absent answered."""
    _of(session, caller, step_id, Deed.ANSWER_FOR)
    return on_behalf.write_down(session, step_id, **dict(asked), by=caller.actor)


def reassign(session: Session, caller: Caller, step_id: UUID, asked: Reassign) -> Step:
    """Give it to a named person."""
    _of(session, caller, step_id, Deed.DIRECT)
    return directing.reassign(session, step_id, **asked.model_dump(), by=caller.actor)


def extend(session: Session, caller: Caller, step_id: UUID, asked: Extend) -> Step:
    """Give it more time."""
    _of(session, caller, step_id, Deed.DIRECT)
    return directing.extend(session, step_id, **asked.model_dump(), by=caller.actor)


def waive(session: Session, caller: Caller, step_id: UUID, asked: Because) -> Step:
    """Let it go undone."""
    _of(session, caller, step_id, Deed.WAIVE)
    return directing.waive(session, step_id, reason=asked.reason, by=caller.actor)
