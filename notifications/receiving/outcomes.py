"""What becomes of an answer, in sentences: done, kept as a remark, or refused and why."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlmodel import Session

from incidents.intake import signals
from incidents.people import persons
from incidents.record import settings
from incidents.record.actors import Via
from incidents.record.errors import AlreadySettled, Invalid, Refusal
from incidents.record.inbox import Verb
from incidents.record.language import N_, Speech
from incidents.record.language.sentences import Told
from incidents.record.links import AnswerLink
from incidents.response.steps import own_forms, sayings, steps
from incidents.response.steps.forms import Form
from incidents.response.steps.steps import Step, StepKind, StepState
from notifications import doing
from notifications.doing import Recorded
from notifications.receiving.verbs import Said

HOW = N_(
    "Muốn nhận việc thì trả lời NHẬN; đã làm xong thì XONG và ghi chú; không nhận thì KHÔNG NHẬN "
    "và lý do; cần thêm thời gian thì XIN THÊM, số phút và lý do."
)
_DONE = {
    Verb.ACKNOWLEDGE: N_("Đã ghi nhận: đồng chí nhận việc %(number)s."),
    Verb.COMPLETE: N_("Đã ghi nhận: việc %(number)s đã xong."),
    Verb.DECLINE: N_("Đã ghi nhận: đồng chí không nhận việc %(number)s; việc được chuyển tiếp."),
    Verb.MORE_TIME: N_(
        "Đã báo người chỉ huy: đồng chí xin thêm %(minutes)s phút cho việc %(number)s. "
        "Hạn cũ còn nguyên cho tới khi được gia hạn."
    ),
    Verb.COMMENT: N_("Đã ghi ý kiến của đồng chí vào việc %(number)s."),
}
_UNCLEAR = N_(
    "Chưa rõ đồng chí nhận hay không: đã ghi lời đồng chí thành ý kiến ở việc %(number)s, "
    "trạng thái của việc không đổi."
)
_EMPTY = N_("Tin không có chữ nào ngoài phần trích dẫn.")
_MINUTES = N_("Ghi rõ số phút xin thêm, ví dụ: XIN THÊM 30 chờ số liệu.")
_ASKED = N_("Việc này trả lời bằng mẫu, cần điền: %(fields)s. Hãy mở liên kết trong tin giao việc.")
_SIGN = N_("Việc duyệt chỉ làm sau khi đăng nhập, tại %(address)s.")


class Done(NamedTuple):
    """What was done in the end, and how that is told."""

    verb: Verb
    told: list[Told]


def of(session: Session, link: AnswerLink, said: Said, *, via: Via) -> Done:
    """Do it; an unclear answer becomes a remark, and its author is told how to say it."""
    if link.step_id is None:
        return _of_flag(session, link, said, via)
    step = steps.get(session, link.step_id, lock=True)
    if not said.clear and not said.note:
        raise Invalid(_EMPTY)
    verb = said.verb
    if verb is Verb.SIGN and step.kind is not StepKind.APPROVE:
        verb, said = Verb.COMMENT, Said(Verb.COMMENT, said.note, clear=False)
    if verb is Verb.MORE_TIME and said.minutes is None:
        raise Invalid(_MINUTES)
    if verb is Verb.WHO:
        doing.do(session, link, verb, via=via)
        return Done(verb, [_holder(session, step)])
    told: list[Told] = []
    if said.takes and step.state is StepState.OPEN:
        doing.do(session, link, Verb.ACKNOWLEDGE, via=via)
        told.append(Told.of(_DONE[Verb.ACKNOWLEDGE], number=step.number))
    recorded = doing.do(
        session,
        link,
        verb,
        via=via,
        answer=_filled(step, said.note) if verb is Verb.COMPLETE else {},
        note=said.note,
        minutes=said.minutes or 0,
    )
    return Done(verb, [*told, *_sentences(session, link, step, said, recorded, via)])


def _sentences(
    session: Session, link: AnswerLink, step: Step, said: Said, recorded: Recorded, via: Via
) -> list[Told]:
    if recorded is Recorded.ALREADY:
        return [Told.of(Recorded.ALREADY.label)]
    if not said.clear:
        return [Told.of(_UNCLEAR, number=step.number), Told.of(HOW)]
    told = [Told.of(_DONE[said.verb], number=step.number, minutes=said.minutes)]
    if said.verb is Verb.ACKNOWLEDGE and said.note:
        doing.do(session, link, Verb.COMMENT, via=via, note=said.note)
        told.append(Told.of(_DONE[Verb.COMMENT], number=step.number))
    return told


def _of_flag(session: Session, link: AnswerLink, said: Said, via: Via) -> Done:
    signal = signals.get(session, doing.flag_of(link))
    if said.verb is Verb.WHO and signal.acknowledged_by:
        name = persons.get(session, signal.acknowledged_by).name
        taken = N_("Tin báo %(code)s do %(name)s tiếp nhận lúc %(at)s.")
        at = signal.acknowledged_at
        return Done(said.verb, [Told.of(taken, code=signal.code, name=name, at=at)])
    doing.do(session, link, said.verb, via=via)
    taken = N_("Đã ghi nhận: đồng chí tiếp nhận tin báo %(code)s.")
    return Done(said.verb, [Told.of(taken, code=signal.code)])


def _holder(session: Session, step: Step) -> Told:
    if step.settled:
        return Told.of(
            N_("Việc %(number)s đã kết thúc: %(state)s."), number=step.number, state=step.state
        )
    holder = persons.get(session, step.assignee_id).name if step.assignee_id else None
    if holder is None:
        return Told.of(N_("Việc %(number)s chưa có ai giữ."), number=step.number)
    if step.acknowledged_at:
        return Told.of(
            N_("Việc %(number)s do %(name)s giữ, nhận lúc %(at)s."),
            number=step.number,
            name=holder,
            at=step.acknowledged_at,
        )
    return Told.of(
        N_("Việc %(number)s đang chờ %(name)s xác nhận."), number=step.number, name=holder
    )


def _form(step: Step) -> type[Form]:
    return own_forms.of(step.form, step.form_schema)


def _filled(step: Step, note: str) -> dict[str, Any]:
    """The note goes into the form's field for one; what else it asks cannot come by mail."""
    return {"note": note} if note and "note" in _form(step).model_fields else {}


def refused(session: Session, link: AnswerLink | None, said: Said, no: Refusal) -> list[Told]:
    """Why nothing was done, and what to do instead."""
    step = steps.get(session, link.step_id) if link and link.step_id else None
    if step and step.kind is StepKind.APPROVE and said.verb in (Verb.COMPLETE, Verb.SIGN):
        return [Told.of(_SIGN, address=_where_to_sign(step))]
    if isinstance(no, Invalid) and no.fields:
        if step and said.verb is Verb.COMPLETE:
            return [Told.of(_ASKED, fields=_labels(step, no))]
        return [Told.of(sentence, **values) for sentence, values in no.fields.values()]
    told = [Told.of(no.message, **no.values)]
    if isinstance(no, AlreadySettled) and step and not step.settled:
        told.append(_holder(session, step))
    if isinstance(no, Invalid):
        told.append(Told.of(HOW))
    return told


def _where_to_sign(step: Step) -> str:
    path = f"phat-ngon/{step.statement_id}" if step.statement_id else f"nhiem-vu/{step.id}"
    return f"{settings.current().address}/{path}"


def _labels(step: Step, no: Invalid) -> Any:
    """The fields that are missing, as their labels read in either language."""
    form = _form(step)
    return [_Label(form, name) for name in no.fields]


@dataclass(frozen=True)
class _Label:
    form: type[Form]
    name: str

    def said(self, say: Speech) -> str:
        """What the field is called."""
        return sayings.label(self.form, self.name.partition(".")[0], say)
