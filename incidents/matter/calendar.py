"""The working calendar of Vietnam, and how a legal term is counted on it.

Terms are counted as the Civil Code 2015 (articles 147 and 148) counts them: hours from the very
moment, anything longer from the day after it, to the end of the last day.
"""

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Invalid, NotFound, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Labelled, Speech

_LAST_SECOND = time(23, 59, 59)
_WEEKEND = (5, 6)
_MONTHS = 12
_LONGEST_WORD = 300


class Unit(Labelled):
    """What a term is counted in."""

    HOURS = "hours", N_("giờ")
    HOURS_BEFORE = "hours_before", N_("giờ trước sự kiện")
    DAYS = "days", N_("ngày")
    WORKING_DAYS = "working_days", N_("ngày làm việc")
    MONTHS = "months", N_("tháng")
    YEARLY = "yearly", N_("hằng năm, trước một ngày")

    def of(self, amount: int, say: Speech) -> str:
        """So many of it, as people say it."""
        one = _ONE.get(self)
        return say.text(one) if amount == 1 and one else f"{amount} {say.value(self)}"


_ONE = {
    Unit.HOURS: N_("1 giờ"),
    Unit.HOURS_BEFORE: N_("1 giờ trước sự kiện"),
    Unit.DAYS: N_("1 ngày"),
    Unit.WORKING_DAYS: N_("1 ngày làm việc"),
    Unit.MONTHS: N_("1 tháng"),
}


class DayKind(Labelled):
    """What a decision makes of a day."""

    WORKING = "working", N_("ngày làm bù")
    OFF = "off", N_("ngày nghỉ")


class SwapDay(Table, table=True):
    """A day that a decision makes a working day or a day off, whatever the calendar says."""

    __tablename__ = "swap_day"

    id: UUID = identifier()
    day: date = Field(unique=True)
    kind: DayKind = choice(DayKind)
    reason: str
    decision: str
    set_at: datetime = moment()
    set_by: UUID | None = reference("person.id", optional=True)


@dataclass(frozen=True)
class SwapDaySet(Fact):
    """The office entered a swapped day."""

    day: date
    kind: DayKind
    decision: str
    reason: Private
    says: ClassVar[str] = N_("Lịch làm việc: %(day)s là %(kind)s theo %(decision)s. %(reason)s")


@dataclass(frozen=True)
class SwapDayRemoved(Fact):
    """A swapped day was taken back: the calendar speaks again."""

    day: date
    reason: Private
    says: ClassVar[str] = N_("Lịch làm việc: bỏ ngày hoán đổi %(day)s. %(reason)s")


def is_working(session: Session, day: date) -> bool:
    """Whether offices work on a day: the office's rows first, then the public holidays."""
    return _works(day, _swaps(session, day, day))


def after(
    session: Session, start: datetime, amount: int, unit: Unit, *, rolls: bool = False
) -> datetime:
    """When a term that begins at a moment ends; one that counts back from an event, before it.

    With ``rolls`` a term whose last day is off ends with the next working day (article 148.5).
    """
    if unit is Unit.HOURS:
        return start + timedelta(hours=amount)
    if unit is Unit.HOURS_BEFORE:
        return start - timedelta(hours=amount)
    first = start.astimezone(clock.LOCAL).date()
    if unit is Unit.WORKING_DAYS:
        return end_of(_working_days_after(session, first, amount))
    last = _months_after(first, amount) if unit is Unit.MONTHS else first + timedelta(days=amount)
    return end_of(_next_working(session, last) if rolls else last)


def before_next(start: datetime, month: int, day: int) -> datetime:
    """The last moment before the next such date of a year: "before 1 December" ends on the 30th."""
    today = start.astimezone(clock.LOCAL).date()
    last = date(today.year, month, day) - timedelta(days=1)
    if last < today:
        last = date(today.year + 1, month, day) - timedelta(days=1)
    return end_of(last)


def end_of(day: date) -> datetime:
    """The last second of a day in the province."""
    return datetime.combine(day, _LAST_SECOND, clock.LOCAL)


def _working_days_after(session: Session, first: date, count: int) -> date:
    # Off days come in rows of ten at most: twice the days and a month hold every case.
    swaps = _swaps(session, first, first + timedelta(days=3 * count + 60))
    day, left = first, count
    while left:
        day += timedelta(days=1)
        left -= _works(day, swaps)
    return day


def _next_working(session: Session, day: date) -> date:
    swaps = _swaps(session, day, day + timedelta(days=60))
    while not _works(day, swaps):
        day += timedelta(days=1)
    return day


def _months_after(first: date, months: int) -> date:
    """The same day of a later month, or that month's last where it has no such day."""
    year, month = divmod(first.year * _MONTHS + first.month - 1 + months, _MONTHS)
    last = gregorian.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(first.day, last))


def _works(day: date, swaps: Mapping[date, DayKind]) -> bool:
    if day in swaps:
        return swaps[day] is DayKind.WORKING
    off, worked = _year(day.year)
    return day in worked or (day.weekday() not in _WEEKEND and day not in off)


def _swaps(session: Session, first: date, last: date) -> dict[date, DayKind]:
    rows = session.exec(select(SwapDay).where(SwapDay.day >= first, SwapDay.day <= last))
    return {row.day: row.kind for row in rows}


@lru_cache
def _year(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """The public holidays of a year, and the weekend days worked instead, as known beforehand."""
    from holidays.countries.vietnam import Vietnam  # noqa: PLC0415 - the command line is quick

    known = Vietnam(years=year)
    return frozenset(known), frozenset(known.weekend_workdays)


def swap_days(session: Session) -> list[SwapDay]:
    """Every day the office entered, the latest first."""
    return list(session.exec(select(SwapDay).order_by(col(SwapDay.day).desc())))


def swap(
    session: Session, day: date, kind: DayKind, *, reason: str, decision: str, by: Actor
) -> SwapDay:
    """Make a day worked or off by a numbered decision; the row of a day is replaced.

    Terms that have begun keep the end they were given.
    """
    empty = {
        name: (N_("Không được để trống."), {})
        for name, said in (("reason", reason), ("decision", decision))
        if not said.strip()
    }
    if empty:
        raise Invalid(fields=empty)
    row = session.exec(select(SwapDay).where(SwapDay.day == day)).first()
    row = row or SwapDay(day=day, kind=kind, reason="", decision="", set_at=clock.now())
    row.kind, row.set_at, row.set_by = kind, clock.now(), by.person_id
    row.reason, row.decision = reason.strip(), decision.strip()[:_LONGEST_WORD]
    session.add(row)
    timeline.record(
        session,
        timeline.DESK,
        SwapDaySet(day=day, kind=kind, decision=row.decision, reason=row.reason),
        by=by,
    )
    return row


def unswap(session: Session, day: date, *, reason: str, by: Actor) -> None:
    """Take a swapped day back."""
    row = session.exec(select(SwapDay).where(SwapDay.day == day)).first()
    if row is None:
        raise NotFound(N_("Ngày này không có trong danh sách hoán đổi."))
    reason = given(reason)
    session.delete(row)
    timeline.record(session, timeline.DESK, SwapDayRemoved(day=day, reason=reason), by=by)
