"""From rotations and their changes to rows of shifts, some weeks ahead.

Filled at every write (a rotation, a stand-in, a swap, an absence) and rolled forward by the
engine, because an alarm and every request ask who is on duty and a rule must not be expanded then.
The row of a stretch that has begun is only ever shortened: who was on duty stays on record. Every
filling holds the roster's row, so two writers see each other's changes.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import rosters
from incidents.people.duty import changes, rotations
from incidents.people.duty.spans import Span, changed, present
from incidents.people.persons import Person
from incidents.people.rosters import Roster, Shift
from incidents.record import clock

HORIZON = timedelta(days=60)
"""How far ahead shifts stand as rows."""

AT_LEAST = timedelta(days=45)
"""With less than this ahead the engine fills again."""


def fill(session: Session, roster: Roster) -> None:
    """Write the shifts of a roster from now to the horizon; the rows that stay keep their id."""
    now = clock.now()
    session.flush()
    rosters.get(session, roster.id, lock=True)
    until = now + HORIZON
    # What has begun is one stretch, whenever it began for whoever has it now.
    wanted = {
        (s.slot_at, max(s.starts_at, now), s.person_id): s
        for s in spans(session, roster, now, until)
    }
    for row in session.exec(select(Shift).where(Shift.roster_id == roster.id, Shift.ends_at > now)):
        slot = row.slot_at or row.starts_at
        exact = wanted.pop((slot, max(row.starts_at, now), row.person_id), None)
        if exact is None and row.starts_at < now:
            _shorten(session, row, now)
        elif exact is None:
            session.delete(row)
        elif (row.ends_at, row.stands_in_for) != (exact.ends_at, exact.stands_in_for):
            row.ends_at, row.stands_in_for = exact.ends_at, exact.stands_in_for
            _count(session, row, now)
    session.add_all(_row(roster, span, now) for span in wanted.values() if span.ends_at > now)
    roster.filled_until = until
    session.add(roster)
    session.flush()


def fill_all(session: Session) -> None:
    """Fill every roster: somebody who is away is away from all of them."""
    for roster in sorted(rosters.every(session), key=lambda r: r.id):
        fill(session, roster)


def planned(session: Session, roster: Roster, start: datetime, end: datetime) -> list[Span]:
    """What the rotations alone say of a stretch of time."""
    return [
        span
        for rotation, people in rotations.of_roster(session, roster.id)
        for span in rotations.planned(rotation, people, start, end)
    ]


def assigned(session: Session, roster: Roster, start: datetime, end: datetime) -> list[Span]:
    """The plan with stand-ins and swaps, whoever may be away."""
    since = start - rotations.LONGEST
    found = changed(
        planned(session, roster, since, end), changes.of_roster(session, roster.id, since)
    )
    return [span for span in found if span.starts_at < end]


def spans(session: Session, roster: Roster, start: datetime, end: datetime) -> list[Span]:
    """Who is on duty: the plan, its changes, without those who are away."""
    since = start - rotations.LONGEST
    return present(assigned(session, roster, start, end), changes.away(session, since))


def due(session: Session) -> list[UUID]:
    """The rosters whose rows no longer reach far enough ahead, or name somebody who has left."""
    now = clock.now()
    late = session.exec(select(Roster.id).where(col(Roster.filled_until) < now + AT_LEAST))
    left = session.exec(
        select(Shift.roster_id)
        .join(Person, col(Person.id) == Shift.person_id)
        .where(
            Shift.ends_at > now, col(Shift.roster_id).is_not(None), col(Person.active).is_(False)
        )
    )
    return sorted({*late, *(roster_id for roster_id in left if roster_id)})


def _row(roster: Roster, span: Span, now: datetime) -> Shift:
    return Shift(
        role=roster.role,
        person_id=span.person_id,
        starts_at=max(span.starts_at, now),
        ends_at=span.ends_at,
        roster_id=roster.id,
        slot_at=span.slot_at,
        stands_in_for=span.stands_in_for,
        changed_at=now,
    )


def _shorten(session: Session, row: Shift, now: datetime) -> None:
    row.ends_at = now
    _count(session, row, now)


def _count(session: Session, row: Shift, now: datetime) -> None:
    row.sequence += 1
    row.changed_at = now
    session.add(row)
