"""Steps over REST: answered and directed."""

from uuid import UUID

from sqlmodel import Session

from api.deeds import steps as deeds
from api.deeds.steps import AnswerFor, Comment, Complete, Extend, Reassign
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.identity import Caller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, StepOut
from incidents.response.steps import steps
from incidents.response.steps.steps import Step
from incidents.rights.permissions import Deed

router = deeds_under("/steps", "steps")


def _shown(session: Session, caller: Caller, step: Step) -> StepOut:
    language = caller.person.language
    return StepOut.of(step, steps.title(session, step, language), language)


@router.get("", summary="What waits for me")
def mine(session: Db, caller: RestCaller) -> Page[StepOut]:
    """The nearest due time first."""
    caller.require(session, Deed.SEE_DESK)
    waiting = steps.mine(session, caller.person.id)
    return Page(items=[_shown(session, caller, step) for step in waiting])


@router.get("/{step_id}", summary="One step")
def one(session: Db, caller: RestCaller, step_id: UUID) -> StepOut:
    """With the form its answer must have."""
    return _shown(session, caller, deeds.see(session, caller, step_id))


@router.post("/{step_id}/acknowledge", summary="Take a step")
def acknowledge(session: Db, caller: RestCaller, step_id: UUID) -> StepOut:
    """Reminders end with the same commit."""
    return _shown(session, caller, deeds.acknowledge(session, caller, step_id))


@router.post("/{step_id}/complete", summary="Do a step")
def complete(session: Db, caller: RestCaller, step_id: UUID, asked: Complete) -> StepOut:
    """``answer`` has the shape of the step's ``form_schema``."""
    return _shown(session, caller, deeds.complete(session, caller, step_id, asked))


@router.post("/{step_id}/decline", summary="Ask for somebody else")
def decline(session: Db, caller: RestCaller, step_id: UUID, asked: Because) -> StepOut:
    """It passes on at once."""
    return _shown(session, caller, deeds.decline(session, caller, step_id, asked))


@router.post("/{step_id}/comment", summary="Remark on a step")
def comment(session: Db, caller: RestCaller, step_id: UUID, asked: Comment) -> StepOut:
    """Changes nothing else."""
    return _shown(session, caller, deeds.comment(session, caller, step_id, asked))


@router.post("/{step_id}/answer-for", summary="Write down what somebody absent answered")
def answer_for(session: Db, caller: RestCaller, step_id: UUID, asked: AnswerFor) -> StepOut:
    """It counts as theirs, says who wrote it down, and is told to them."""
    return _shown(session, caller, deeds.answer_for(session, caller, step_id, asked))


@router.post("/{step_id}/reassign", summary="Give a step to somebody")
def reassign(session: Db, caller: RestCaller, step_id: UUID, asked: Reassign) -> StepOut:
    """For a signature, only to whoever may sign."""
    return _shown(session, caller, deeds.reassign(session, caller, step_id, asked))


@router.post("/{step_id}/extend", summary="Give a step more time")
def extend(session: Db, caller: RestCaller, step_id: UUID, asked: Extend) -> StepOut:
    """Later than its due time now."""
    return _shown(session, caller, deeds.extend(session, caller, step_id, asked))


@router.post("/{step_id}/waive", summary="Let a step go undone")
def waive(session: Db, caller: RestCaller, step_id: UUID, asked: Because) -> StepOut:
    """Whoever waives it answers for the reason."""
    return _shown(session, caller, deeds.waive(session, caller, step_id, asked))


@router.post("/{step_id}/cancel", summary="Take back a step added by hand")
def cancel(session: Db, caller: RestCaller, step_id: UUID, asked: Because) -> StepOut:
    """By whoever added it, or whoever may waive."""
    return _shown(session, caller, deeds.cancel(session, caller, step_id, asked))
