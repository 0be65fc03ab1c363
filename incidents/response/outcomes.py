"""What a completed step leaves in the office's logs, in the transaction that completes it."""

from sqlmodel import Session

from incidents.record.actors import Actor
from incidents.record.language import N_, Labelled, Language, speech
from incidents.response import decisions, steps
from incidents.response.decisions import Words
from incidents.response.forms import Form
from incidents.response.steps import Step, StepKind

_REASONS = ("reason", "ground", "explanation", "comment", "note")
_ASIDE = ("options", "dissent")


def keep(session: Session, step: Step, form: Form, *, by: Actor) -> None:
    """A decision goes into the decision log, whichever form it was given in."""
    if step.kind is StepKind.DECIDE:
        _decided(session, step, form, by)


def _decided(session: Session, step: Step, form: Form, by: Actor) -> None:
    say, before = speech(Language.VI), decisions.of_step(session, step.id)
    reason = next((name for name in _REASONS if getattr(form, name, "")), "")
    said, why = _chosen(form, but=(reason, *_ASIDE)), getattr(form, reason, "")
    words = Words(
        question=steps.title(session, step, Language.VI)[: decisions.LINE],
        chosen=said or why or say.text(N_("đã quyết, không ghi lời")),
        reason=(why if said else "") or say.text(N_("không nêu")),
        options=getattr(form, "options", "") or _offered(form),
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


def _chosen(form: Form, *, but: tuple[str, ...]) -> str:
    """What was answered beside its reasons, by label and value; empty answers are left out."""
    say = speech(Language.VI)
    said = [
        f"{say.text(info.title or name)}: {say.value(value)}"
        for name, info in type(form).model_fields.items()
        if name not in but and (value := getattr(form, name)) not in (None, "")
    ]
    return "; ".join(said)


def _offered(form: Form) -> str:
    """Where the form has a closed choice, what else could have been chosen."""
    say = speech(Language.VI)
    offered = [
        f"{say.text(info.title or name)}: {', '.join(say.value(each) for each in type(value))}"
        for name, info in type(form).model_fields.items()
        if isinstance(value := getattr(form, name), Labelled)
    ]
    return "; ".join(offered)
