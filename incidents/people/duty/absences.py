"""Being away: whoever is away is on duty nowhere, and the hole it leaves is shown as one."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import persons
from incidents.people.duty import filling
from incidents.people.duty.changes import Absence, check_stretch
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import AlreadySettled, NotFound, given
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class AbsenceReported(Fact):
    """Somebody is away; the reason may be private and lies beside the chain."""

    person: PersonId
    starts_at: datetime
    ends_at: datetime
    reason: Private
    says: ClassVar[str] = N_("%(person)s vắng mặt từ %(starts_at)s đến %(ends_at)s: %(reason)s")


@dataclass(frozen=True)
class AbsenceCancelled(Fact):
    """They are back, or never went."""

    person: PersonId
    starts_at: datetime
    says: ClassVar[str] = N_("%(person)s bỏ báo vắng từ %(starts_at)s")


def report(
    session: Session,
    person_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: Actor,
) -> Absence:
    """A person is away; their shifts meanwhile become gaps until somebody stands in."""
    check_stretch(starts_at, ends_at)
    persons.get(session, person_id)
    reason = given(reason)
    row = Absence(
        person_id=person_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        recorded_at=clock.now(),
        recorded_by=by.person_id,
    )
    session.add(row)
    fact = AbsenceReported(person_id, starts_at, ends_at, row.reason)
    timeline.record(session, timeline.DESK, fact, by=by)
    filling.fill_all(session)
    return row


def get(session: Session, absence_id: UUID) -> Absence:
    """The absence; ``NotFound`` when there is none."""
    row = locked(session, Absence, absence_id)
    if row is None:
        raise NotFound(N_("Không tìm thấy lần báo vắng này."))
    return row


def cancel(session: Session, absence_id: UUID, *, by: Actor) -> Absence:
    """The person is on duty again as planned, from now on where it has begun."""
    row, now = get(session, absence_id), clock.now()
    if row.cancelled_at or row.ends_at <= now:
        raise AlreadySettled(N_("Lần báo vắng này đã bỏ hoặc đã qua."))
    row.cancelled_at = now
    session.add(row)
    timeline.record(session, timeline.DESK, AbsenceCancelled(row.person_id, row.starts_at), by=by)
    filling.fill_all(session)
    return row


def between(session: Session, start: datetime, end: datetime) -> list[Absence]:
    """Who is away in a stretch of time."""
    return list(
        session.exec(
            select(Absence)
            .where(
                Absence.starts_at < end,
                Absence.ends_at > start,
                col(Absence.cancelled_at).is_(None),
            )
            .order_by(col(Absence.starts_at))
        )
    )
