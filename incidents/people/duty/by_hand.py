"""Shifts no roster plans: entered by hand for a role, one by one."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.roles import Role
from incidents.people.rosters import Shift
from incidents.record import clock


def coming(
    session: Session, person_id: UUID, *, since: datetime, role: Role | None = None
) -> list[Shift]:
    """A person's shifts by hand that go on after a moment, in one role or in any."""
    wanted = select(Shift).where(
        Shift.person_id == person_id, Shift.ends_at > since, col(Shift.roster_id).is_(None)
    )
    if role:
        wanted = wanted.where(Shift.role == role)
    return list(session.exec(wanted.order_by(col(Shift.starts_at), col(Shift.id))))


def pass_on(
    session: Session, shifts: Iterable[Shift], heir_id: UUID | None, *, since: datetime
) -> None:
    """What has begun by then is cut there, what is to come moves to the heir or goes."""
    now = clock.now()
    for shift in shifts:
        if heir_id:
            session.add(
                Shift(
                    role=shift.role,
                    person_id=heir_id,
                    starts_at=max(shift.starts_at, since),
                    ends_at=shift.ends_at,
                    changed_at=now,
                )
            )
        if shift.starts_at < since:
            shift.ends_at, shift.changed_at = since, now
            shift.sequence += 1
            session.add(shift)
        else:
            session.delete(shift)
    session.flush()
