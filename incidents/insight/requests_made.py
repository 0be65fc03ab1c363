"""What a body was asked in incidents, where it is asked and not assigned (rule 19 of practice).

Work that was handed to its people, and letters that name it as the one they were sent to.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, cast
from sqlmodel import Session, col, or_, select

from incidents.matter.incidents import Incident
from incidents.people import organisations, outsiders
from incidents.people.directory import postings
from incidents.people.directory.postings import FormerPosting
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.record.language import Labelled
from incidents.response.steps.crisis_forms import NewsroomAnswer, Redress
from incidents.response.steps.forms import Referral, Request
from incidents.response.steps.steps import Step, StepState


@dataclass(frozen=True)
class RequestMade:
    """One thing that was asked of the body, and what came of it."""

    incident: Incident
    step: Step
    asked_at: datetime
    outcome: Labelled
    answered_at: datetime | None
    reference: str = ""
    """Number of the letter."""
    asked: tuple[UUID, ...] = ()
    """Who of the body it was handed to, in that order."""


def of(session: Session, body: Organisation) -> list[RequestMade]:
    """Every request to the body, the newest first; as many queries however many there are."""
    if body.kind not in outsiders.KINDS:
        return []
    found = [*_handed(session, body), *_written(session, body)]
    return sorted(found, key=lambda each: (each.asked_at, each.step.id), reverse=True)


def _handed(session: Session, body: Organisation) -> list[RequestMade]:
    """Work that was ever with its people, those who worked there on the day of the incident."""
    people = _ever_there(session, body)
    past = postings.Past(session, people)
    found: list[RequestMade] = []
    for step, incident in _holding(session, [p.id for p in people]):
        here = {p.id for p in people if past.on(p.id, incident.day).organisation_id == body.id}
        asked = dict.fromkeys(UUID(each) for each in step.holder_ids if UUID(each) in here)
        if asked and step.opened_at:
            found.append(
                RequestMade(
                    incident,
                    step,
                    step.opened_at,
                    step.standing,
                    step.settled_at if step.state is StepState.DONE else None,
                    asked=tuple(asked),
                )
            )
    return found


def _ever_there(session: Session, body: Organisation) -> Sequence[Person]:
    once = select(FormerPosting.person_id).where(FormerPosting.organisation_id == body.id)
    return session.exec(
        select(Person).where((col(Person.organisation_id) == body.id) | col(Person.id).in_(once))
    ).all()


def _holding(session: Session, people: Collection[UUID]) -> Sequence[tuple[Step, Incident]]:
    if not people:
        return []
    holders = cast(col(Step.holder_ids), String)
    return session.exec(
        select(Step, Incident)
        .join(Incident, col(Incident.id) == Step.incident_id)
        .where(or_(*(holders.contains(str(each)) for each in people)))
    ).all()


def _written(session: Session, body: Organisation) -> list[RequestMade]:
    """Letters sent to it by its code or a name it has or had; a newsroom's answer is the outcome.

    Read here and not by the database, which keeps the words of an answer in a spelling of its own.
    """
    periods = organisations.periods(session, [body.id]).get(body.id, [])
    names = {each.casefold() for each in (body.code, body.name, *(p.name for p in periods))}
    letters = [
        (step, incident, sent)
        for step, incident in session.exec(
            select(Step, Incident)
            .join(Incident, col(Incident.id) == Step.incident_id)
            .where(Step.form == Request.__name__, Step.state == StepState.DONE)
        )
        if (sent := step.settled_at)
        and step.answer
        and step.answer.get("referral") == Referral.SENT.value
        and str(step.answer.get("addressee", "")).strip().casefold() in names
    ]
    answers = _newsrooms(session, {incident.id for _, incident, _ in letters})
    found: list[RequestMade] = []
    for step, incident, sent in letters:
        later = [each for each in answers.get(incident.id, ()) if each[0] > sent]
        answered, outcome = later[-1] if later else (None, Referral.SENT)
        reference = str((step.answer or {}).get("reference", ""))
        found.append(RequestMade(incident, step, sent, outcome, answered, reference))
    return found


def _newsrooms(
    session: Session, incident_ids: Collection[UUID]
) -> dict[UUID, list[tuple[datetime, Redress]]]:
    """When a newsroom was heard or read in each of some incidents, and what it did; in order."""
    heard: dict[UUID, list[tuple[datetime, Redress]]] = {}
    for step in session.exec(
        select(Step)
        .where(
            col(Step.incident_id).in_(incident_ids),
            Step.form == NewsroomAnswer.__name__,
            Step.state == StepState.DONE,
        )
        .order_by(col(Step.settled_at))
    ):
        if step.settled_at and step.answer:
            told = (step.settled_at, Redress(step.answer["redress"]))
            heard.setdefault(step.incident_id, []).append(told)
    return heard
