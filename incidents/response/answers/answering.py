"""What people answer to a step: taken, done, not me, a remark. Signatures are in ``signing``."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import claims
from incidents.matter import incidents, recusals, taskforces
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import clock, ids, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotPermitted, given
from incidents.record.language import N_
from incidents.record.outbox import OutgoingMessage
from incidents.response.answers import edits, outcomes
from incidents.response.judgement import findings, silences
from incidents.response.staffing import recusing
from incidents.response.steps import (
    forms,
    lapsing,
    own_forms,
    passing,
    promises,
    rhythm,
    steps,
    succession,
)
from incidents.response.steps.answer_facts import StepAnswered, StepTimeAsked
from incidents.response.steps.crisis_forms import (
    CaseReport,
    HazardReport,
    Promises,
    Recusal,
)
from incidents.response.steps.exercise_forms import Approval
from incidents.response.steps.forms import (
    AnswerOrWatch,
    Classification,
    Draft,
    Form,
    HowItStands,
    LegalCheck,
    Verification,
)
from incidents.response.steps.sayings import Answered
from incidents.response.steps.steps import (
    ANSWERABLE,
    LATE,
    Step,
    StepAcknowledged,
    StepCommented,
    StepKind,
    StepState,
)
from incidents.words import approvals, statements
from incidents.words.approvals import ApprovalKind, SignedOff, Verdict

MOST_MINUTES = 7 * 24 * 60
"""Nobody asks for more than a week by one answer."""

_GRANT = (Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY)
"""Who is told that more time is asked for; each of them may grant it."""


def may_answer(session: Session, step: Step, person_id: UUID) -> bool:
    """Whoever it was handed to may answer it, and whoever holds its role in the task force."""
    return str(person_id) in step.holder_ids or any(
        member.person_id == person_id and member.role is step.role
        for member in taskforces.members(session, step.incident_id)
    )


def acknowledge(session: Session, step_id: UUID, *, by: Actor) -> Step:
    """Take a step: reminders and the ladder end with the same commit, the others are told."""
    step = _answerable(session, step_id, by)
    if step.state is StepState.ACKNOWLEDGED:
        raise AlreadySettled(N_("Nhiệm vụ này đã được tiếp nhận."))
    if by.person_id and succession.verifies(step):
        succession.require_free(session, step, by.person_id)
    _take(session, step, by)
    return step


def _take(session: Session, step: Step, by: Actor) -> None:
    step.state, step.acknowledged_at, step.acknowledged_by = (
        StepState.ACKNOWLEDGED,
        clock.now(),
        by.person_id,
    )
    step.assignee_id = by.person_id
    session.add(step)
    passing.quieten(session, step)
    lapsing.arm(session, step)
    timeline.record(
        session, step.incident_id, StepAcknowledged(number=step.number, key=step.key), by=by
    )
    _tell_others(session, step, by)


def _tell_others(session: Session, step: Step, by: Actor) -> None:
    """Tell those a message about the step has reached that somebody has it now."""
    reached = session.exec(
        select(OutgoingMessage.recipient_id).where(
            OutgoingMessage.step_id == step.id, col(OutgoingMessage.sent_at).is_not(None)
        )
    ).all()
    persons.tell_all(
        session,
        dict.fromkeys(p for p in reached if p and p != by.person_id),
        "step_taken",
        key=f"step_taken:{step.id}:{len(step.holder_ids)}",
        incident_id=step.incident_id,
        step_id=step.id,
        values={"by": str(by.person_id)},
    )


def decline(session: Session, step_id: UUID, *, reason: str, by: Actor) -> Step:
    """Ask for somebody else; the step passes on at once."""
    step = _answerable(session, step_id, by)
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Nêu lý do đề nghị chuyển."), {})})
    if step.assignee_id != by.person_id:
        raise Conflict(N_("Nhiệm vụ này đã chuyển người khác."))
    passing.decline(session, step, reason=reason, by=by)
    return step


def comment(session: Session, step_id: UUID, remark: str, *, by: Actor) -> Step:
    """Add a remark; it changes nothing else."""
    step = steps.get(session, step_id, lock=True)
    _in_live_incident(session, step)
    _permitted(session, step, by)
    if not remark.strip():
        raise Invalid(fields={"remark": (N_("Ghi nội dung."), {})})
    timeline.record(
        session,
        step.incident_id,
        StepCommented(
            number=step.number,
            key=step.key,
            remark=remark.strip()[:4000],
        ),
        by=by,
    )
    return step


def ask_more_time(session: Session, step_id: UUID, *, minutes: int, reason: str, by: Actor) -> Step:
    """Ask whoever leads for more time; nothing moves until one of them grants it."""
    step = _answerable(session, step_id, by)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid(
            fields={"minutes": (N_("Xin thêm từ 1 tới %(most)s phút."), {"most": MOST_MINUTES})}
        )
    reason = given(reason)
    timeline.record(
        session,
        step.incident_id,
        StepTimeAsked(number=step.number, key=step.key, minutes=minutes, reason=reason[:4000]),
        by=by,
    )
    seated = taskforces.members(session, step.incident_id)
    leading = [m.person_id for m in seated if m.role in _GRANT and m.person_id != by.person_id]
    persons.tell_all(
        session,
        leading or recusals.to_alert(session, step.incident_id),
        "more_time_asked",
        key=f"more_time_asked:{step.id}:{ids.new()}",
        incident_id=step.incident_id,
        step_id=step.id,
        values={"by": str(by.person_id), "minutes": minutes, "reason": reason[:500]},
    )
    return step


def complete(session: Session, step_id: UUID, answer: dict[str, Any], *, by: Actor) -> Step:
    """Do a step: its typed answer is checked, takes its effect, and lets the playbook go on.

    A late answer to a step that ran out is recorded and shown; what the run first saw stands.
    """
    step = _answerable(session, step_id, by, or_late=True)
    if step.kind is StepKind.APPROVE:
        raise Conflict(N_("Việc duyệt chỉ làm trên trang trực ban, sau khi đăng nhập."))
    form = forms.check(own_forms.of(step.form, step.form_schema), answer)
    if isinstance(form, LegalCheck | Approval):
        approvals.require_reason(form.verdict, form.comment)
    if step.state is StepState.OPEN:
        _tell_others(session, step, by)
    step.late = step.state in LATE and not step.asked
    take_effect(session, step, form, by)
    conclude(session, step, form, by=by)
    outcomes.keep(session, step, form, by=by)
    return step


def conclude(
    session: Session, step: Step, form: Form, *, given_by: UUID | None = None, by: Actor
) -> None:
    """Write the answer and end the step; ``given_by`` is whose answer another wrote down."""
    step.answer = form.model_dump(mode="json")
    answerer = given_by or by.person_id
    if step.acknowledged_at is None:
        step.acknowledged_at, step.acknowledged_by = clock.now(), answerer
    step.assignee_id = answerer or step.assignee_id
    timeline.record(
        session,
        step.incident_id,
        StepAnswered(number=step.number, key=step.key, late=step.late, answer=Answered.of(form)),
        by=by,
    )
    passing.settle(session, step, StepState.DONE, by=by)


def take_effect(session: Session, step: Step, form: Form, by: Actor) -> None:
    """What a form changes beside its step."""
    effect = _EFFECTS.get(type(form))
    if effect:
        effect(session, step, form, by)


def _classified(session: Session, step: Step, form: Classification, by: Actor) -> None:
    claims.state(
        session,
        step.incident_id,
        form.claims.splitlines(),
        nature=form.nature,
        content_type=form.content_type,
        subject=form.subject,
        by=by,
    )


def _weighed(session: Session, step: Step, form: AnswerOrWatch, by: Actor) -> None:
    incident = incidents.get(session, step.incident_id, lock=True)
    silences.answered(session, incident, form, by=by)


def _drafted(session: Session, step: Step, form: Draft, by: Actor) -> None:
    statement = statements.get(session, _statement(step), lock=True)
    before = statements.current(session, statement)
    approvals.void(session, statement, before, by=by)
    statements.add_version(session, statement, title=form.title, text=form.text, by=by)


def _checked(session: Session, step: Step, form: LegalCheck, by: Actor) -> None:
    statement = statements.get(session, _statement(step), lock=True)
    version = statements.current(session, statement)
    person_id = by.somebody()
    approvals.give(
        session,
        version,
        form.verdict,
        kind=ApprovalKind.LEGAL_CHECK,
        person_id=person_id,
        role=step.role,
        by=by,
    )
    timeline.record(
        session,
        step.incident_id,
        SignedOff(
            statement=statement.kind,
            version=version.number,
            sha256=version.sha256,
            kind=ApprovalKind.LEGAL_CHECK,
            verdict=form.verdict,
            role=step.role,
            authorisation="",
            comment=form.comment,
        ),
        by=by,
    )
    if form.verdict is Verdict.REFUSED:
        edits.refused(session, statement, version, reason=form.comment, by=by)


def _looked(session: Session, step: Step, _form: HowItStands, _by: Actor) -> None:
    rhythm.looked(session, incidents.get(session, step.incident_id, lock=True))


def _stepped_back(session: Session, step: Step, form: Recusal, by: Actor) -> None:
    recusing.step_back(session, step.incident_id, form, by=by)


def _promised(session: Session, step: Step, form: Promises, by: Actor) -> None:
    promises.follow(session, step.incident_id, form, by=by)


def _statement(step: Step) -> UUID:
    if step.statement_id is None:
        raise Conflict(N_("Nhiệm vụ này không gắn với văn bản phát ngôn nào."))
    return step.statement_id


_EFFECTS: dict[type[Form], Callable[..., None]] = {
    AnswerOrWatch: _weighed,
    Classification: _classified,
    Verification: findings.answered,
    HazardReport: findings.answered,
    CaseReport: findings.answered,
    Draft: _drafted,
    LegalCheck: _checked,
    HowItStands: _looked,
    Promises: _promised,
    Recusal: _stepped_back,
}


def _answerable(session: Session, step_id: UUID, by: Actor, *, or_late: bool = False) -> Step:
    step = steps.get(session, step_id, lock=True)
    _in_live_incident(session, step)
    _permitted(session, step, by)
    if step.state is StepState.PLANNED:
        raise Conflict(N_("Nhiệm vụ này chưa mở."))
    if step.state not in (*ANSWERABLE, *(LATE if or_late else ())):
        raise AlreadySettled(N_("Nhiệm vụ này đã kết thúc: %(state)s."), state=step.state)
    return step


def _in_live_incident(session: Session, step: Step) -> None:
    incident = incidents.get(session, step.incident_id)
    if not incident.live:
        raise Conflict(
            N_("Vụ việc %(number)s đang ở trạng thái «%(status)s»; không ghi nhận câu trả lời."),
            number=incident.number,
            status=incident.status,
        )


def _permitted(session: Session, step: Step, by: Actor) -> None:
    if by.person_id is None or not may_answer(session, step, by.person_id):
        raise NotPermitted(N_("Nhiệm vụ này không giao cho đồng chí."))
    if succession.judges(step):
        recusals.require_free(session, step.incident_id, by.person_id)
    if succession.hears_objections(step):
        succession.require_free(session, step, by.person_id)
