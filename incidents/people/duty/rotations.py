"""Rotations: people in turn, by a recurrence rule (RFC 5545), in the time of the province."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from dateutil.rrule import rrule, rrulestr
from sqlalchemy import CheckConstraint, Column, Date, Time, UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.people.duty.spans import Span
from incidents.record import clock
from incidents.record.database import Table, identifier, moment, reference

LONGEST = timedelta(days=7)
"""No shift is longer; whatever looks back for a running one need not look further."""

SHORTEST = timedelta(minutes=30)
_FREQUENCIES = ("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY")
# The last day says it better; shifts begin on a minute; dateutil never comes back from INTERVAL=0.
_REFUSED = ("UNTIL=", "COUNT=", "BYSECOND=", "INTERVAL=0")
# A rule that names no shift for so long is a slip.
_FIRST_WITHIN = timedelta(days=400)


class Rotation(Table, table=True):
    """Shifts begin where the rule says, counted from the first day at the hand-over time.

    Each person in turn takes ``shifts_each`` shifts in a row. Validity counts the day a shift
    begins on, both days included; what began before the rotation was written is not made up.
    """

    __tablename__ = "rotation"
    __table_args__ = (CheckConstraint("shift_minutes > 0 AND shifts_each > 0", name="lengths"),)

    id: UUID = identifier()
    roster_id: UUID = reference("roster.id")
    rule: str
    hand_over: time = Field(sa_column=Column(Time, nullable=False))
    shift_minutes: int
    shifts_each: int = 1
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    created_at: datetime = moment(at_once=True)


class RotationTurn(Table, table=True):
    """A person's place in the turn."""

    __tablename__ = "rotation_turn"
    __table_args__ = (UniqueConstraint("rotation_id", "position"),)

    id: UUID = identifier()
    rotation_id: UUID = reference("rotation.id")
    position: int
    person_id: UUID = reference("person.id")


def of_roster(session: Session, roster_id: UUID) -> list[tuple[Rotation, list[UUID]]]:
    """The rotations of a roster with their people in turn, the earliest first."""
    rows = session.exec(
        select(Rotation, RotationTurn.person_id)
        .join(RotationTurn, col(RotationTurn.rotation_id) == Rotation.id)
        .where(Rotation.roster_id == roster_id)
        .order_by(col(Rotation.valid_from), col(Rotation.id), col(RotationTurn.position))
    )
    found: dict[UUID, tuple[Rotation, list[UUID]]] = {}
    for rotation, person_id in rows:
        found.setdefault(rotation.id, (rotation, []))[1].append(person_id)
    return list(found.values())


def planned(
    rotation: Rotation, people: Sequence[UUID], start: datetime, end: datetime
) -> Iterator[Span]:
    """The shifts of a rotation that touch a stretch of time, from its writing on."""
    start = max(start, rotation.created_at)
    length = timedelta(minutes=rotation.shift_minutes)
    for number, local in enumerate(_rule(rotation, end)):
        if rotation.valid_to and local.date() > rotation.valid_to:
            return
        begins = local.replace(tzinfo=clock.LOCAL).astimezone(UTC)
        if begins + length > start and begins < end:
            yield Span(
                slot_at=begins,
                starts_at=max(begins, rotation.created_at),
                ends_at=begins + length,
                person_id=people[number // rotation.shifts_each % len(people)],
                laid_at=rotation.created_at,
            )


def _rule(rotation: Rotation, until: datetime) -> rrule:
    first = datetime.combine(rotation.valid_from, rotation.hand_over)
    found = rrulestr(rotation.rule, dtstart=first)
    if not isinstance(found, rrule):
        raise TypeError("one rule, not a set of them")
    # Always bounded: a rule that never matches would search to the year 9999.
    return found.replace(until=until.astimezone(clock.LOCAL).replace(tzinfo=None))


def usable(rotation: Rotation) -> bool:
    """Whether its rule is one rule of days or longer that names a shift within a year or so."""
    parts = rotation.rule.split(";")
    refused = any(p.startswith(_REFUSED) for p in parts)
    if parts[0] not in _FREQUENCIES or refused or any(c in rotation.rule for c in "\n:"):
        return False
    try:
        first = datetime.combine(rotation.valid_from, rotation.hand_over, clock.LOCAL)
        return next(iter(_rule(rotation, first + _FIRST_WITHIN)), None) is not None
    except (ValueError, TypeError, OverflowError):
        return False
