"""Decisions not to respond: the test of four questions, the reason, and when it is looked at again.

The questions are those of the playbooks' own form, ``AnswerOrWatch``; here they may be asked at any
time, of a flag as well as of an incident.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Session, col, select

from incidents.intake import triage
from incidents.intake.claims import Place
from incidents.intake.signals import Signal
from incidents.matter import incidents, level_timings
from incidents.matter.incidents import Incident
from incidents.matter.severity import Level
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, identifier, moment, reference
from incidents.record.errors import Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.steps.forms import AnswerOrWatch, Course


class Silence(Table, table=True):
    """One decision not to respond; it stands until another one is made."""

    __tablename__ = "silence"
    __table_args__ = (
        CheckConstraint("(incident_id IS NULL) <> (signal_id IS NULL)", name="one_place"),
    )

    id: UUID = identifier()
    incident_id: UUID | None = reference("incident.id", optional=True)
    signal_id: UUID | None = reference("signal.id", optional=True)
    spreading: bool
    silence_harms: bool
    fact_held: bool
    without_repeating: bool
    reason: str
    decided_by: UUID = reference("person.id")
    decided_at: datetime = moment()
    review_at: datetime = moment()
    review_told: int = 0
    """How many were told in turn that the review is due; of a flag its own review tells."""
    ended_at: datetime | None = moment(optional=True)


@dataclass(frozen=True)
class ResponseHeldBack(Fact):
    """It was decided not to respond for now."""

    spreading: bool
    silence_harms: bool
    fact_held: bool
    without_repeating: bool
    review_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "Quyết định chưa trả lời, xem lại lúc %(review_at)s. Đang lan ra ngoài: %(spreading)s; "
        "im lặng làm tăng thiệt hại: %(silence_harms)s; đã có sự thật để nói: %(fact_held)s; "
        "trả lời được mà không nhắc lại tin: %(without_repeating)s. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class ResponseChosen(Fact):
    """It was decided to respond."""

    spreading: bool
    silence_harms: bool
    fact_held: bool
    without_repeating: bool
    reason: Private
    says: ClassVar[str] = N_(
        "Quyết định trả lời. Đang lan ra ngoài: %(spreading)s; "
        "im lặng làm tăng thiệt hại: %(silence_harms)s; đã có sự thật để nói: %(fact_held)s; "
        "trả lời được mà không nhắc lại tin: %(without_repeating)s. Lý do: %(reason)s"
    )


def weigh(session: Session, place: Place, test: AnswerOrWatch, *, by: Actor) -> Silence | None:
    """Record the test and what was decided; the silence, if that is what it was.

    Not to respond to a flag is to watch it: its review is that of the decision.
    """
    if isinstance(place, Incident):
        incidents.live(session, place.id)
    else:
        triage.undecided(session, place.id)
    if test.course is Course.WATCH:
        if test.review_at is None:
            raise Invalid(fields={"review_at": (N_("Ghi giờ xem lại quyết định."), {})})
        return hold_back(session, place, test, by=by)
    end(session, place)
    timeline.record(session, place.id, ResponseChosen(**_answers(test), reason=test.reason), by=by)
    return None


def answered(session: Session, incident: Incident, test: AnswerOrWatch, *, by: Actor) -> None:
    """The same, decided in a step of a playbook, whose own fact tells of an answer."""
    if test.course is Course.WATCH:
        hold_back(session, incident, test, by=by)
    else:
        end(session, incident)


def hold_back(session: Session, place: Place, test: AnswerOrWatch, *, by: Actor) -> Silence:
    """Decide not to respond; without a time it is looked at again when its level asks for it."""
    person_id = by.somebody()
    review_at = _moment(test.review_at) or clock.now() + _cadence(session, place)
    if review_at <= clock.now():
        raise Invalid(fields={"review_at": (N_("Giờ xem lại phải ở phía trước."), {})})
    end(session, place)
    if isinstance(place, Signal):
        triage.watch(session, place.id, review_at=review_at, by=by)
    silence = Silence(
        incident_id=place.id if isinstance(place, Incident) else None,
        signal_id=place.id if isinstance(place, Signal) else None,
        **_answers(test),
        reason=test.reason,
        decided_by=person_id,
        decided_at=clock.now(),
        review_at=review_at,
    )
    session.add(silence)
    told = ResponseHeldBack(**_answers(test), review_at=review_at, reason=test.reason)
    timeline.record(session, place.id, told, by=by)
    return silence


def _answers(test: AnswerOrWatch) -> dict[str, Any]:
    return {
        "spreading": test.spreading,
        "silence_harms": test.silence_harms,
        "fact_held": test.fact_held,
        "without_repeating": test.without_repeating,
    }


def _moment(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=clock.LOCAL) if at and at.tzinfo is None else at


def _cadence(session: Session, place: Place) -> timedelta:
    policy = (
        level_timings.of_incident(session, place)
        if isinstance(place, Incident)
        else level_timings.at(session, clock.now(), Level.WATCH)
    )
    return timedelta(minutes=policy.review_minutes)


def end(session: Session, place: Place) -> None:
    """No decision not to respond stands any longer."""
    for silence in of(session, place):
        if silence.ended_at is None:
            silence.ended_at = clock.now()
            session.add(silence)


def of(session: Session, place: Place) -> list[Silence]:
    """Every decision not to respond to an incident or a flag, the newest first."""
    here = Silence.incident_id if isinstance(place, Incident) else Silence.signal_id
    return list(
        session.exec(select(Silence).where(col(here) == place.id).order_by(col(Silence.id).desc()))
    )
