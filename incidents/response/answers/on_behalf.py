"""What an absent person answered by telephone or in a group, written down by whoever heard it.

It counts as their answer, says that another wrote it down and who, and is told to them, so that a
wrong one is noticed. Nobody signs so: approval by telephone has its own rules (``telephone``).
"""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import recusals
from incidents.people import persons
from incidents.record import ids, timeline
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, Invalid, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.inbox import Verb
from incidents.record.language import N_, Labelled
from incidents.response.answers import answering
from incidents.response.steps import own_forms, steps
from incidents.response.steps.steps import Step, StepKind


class Heard(Labelled):
    """How the answer was heard."""

    TELEPHONE = "telephone", N_("qua điện thoại")
    GROUP = "group", N_("trong nhóm chat")
    IN_PERSON = "in_person", N_("trực tiếp")


@dataclass(frozen=True)
class AnswerWrittenDown(Fact):
    """Somebody wrote down what an absent person answered."""

    number: int
    key: str
    person: Private
    heard: Heard
    where: Private
    says: ClassVar[str] = N_(
        "Ghi thay câu trả lời của %(person)s cho việc %(number)s, nghe %(heard)s: %(where)s"
    )


VERBS = (Verb.ACKNOWLEDGE, Verb.COMPLETE, Verb.DECLINE, Verb.COMMENT)
"""What can be written down for another."""


def write_down(
    session: Session,
    step_id: UUID,
    verb: Verb,
    *,
    person_id: UUID,
    heard: Heard,
    where: str,
    note: str = "",
    by: Actor,
) -> Step:
    """Do what the person said; ``where`` is the number called or the group it was written in.

    ``Invalid`` where the step asks for more than a note, since nobody reads a form out.
    """
    step = steps.get(session, step_id, lock=True)
    person = persons.active(session, person_id)
    _require(step, verb, person_id, where, by)
    recusals.require_free(session, step.incident_id, by.somebody())
    timeline.record(
        session,
        step.incident_id,
        AnswerWrittenDown(step.number, step.key, person.name, heard, where.strip()[:200]),
        by=by,
    )
    given = Actor(person.id, Via.PROXY)
    _do(session, step, verb, note, given)
    persons.tell(
        session,
        person.id,
        "answered_for",
        key=f"answered_for:{step.id}:{ids.new()}",
        incident_id=step.incident_id,
        step_id=step.id,
        values={"by": str(by.somebody()), "verb": verb.value, "heard": heard.value},
    )
    return step


def _require(step: Step, verb: Verb, person_id: UUID, where: str, by: Actor) -> None:
    if by.somebody() == person_id:
        raise Conflict(N_("Việc của chính mình thì trả lời trực tiếp, không ghi thay."))
    if verb not in VERBS:
        raise Conflict(N_("Câu trả lời này không ghi thay được."))
    if step.kind is StepKind.APPROVE and verb is Verb.COMPLETE:
        raise Conflict(N_("Ý kiến duyệt qua điện thoại ghi ở trang phát ngôn, có người cùng nghe."))
    if not where.strip():
        wrong: Wrong = {"where": (N_("Ghi số đã gọi, tên nhóm hoặc nơi gặp."), {})}
        raise Invalid(fields=wrong)


def _do(session: Session, step: Step, verb: Verb, note: str, given: Actor) -> None:
    match verb:
        case Verb.ACKNOWLEDGE:
            answering.acknowledge(session, step.id, by=given)
        case Verb.DECLINE:
            answering.decline(session, step.id, reason=note, by=given)
        case Verb.COMPLETE:
            answering.complete(session, step.id, _filled(step, note), by=given)
        case _:
            answering.comment(session, step.id, note, by=given)


def _filled(step: Step, note: str) -> dict[str, Any]:
    form = own_forms.of(step.form, step.form_schema)
    return {"note": note} if note.strip() and "note" in form.model_fields else {}
