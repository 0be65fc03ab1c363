"""What the rosters say between two moments: rows as far as they are filled, the rules beyond."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import rosters
from incidents.people.duty import filling
from incidents.people.roles import Role
from incidents.people.rosters import STAND_INS, Roster, Shift

_NEXT_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class OnDuty:
    """Who is on duty in a role at a moment, and who comes next."""

    role: Role
    now: list[Shift]
    next: list[Shift]


def between(
    session: Session, start: datetime, end: datetime, *, roster_id: UUID | None = None
) -> list[Shift]:
    """The shifts that touch a stretch of time, in order; those beyond the rows are not stored."""
    wanted = select(Shift).where(Shift.starts_at < end, Shift.ends_at > start)
    if roster_id:
        wanted = wanted.where(Shift.roster_id == roster_id)
    found = list(session.exec(wanted))
    for roster in rosters.every(session):
        if roster_id in (None, roster.id):
            found += _beyond(session, roster, start, end)
    return sorted(found, key=lambda s: (s.starts_at, s.ends_at, s.role))


def _beyond(session: Session, roster: Roster, start: datetime, end: datetime) -> list[Shift]:
    if roster.filled_until is None or end <= roster.filled_until:
        return []
    return [
        Shift(
            role=roster.role,
            roster_id=roster.id,
            person_id=span.person_id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            slot_at=span.slot_at,
            stands_in_for=span.stands_in_for,
        )
        for span in filling.spans(session, roster, max(start, roster.filled_until), end)
        if span.starts_at >= roster.filled_until and span.ends_at > start
    ]


def on_duty(session: Session, at: datetime) -> list[OnDuty]:
    """Now and next at any moment, of the duty officers, the stand-ins and every rostered role."""
    found = between(session, at, at + _NEXT_WITHIN)
    roles = [Role.DUTY_OFFICER, *STAND_INS, *(r.role for r in rosters.every(session))]
    return [_of(role, [s for s in found if s.role is role], at) for role in dict.fromkeys(roles)]


def _of(role: Role, shifts: Iterable[Shift], at: datetime) -> OnDuty:
    now = [s for s in shifts if s.starts_at <= at < s.ends_at]
    coming = [s for s in shifts if s.starts_at > at]
    first = min((s.starts_at for s in coming), default=None)
    return OnDuty(role, now, [s for s in coming if s.starts_at == first])


def following(session: Session, shift: Shift) -> list[Shift]:
    """Who takes over from a shift: the first to begin, and go on, once it ends."""
    rows = session.exec(
        select(Shift)
        .where(
            Shift.role == shift.role,
            Shift.ends_at > shift.ends_at,
            Shift.starts_at > shift.starts_at,
            col(Shift.id) != shift.id,
        )
        .order_by(col(Shift.starts_at))
        .limit(8)
    ).all()
    return [s for s in rows if s.starts_at == rows[0].starts_at]
