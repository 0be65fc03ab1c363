"""A step on its own page, for whoever is signed in: what is asked, and its answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deeds import steps as deeds
from api.deeds.steps import AnswerFor, Comment, Complete, Extend, Reassign
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because, Nothing
from api.identity import Caller
from api.pages import choosing, form_fields, rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.insight import reading
from incidents.matter import incidents, taskforces
from incidents.people import persons, sign_ins
from incidents.record.errors import NotFound
from incidents.record.language import N_, speech
from incidents.response.answers import answering, edits, on_behalf
from incidents.response.answers.on_behalf import Heard
from incidents.response.steps import own_forms, promises, sayings, steps, succession
from incidents.response.steps.sayings import Answered
from incidents.response.steps.steps import ANSWERABLE, LATE, Step, StepKind
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import statements

router = APIRouter(include_in_schema=False, prefix="/nhiem-vu/{step_id}")


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    step_id: UUID,
) -> Response:
    """The step, or again after a refused form."""
    step = deeds.see(session, caller, step_id)
    incident = incidents.get(session, step.incident_id)
    language, form = caller.person.language, own_forms.of(step.form, step.form_schema)
    people = persons.everybody(session, active=False)
    answered_for = permissions.allowed(session, caller.person, Deed.ANSWER_FOR, step)
    return rendering.for_caller(
        request,
        "step.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        step=step,
        incident=incident,
        title=steps.title(session, step, language),
        gist=steps.wording(session, step, language, "gist"),
        may_cancel=permissions.allowed(session, caller.person, Deed.CANCEL_STEP, step),
        asked=form_fields.of(form, speech(language)),
        heading=sayings.heading(form, speech(language)),
        prefilled=_prefilled(session, step),
        edit=edits.of(session, step),
        answer=list(
            Answered(step.form, step.answer or {}, asked=step.form_schema).lines(speech(language))
        ),
        by_name=promises.by_name,
        named={p.id: p for p in people},
        named_by_text={str(p.id): p.name for p in people},
        absent=_absent(session, step, caller) if answered_for else [],
        heard_options=choosing.labels(Heard, speech(language)),
        verb_options=[(v.value, speech(language).value(v)) for v in on_behalf.VERBS],
        taker_options=choosing.people(people, but=succession.kept_out(session, step)),
        fresh=sign_ins.fresh(caller.sign_in),
        may=permissions.deeds(session, caller.person, incident),
        may_answer=answering.may_answer(session, step, caller.person.id),
        answerable=step.state in ANSWERABLE and incident.live,
        completable=step.state in (*ANSWERABLE, *LATE)
        and incident.live
        and step.kind is not StepKind.APPROVE,
        story=[
            line
            for line in reading.story(session, incident.id, language)
            if line.step == step.number
        ],
    )


def _absent(session: Session, step: Step, caller: Caller) -> choosing.Options:
    """Whose answer another may write down, whoever has it now first."""
    seated = taskforces.members(session, step.incident_id)
    found = [step.assignee_id, *(m.person_id for m in seated if m.role is step.role)]
    known = persons.names(session, {each for each in found if each})
    order = dict.fromkeys(each for each in found if each in known and each != caller.person.id)
    return choosing.people(known[each] for each in order if each)


def _prefilled(session: Session, step: Step) -> dict[str, str]:
    """A draft starts from the words of its template."""
    if step.kind is not StepKind.DRAFT or step.statement_id is None:
        return {}
    version = statements.current(session, statements.get(session, step.statement_id))
    return {"title": version.title, "text": version.text}


@router.get("")
def one(request: Request, session: Db, caller: Reader, step_id: UUID) -> Response:
    """One step."""
    return shown(request, session, caller, step_id=step_id)


def _take(session: Session, caller: Caller, step_id: UUID, _asked: Nothing) -> Step:
    return deeds.acknowledge(session, caller, step_id)


_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
    "tiep-nhan": (Nothing, _take),
    "de-nghi-chuyen": (Because, deeds.decline),
    "trao-doi": (Comment, deeds.comment),
    "ghi-thay": (AnswerFor, deeds.answer_for),
    "phan-cong-lai": (Reassign, deeds.reassign),
    "gia-han": (Extend, deeds.extend),
    "mien": (Because, deeds.waive),
    "huy": (Because, deeds.cancel),
}


@router.post("/hoan-thanh", dependencies=[again(shown)])
def complete(session: Db, caller: FormCaller, form: Fields, step_id: UUID) -> Response:
    """The typed answer."""
    step = deeds.see(session, caller, step_id)
    asked = Complete(answer=form_fields.read(own_forms.of(step.form, step.form_schema), form))
    deeds.complete(session, caller, step_id, asked)
    number = incidents.get(session, step.incident_id).number
    return rendering.back(f"/vu-viec/{number}", "hoan-thanh", "viec")


@router.post("/{deed}", dependencies=[again(shown)])
def act(session: Db, caller: FormCaller, form: Fields, step_id: UUID, deed: str) -> Response:
    """Take, decline, remark, reassign, extend or waive."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    carry_out(session, caller, step_id, filled(shape, _asked(form)))
    onward = str(form.get("ve", ""))
    inside = onward.startswith("/vu-viec/")
    return rendering.back(onward if inside else f"/nhiem-vu/{step_id}", deed)


def _asked(form: FormData) -> FormData:
    """Without the page one came from."""
    return FormData([(k, v) for k, v in form.multi_items() if k != "ve"])
