"""How people want to be reached: which way first, which later, and when they are not woken."""

from datetime import datetime, time, timedelta

import pytest

from incidents.matter.incidents import Incident
from incidents.people.directory import contacts, reaching
from incidents.people.duty.patterns import Weekday
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.quiet_hours import QuietHours
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.errors import Conflict, Invalid
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.record.timeline import DESK
from tests.harness import Desk, minutes

NIGHTS = QuietHours(time(22), time(6), frozenset(Weekday))
WORKDAYS = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=clock.LOCAL)


@pytest.mark.parametrize(
    ("hours_kept", "asked", "over"),
    [
        (NIGHTS, at(26, 21, 59), None),
        (NIGHTS, at(26, 22), at(27, 6)),
        (NIGHTS, at(27, 5, 59), at(27, 6)),
        (NIGHTS, at(27, 6), None),
        # Thursday night and Friday night are quiet, the night from Saturday is not.
        (QuietHours(time(22), time(6), WORKDAYS), at(28, 3), at(28, 6)),
        (QuietHours(time(22), time(6), WORKDAYS), at(29, 3), None),
        # The whole day, every day of a weekend in one stretch.
        (
            QuietHours(time(0), time(0), frozenset({Weekday.SATURDAY, Weekday.SUNDAY})),
            *(at(28, 10), at(30, 0)),
        ),
        # 2 September and the day off beside it, with the nights around them.
        (QuietHours(time(22), time(6), frozenset(Weekday), True), at(2, 12, 0, 9), at(3, 6, 0, 9)),
        (QuietHours(time(22), time(6), frozenset(), True), at(3, 12, 0, 9), None),
    ],
)
def test_quiet_ends_at_the_end_of_the_last_stretch_that_holds_it(
    hours_kept: QuietHours, asked: datetime, over: datetime | None
) -> None:
    assert hours_kept.over(asked) == over
    assert QuietHours.of(hours_kept.kept()) == hours_kept


def test_somebody_quiet_on_every_hour_is_reached_after_two_weeks_all_the_same() -> None:
    always = QuietHours(time(0), time(0), frozenset(Weekday))
    over = always.over(at(26, 12))
    assert over
    assert over - at(26, 12) < timedelta(days=16)


@pytest.fixture
def second(desk: Desk) -> ContactPoint:
    """Another address of Khôi's, which somebody typed the code of."""
    khoi = desk.cast.khoi
    point = desk.do(
        contacts.add,
        ContactKind.MAIL,
        "khoi.rieng@binhkhe.test",
        person_id=khoi.id,
        by=desk.cast.an,
    )
    with database.transaction() as session:
        kept = contacts.get(session, point.id)
        kept.verified_at = desk.time
        session.add(kept)
    return point


def first_of(person: Person) -> ContactPoint:
    with database.reading() as session:
        return reaching.of(session, person.id)[0]


def later(desk: Desk, second: ContactPoint, ordinary: int | None, grave: int | None) -> None:
    desk.do(
        reaching.choose,
        desk.cast.khoi.id,
        ordinary={second.id: ordinary},
        grave={second.id: grave},
        by=desk.cast.khoi,
    )


def asked(desk: Desk, level: int = 2) -> Incident:
    incident = desk.opened(level=level, roles=[Role.LEAD, Role.MONITORING])
    desk.set_aside()
    desk.plan(incident, "count", Role.MONITORING, form="Measurement")
    return incident


def to(desk: Desk, point: ContactPoint, kind: str = "step_assigned") -> list[OutgoingMessage]:
    return [m for m in desk.messages(to=desk.cast.khoi, kind=kind) if m.address == point.address]


def test_a_later_way_is_used_while_nobody_answered_and_not_after(
    desk: Desk, second: ContactPoint
) -> None:
    khoi = desk.cast.khoi
    later(desk, second, 5, 0)
    incident = asked(desk)
    (message,) = to(desk, second)
    assert (message.state, message.due_at) == (MessageState.QUEUED, desk.time + minutes(5))
    assert to(desk, first_of(khoi))[0].state is MessageState.SENT
    desk.fast_forward(minutes(4))
    desk.acknowledge("count", by=khoi)
    desk.fast_forward(minutes(2))
    assert desk.reload(message).state is MessageState.CANCELLED
    desk.plan(incident, "count again", Role.MONITORING, form="Measurement")
    desk.fast_forward(minutes(5))
    assert [m.state for m in to(desk, second)][1:] == [MessageState.SENT]
    desk.set_aside()


def test_levels_3_and_4_have_an_order_of_their_own_and_notices_go_the_first_way_only(
    desk: Desk, second: ContactPoint
) -> None:
    later(desk, second, None, 0)
    asked(desk, level=2)
    assert to(desk, second) == []
    later(desk, second, 10, 0)
    asked(desk, level=3)
    assert [m.state for m in to(desk, second)] == [MessageState.SENT]
    assert to(desk, second, "called_out"), "at level 3 both ways are immediate"
    later(desk, second, 10, 10)
    before = len(to(desk, second, "called_out"))
    asked(desk, level=3)
    assert len(to(desk, second, "called_out")) == before
    desk.set_aside()


def test_work_that_passed_on_is_not_asked_for_once_more(desk: Desk, second: ContactPoint) -> None:
    later(desk, second, 5, 5)
    asked(desk)
    desk.decline("count", by=desk.cast.khoi, reason="Đang ở xa")
    desk.fast_forward(minutes(6))
    assert [m.state for m in to(desk, second)] == [MessageState.CANCELLED]
    desk.set_aside()


def test_where_the_chosen_way_bounced_the_other_one_is_used_at_once(
    desk: Desk, second: ContactPoint
) -> None:
    khoi = desk.cast.khoi
    later(desk, second, 30, None)
    with database.transaction() as session:
        kept = contacts.get(session, first_of(khoi).id)
        kept.bounced_at = desk.time
        session.add(kept)
    asked(desk)
    assert [m.state for m in to(desk, second)] == [MessageState.SENT]
    desk.set_aside()


def test_quiet_hours_put_off_what_can_wait_and_nothing_else(desk: Desk) -> None:
    khoi = desk.cast.khoi
    desk.do(reaching.keep_quiet, khoi.id, NIGHTS, by=khoi)
    local = desk.time.astimezone(clock.LOCAL)
    night = datetime.combine(local.date(), time(23), clock.LOCAL)
    desk.fast_forward(night - local)
    desk.set_aside()
    asked(desk, level=2)
    (waits,) = to(desk, first_of(khoi))
    assert waits.due_at.astimezone(clock.LOCAL).time() == time(6)
    assert waits.state is MessageState.QUEUED
    asked(desk, level=3)
    assert [m.state for m in to(desk, first_of(khoi))][1:] == [MessageState.SENT]
    desk.do(reaching.keep_quiet, khoi.id, None, by=khoi)
    asked(desk, level=2)
    assert [m.state for m in to(desk, first_of(khoi))][2:] == [MessageState.SENT]
    desk.set_aside()


def test_a_grave_matter_that_is_just_being_opened_wakes_too(desk: Desk) -> None:
    binh = desk.cast.binh
    desk.do(reaching.keep_quiet, binh.id, NIGHTS, by=binh)
    desk.opened(level=2)
    (waits,) = desk.messages(to=binh, kind="incident_opened")
    assert waits.state is MessageState.QUEUED
    desk.opened(level=3)
    assert [m.state for m in desk.messages(to=binh, kind="incident_opened")][1:] == [
        MessageState.SENT
    ]
    desk.set_aside()


def test_each_says_it_for_themselves_and_one_way_is_always_immediate(
    desk: Desk, second: ContactPoint
) -> None:
    khoi, lan = desk.cast.khoi, desk.cast.lan
    mine = first_of(khoi)
    with desk.refused(Invalid, "không phải liên hệ của đồng chí"):
        desk.do(reaching.choose, lan.id, ordinary={mine.id: 0}, grave={}, by=lan)
    with desk.refused(Invalid, "Chọn một trong các khoảng chờ"):
        desk.do(reaching.choose, khoi.id, ordinary={mine.id: 7}, grave={}, by=khoi)
    with desk.refused(Invalid, "Ít nhất một cách"):
        both: dict[object, int | None] = {mine.id: 5, second.id: None}
        desk.do(reaching.choose, khoi.id, ordinary=both, grave={}, by=khoi)
    with desk.refused(Invalid, "Chọn ít nhất một ngày"):
        desk.do(reaching.keep_quiet, khoi.id, QuietHours(time(22), time(6), frozenset()), by=khoi)
    with desk.refused(Conflict, "chưa đặt giờ"):
        desk.do(reaching.keep_quiet, khoi.id, None, by=khoi)
    later(desk, second, 15, 2)
    desk.do(reaching.keep_quiet, khoi.id, NIGHTS, by=khoi)
    desk.do(reaching.keep_quiet, khoi.id, None, by=khoi)
    lines = [line.text for line in desk.timeline(DESK)]
    assert "khoi.rieng@binhkhe.test: 15 min / 2 min" in lines[-3]
    assert "từ 22:00 đến 06:00, 7 ngày trong tuần" in lines[-2]


def test_a_test_message_goes_by_one_way_once_a_minute(desk: Desk, second: ContactPoint) -> None:
    khoi = desk.cast.khoi
    desk.do(reaching.keep_quiet, khoi.id, QuietHours(time(0), time(0), frozenset(Weekday)), by=khoi)

    def tried() -> None:
        with database.transaction() as session:
            reaching.try_out(session, second.id)

    tried()
    with desk.refused(Conflict, "đợi một phút"):
        tried()
    desk.settle()
    assert desk.expect_message(to=khoi, kind="contact_test").address == second.address
    desk.fast_forward(minutes(1))
    tried()
    desk.settle()
    desk.expect_message(to=khoi, kind="contact_test")
    phone = desk.do(
        contacts.add, ContactKind.TELEPHONE, "0900 000 001", person_id=khoi.id, by=desk.cast.an
    )
    with desk.refused(Conflict, "không tự gửi được"), database.transaction() as session:
        reaching.try_out(session, phone.id)
