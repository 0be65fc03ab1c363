"""The plans offices draw up most, as recurrence rules: shifts that follow one another on some days.

Whoever needs another plan writes the rule itself.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from incidents.record.errors import Invalid
from incidents.record.language import N_, Labelled

DAY = timedelta(days=1)
MOST_A_DAY = 8


class Weekday(Labelled):
    """A day of the week by its name in a recurrence rule (RFC 5545)."""

    MONDAY = "MO", N_("thứ Hai")
    TUESDAY = "TU", N_("thứ Ba")
    WEDNESDAY = "WE", N_("thứ Tư")
    THURSDAY = "TH", N_("thứ Năm")
    FRIDAY = "FR", N_("thứ Sáu")
    SATURDAY = "SA", N_("thứ Bảy")
    SUNDAY = "SU", N_("Chủ nhật")


def length(begins: time, ends: time) -> timedelta:
    """How long a shift runs from one time of day to the next; the same time is a whole day."""
    minutes = (ends.hour - begins.hour) * 60 + ends.minute - begins.minute
    return timedelta(minutes=minutes) % DAY or DAY


def read(rule: str, begins: time, long: timedelta) -> tuple[int, list[Weekday]] | None:
    """How many shifts a day and on which days, where the rule is one that ``daily`` writes."""
    parts = {name: value for name, _, value in (p.partition("=") for p in rule.split(";"))}
    named = parts.get("BYDAY", "")
    try:
        on = [Weekday(day) for day in named.split(",")] if named else list(Weekday)
        each_day = len(parts.get("BYHOUR", "0").split(","))
        ends = (datetime.combine(date.min, begins) + long).time()
        same = long <= DAY and daily(begins, ends, each_day=each_day, on=on) == rule
    except (Invalid, ValueError):
        return None
    return (each_day, on) if same else None


def daily(begins: time, ends: time, *, each_day: int, on: Collection[Weekday]) -> str:
    """The rule of so many shifts a day, one after the other, that begin on some days.

    The times of day are the province's; the first shift begins at ``begins``.
    """
    long = length(begins, ends)
    if not on:
        raise Invalid(fields={"weekdays": (N_("Chọn ít nhất một ngày trong tuần."), {})})
    if not 1 <= each_day <= MOST_A_DAY or each_day * long > DAY:
        raise Invalid(
            fields={"each_day": (N_("Các ca nối tiếp nhau không được quá 24 giờ một ngày."), {})}
        )
    if each_day > 1 and long % timedelta(hours=1):
        raise Invalid(fields={"ends": (N_("Nhiều ca một ngày thì mỗi ca dài số giờ chẵn."), {})})
    last = timedelta(hours=begins.hour) + (each_day - 1) * long
    every = len(set(on)) == len(Weekday)
    if last >= DAY and not every:
        raise Invalid(fields={"weekdays": (N_("Ca bắt đầu sau nửa đêm thì chọn đủ bảy ngày."), {})})
    rule = "FREQ=DAILY"
    if not every:
        rule += f";BYDAY={','.join(day.value for day in Weekday if day in on)}"
    if each_day > 1:
        hours = {int((begins.hour + n * long / timedelta(hours=1)) % 24) for n in range(each_day)}
        rule += f";BYHOUR={','.join(map(str, sorted(hours)))}"
    return rule
