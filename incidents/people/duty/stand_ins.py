"""Standing in: a keeper of the roster puts somebody on duty for a stretch."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, select

from incidents.people import persons, rosters
from incidents.people.duty import filling
from incidents.people.duty.changes import StandIn, check_stretch
from incidents.people.rosters import Shift
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import AlreadySettled, Invalid, NotFound, given
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class StandInSet(Fact):
    """Somebody stands in."""

    roster: str
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "%(person)s trực thay trên «%(roster)s» từ %(starts_at)s đến %(ends_at)s: %(reason)s"
    )


@dataclass(frozen=True)
class StandInCancelled(Fact):
    """The plan counts again."""

    roster: str
    person: PersonId
    starts_at: datetime
    says: ClassVar[str] = N_("Bỏ việc %(person)s trực thay trên «%(roster)s» từ %(starts_at)s")


def set_(
    session: Session,
    roster_id: UUID,
    *,
    person_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: Actor,
    instead_of: UUID | None = None,
) -> StandIn:
    """Somebody is on duty from now or later; both they and whoever they replace are told."""
    roster = rosters.get(session, roster_id, lock=True)
    check_stretch(starts_at, ends_at)
    persons.active(session, person_id)
    reason = given(reason)
    if instead_of == person_id:
        raise Invalid(fields={"instead_of": (N_("Không ai trực thay chính mình."), {})})
    before = _on(session, roster_id, starts_at, ends_at)
    if instead_of is not None and instead_of not in before:
        raise Invalid(
            fields={"instead_of": (N_("Người này không có ca trong khoảng thời gian đó."), {})}
        )
    row = StandIn(
        roster_id=roster.id,
        person_id=person_id,
        instead_of=instead_of,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        recorded_at=clock.now(),
        recorded_by=by.person_id,
    )
    session.add(row)
    fact = StandInSet(roster.name, person_id, starts_at, ends_at, row.reason)
    timeline.record(session, timeline.DESK, fact, by=by)
    filling.fill(session, roster)
    replaced = {instead_of} if instead_of else set(before)
    persons.tell_all(
        session,
        [p for p in dict.fromkeys([person_id, *sorted(replaced)]) if p != by.person_id],
        "stand_in_set",
        key=f"stand-in:{row.id}",
        values={
            "role": roster.role.value,
            "by": str(person_id),
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
        },
    )
    return row


def cancel(session: Session, stand_in_id: UUID, *, by: Actor) -> StandIn:
    """The plan counts again, from now on where the stretch has begun."""
    row = locked(session, StandIn, stand_in_id)
    if row is None:
        raise NotFound(N_("Không tìm thấy việc trực thay này."))
    now = clock.now()
    if row.cancelled_at or row.ends_at <= now:
        raise AlreadySettled(N_("Việc trực thay này đã bỏ hoặc đã xong."))
    roster = rosters.get(session, row.roster_id, lock=True)
    row.cancelled_at = now
    session.add(row)
    fact = StandInCancelled(roster.name, row.person_id, row.starts_at)
    timeline.record(session, timeline.DESK, fact, by=by)
    filling.fill(session, roster)
    return row


def _on(session: Session, roster_id: UUID, start: datetime, end: datetime) -> list[UUID]:
    rows = session.exec(
        select(Shift.person_id).where(
            Shift.roster_id == roster_id, Shift.starts_at < end, Shift.ends_at > start
        )
    )
    return list(dict.fromkeys(rows))
