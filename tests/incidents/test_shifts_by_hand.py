"""Shifts entered by hand: one more, moved, taken out, and what that leaves wrong."""

from datetime import datetime, timedelta
from typing import Any

from incidents.people.duty import absences, by_hand, faults, keeping
from incidents.people.duty.faults import FaultKind
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import database
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.timeline import DESK
from tests.harness import Desk, hours
from tests.incidents.shifts import draw_up, on, shift_at


def roster_of(desk: Desk) -> Roster:
    """The duty desk as a roster without any rotation."""
    return desk.do(
        keeping.draw_up,
        "Cán bộ trực",
        role=Role.DUTY_OFFICER,
        organisation_id=desk.cast.lan.organisation_id,
        by=desk.cast.tung,
    )


def entered(
    desk: Desk, roster: Roster, who: Person, start: datetime, length: timedelta = timedelta(hours=8)
) -> Shift:
    values = {"person_id": who.id, "starts_at": start, "ends_at": start + length}
    return desk.do(by_hand.enter, roster.id, **values, by=desk.cast.tung)


def wrong(desk: Desk, kind: FaultKind) -> list[tuple[datetime, datetime]]:
    with database.reading() as session:
        found = faults.find(session, desk.time, desk.time + timedelta(days=3))
    return [(f.starts_at, f.ends_at) for f in found if f.kind is kind]


def test_a_shift_is_entered_moved_and_taken_out_with_its_gaps(desk: Desk) -> None:
    cast, start = desk.cast, desk.time
    roster = roster_of(desk)
    # Lan is on until 6 hours from now, Long the 8 after: nobody is missed in between.
    assert wrong(desk, FaultKind.GAP) == []
    shift = entered(desk, roster, cast.kien, start + hours(16))
    desk.expect_messages("shift_by_hand", cast.kien)
    assert wrong(desk, FaultKind.GAP) == [(start + hours(14), start + hours(16))]
    moved = {
        "person_id": cast.kien.id,
        "starts_at": start + hours(14),
        "ends_at": start + hours(22),
    }
    desk.do(by_hand.move, roster.id, shift.id, **moved, by=cast.tung)
    desk.expect_messages("shift_by_hand", cast.kien)
    assert wrong(desk, FaultKind.GAP) == []
    desk.do(by_hand.move, roster.id, shift.id, **moved | {"person_id": cast.ha.id}, by=cast.tung)
    desk.expect_messages("shift_by_hand", cast.kien, cast.ha)
    assert on(desk, start + hours(15), Role.DUTY_OFFICER) == ["ha"]

    # Once it runs only its end changes; who was on duty stays on record.
    desk.time = start + hours(15)
    with desk.refused(Conflict, "đang chạy"):
        desk.do(by_hand.move, roster.id, shift.id, **moved, by=cast.tung)
    longer = moved | {"person_id": cast.ha.id, "ends_at": start + hours(24)}
    desk.do(by_hand.move, roster.id, shift.id, **longer, by=cast.tung)
    desk.time = start + hours(16)
    desk.do(by_hand.take_out, roster.id, shift.id, reason="Ốm", by=cast.tung)
    assert desk.reload(shift).ends_at == desk.time
    assert on(desk, desk.time, Role.DUTY_OFFICER) == []
    later = entered(desk, roster, cast.long, start + hours(30))
    desk.do(by_hand.take_out, roster.id, later.id, reason="Nhầm ngày", by=cast.tung)
    with database.reading() as session:
        assert session.get(Shift, later.id) is None
    assert desk.facts(DESK)[-7:] == [
        *("ShiftEntered", "ShiftMoved", "ShiftMoved", "ShiftMoved", "ShiftTakenOut"),
        *("ShiftEntered", "ShiftTakenOut"),
    ]
    desk.set_aside()


def test_what_cannot_be_a_shift_is_refused_and_a_clash_is_shown(desk: Desk) -> None:
    cast, start = desk.cast, desk.time
    roster = roster_of(desk)

    def refused(kind: type[Any], saying: str, who: Person, at: datetime, **more: Any) -> None:
        with desk.refused(kind, saying):
            entered(desk, roster, who, at, **more)

    refused(Invalid, "đã qua", cast.kien, start - hours(9))
    refused(Invalid, "30 phút", cast.kien, start, length=timedelta(minutes=9))
    refused(Invalid, "7 ngày", cast.kien, start, length=timedelta(days=8))
    refused(Conflict, "đã có ca trong vai này", cast.lan, start + hours(1))
    away = {"starts_at": start, "ends_at": start + timedelta(days=2), "reason": "Nghỉ phép"}
    desk.do(absences.report, cast.hoa.id, **away, by=cast.hoa)
    refused(Conflict, "vắng mặt", cast.hoa, start + hours(20))
    planned = draw_up(desk, cast.duc, cast.kien)
    with desk.refused(NotFound):
        desk.do(by_hand.take_out, planned.id, _first(desk, roster).id, reason="x", by=cast.tung)
    entered(desk, roster, cast.duc, start + hours(14), timedelta(days=1))
    assert wrong(desk, FaultKind.CLASH)
    rostered = shift_at(planned, start + hours(20))
    with desk.refused(Conflict, "vòng trực xếp"):
        desk.do(by_hand.take_out, planned.id, rostered.id, reason="x", by=cast.tung)
    desk.set_aside()


def _first(desk: Desk, roster: Roster) -> Shift:
    with database.reading() as session:
        return by_hand.of_roster(session, roster)[0]
