"""Duty rosters: turns, stand-ins, swaps, absences, and who is on duty at any moment."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from incidents.people import persons, rosters
from incidents.people.duty import (
    absences,
    days,
    faults,
    filling,
    keeping,
    rotations,
    schedule,
    stand_ins,
    swaps,
)
from incidents.people.duty.changes import Swap, SwapState
from incidents.people.duty.faults import FaultKind
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, database
from incidents.record.actors import Actor, Via
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    Refusal,
)
from incidents.record.language import Language
from incidents.record.timeline import DESK
from tests.harness import START, Desk, hours

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


def test_somebody_stands_in_for_a_part_of_a_shift(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.kien.id,
        starts_at=local(24, 8),
        ends_at=local(24, 10),
        reason="Họp giao ban",
        instead_of=cast.duc.id,
        by=cast.tung,
    )

    assert [on(desk, local(24, h)) for h in (7, 8, 9, 10)] == [["duc"], ["kien"], ["kien"], ["duc"]]
    assert shift_at(roster, local(24, 9)).stands_in_for == cast.duc.id
    desk.expect_messages("stand_in_set", cast.duc, cast.kien)
    assert "Kiên trực thay" in desk.timeline(DESK)[-1].text


def test_a_stand_in_for_whoever_it_is_fills_a_hole_too_and_can_be_taken_back(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, rule="FREQ=DAILY", length=hours(8), around_the_clock=False)
    row = desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.kien.id,
        starts_at=local(24, 10),
        ends_at=local(24, 20),
        reason="Ngày cao điểm",
        by=cast.tung,
    )
    assert [on(desk, local(24, h)) for h in (9, 10, 13, 19, 20)] == [
        ["duc"], ["kien"], ["kien"], ["kien"], [],
    ]  # fmt: skip
    desk.time = local(24, 12).astimezone(UTC)
    desk.do(stand_ins.cancel, row.id, by=cast.tung)

    assert [on(desk, local(24, h)) for h in (11, 12, 15)] == [["kien"], ["duc"], []]
    with desk.refused(AlreadySettled):
        desk.do(stand_ins.cancel, row.id, by=cast.tung)
    desk.set_aside()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"reason": " "}, Invalid),
        ({"ends_at": local(24, 8)}, Invalid),
        ({"starts_at": local(20, 8), "ends_at": local(21, 8)}, Invalid),
        ({"ends_at": local(24, 8, year=2029)}, Invalid),
        ({"instead_of": "hoa"}, Invalid),
        ({"instead_of": "kien"}, Invalid),
    ],
)
def test_a_stand_in_that_makes_no_sense_is_refused(
    desk: Desk, change: dict[str, Any], kind: type[Refusal]
) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc)
    if isinstance(change.get("instead_of"), str):
        change = {"instead_of": getattr(cast, change["instead_of"]).id}
    values: dict[str, Any] = {
        "person_id": cast.kien.id,
        "starts_at": local(24, 8),
        "ends_at": local(24, 10),
        "reason": "x",
    }
    with desk.refused(kind):
        desk.do(stand_ins.set_, roster.id, by=cast.tung, **values | change)


def test_two_swap_and_both_shifts_change_hands(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    mine, theirs = shift_at(roster, local(24, 7)), shift_at(roster, local(24, 15))
    swap = desk.do(
        swaps.ask, mine.id, other_id=cast.hoa.id, in_return=theirs.id, reason="Giỗ", by=cast.duc
    )
    desk.expect_message(to=cast.hoa, kind="swap_asked")
    assert on(desk, local(24, 7)) == ["duc"]
    with desk.refused(NotPermitted):
        desk.do(swaps.accept, swap.id, by=cast.duc)
    desk.do(swaps.accept, swap.id, by=cast.hoa)
    desk.expect_message(to=cast.duc, kind="swap_accepted")

    assert [on(desk, local(24, h)) for h in (7, 15, 23)] == [["hoa"], ["duc"], ["duc"]]
    with desk.refused(AlreadySettled):
        desk.do(swaps.accept, swap.id, by=cast.hoa)
    assert desk.facts(DESK)[-2:] == ["SwapAsked", "SwapAccepted"]


def test_a_shift_given_away_cannot_be_given_away_again(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc)
    mine = shift_at(roster, local(24, 7))
    first = desk.do(swaps.ask, mine.id, other_id=cast.hoa.id, by=cast.duc)
    second = desk.do(swaps.ask, mine.id, other_id=cast.kien.id, by=cast.duc)
    with desk.refused(Conflict):
        desk.do(swaps.ask, mine.id, other_id=cast.kien.id, by=cast.duc)
    desk.do(swaps.accept, first.id, by=cast.hoa)
    with desk.refused(Conflict, "đã chuyển cho người khác"):
        desk.do(swaps.accept, second.id, by=cast.kien)
    desk.do(swaps.decline, second.id, by=cast.kien)
    desk.set_aside()
    assert on(desk, local(24, 7)) == ["hoa"]


def test_two_who_accept_at_once_do_not_both_get_the_shift(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc)
    mine = shift_at(roster, local(24, 7))
    asked = {
        p.id: desk.do(swaps.ask, mine.id, other_id=p.id, by=cast.duc).id
        for p in (cast.hoa, cast.kien)
    }
    together, outcomes = threading.Barrier(2), list[str]()

    def accept(person_id: UUID, swap_id: UUID) -> None:
        together.wait()
        try:
            with database.transaction() as session:
                swaps.accept(session, swap_id, by=Actor(person_id, Via.DESK))
            outcomes.append("taken")
        except Conflict:
            outcomes.append("too late")

    threads = [threading.Thread(target=accept, args=pair) for pair in asked.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.settle()
    desk.set_aside()

    assert sorted(outcomes) == ["taken", "too late"]
    with database.reading() as session:
        states = session.exec(select(Swap.state).order_by(col(Swap.state))).all()
    assert sorted(states) == [SwapState.ACCEPTED, SwapState.ASKED]
    assert len(on(desk, local(24, 7))) == 1


def test_only_ones_own_shift_to_come_is_asked_for(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    theirs, running = shift_at(roster, local(24, 15)), shift_at(roster, START)
    mine = shift_at(roster, local(24, 7))
    holder = cast.duc if running.person_id == cast.duc.id else cast.hoa
    with desk.refused(NotPermitted):
        desk.do(swaps.ask, theirs.id, other_id=cast.kien.id, by=cast.duc)
    with desk.refused(Invalid):
        desk.do(swaps.ask, running.id, other_id=cast.kien.id, by=holder)
    with desk.refused(Invalid):
        desk.do(swaps.ask, mine.id, other_id=cast.duc.id, by=cast.duc)
    with desk.refused(Invalid):
        desk.do(swaps.ask, mine.id, other_id=cast.kien.id, in_return=theirs.id, by=cast.duc)
    asked = desk.do(swaps.ask, mine.id, other_id=cast.hoa.id, by=cast.duc)
    with desk.refused(NotPermitted):
        desk.do(swaps.withdraw, asked.id, by=cast.hoa)
    desk.do(swaps.withdraw, asked.id, by=cast.duc)
    with desk.refused(AlreadySettled):
        desk.do(swaps.accept, asked.id, by=cast.hoa)
    desk.set_aside()


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
