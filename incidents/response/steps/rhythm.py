"""The rhythm of reviews: whoever leads is asked how things stand, at the pace of the level.

Such a question is a step like any other, so it reminds, passes on and shows where steps show. It
is answered by «no change», by what changed, or by issuing a situation report. While a matter is
stabilising it comes half as often; it ends with the incident.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from incidents.matter import incidents, level_timings, taskforces
from incidents.matter.incidents import LIVE, Incident, Status
from incidents.people.roles import Role
from incidents.record import clock
from incidents.record.language import N_
from incidents.record.moments import Coming
from incidents.response.steps import passing, steps
from incidents.response.steps.forms import HowItStands
from incidents.response.steps.passing import Plan
from incidents.response.steps.steps import ANSWERABLE, Step, StepKind

SETTLING = timedelta(minutes=1)
"""An incident is given its rhythm so long after its opening, out of the way of the first alerts."""

TITLE = N_("Rà soát tình hình: có gì thay đổi không")
GIST = N_(
    "Chọn «không thay đổi», hoặc ghi điều đã thay đổi. Phát hành báo cáo nhanh trong phòng vụ việc "
    "cũng là trả lời."
)

_CALMER = 2
"""How many times longer a matter that is stabilising goes between two reviews."""

_TO_ANSWER = 2
"""How many times the time to acknowledge there is to answer."""


def interval(session: Session, incident: Incident) -> timedelta:
    """How long there is between two reviews, at its level and in its state."""
    length = timedelta(minutes=level_timings.of_incident(session, incident).review_minutes)
    return length * _CALMER if incident.status is Status.STABILISING else length


def due(session: Session) -> list[UUID]:
    """The incidents whose lead is to be asked now, and those that have no rhythm yet."""
    now = clock.now()
    unplanned = col(Incident.next_review_at).is_(None) & (Incident.opened_at <= now - SETTLING)
    return list(
        session.exec(
            select(Incident.id)
            .where(col(Incident.status).in_(LIVE))
            .where(unplanned | (col(Incident.next_review_at) <= now))
            .order_by(col(Incident.id))
        )
    )


_LIVE = col(Incident.status).in_(LIVE)
COMING = (
    Coming(select(func.min(Incident.next_review_at)).where(_LIVE)),
    Coming(
        select(func.min(Incident.opened_at)).where(_LIVE, col(Incident.next_review_at).is_(None)),
        after=SETTLING,
    ),
)
"""When the next one is to be asked, or given its rhythm."""


def ask(session: Session, incident_id: UUID) -> Step | None:
    """Ask whoever leads how things stand, unless they are being asked already."""
    incident = incidents.get(session, incident_id, lock=True)
    if not incident.live:
        return None
    now, length = clock.now(), interval(session, incident)
    if incident.next_review_at is None:
        # Of an incident older than its rhythm the first review is not overdue.
        first = incident.opened_at + length
        _next(session, incident, first if first > now else now + length)
        return None
    if incident.next_review_at > now:
        return None
    _next(session, incident, now + length)
    return None if waiting(session, incident.id) else _asked(session, incident)


def _asked(session: Session, incident: Incident) -> Step:
    policy = level_timings.of_incident(session, incident)
    led = any(m.role is Role.LEAD for m in taskforces.members(session, incident.id))
    plan = Plan(
        key="",
        kind=StepKind.ASK,
        role=Role.LEAD if led else Role.STANDING_DEPUTY,
        form=HowItStands.__name__,
        due=policy.acknowledge_within * _TO_ANSWER,
        then=Role.STANDING_DEPUTY if led else None,
        mandatory=False,
    )
    step = passing.write(session, incident, plan, allowed=plan.due)
    step.key = f"review {step.number}"
    step.own_title, step.own_gist = TITLE, GIST
    passing.begin(session, step, incident)
    return step


def waiting(session: Session, incident_id: UUID) -> list[Step]:
    """Reviews of an incident that are asked for and not answered."""
    return among(steps.of_incident(session, incident_id))


def among(asked: Iterable[Step]) -> list[Step]:
    """Those of some steps that are such reviews."""
    return [s for s in asked if s.form == HowItStands.__name__ and s.state in ANSWERABLE]


def looked(session: Session, incident: Incident) -> None:
    """Somebody has looked just now: the next time is counted from here."""
    if incident.live:
        _next(session, incident, clock.now() + interval(session, incident))


def follow_level(session: Session, incident: Incident, before: int) -> None:
    """The level changed: the pace is that of the new one, and nobody is late by the change."""
    if incident.next_review_at is None:
        return
    now, length = clock.now(), interval(session, incident)
    old = level_timings.at(session, incident.opened_at, before).review_minutes
    last = incident.next_review_at - timedelta(minutes=old) * (
        _CALMER if incident.status is Status.STABILISING else 1
    )
    planned = max(last + length, min(incident.next_review_at, now + length))
    _next(session, incident, planned)


def follow_status(session: Session, incident: Incident) -> None:
    """It moved on in its life: a new pace begins, or none any more."""
    # Whoever moves it on may have more to write: it is whole at the end of the transaction.
    with session.no_autoflush:
        at = clock.now() + interval(session, incident) if incident.live else None
    _next(session, incident, at)


def _next(session: Session, incident: Incident, at: datetime | None) -> None:
    incident.next_review_at = at
    session.add(incident)
