"""Absences: the gap they make is seen, answered for, and ends with whoever left."""

from datetime import UTC

from sqlmodel import select

from incidents.people import rosters
from incidents.people.duty import (
    absences,
    filling,
    stand_ins,
)
from incidents.people.duty.faults import FaultKind
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Shift
from incidents.record import database
from tests.harness import START, Desk, hours
from tests.incidents.shifts import draw_up, found, local, on, shift_at


def test_an_absence_makes_a_gap_that_the_stand_ins_answer_for(desk: Desk) -> None:
    cast = desk.cast
    with database.transaction() as session:
        for row in session.exec(select(Shift)):
            session.delete(row)
    roster = draw_up(desk, cast.lan, cast.long, role=Role.DUTY_OFFICER, name="Trực ban")
    absence = desk.do(
        absences.report,
        cast.lan.id,
        starts_at=local(24, 0),
        ends_at=local(25, 0),
        reason="Ốm",
        by=cast.lan,
    )

    gaps = found(START, local(26, 0), FaultKind.GAP)
    role = Role.DUTY_OFFICER
    lans = [(local(24, 6), local(24, 14)), (local(24, 22), local(25, 0))]
    if [on(desk, local(24, 15), role)] == [[]]:
        lans = [(local(24, 0), local(24, 6)), (local(24, 14), local(24, 22))]
    assert [(g.starts_at, g.ends_at) for g in gaps] == lans
    (begins, _), *_ = lans
    with database.reading() as session:
        assert rosters.to_alert(session, begins) == [cast.duc.id, cast.hoa.id]
    away = found(START, local(26, 0), FaultKind.AWAY)
    assert {(f.person_id, f.covered) for f in away} == {(cast.lan.id, False)}
    desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.kien.id,
        starts_at=lans[0][0],
        ends_at=lans[0][1],
        reason="Thay Lan",
        by=cast.tung,
    )
    assert len(found(START, local(26, 0), FaultKind.GAP)) == 1
    assert len(found(START, local(26, 0), FaultKind.AWAY)) == 1
    desk.do(absences.cancel, absence.id, by=cast.lan)
    assert not found(START, local(26, 0), FaultKind.GAP)
    desk.set_aside()


def test_who_falls_ill_on_duty_is_off_duty_from_then_on_and_the_past_stays(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc)
    desk.time = local(24, 9).astimezone(UTC)
    before = shift_at(roster, local(24, 8))
    desk.do(
        absences.report,
        cast.duc.id,
        starts_at=local(24, 6),
        ends_at=local(24, 14),
        reason="Ốm",
        by=cast.duc,
    )

    assert on(desk, local(24, 8)) == ["duc"]
    assert on(desk, local(24, 9)) == []
    after = shift_at(roster, local(24, 8))
    assert (after.id, after.ends_at, after.sequence) == (before.id, desk.time, 1)
    assert on(desk, local(24, 14)) == ["duc"]


def test_whoever_left_the_desk_is_on_duty_no_more(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    desk.time = local(24, 9).astimezone(UTC)
    with database.transaction() as session:
        session.get_one(Person, cast.duc.id).active = False
        session.flush()
        assert filling.due(session) == [roster.id]
        filling.fill(session, rosters.get(session, roster.id))
        assert filling.due(session) == []
    desk.time += hours(1)
    with database.transaction() as session:
        filling.fill(session, rosters.get(session, roster.id))

    week = [on(desk, local(24, 9) + n * hours(8)) for n in range(21)]
    assert {tuple(people) for people in week} == {(), ("hoa",)}
