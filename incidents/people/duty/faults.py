"""Faults of the rosters: nobody on duty, one person twice, somebody away who should be on duty."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session

from incidents.people import rosters
from incidents.people.duty import changes, filling, rotations, schedule
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock
from incidents.record.language import N_, Labelled

RETIRED_AFTER = timedelta(days=7)
"""So long after the last rotation ended, a roster is no longer missed."""


class FaultKind(Labelled):
    """What is wrong with a roster."""

    GAP = "gap", N_("không có ai trực")
    CLASH = "clash", N_("một người trực hai nơi cùng lúc")
    AWAY = "away", N_("người vắng mặt có ca trực")


@dataclass(frozen=True)
class Fault:
    """One thing to put right; a clash names both rosters' roles."""

    kind: FaultKind
    role: Role
    starts_at: datetime
    ends_at: datetime
    person_id: UUID | None = None
    other_role: Role | None = None
    covered: bool = False
    """Whether somebody else is on duty in the role meanwhile."""


def find(session: Session, start: datetime, end: datetime) -> list[Fault]:
    """Every fault from now on between two moments; what is past can no longer be put right."""
    start = max(start, clock.now())
    if end <= start:
        return []
    shifts = schedule.between(session, start, end)
    plans = {
        roster.id: (roster, filling.assigned(session, roster, start, end))
        for roster in rosters.every(session)
    }
    found = _clashes(shifts, start)
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


def _clashes(shifts: list[Shift], start: datetime) -> list[Fault]:
    by_person: dict[UUID, list[Shift]] = {}
    for shift in shifts:
        by_person.setdefault(shift.person_id, []).append(shift)
    return [
        Fault(
            FaultKind.CLASH,
            one.role,
            max(other.starts_at, start),
            min(one.ends_at, other.ends_at),
            person_id,
            other.role,
        )
        for person_id, own in by_person.items()
        for one, other in pairwise(own)
        if other.starts_at < one.ends_at
    ]
