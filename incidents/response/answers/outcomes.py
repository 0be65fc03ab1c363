"""What a completed step leaves in the office's logs, in the transaction that completes it."""

from sqlmodel import Session, col, select

from incidents.matter import incidents
from incidents.record.actors import Actor
from incidents.record.errors import Invalid
from incidents.response.judgement import decisions
from incidents.response.judgement.decisions import Words
from incidents.response.learning import lessons
from incidents.response.learning.lessons import Learnt, Lesson, LessonState
from incidents.response.steps import owned_lines
from incidents.response.steps.exercise_forms import Lessons
from incidents.response.steps.forms import Conclusion, Form
from incidents.response.steps.sayings import Answered, Offered, Remark, StepTitle, Stock
from incidents.response.steps.steps import Step, StepKind

_REASONS = ("reason", "ground", "explanation", "comment", "note")
_ASIDE = ("options", "dissent")
_NOTHING = frozenset({"", "không", "không có", "chưa có", "-", "–", "none"})


def keep(session: Session, step: Step, form: Form, *, by: Actor) -> None:
    """A decision goes into the log whichever form it was given in, lessons among the lessons."""
    if step.kind is StepKind.DECIDE:
        _decided(session, step, form, by)
    if isinstance(form, Lessons):
        taught = [
            Learnt(each.work, happened=form.summary, owner_name=each.owner, due_on=each.due)
            for each in owned_lines.read(form.lessons)
        ]
        _learn(session, step, taught, by)
    elif isinstance(form, Conclusion):
        _learn(session, step, _concluded(form), by)


def _concluded(form: Conclusion) -> list[Learnt]:
    """One lesson a line, with an owner and a day where the line says them."""
    taught: list[Learnt] = []
    for line in form.lessons.splitlines():
        if line.strip().casefold().rstrip(".") in _NOTHING:
            continue
        owned = owned_lines.read_line(line)
        taught.append(
            Learnt(owned.work, happened=form.summary, owner_name=owned.owner, due_on=owned.due)
            if owned
            else Learnt(line.strip(), happened=form.summary)
        )
    return taught


def _learn(session: Session, step: Step, taught: list[Learnt], by: Actor) -> None:
    """Write them down; lessons an earlier step wrote and nobody has acted on are written anew."""
    if any(each.due_on and each.due_on < incidents.today() for each in taught):
        raise Invalid(fields={"lessons": (lessons.PAST, {})})
    for earlier in session.exec(
        select(Lesson)
        .join(Step, col(Step.id) == Lesson.step_id)
        .where(Lesson.incident_id == step.incident_id, Step.form == step.form)
        .where(Lesson.state == LessonState.OPEN, col(Lesson.step_id) != step.id)
    ).all():
        lessons.write_anew(session, earlier.id, by=by)
    for learnt in taught:
        lessons.learn(session, step.incident_id, learnt, step_id=step.id, by=by)


def _decided(session: Session, step: Step, form: Form, by: Actor) -> None:
    before = decisions.of_step(session, step.id)
    reason = next((name for name in _REASONS if getattr(form, name, "")), "")
    # What was answered beside its reasons; where there is nothing else, the reason is the answer.
    said, why = Answered.of(form, but=(reason, *_ASIDE)), getattr(form, reason, "")
    chosen = said if said.values else why
    offered = Offered.by(form)
    words = Words(
        question=StepTitle(step.key),
        chosen=chosen or Remark(Stock.DECIDED),
        reason=(why if said.values else "") or Remark(Stock.NO_REASON),
        options=getattr(form, "options", "") or (offered if offered.names else ""),
        dissent=getattr(form, "dissent", ""),
    )
    decisions.take(
        session,
        step.incident_id,
        words,
        by=by,
        replaces=before.id if before else None,
        step_id=step.id,
    )
