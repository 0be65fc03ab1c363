"""Rosters drawn up for stories, and who is on duty by them."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import select

from incidents.people import persons, rosters
from incidents.people.duty import (
    faults,
    keeping,
)
from incidents.people.duty.faults import FaultKind
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, database
from tests.harness import Desk

MORNING = time(6)


EIGHT_HOURS = timedelta(hours=8)


def local(day: int, hour: int, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=clock.LOCAL)


def draw_up(
    desk: Desk,
    *people: Person,
    rule: str = "FREQ=DAILY;BYHOUR=6,14,22",
    length: timedelta = EIGHT_HOURS,
    role: Role = Role.DEPARTMENT_DUTY_LEADER,
    first: date = date(2026, 11, 22),
    name: str = "Trực lãnh đạo sở",
    **more: Any,
) -> Roster:
    """A roster with one rotation; nobody but these has a shift in the role."""
    roster = desk.do(
        keeping.draw_up,
        name,
        role=role,
        organisation_id=people[0].organisation_id,
        by=desk.cast.tung,
        **{k: more.pop(k) for k in ("around_the_clock", "notes") if k in more},
    )
    desk.do(
        keeping.add,
        roster.id,
        people=[p.id for p in people],
        rule=rule,
        hand_over=MORNING,
        length=length,
        valid_from=first,
        by=desk.cast.tung,
        **more,
    )
    return roster


def on(desk: Desk, at: datetime, role: Role = Role.DEPARTMENT_DUTY_LEADER) -> list[str]:
    with database.reading() as session:
        ids = rosters.on_shift(session, at, role)
        named = persons.names(session, ids)
    return [named[i].username or "" for i in ids]


def shift_at(roster: Roster, at: datetime) -> Shift:
    with database.reading() as session:
        return session.exec(
            select(Shift).where(
                Shift.roster_id == roster.id, Shift.starts_at <= at, Shift.ends_at > at
            )
        ).one()


def found(start: datetime, end: datetime, kind: FaultKind) -> list[faults.Fault]:
    with database.reading() as session:
        return [f for f in faults.find(session, start, end) if f.kind is kind]
