"""What a link in a message lets one person see and do, without signing in.

Looking changes nothing. Every deed asks for the two-digit number that stands in the message only,
and counts once: the second time it is already recorded, which is an answer and no error.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from incidents.intake import signals
from incidents.intake.evidence import Evidence
from incidents.intake.signals import Signal
from incidents.matter import incidents, ties
from incidents.people import persons
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database, links, settings
from incidents.record.actors import Via
from incidents.record.errors import AlreadySettled, NotFound
from incidents.record.inbox import Verb
from incidents.record.language import N_, Labelled, Language
from incidents.record.links import AnswerLink
from incidents.response.answers import edits
from incidents.response.answers.edits import Edit
from incidents.response.steps import own_forms, promises, steps
from incidents.response.steps.forms import Form
from incidents.response.steps.steps import (
    ANSWERABLE,
    LATE,
    Step,
    StepKind,
    StepState,
)
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import publications, statements
from notifications import doing, matter_seen
from notifications.doing import Recorded
from notifications.matter_seen import Matter


class LinkDeed(Labelled):
    """What a link can do; signing, publishing and closing are not among it."""

    ACKNOWLEDGE = "acknowledge", N_("Xác nhận đã nhận việc")
    COMPLETE = "complete", N_("Báo hoàn thành")
    DECLINE = "decline", N_("Đề nghị chuyển người khác")
    COMMENT = "comment", N_("Ghi ý kiến")


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


def view(session: Session, token: str) -> AnswerView:
    """What a link shows; ``NotFound`` for an altered, revoked or expired one."""
    link = doing.live(session, links.find(session, token))
    person = persons.get(session, link.person_id)
    if link.step_id:
        return _of_step(session, link, person, steps.get(session, link.step_id))
    return _of_signal(session, link, person, signals.get(session, doing.flag_of(link)))


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
            link = doing.live(session, links.find(session, token))
            session.refresh(link, with_for_update=True)
            right = links.spend_try(session, link, number)
            if right:
                recorded = doing.do(
                    session, link, Verb(deed), answer=answer or {}, note=reason, via=Via.LINK
                )
    except AlreadySettled:
        with database.reading() as session:
            link = links.find(session, token)
            if not doing.was_theirs(session, link, Verb(deed)):
                raise
        recorded = Recorded.ALREADY
    if not right:
        raise links.wrong_number(link)
    with database.reading() as session:
        return Answered(recorded, view(session, token))


def file(token: str, evidence_id: UUID, *, number: str) -> Evidence:
    """A file that was kept of what is to be verified; a wrong number costs one of five tries."""
    with database.transaction() as session:
        link = doing.live(session, links.find(session, token))
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
        role=None if promises.by_name(step) else step.role,
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
