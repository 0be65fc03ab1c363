"""What an answer does, whichever way it came: one function for links and for replies."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from incidents.intake import signals
from incidents.matter import incidents, recusals
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record import clock, timeline
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.inbox import Verb
from incidents.record.language import N_, Labelled
from incidents.record.links import AnswerLink
from incidents.response.answers import answering
from incidents.response.steps import steps
from incidents.response.steps.steps import (
    ANSWERABLE,
    Step,
    StepCommented,
    StepKind,
    StepState,
)
from incidents.rights import permissions
from incidents.rights.permissions import Deed

LINKS_OUTLIVE = timedelta(days=7)
"""How long after the end of its incident the link to a step still shows what became of it."""


class Recorded(Labelled):
    """What became of a deed."""

    NOW = "now", N_("Đã ghi nhận.")
    ALREADY = "already", N_("Đã được ghi nhận từ trước.")


def live(session: Session, link: AnswerLink) -> AnswerLink:
    """The link, unless it is dead: the matter of a step may have ended, or concern its person."""
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


def do(
    session: Session,
    link: AnswerLink,
    verb: Verb,
    *,
    via: Via,
    answer: Mapping[str, Any] | None = None,
    note: str = "",
    minutes: int = 0,
) -> Recorded:
    """Do what the person of a link asks; ``note`` is the reason, or the remark of a comment."""
    person = persons.get(session, link.person_id)
    by = Actor(person.id, via)
    if link.step_id is None:
        _take_flag(session, link, person, verb, by)
        return Recorded.NOW
    step = steps.get(session, link.step_id, lock=True)
    permissions.require(session, person, Deed.ANSWER, step)
    match verb:
        case Verb.ACKNOWLEDGE:
            answering.acknowledge(session, step.id, by=by)
        case Verb.COMPLETE:
            not_a_signature(step)
            answering.complete(session, step.id, dict(answer or {}), by=by)
        case Verb.DECLINE:
            if step.state in ANSWERABLE and step.assignee_id != person.id:
                return Recorded.ALREADY  # it has left their hands, by this deed or another
            answering.decline(session, step.id, reason=note, by=by)
        case Verb.MORE_TIME:
            answering.ask_more_time(session, step.id, minutes=minutes, reason=note, by=by)
        case Verb.COMMENT:
            return _comment(session, step, note, by)
        case Verb.SIGN:
            not_a_signature(step)
        case Verb.WHO:
            pass
    return Recorded.NOW


def _take_flag(session: Session, link: AnswerLink, person: Person, verb: Verb, by: Actor) -> None:
    signal = signals.get(session, flag_of(link), lock=True)
    permissions.require(session, person, Deed.TRIAGE, signal)
    if verb is not Verb.ACKNOWLEDGE:
        raise Conflict(
            N_("Không đăng nhập thì chỉ tiếp nhận được tin báo; việc khác cần đăng nhập.")
        )
    signals.acknowledge(session, signal.id, by=by)


def not_a_signature(step: Step) -> None:
    """Signing asks for more than a link or a mail."""
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


def was_theirs(session: Session, link: AnswerLink, verb: Verb) -> bool:
    """Whether the person had done this very deed before; else somebody else was first."""
    if link.step_id is None:
        signal = signals.get(session, flag_of(link))
        return signal.acknowledged_by == link.person_id
    step = steps.get(session, link.step_id)
    match verb:
        case Verb.ACKNOWLEDGE:
            return step.acknowledged_by == link.person_id
        case Verb.COMPLETE:
            return step.state is StepState.DONE and step.settled_by == link.person_id
        case _:
            return False


def flag_of(link: AnswerLink) -> UUID:
    """The flag of a link that is about no step."""
    if link.signal_id is None:
        raise ValueError("a link is about a step or a flag")
    return link.signal_id
