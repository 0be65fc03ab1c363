"""Duty rosters: turns, gaps, clashes, and who is on duty at any moment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import select

from incidents.people import rosters
from incidents.people.duty import (
    days,
    filling,
    keeping,
    rotations,
    schedule,
    stand_ins,
)
from incidents.people.duty.faults import FaultKind
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, database
from incidents.record.actors import Actor, Via
from incidents.record.errors import (
    Conflict,
    Invalid,
    NotFound,
)
from incidents.record.language import Language
from incidents.record.timeline import DESK
from tests.harness import START, Desk, hours
from tests.incidents.shifts import MORNING, draw_up, found, local, on


def test_people_take_turns_by_the_rule_in_the_time_of_the_province(desk: Desk) -> None:
    cast = desk.cast
    draw_up(desk, cast.duc, cast.hoa, cast.kien)

    assert [on(desk, local(24, h)) for h in (6, 14, 22)] == [["duc"], ["hoa"], ["kien"]]
    assert on(desk, local(25, 5)) == ["kien"]
    assert on(desk, local(25, 6)) == ["duc"]
    assert desk.facts(DESK) == ["RosterDrawnUp", "RotationSet"]


def test_a_shift_may_cover_a_week_and_each_may_take_several_in_a_row(desk: Desk) -> None:
    cast = desk.cast
    draw_up(
        desk,
        cast.duc,
        cast.hoa,
        rule="FREQ=DAILY",
        length=hours(24),
        first=date(2026, 11, 23),
        shifts_each=2,
    )

    assert [on(desk, local(d, 12))[0] for d in (23, 24, 25, 26, 27)] == [
        "duc", "duc", "hoa", "hoa", "duc",
    ]  # fmt: skip


def test_the_turn_goes_on_over_tet_and_the_days_are_flagged(desk: Desk) -> None:
    desk.time = local(1, 12, month=1, year=2027).astimezone(UTC)
    cast = desk.cast
    draw_up(desk, cast.duc, cast.hoa, rule="FREQ=DAILY", length=hours(24), first=date(2027, 1, 1))

    feast = [date(2027, 2, d) for d in range(4, 12)]
    whole = [on(desk, datetime.combine(d, time(12), clock.LOCAL)) for d in feast]
    assert all(len(people) == 1 for people in whole)
    assert [a != b for a, b in pairwise(whole)] == [True] * 7
    assert [days.is_tet(d) for d in feast] == [True] * 7 + [False]
    assert days.holiday(date(2027, 2, 6)) == "Tết Nguyên Đán"
    assert days.holiday(date(2027, 2, 6), Language.EN) == "Lunar New Year"
    assert days.holiday(date(2027, 9, 2)) == "Quốc khánh"
    assert not days.is_tet(date(2027, 1, 1))
    assert days.holiday(date(2027, 2, 11)) is None


def test_the_hour_of_hand_over_never_moves_with_the_season(desk: Desk) -> None:
    roster = draw_up(desk, desk.cast.duc, rule="FREQ=DAILY", length=hours(24))
    with database.reading() as session:
        a_year = filling.planned(session, roster, START, START + timedelta(days=400))

    assert {s.starts_at.astimezone(UTC).hour for s in a_year[1:]} == {23}
    assert {s.ends_at.astimezone(clock.LOCAL).hour for s in a_year} == {6}
    assert all(b.starts_at == a.ends_at for a, b in pairwise(a_year))


def test_what_was_before_the_rotation_was_written_is_not_made_up(desk: Desk) -> None:
    roster = draw_up(desk, desk.cast.duc, first=date(2026, 11, 20))

    with database.reading() as session:
        rows = session.exec(select(Shift).where(Shift.roster_id == roster.id)).all()
    assert min(r.starts_at for r in rows) == START
    assert max(r.starts_at for r in rows) < START + filling.HORIZON
    assert len({r.id for r in rows}) == len(rows) > 150


@pytest.mark.parametrize(
    "rule",
    [
        "", "DAILY", "FREQ=HOURLY", "FREQ=SECONDLY", "FREQ=DAILY;UNTIL=20270101",
        "FREQ=DAILY;COUNT=3", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;BYHOUR=25",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY\nEXDATE:20261122T060000",
        "FREQ=DAILY;NONSENSE=1", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYSETPOS=400",
    ],
)  # fmt: skip
def test_a_rule_that_names_no_shift_is_refused(desk: Desk, rule: str) -> None:
    with desk.refused(Invalid):
        draw_up_only = keeping.draw_up
        with database.transaction() as session:
            by = Actor(desk.cast.tung.id, Via.DESK)
            roster = draw_up_only(
                session,
                "Thử",
                role=Role.OFFICE_DUTY,
                organisation_id=desk.cast.hoa.organisation_id,
                by=by,
            )
            keeping.add(
                session,
                roster.id,
                people=[desk.cast.hoa.id],
                rule=rule,
                hand_over=MORNING,
                length=hours(8),
                valid_from=date(2026, 11, 22),
                by=by,
            )


def test_what_cannot_be_a_rotation_is_refused_with_every_field_named(desk: Desk) -> None:
    roster = draw_up(desk, desk.cast.duc)
    with desk.refused(Invalid) as caught:
        desk.do(
            keeping.add,
            roster.id,
            people=[],
            rule="FREQ=DAILY",
            hand_over=MORNING,
            length=timedelta(days=8),
            valid_from=date(2026, 11, 22),
            valid_to=date(2026, 11, 21),
            shifts_each=0,
            by=desk.cast.tung,
        )
    assert set(caught.value.fields) == {"people", "length", "valid_to", "shifts_each"}
    with desk.refused(Conflict):
        draw_up(desk, desk.cast.duc)
    with desk.refused(NotFound):
        desk.do(
            keeping.draw_up,
            "Khác",
            role=Role.OFFICE_DUTY,
            organisation_id=roster.id,
            by=desk.cast.tung,
        )


def test_a_new_rotation_follows_the_one_that_ends(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, rule="FREQ=DAILY", length=hours(24))
    with database.reading() as session:
        ((first, people),) = rotations.of_roster(session, roster.id)
    assert people == [cast.duc.id]
    with desk.refused(Invalid):
        desk.do(keeping.end, first.id, last_day=date(2026, 11, 22), by=cast.tung)
    desk.do(keeping.end, first.id, last_day=date(2026, 11, 24), by=cast.tung)
    assert on(desk, local(25, 7)) == []
    desk.do(
        keeping.add,
        roster.id,
        people=[cast.hoa.id],
        rule="RRULE:FREQ=DAILY",
        hand_over=MORNING,
        length=hours(24),
        valid_from=date(2026, 11, 25),
        by=cast.tung,
    )

    assert [on(desk, local(25, h)) for h in (5, 6)] == [["duc"], ["hoa"]]
    assert desk.facts(DESK)[-2:] == ["RotationEnded", "RotationSet"]


def test_a_roster_given_up_is_missed_for_a_week_and_no_longer(desk: Desk) -> None:
    roster = draw_up(desk, desk.cast.duc, valid_to=date(2026, 11, 24))
    late = START + timedelta(days=1)
    assert [g.starts_at for g in found(late, late + timedelta(days=5), FaultKind.GAP)] == [
        local(25, 6)
    ]
    desk.time += timedelta(days=12)
    assert not found(desk.time, desk.time + timedelta(days=5), FaultKind.GAP)
    assert roster.around_the_clock


def test_one_person_on_two_rosters_at_once_is_a_clash(desk: Desk) -> None:
    cast = desk.cast
    draw_up(desk, cast.duc)
    draw_up(
        desk,
        cast.hoa,
        cast.duc,
        role=Role.OFFICE_DUTY,
        name="Trực Văn phòng",
        rule="FREQ=DAILY",
        length=hours(24),
        first=date(2026, 11, 23),
    )

    clashes = found(local(24, 0), local(25, 0), FaultKind.CLASH)
    assert clashes
    assert {c.person_id for c in clashes} == {cast.duc.id}
    assert {c.role for c in clashes} | {c.other_role for c in clashes} == {
        Role.OFFICE_DUTY,
        Role.DEPARTMENT_DUTY_LEADER,
    }
    assert not found(local(24, 0), local(26, 0), FaultKind.GAP)


def test_a_roster_of_working_hours_has_no_gap_at_night(desk: Desk) -> None:
    draw_up(
        desk,
        desk.cast.duc,
        rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        length=hours(9),
        around_the_clock=False,
    )
    assert not found(START, START + timedelta(days=10), FaultKind.GAP)
    assert on(desk, local(28, 8)) == []


def test_now_and_next_at_any_moment_also_beyond_the_rows(desk: Desk) -> None:
    cast = desk.cast
    draw_up(desk, cast.duc, cast.hoa)
    far = START + timedelta(days=200)
    with database.reading() as session:
        for at in (START, far):
            (duty,) = [
                d for d in schedule.on_duty(session, at) if d.role is Role.DEPARTMENT_DUTY_LEADER
            ]
            assert len(duty.now) == len(duty.next) == 1
            assert duty.now[0].ends_at == duty.next[0].starts_at
            assert duty.now[0].person_id != duty.next[0].person_id
        ((officers, *_), *_) = [[d] for d in schedule.on_duty(session, START)]
        assert [s.person_id for s in officers.now] == [cast.lan.id]
        assert [s.person_id for s in officers.next] == [cast.long.id]


def test_time_passing_rolls_the_rows_forward_and_changes_none(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    before = {s.id: (s.starts_at, s.ends_at, s.person_id) for s in _rows(roster)}
    with database.reading() as session:
        assert filling.due(session) == []
    desk.time += timedelta(days=16)
    with database.transaction() as session:
        assert filling.due(session) == [roster.id]
        filling.fill(session, rosters.get(session, roster.id))

    after = {s.id: (s.starts_at, s.ends_at, s.person_id) for s in _rows(roster)}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 16 * 3
    assert {s.sequence for s in _rows(roster)} == {0}


def test_asking_who_is_on_duty_costs_one_look_with_rosters_as_without(desk: Desk) -> None:
    from sqlalchemy import event

    draw_up(desk, desk.cast.lan, desk.cast.long, role=Role.DUTY_OFFICER, name="Trực ban")
    asked = list[str]()

    def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    with database.reading() as session:
        session.connection()
        event.listen(session.get_bind(), "before_cursor_execute", count)
        try:
            rosters.roles_now(session, desk.cast.lan.id, START)
            assert len(asked) == 1
            rosters.to_alert(session, START)
            assert len(asked) == 2
        finally:
            event.remove(session.get_bind(), "before_cursor_execute", count)


def _rows(roster: Roster) -> Sequence[Shift]:
    with database.reading() as session:
        return session.exec(select(Shift).where(Shift.roster_id == roster.id)).all()


def test_two_shifts_with_less_rest_than_the_office_sets_are_warned_of_and_refused_to_nobody(
    desk: Desk,
) -> None:
    cast = desk.cast
    hoa, duc = cast.hoa, cast.duc
    # Two in turn, two shifts each: the second of each pair follows the first without rest.
    roster = draw_up(desk, hoa, duc, shifts_each=2, first=date(2026, 11, 23))
    warned = found(local(24, 0), local(25, 0), FaultKind.REST)
    assert [(f.person_id, f.starts_at, f.rest) for f in warned] == [
        (duc.id, local(24, 6), timedelta()),
        (hoa.id, local(24, 22), timedelta()),
    ]
    # The first shift of a pair may be over when the look begins.
    assert found(local(24, 6), local(24, 7), FaultKind.REST) == warned[:1]
    # A part in the middle that somebody stands in for leaves one shift, not two.
    desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.tung.id,
        instead_of=duc.id,
        starts_at=local(24, 8),
        ends_at=local(24, 9),
        reason="Họp",
        by=cast.tung,
    )
    assert len(found(local(24, 0), local(25, 0), FaultKind.REST)) == 2
    desk.set_aside()
