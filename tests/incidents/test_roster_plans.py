"""Laying a rotation down: looked at first, over what runs, beside what was entered by hand."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col, select

from incidents.people import rosters
from incidents.people.duty import keeping, patterns, planning, rotations
from incidents.people.duty.faults import FaultKind
from incidents.people.duty.patterns import Weekday
from incidents.people.duty.planning import Laid, RosterLook
from incidents.people.duty.rotations import Rotation
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, database
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.language import Language
from incidents.record.timeline import DESK
from tests import cast as the_cast
from tests.harness import Desk

MORNING = time(6)
TOMORROW = date(2026, 11, 24)


@pytest.fixture
def roster(desk: Desk) -> Roster:
    cast = desk.cast
    return desk.do(
        keeping.draw_up,
        "Trực bàn",
        role=Role.DUTY_OFFICER,
        organisation_id=cast.lan.organisation_id,
        by=cast.tung,
    )


def plan(*people: Person, **more: Any) -> Laid:
    values: dict[str, Any] = {
        "rule": "FREQ=DAILY;BYHOUR=6,18",
        "hand_over": MORNING,
        "length": timedelta(hours=12),
        "valid_from": TOMORROW,
    }
    return Laid(tuple(p.id for p in people), **values | more)


def looked(desk: Desk, roster: Roster, laid: Laid) -> RosterLook:
    """A look, after which nothing may be different."""
    before = desk.picture()
    with database.transaction() as session:
        found = planning.look(session, roster.id, laid, by=Actor(desk.cast.tung.id, Via.DESK))
    assert desk.picture() == before, "a look changed something"
    return found


def by_hand(desk: Desk, person: Person, start: datetime, hours: int) -> Shift:
    with database.transaction() as session:
        shift = the_cast.on_shift(person, start, hours)
        session.add(shift)
    return shift


def local(day: int, hour: int, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=clock.LOCAL)


def shifts(roster: Roster) -> list[Shift]:
    with database.reading() as session:
        wanted = select(Shift).where(Shift.roster_id == roster.id).order_by(col(Shift.starts_at))
        return list(session.exec(wanted))


def test_a_look_shows_two_weeks_and_keeps_nothing(desk: Desk, roster: Roster) -> None:
    cast = desk.cast
    found = looked(desk, roster, plan(cast.lan, cast.long))
    assert found.first_day == TOMORROW
    assert len(found.shifts) == 28
    assert [s.person_id for s in found.shifts[:3]] == [cast.lan.id, cast.long.id, cast.lan.id]
    assert found.faults == []
    assert shifts(roster) == []
    desk.do(planning.lay, roster.id, plan(cast.lan, cast.long), seen=found.digest, by=cast.tung)
    assert [s.starts_at for s in shifts(roster)[:2]] == [local(24, 6), local(24, 18)]


def test_a_look_names_the_gaps_a_plan_leaves(desk: Desk, roster: Roster) -> None:
    found = looked(desk, roster, plan(desk.cast.lan, rule="FREQ=DAILY"))
    gaps = [f for f in found.faults if f.kind is FaultKind.GAP]
    assert (gaps[0].starts_at, gaps[0].ends_at) == (local(24, 18), local(25, 6))
    assert len(gaps) == 14


def test_only_what_was_looked_at_is_laid_down(desk: Desk, roster: Roster) -> None:
    cast = desk.cast
    laid = plan(cast.lan, cast.long)
    seen = looked(desk, roster, laid).digest
    with desk.refused(Conflict, "xem thử lại"):
        other = replace(laid, people=(cast.long.id, cast.lan.id))
        desk.do(planning.lay, roster.id, other, seen=seen, by=cast.tung)
    by_hand(desk, cast.long, local(25, 6), 8)
    with desk.refused(Conflict, "xem thử lại"):
        desk.do(planning.lay, roster.id, laid, seen=seen, by=cast.tung)


def test_a_shift_entered_by_hand_stays_beside_a_rotation_until_somebody_ends_it(
    desk: Desk, roster: Roster
) -> None:
    cast = desk.cast
    running = by_hand(desk, cast.nga, local(23, 20), 24 * 30)
    to_come = by_hand(desk, cast.lan, local(26, 8), 4)
    by_hand(desk, cast.nga, local(23, 1), 3)
    laid = plan(cast.lan, cast.long)
    found = looked(desk, roster, laid)
    assert [s.id for s in found.by_hand] == [running.id, to_come.id]
    assert any(s.id == running.id for s in found.shifts)
    clash = next(f for f in found.faults if f.kind is FaultKind.CLASH)
    assert (clash.person_id, clash.starts_at) == (cast.lan.id, local(26, 8))
    ending = replace(laid, ends_by_hand=(running.id, to_come.id))
    again = looked(desk, roster, ending)
    # Until the rotation begins Nga, who has no turn, is on duty as she was put there.
    assert [(f.kind, f.person_id) for f in again.faults] == [(FaultKind.OUTSIDE, cast.nga.id)]
    desk.do(planning.lay, roster.id, ending, seen=again.digest, by=cast.tung)
    with database.reading() as session:
        assert session.get_one(Shift, running.id).ends_at == local(24, 6)
        assert session.get(Shift, to_come.id) is None
        assert rosters.on_shift(session, local(24, 7)) == [cast.lan.id]
    told = [line.text for line in desk.timeline(DESK, Language.EN)]
    assert sum("entered by hand" in text for text in told) == 2


def test_a_shift_by_hand_that_does_not_touch_the_rotation_is_not_ended(
    desk: Desk, roster: Roster
) -> None:
    cast = desk.cast
    late = by_hand(desk, cast.long, local(20, 6, month=12), 8)
    laid = plan(cast.lan, valid_to=date(2026, 12, 1), ends_by_hand=(late.id,))
    with desk.refused(NotFound, "ca nhập tay"):
        desk.do(planning.lay, roster.id, laid, by=cast.tung)


def test_a_new_rotation_replaces_the_one_that_runs(desk: Desk, roster: Roster) -> None:
    cast = desk.cast
    old = desk.do(planning.lay, roster.id, plan(cast.lan, cast.long), by=cast.tung)
    following = plan(cast.nga, valid_from=date(2026, 11, 27), replaces=(old.id,))
    found = looked(desk, roster, following)
    # She has every shift, which is one thing to say.
    assert [(f.kind, f.person_id) for f in found.faults] == [(FaultKind.REST, cast.nga.id)]
    desk.do(planning.lay, roster.id, following, by=cast.tung)
    with database.reading() as session:
        turns = rotations.of_roster(session, roster.id)
        assert [r.valid_to for r, _ in turns] == [date(2026, 11, 26), None]
    assert [s.person_id for s in shifts(roster) if s.starts_at >= local(26, 18)][:2] == [
        cast.long.id,
        cast.nga.id,
    ]


def test_a_running_rotation_is_replaced_from_tomorrow_at_the_earliest(
    desk: Desk, roster: Roster
) -> None:
    cast = desk.cast
    old = desk.do(planning.lay, roster.id, plan(cast.lan), by=cast.tung)
    laid = plan(cast.nga, valid_from=date(2026, 11, 23), replaces=(old.id,))
    with desk.refused(Invalid, "từ ngày mai"):
        desk.do(planning.lay, roster.id, laid, by=cast.tung)
    with desk.refused(NotFound, "vòng trực"):
        stranger = replace(laid, valid_from=TOMORROW, replaces=(cast.an.id,))
        desk.do(planning.lay, roster.id, stranger, by=cast.tung)


ALL = list(Weekday)
WORKING = ALL[:5]


@pytest.mark.parametrize(
    ("begins", "ends", "each_day", "on", "rule", "long"),
    [
        (time(7), time(7), 1, ALL, "FREQ=DAILY", 24),
        (time(6), time(14), 3, ALL, "FREQ=DAILY;BYHOUR=6,14,22", 8),
        (time(14), time(22), 3, ALL, "FREQ=DAILY;BYHOUR=6,14,22", 8),
        (time(7, 30), time(17), 1, WORKING, "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", 9.5),
        (time(22), time(6), 1, WORKING, "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", 8),
    ],
)
def test_hours_and_weekdays_make_a_rule_that_can_be_read_again(
    begins: time, ends: time, each_day: int, on: list[Weekday], rule: str, long: float
) -> None:
    assert patterns.daily(begins, ends, each_day=each_day, on=on) == rule
    length = patterns.length(begins, ends)
    assert length == timedelta(hours=long)
    assert patterns.read(rule, begins, length) == (each_day, on)
    rotation = Rotation(
        roster_id=uuid4(),
        rule=rule,
        hand_over=begins,
        shift_minutes=1,
        valid_from=TOMORROW,
    )
    assert rotations.usable(rotation)


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY;BYDAY=MO", "FREQ=DAILY;INTERVAL=2", "FREQ=DAILY;BYHOUR=6,9", "x"]
)
def test_another_rule_is_left_to_whoever_writes_it(rule: str) -> None:
    assert patterns.read(rule, MORNING, timedelta(hours=8)) is None


@pytest.mark.parametrize(
    ("ends", "each_day", "on", "field"),
    [
        (time(14), 4, ALL, "each_day"),
        (time(14), 0, ALL, "each_day"),
        (time(13, 30), 2, ALL, "ends"),
        (time(14), 1, [], "weekdays"),
    ],
)
def test_hours_that_do_not_go_together_are_refused(
    ends: time, each_day: int, on: list[Weekday], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        patterns.daily(MORNING, ends, each_day=each_day, on=on)
    assert list(refused.value.fields) == [field]


def test_shifts_after_midnight_are_of_every_day() -> None:
    with pytest.raises(Invalid) as refused:
        patterns.daily(time(14), time(22), each_day=3, on=WORKING)
    assert list(refused.value.fields) == ["weekdays"]
