"""Laying a rotation down over what stands already: a look at two weeks first, then all of it.

The look carries everything out and takes it back, so what it shows is what is then done. Shifts
entered by hand belong to no rotation: they stay beside a new one unless the keeper ends them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import rosters
from incidents.people.duty import faults, keeping, rotations, schedule
from incidents.people.duty.faults import Fault
from incidents.people.duty.rotations import Rotation
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_

LOOK = timedelta(days=14)
_SEARCHED = timedelta(days=400)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Laid:
    """What is laid down: people in turn, and what of the present plan makes room for them.

    ``replaces`` names rotations that end the day before; ``ends_by_hand`` shifts entered by hand
    that end where the first shift of the new rotation begins.
    """

    people: tuple[UUID, ...]
    rule: str
    hand_over: time
    length: timedelta
    valid_from: date
    valid_to: date | None = None
    shifts_each: int = 1
    replaces: tuple[UUID, ...] = ()
    ends_by_hand: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class RosterLook:
    """What two weeks would be like, from the first day on that the plan applies."""

    first_day: date
    shifts: list[Shift]
    faults: list[Fault]
    by_hand: list[Shift]
    """Shifts entered by hand that touch the rotation, as they stand now."""
    digest: str
    """Names exactly what was looked at: who confirms it confirms nothing else."""


@dataclass(frozen=True)
class ShiftByHandEnded(Fact):
    """A shift that no roster planned makes room for a rotation from a moment on."""

    roster: str
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    cut_at: datetime
    says: ClassVar[str] = N_(
        "Ca nhập tay của %(person)s (%(starts_at)s đến %(ends_at)s) hết từ %(cut_at)s, "
        "nhường cho vòng trực của «%(roster)s»"
    )


def look(session: Session, roster_id: UUID, laid: Laid, *, by: Actor) -> RosterLook:
    """Two weeks as they would be; nothing is kept."""
    roster = rosters.get(session, roster_id)
    aside = session.begin_nested()
    try:
        digest, by_hand = _lay(session, roster, laid, by=by)[1:]
        first_day = max(laid.valid_from, clock.now().astimezone(clock.LOCAL).date())
        start = datetime.combine(first_day, time(), clock.LOCAL)
        found = schedule.between(session, start, start + LOOK)
        wrong = faults.find(session, start, start + LOOK)
        return RosterLook(
            first_day=first_day,
            shifts=[_copy(s) for s in found if s.role is roster.role],
            faults=[f for f in wrong if roster.role in (f.role, f.other_role)],
            by_hand=by_hand,
            digest=digest,
        )
    finally:
        aside.rollback()
        session.expire_all()


def lay(
    session: Session, roster_id: UUID, laid: Laid, *, by: Actor, seen: str | None = None
) -> Rotation:
    """Lay it down; with ``seen`` only if it is what the look with this digest showed."""
    roster = rosters.get(session, roster_id, lock=True)
    rotation, digest, _ = _lay(session, roster, laid, by=by)
    if seen is not None and seen != digest:
        raise Conflict(N_("Vòng trực hoặc lịch đã khác lúc xem thử; hãy xem thử lại rồi mới ghi."))
    return rotation


def _lay(
    session: Session, roster: Roster, laid: Laid, *, by: Actor
) -> tuple[Rotation, str, list[Shift]]:
    present = rotations.of_roster(session, roster.id)
    standing = [(r.id, r.valid_to) for r, _ in present]
    for each in laid.replaces:
        _replace(session, {r.id: r for r, _ in present}, each, laid.valid_from, by)
    rotation = keeping.add(
        session,
        roster.id,
        people=laid.people,
        rule=laid.rule,
        hand_over=laid.hand_over,
        length=laid.length,
        valid_from=laid.valid_from,
        valid_to=laid.valid_to,
        shifts_each=laid.shifts_each,
        by=by,
    )
    first = next(
        rotations.planned(rotation, laid.people, clock.now(), clock.now() + _SEARCHED), None
    )
    found = _by_hand(session, roster, first.starts_at, laid.valid_to) if first else []
    by_hand = [_copy(shift) for shift in found]
    if first:
        _end_by_hand(session, roster, found, laid.ends_by_hand, first.starts_at, by)
    beside = [(s.id, s.starts_at, s.ends_at) for s in by_hand]
    digest = hashlib.sha256(repr((roster.id, laid, standing, beside)).encode()).hexdigest()
    return rotation, digest, by_hand


def _replace(
    session: Session, present: dict[UUID, Rotation], each: UUID, valid_from: date, by: Actor
) -> None:
    if each not in present:
        raise NotFound(N_("Không tìm thấy vòng trực này."))
    last_day = valid_from - _DAY
    if last_day < clock.now().astimezone(clock.LOCAL).date():
        raise Invalid(
            fields={"valid_from": (N_("Thay vòng đang chạy thì sớm nhất từ ngày mai."), {})}
        )
    ends = present[each].valid_to
    if ends is None or ends > last_day:
        keeping.end(session, each, last_day=last_day, by=by)


def _by_hand(session: Session, roster: Roster, start: datetime, last: date | None) -> list[Shift]:
    """Shifts entered by hand in the role that a rotation from a moment on stands beside."""
    wanted = select(Shift).where(
        Shift.role == roster.role, col(Shift.roster_id).is_(None), Shift.ends_at > start
    )
    if last:
        wanted = wanted.where(Shift.starts_at < datetime.combine(last + _DAY, time(), clock.LOCAL))
    return list(session.exec(wanted.order_by(col(Shift.starts_at), col(Shift.id))))


def _end_by_hand(
    session: Session,
    roster: Roster,
    found: Sequence[Shift],
    chosen: Sequence[UUID],
    at: datetime,
    by: Actor,
) -> None:
    """What has begun by then is cut there, what would begin later goes."""
    known = {shift.id: shift for shift in found}
    for each in chosen:
        if each not in known:
            raise NotFound(N_("Không tìm thấy ca nhập tay này bên cạnh vòng trực."))
        shift = known[each]
        fact = ShiftByHandEnded(
            roster.name, shift.person_id, shift.starts_at, shift.ends_at, cut_at=at
        )
        timeline.record(session, timeline.DESK, fact, by=by)
        if shift.starts_at < at:
            shift.ends_at, shift.changed_at = at, clock.now()
            shift.sequence += 1
            session.add(shift)
        else:
            session.delete(shift)
    session.flush()


def _copy(shift: Shift) -> Shift:
    """The same shift without its row, which the look takes back."""
    return Shift(**shift.model_dump())
