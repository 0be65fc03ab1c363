"""Rosters kept ahead: shifts filled in time, gaps to come and missing hand-over notes told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from flows.duties import carry_out, known
from incidents.people import persons
from incidents.people import rosters as shifts
from incidents.people.duty import faults, filling, keeping
from incidents.people.duty.faults import Fault, FaultKind
from incidents.people.rosters import Shift
from incidents.record import clock
from incidents.response.reports import handovers

WARN_AHEAD = timedelta(hours=48)
"""How long before a gap whoever keeps the rosters is told: once now, and once when it has begun."""

_LOOKED_AHEAD = timedelta(days=30)


def rosters() -> int:
    """Everything about rosters that is due; says how much was done."""
    return carry_out((filling.due, _fill), (_gaps, _warn), (_missing, _remind))


def _fill(session: Session, roster_id: UUID) -> None:
    filling.fill(session, shifts.get(session, roster_id))


def _gaps(session: Session) -> Iterator[Fault]:
    now = clock.now()
    for each in faults.find(session, now, now + _LOOKED_AHEAD):
        near = each.kind is FaultKind.GAP and each.starts_at <= now + WARN_AHEAD
        if near and not known(session, f"{_key(each, now)}:"):
            yield each


def _warn(session: Session, gap: Fault) -> None:
    persons.tell_all(
        session,
        keeping.keepers(session),
        "roster_gap",
        key=_key(gap, clock.now()),
        values={
            "role": gap.role.value,
            "starts_at": gap.starts_at.isoformat(),
            "ends_at": gap.ends_at.isoformat(),
        },
    )


def _key(gap: Fault, now: datetime) -> str:
    """One gap, one key, although what is past of it and what is too far ahead are cut off."""
    if gap.starts_at > now:
        which = gap.starts_at.isoformat()
    elif gap.ends_at < now + _LOOKED_AHEAD:
        which = f"until {gap.ends_at.isoformat()}"
    else:
        which = f"on {now.astimezone(clock.LOCAL).date()}"  # a role nobody keeps: once a day
    return f"gap:{gap.role}:{which}"


def _missing(session: Session) -> Iterator[Shift]:
    for shift in handovers.missing(session):
        if not known(session, f"hand-over-missing:{shift.id}:"):
            yield shift


def _remind(session: Session, shift: Shift) -> None:
    if handovers.of_shift(session, shift.id) is None:
        handovers.remind(session, shift)
