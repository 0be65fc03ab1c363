"""What a link in a message lets one person see and do, without signing in.

Looking changes nothing. Every deed asks for the two-digit number that stands in the message only,
and counts once: the second time it is already recorded, which is an answer and no error.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from incidents.intake import signals
from incidents.intake.evidence import Evidence
from incidents.intake.signals import Signal
from incidents.matter import incidents, recusals, ties
from incidents.people import persons
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, database, links, settings, timeline
from incidents.record.actors import Actor, Via
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound
from incidents.record.language import N_, Labelled, Language
from incidents.record.links import AnswerLink
from incidents.response.answers import answering, edits
from incidents.response.answers.edits import Edit
from incidents.response.steps import own_forms, steps
from incidents.response.steps.forms import Form
from incidents.response.steps.steps import (
    ANSWERABLE,
    LATE,
    Step,
    StepCommented,
    StepKind,
    StepState,
)
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import publications, statements
from notifications import matter_seen
from notifications.matter_seen import Matter


class LinkDeed(Labelled):
    """What a link can do; signing, publishing and closing are not among it."""

    ACKNOWLEDGE = "acknowledge", N_("Xác nhận đã nhận việc")
    COMPLETE = "complete", N_("Báo hoàn thành")
    DECLINE = "decline", N_("Đề nghị chuyển người khác")
    COMMENT = "comment", N_("Ghi ý kiến")


class Recorded(Labelled):
    """What became of a deed."""

    NOW = "now", N_("Đã ghi nhận.")
    ALREADY = "already", N_("Đã được ghi nhận từ trước.")


@dataclass(frozen=True)
class Words:
    """The statement a step is about, exactly as it stands now."""

    title: str
    text: str
    version: int
    sha256: str
    edit: Edit | None = None
    """How an edit stands that was begun after these words went out."""


@dataclass(frozen=True)
class AnswerView:
    """One step, or one flag, as the person a link was issued to may see it."""

    person: str
    language: Language
    deeds: tuple[LinkDeed, ...]
    state: Labelled
    tries_left: int
    about: str
    title: str
    gist: str = ""
    incident_title: str = ""
    exercise: bool = False
    number: int | None = None
    code: str = ""
    role: Role | None = None
    due_at: datetime | None = None
    acknowledge_by: datetime | None = None
    asked: bool = False
    """A request to a body that is asked: nothing of it is ever late."""
    taken_by: str | None = None
    taken_at: datetime | None = None
    form: type[Form] | None = None
    words: Words | None = None
    matter: Matter | None = None
    """What is to be verified or sorted, while the step waits for it."""
    sign_in_at: str | None = None
    moved_to: str | None = None
    """The number of the incident its own was merged into."""


@dataclass(frozen=True)
class Answered:
    """The outcome of a deed, with what the link shows afterwards."""

    recorded: Recorded
    view: AnswerView


LINKS_OUTLIVE = timedelta(days=7)
"""How long after the end of its incident the link to a step still shows what became of it."""


def _live(session: Session, token: str) -> AnswerLink:
    """The link, unless it is dead: the matter of a step may have ended, or concern its person."""
    link = links.find(session, token)
    if link.step_id is None:
        return link
    step = steps.get(session, link.step_id)
    # Open work was taken from whom the matter concerns, so for whoever has it nothing is asked.
    if step.settled or str(link.person_id) not in step.holder_ids:
        recusals.require_unnamed(session, step.incident_id, link.person_id)
    incident = incidents.get(session, step.incident_id)
    if incident.ended_at and not incident.live and clock.now() > incident.ended_at + LINKS_OUTLIVE:
        raise NotFound(
            N_(
                "Vụ việc đã kết thúc lúc %(ended)s nên liên kết này không còn dùng được. "
                "Cần xem lại thì đăng nhập hoặc gọi cán bộ trực."
            ),
            ended=incident.ended_at,
        )
    return link


def view(session: Session, token: str) -> AnswerView:
    """What a link shows; ``NotFound`` for an altered, revoked or expired one."""
    link = _live(session, token)
    person = persons.get(session, link.person_id)
    if link.step_id:
        return _of_step(session, link, person, steps.get(session, link.step_id))
    return _of_signal(session, link, person, signals.get(session, _signal(link)))


def act(
    token: str,
    *,
    deed: LinkDeed,
    number: str,
    answer: dict[str, Any] | None = None,
    reason: str = "",
) -> Answered:
    """Do a deed by link; ``reason`` is also the remark of a comment.

    A wrong number costs one of five tries even though the deed is refused (``Invalid``).
    """
    right, recorded = False, Recorded.NOW
    try:
        with database.transaction() as session:
            link = _live(session, token)
            session.refresh(link, with_for_update=True)
            right = links.spend_try(session, link, number)
            if right:
                recorded = _do(session, link, deed, answer or {}, reason)
    except AlreadySettled:
        with database.reading() as session:
            link = links.find(session, token)
            if not _was_theirs(session, link, deed):
                raise
        recorded = Recorded.ALREADY
    if not right:
        raise links.wrong_number(link)
    with database.reading() as session:
        return Answered(recorded, view(session, token))


def file(token: str, evidence_id: UUID, *, number: str) -> Evidence:
    """A file that was kept of what is to be verified; a wrong number costs one of five tries."""
    with database.transaction() as session:
        link = _live(session, token)
        session.refresh(link, with_for_update=True)
        right = links.spend_try(session, link, number)
        if right:
            if link.step_id is None:
                raise NotFound(N_("Không tìm thấy tư liệu này."))
            step = steps.get(session, link.step_id)
            permissions.require(session, persons.get(session, link.person_id), Deed.ANSWER, step)
            incident = incidents.get(session, step.incident_id)
            return matter_seen.file(session, incident, step, evidence_id)
    raise links.wrong_number(link)


def _do(
    session: Session, link: AnswerLink, deed: LinkDeed, answer: dict[str, Any], reason: str
) -> Recorded:
    person = persons.get(session, link.person_id)
    by = Actor(person.id, Via.LINK)
    if link.step_id is None:
        signal = signals.get(session, _signal(link), lock=True)
        permissions.require(session, person, Deed.TRIAGE, signal)
        if deed is not LinkDeed.ACKNOWLEDGE:
            raise Conflict(N_("Qua liên kết chỉ tiếp nhận được tin báo; việc khác cần đăng nhập."))
        signals.acknowledge(session, signal.id, by=by)
        return Recorded.NOW
    step = steps.get(session, link.step_id, lock=True)
    permissions.require(session, person, Deed.ANSWER, step)
    match deed:
        case LinkDeed.ACKNOWLEDGE:
            answering.acknowledge(session, step.id, by=by)
        case LinkDeed.COMPLETE:
            _not_a_signature(step)
            answering.complete(session, step.id, answer, by=by)
        case LinkDeed.DECLINE:
            if step.state in ANSWERABLE and step.assignee_id != person.id:
                return Recorded.ALREADY  # it has left their hands, by this deed or another
            answering.decline(session, step.id, reason=reason, by=by)
        case LinkDeed.COMMENT:
            return _comment(session, step, reason, by)
    return Recorded.NOW


def _not_a_signature(step: Step) -> None:
    if step.kind is StepKind.APPROVE:
        raise Conflict(N_("Việc duyệt chỉ làm trên trang trực ban, sau khi đăng nhập."))


def _comment(session: Session, step: Step, remark: str, by: Actor) -> Recorded:
    if not remark.strip():
        raise Invalid(fields={"reason": (N_("Ghi nội dung."), {})})
    if any(
        isinstance(fact, StepCommented)
        and (entry.actor_id, fact.number, fact.remark)
        == (by.person_id, step.number, remark.strip())
        for entry, fact in timeline.entries_of(session, step.incident_id)
    ):
        return Recorded.ALREADY  # a button pressed twice is one remark
    answering.comment(session, step.id, remark, by=by)
    return Recorded.NOW


def _was_theirs(session: Session, link: AnswerLink, deed: LinkDeed) -> bool:
    """Whether the person had done this very deed before; else somebody else was first."""
    if link.step_id is None:
        signal = signals.get(session, _signal(link))
        return signal.acknowledged_by == link.person_id
    step = steps.get(session, link.step_id)
    match deed:
        case LinkDeed.ACKNOWLEDGE:
            return step.acknowledged_by == link.person_id
        case LinkDeed.COMPLETE:
            return step.state is StepState.DONE and step.settled_by == link.person_id
        case _:
            return False


def _of_step(session: Session, link: AnswerLink, person: Person, step: Step) -> AnswerView:
    incident = incidents.get(session, step.incident_id)
    deeds = _deeds(step, person) if incident.live else ()
    return AnswerView(
        person=person.name,
        language=person.language,
        deeds=deeds if link.tries_left else (),
        state=step.standing if incident.live else incident.status,
        asked=step.asked,
        tries_left=link.tries_left,
        about=incident.number,
        incident_title=incident.title,
        exercise=incident.exercise,
        title=steps.title(session, step, person.language),
        gist=steps.wording(session, step, person.language, "gist"),
        number=step.number,
        code=step.code,
        role=step.role,
        due_at=step.due_at,
        acknowledge_by=step.acknowledge_by,
        taken_by=_name(session, step.acknowledged_by),
        taken_at=step.acknowledged_at,
        form=own_forms.of(step.form, step.form_schema) if LinkDeed.COMPLETE in deeds else None,
        words=_words(session, step),
        matter=matter_seen.of_step(session, incident, step) if link.tries_left else None,
        sign_in_at=_sign_in_address(incident.number, step),
        moved_to=ties.went_to(session, [incident.id]).get(incident.id),
    )


def _deeds(step: Step, person: Person) -> tuple[LinkDeed, ...]:
    possible: list[LinkDeed] = []
    if step.state is StepState.OPEN:
        possible.append(LinkDeed.ACKNOWLEDGE)
    if step.state in (*ANSWERABLE, *LATE) and step.kind is not StepKind.APPROVE:
        possible.append(LinkDeed.COMPLETE)
    if step.state in ANSWERABLE and step.assignee_id == person.id:
        possible.append(LinkDeed.DECLINE)
    if step.state is not StepState.PLANNED:
        possible.append(LinkDeed.COMMENT)
    return tuple(possible)


def _words(session: Session, step: Step) -> Words | None:
    """The text to write, check or post; a text to be signed is read signed in."""
    if step.statement_id is None or step.kind is StepKind.APPROVE:
        return None
    statement = statements.get(session, step.statement_id)
    of_step = publications.to_post if step.kind is StepKind.PUBLISH else statements.current
    version = of_step(session, statement)
    edit = edits.of(session, step)
    return Words(version.title, version.text, version.number, version.sha256, edit)


def _sign_in_address(number: str, step: Step) -> str | None:
    """Where a signature is given, signed in: at the words, or in the room where there are none."""
    if step.kind is not StepKind.APPROVE:
        return None
    path = f"phat-ngon/{step.statement_id}" if step.statement_id else f"vu-viec/{number}"
    return f"{settings.current().address}/{path}"


def _of_signal(session: Session, link: AnswerLink, person: Person, signal: Signal) -> AnswerView:
    open_ = signal.acknowledged_at is None and link.tries_left > 0
    return AnswerView(
        person=person.name,
        language=person.language,
        deeds=(LinkDeed.ACKNOWLEDGE,) if open_ else (),
        state=signal.state,
        tries_left=link.tries_left,
        about=signal.code,
        exercise=signal.exercise,
        title=signal.code,
        code=signal.code,
        acknowledge_by=signal.acknowledge_by,
        taken_by=_name(session, signal.acknowledged_by),
        taken_at=signal.acknowledged_at,
        sign_in_at=f"{settings.current().address}/tin-bao/{signal.code}",
    )


def _name(session: Session, person_id: UUID | None) -> str | None:
    return persons.get(session, person_id).name if person_id else None


def _signal(link: AnswerLink) -> UUID:
    if link.signal_id is None:
        raise ValueError("a link is about a step or a flag")
    return link.signal_id
