"""Faults of the rosters: nobody on duty, one person twice or without rest, away or outside.

Too little rest is a warning like the others and refuses nothing: whoever keeps the roster knows
whether it is a night at the desk or a week at home with the telephone. So is a shift of somebody
who is no member of a roster of the role, whom only its keeper put there: it gives them its rights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session

from incidents.people import rosters
from incidents.people.duty import changes, filling, members, rotations, schedule
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, settings
from incidents.record.language import N_, Labelled

RETIRED_AFTER = timedelta(days=7)
"""So long after the last rotation ended, a roster is no longer missed."""


class FaultKind(Labelled):
    """What is wrong with a roster."""

    GAP = "gap", N_("không có ai trực")
    CLASH = "clash", N_("một người trực hai nơi cùng lúc")
    AWAY = "away", N_("người vắng mặt có ca trực")
    REST = "rest", N_("hai ca sát nhau, không đủ giờ nghỉ")
    OUTSIDE = "outside", N_("người trực không có trong vòng trực, không giữ vai này")


@dataclass(frozen=True)
class Fault:
    """One thing to put right; where two shifts are in it, it names the roles of both.

    One of too little rest runs from the second shift to the end of the last that follows so.
    """

    kind: FaultKind
    role: Role
    starts_at: datetime
    ends_at: datetime
    person_id: UUID | None = None
    other_role: Role | None = None
    covered: bool = False
    """Whether somebody else is on duty in the role meanwhile."""
    rest: timedelta | None = None


def find(session: Session, start: datetime, end: datetime) -> list[Fault]:
    """Every fault from now on between two moments; what is past can no longer be put right."""
    start = max(start, clock.now())
    if end <= start:
        return []
    enough = timedelta(hours=settings.current().rest_hours)
    touching = schedule.between(session, start - enough, end)
    shifts = [shift for shift in touching if shift.ends_at > start]
    plans = {
        roster.id: (roster, filling.assigned(session, roster, start, end))
        for roster in rosters.every(session)
    }
    found = _clashes(shifts, start) + _restless(touching, start, enough)
    found += _outside(session, [roster for roster, _ in plans.values()], shifts, start)
    away = changes.away(session, start)
    for roster, assigned in plans.values():
        on = [s for s in shifts if s.role is roster.role]
        if roster.around_the_clock:
            begins = _in_force(session, roster, start)
            if begins:
                found += _gaps(roster, on, max(start, begins), end)
            elif on:
                # Kept by hand alone: from the first shift to the last nobody is missed.
                last = max(shift.ends_at for shift in on)
                found += _gaps(roster, on, max(start, on[0].starts_at), min(end, last))
        else:
            for span in assigned:
                found += _gaps(roster, on, max(span.starts_at, start), min(span.ends_at, end))
        for span in assigned:
            for each in away:
                begins, ends = (
                    max(span.starts_at, each.starts_at, start),
                    min(span.ends_at, each.ends_at, end),
                )
                if each.person_id == span.person_id and not span.vacant and begins < ends:
                    covered = not _gaps(roster, on, begins, ends)
                    found.append(
                        Fault(
                            FaultKind.AWAY,
                            roster.role,
                            begins,
                            ends,
                            span.person_id,
                            covered=covered,
                        )
                    )
    return sorted(set(found), key=lambda f: (f.starts_at, list(FaultKind).index(f.kind), f.role))


def _in_force(session: Session, roster: Roster, start: datetime) -> datetime | None:
    """From when on a roster keeps its role; ``None`` before its first rotation or once retired."""
    rows = rotations.of_roster(session, roster.id)
    given_up = start.astimezone(clock.LOCAL).date() - RETIRED_AFTER
    if all(r.valid_to and r.valid_to < given_up for r, _ in rows):
        return None
    first = min(
        datetime.combine(r.valid_from, r.hand_over, clock.LOCAL).astimezone(start.tzinfo)
        for r, _ in rows
    )
    return max(first, start)


def _gaps(roster: Roster, on: list[Shift], start: datetime, end: datetime) -> list[Fault]:
    found, covered = list[Fault](), start
    for shift in on:
        if shift.starts_at >= end:
            break
        if shift.starts_at > covered:
            found.append(Fault(FaultKind.GAP, roster.role, covered, shift.starts_at))
        covered = max(covered, shift.ends_at)
    if covered < end:
        found.append(Fault(FaultKind.GAP, roster.role, covered, end))
    return found


def _restless(shifts: list[Shift], start: datetime, enough: timedelta) -> list[Fault]:
    """Shifts that begin sooner after the one before than the office calls rest.

    A row of them is one thing to put right, with the least rest there is in it.
    """
    found = list[Fault]()
    for person_id, own in _by_person(shifts).items():
        row: Fault | None = None
        for one, other in pairwise(own):
            rest = other.starts_at - one.ends_at
            # What is left on both sides of a stand-in is one shift, not two.
            whole = (one.roster_id, one.slot_at) == (other.roster_id, other.slot_at)
            if whole or not timedelta() <= rest < enough or other.starts_at < start:
                row = None
                continue
            begins, least = (row.starts_at, row.rest) if row else (other.starts_at, rest)
            if row:
                found.remove(row)
            row = Fault(
                FaultKind.REST,
                other.role,
                begins,
                other.ends_at,
                person_id,
                one.role,
                rest=min(rest, least or timedelta()),
            )
            found.append(row)
    return found


def _outside(
    session: Session, plans: Sequence[Roster], shifts: Sequence[Shift], start: datetime
) -> list[Fault]:
    """Shifts of people who neither take turns in the role nor hold it, whoever put them there."""
    held = members.posts(session, {shift.role for shift in shifts})
    belongs = [(roster.role, members.of(session, roster)) for roster in plans]
    found = list[Fault]()
    for shift in shifts:
        known = members.in_post([p for p in held if p.role is shift.role], shift.starts_at)
        known |= {p for role, m in belongs if role is shift.role for p in m.at(shift.starts_at)}
        if shift.person_id not in known:
            begins = max(shift.starts_at, start)
            found.append(
                Fault(FaultKind.OUTSIDE, shift.role, begins, shift.ends_at, shift.person_id)
            )
    return found


def _by_person(shifts: list[Shift]) -> dict[UUID, list[Shift]]:
    found: dict[UUID, list[Shift]] = {}
    for shift in shifts:
        found.setdefault(shift.person_id, []).append(shift)
    return found


def _clashes(shifts: list[Shift], start: datetime) -> list[Fault]:
    return [
        Fault(
            FaultKind.CLASH,
            one.role,
            max(other.starts_at, start),
            min(one.ends_at, other.ends_at),
            person_id,
            other.role,
        )
        for person_id, own in _by_person(shifts).items()
        for one, other in pairwise(own)
        if other.starts_at < one.ends_at
    ]
