"""Working days counted by hand over two Tết holidays, swapped days, and the edges of terms.

The days off assumed here. Tết 2026: Monday 16 to Friday 20 February (the 29th of the twelfth month
to the fourth of the first), with the weekends about it 14 to 22. Tết 2027: Thursday 4 to Wednesday
10 February (the holidays that fall on the weekend of 6 and 7 are made up on 9 and 10). New Year
2026: Thursday 1 January; Friday 2 is off and Saturday 10 worked instead only by a decision, which
a desk enters as two swapped days. Monday 31 August 2026 is off for Saturday 22, as announced.
"""

from datetime import date, datetime, timedelta

import pytest

from incidents.matter import calendar
from incidents.matter.calendar import DayKind, SwapDay, Unit
from incidents.record import database
from incidents.record.clock import LOCAL
from incidents.record.errors import Invalid, NotFound
from incidents.record.language import Language, speech
from incidents.record.timeline import DESK
from tests.harness import Desk


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def ends(start: str, amount: int, unit: Unit, *, rolls: bool = False) -> str:
    """The last day of a term, and its time where that is not the end of the day."""
    with database.reading() as session:
        end = calendar.after(session, at(start), amount, unit, rolls=rolls).astimezone(LOCAL)
    if end.time() == datetime.max.time().replace(microsecond=0):
        return end.date().isoformat()
    return end.strftime("%Y-%m-%d %H:%M")


def works(day: str) -> bool:
    with database.reading() as session:
        return calendar.is_working(session, date.fromisoformat(day))


def swapped(day: str, kind: DayKind) -> None:
    with database.transaction() as session:
        session.add(
            SwapDay(
                day=date.fromisoformat(day),
                kind=kind,
                reason="hoán đổi",
                decision="Thông báo 01",
                set_at=at("2025-12-01 08:00"),
            )
        )


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        # Friday 13 February 2026 is the last working day before Tết, Monday 23 the first after.
        ("2026-02-13 09:00", 1, "2026-02-23"),
        ("2026-02-13 09:00", 2, "2026-02-24"),
        ("2026-02-13 23:59", 5, "2026-02-27"),
        # 12 → 13 (1), 23 (2), 24 (3).
        ("2026-02-12 08:00", 3, "2026-02-24"),
        # Received on New Year's Eve of the lunar year: counting begins after the holidays.
        ("2026-02-16 10:00", 3, "2026-02-25"),
        # 10 → 11, 12, 13 (3), 23–27 (8), 2–6 March (13), 9, 10 March (15).
        ("2026-02-10 08:00", 15, "2026-03-10"),
    ],
)
def test_working_days_over_tet_2026(migrated: None, start: str, count: int, last: str) -> None:
    assert ends(start, count, Unit.WORKING_DAYS) == last


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        # Wednesday 3 February 2027 is the last working day before Tết, Thursday 11 the first after.
        ("2027-02-03 16:30", 1, "2027-02-11"),
        ("2027-02-03 16:30", 2, "2027-02-12"),
        # 2 → 3 (1), 11 (2), 12 (3), 15 (4), 16 (5).
        ("2027-02-02 08:00", 5, "2027-02-16"),
        ("2027-02-05 08:00", 2, "2027-02-12"),
        # 25 January → 26–29 (4), 1–3 February (7), 11, 12 (9), 15–19 (14), 22 (15).
        ("2027-01-25 08:00", 15, "2027-02-22"),
    ],
)
def test_working_days_over_tet_2027(migrated: None, start: str, count: int, last: str) -> None:
    assert ends(start, count, Unit.WORKING_DAYS) == last


def test_a_swap_decided_by_the_government_is_entered_by_the_office(migrated: None) -> None:
    assert works("2026-01-02")
    assert not works("2026-01-10")
    assert ends("2025-12-31 08:00", 2, Unit.WORKING_DAYS) == "2026-01-05"
    swapped("2026-01-02", DayKind.OFF)
    swapped("2026-01-10", DayKind.WORKING)
    assert not works("2026-01-02")
    # 31 December → 5, 6, 7, 8, 9 (5), Saturday 10 (6), 12 (7).
    assert ends("2025-12-31 08:00", 1, Unit.WORKING_DAYS) == "2026-01-05"
    assert ends("2025-12-31 08:00", 6, Unit.WORKING_DAYS) == "2026-01-10"
    assert ends("2025-12-31 08:00", 7, Unit.WORKING_DAYS) == "2026-01-12"


def test_a_swap_within_tet_counts_as_well(migrated: None) -> None:
    swapped("2026-02-14", DayKind.WORKING)
    swapped("2026-02-23", DayKind.OFF)
    assert ends("2026-02-13 09:00", 2, Unit.WORKING_DAYS) == "2026-02-24"


def test_what_was_announced_long_before_is_known_without_a_row(migrated: None) -> None:
    assert works("2026-08-22")
    assert not works("2026-08-31")
    assert [works(f"2026-09-0{day}") for day in (1, 2, 3)] == [False, False, True]


def test_hours_run_through_the_holidays_and_by_the_minute(migrated: None) -> None:
    assert ends("2026-02-14 09:15", 72, Unit.HOURS) == "2026-02-17 09:15"
    assert ends("2026-11-22 23:30", 24, Unit.HOURS) == "2026-11-23 23:30"


def test_days_are_counted_from_the_day_after_to_the_end_of_the_last(migrated: None) -> None:
    assert ends("2026-02-12 00:01", 2, Unit.DAYS) == "2026-02-14"
    # A Saturday in Tết: with rolling it is the end of the first working day after.
    assert ends("2026-02-12 00:01", 2, Unit.DAYS, rolls=True) == "2026-02-23"
    assert ends("2026-11-22 17:00", 30, Unit.DAYS) == "2026-12-22"


def test_the_day_is_that_of_the_province(migrated: None) -> None:
    late = at("2026-11-23 00:30").astimezone(tz=None)
    with database.reading() as session:
        end = calendar.after(session, late, 1, Unit.DAYS)
    assert end == at("2026-11-24 23:59:59")


@pytest.mark.parametrize(
    ("start", "months", "rolls", "last"),
    [
        ("2026-01-31 10:00", 1, False, "2026-02-28"),
        ("2028-01-31 10:00", 1, False, "2028-02-29"),
        ("2026-11-15 10:00", 3, False, "2027-02-15"),
        ("2026-12-31 10:00", 12, False, "2027-12-31"),
        # 6 February 2027 is the first of Tết; work begins again on the 11th.
        ("2027-01-06 10:00", 1, False, "2027-02-06"),
        ("2027-01-06 10:00", 1, True, "2027-02-11"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(
    migrated: None, start: str, months: int, rolls: bool, last: str
) -> None:
    assert ends(start, months, Unit.MONTHS, rolls=rolls) == last


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-11-22 10:00", "2026-11-30"),
        ("2026-11-30 23:00", "2026-11-30"),
        ("2026-12-01 00:00", "2027-11-30"),
    ],
)
def test_before_the_first_of_december_means_by_the_end_of_november(start: str, last: str) -> None:
    end = calendar.before_next(at(start), 12, 1)
    assert end == at(last) + timedelta(hours=23, minutes=59, seconds=59)


def test_the_office_sets_replaces_and_removes_swapped_days_on_the_record(desk: Desk) -> None:
    day, an = date(2026, 12, 26), desk.cast.an
    with desk.refused(Invalid, "Không được để trống"):
        desk.do(calendar.swap, day, DayKind.WORKING, reason=" ", decision="", by=an)
    desk.do(calendar.swap, day, DayKind.WORKING, reason="Làm bù", decision="TB 12", by=an)
    desk.do(calendar.swap, day, DayKind.OFF, reason="Sửa", decision="TB 13", by=an)
    with database.reading() as session:
        (row,) = calendar.swap_days(session)
    assert (row.kind, row.decision, row.set_by) == (DayKind.OFF, "TB 13", an.id)
    with desk.refused(Invalid, "lý do"):
        desk.do(calendar.unswap, day, reason="", by=an)
    desk.do(calendar.unswap, day, reason="Nhầm", by=an)
    with desk.refused(NotFound, "hoán đổi"):
        desk.do(calendar.unswap, day, reason="Nhầm", by=an)
    assert desk.facts(DESK) == ["SwapDaySet", "SwapDaySet", "SwapDayRemoved"]
    assert "26/12/2026 là ngày nghỉ theo TB 13" in desk.timeline(DESK)[1].text


@pytest.mark.parametrize(
    ("unit", "amount", "vietnamese", "english"),
    [
        (Unit.WORKING_DAYS, 15, "15 ngày làm việc", "15 working days"),
        (Unit.WORKING_DAYS, 1, "1 ngày làm việc", "1 working day"),
        (Unit.MONTHS, 1, "1 tháng", "1 month"),
        (Unit.HOURS_BEFORE, 24, "24 giờ trước sự kiện", "24 hours before the event"),
    ],
)
def test_so_many_are_said_as_people_say_them(
    unit: Unit, amount: int, vietnamese: str, english: str
) -> None:
    assert unit.of(amount, speech(Language.VI)) == vietnamese
    assert unit.of(amount, speech(Language.EN)) == english
