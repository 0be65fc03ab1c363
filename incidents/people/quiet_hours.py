"""When somebody is not to be woken: hours of the day, on some days of the week, and holidays.

Quiet hours put off what can wait. A flag, and every matter of level 3 or 4, comes all the same,
and silence passes work on at any hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from incidents.people.duty import days
from incidents.people.duty.patterns import Weekday
from incidents.record import clock

_DAY = timedelta(days=1)
_LOOK_AHEAD = 15
"""In days; longer than Tết with the weekends around it."""


@dataclass(frozen=True)
class QuietHours:
    """From one time of day in the province to another, beginning on these days of the week.

    The same time twice is the whole day. With ``holidays`` a public holiday is quiet from its
    first minute to its last.
    """

    begins: time
    ends: time
    on: frozenset[Weekday]
    holidays: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "QuietHours":
        """As a row keeps it."""
        return cls(
            begins=time.fromisoformat(kept["begins"]),
            ends=time.fromisoformat(kept["ends"]),
            on=frozenset(map(Weekday, kept["on"])),
            holidays=kept["holidays"],
        )

    def kept(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {
            "begins": f"{self.begins:%H:%M}",
            "ends": f"{self.ends:%H:%M}",
            "on": [day.value for day in Weekday if day in self.on],
            "holidays": self.holidays,
        }

    def over(self, at: datetime) -> datetime | None:
        """When the quiet that holds at a moment ends; nothing where it does not hold."""
        end = at
        for _ in range(_LOOK_AHEAD):
            later = self._ends(end)
            if later is None:
                break
            end = later
        return end if end > at else None

    def _ends(self, at: datetime) -> datetime | None:
        """When the one stretch ends that a moment lies in."""
        local = at.astimezone(clock.LOCAL)
        today = local.date()
        stretches = [self._night(today - _DAY), self._night(today), self._holiday(today)]
        ends = [end for begin, end in filter(None, stretches) if begin <= at < end]
        return max(ends, default=None)

    def _night(self, day: date) -> tuple[datetime, datetime] | None:
        """The quiet that begins on a day."""
        if list(Weekday)[day.weekday()] not in self.on:
            return None
        begin = datetime.combine(day, self.begins, clock.LOCAL)
        over_midnight = self.ends <= self.begins
        return begin, datetime.combine(day + _DAY * over_midnight, self.ends, clock.LOCAL)

    def _holiday(self, day: date) -> tuple[datetime, datetime] | None:
        if not self.holidays or not days.holiday(day):
            return None
        begin = datetime.combine(day, time(), clock.LOCAL)
        return begin, datetime.combine(day + _DAY, time(), clock.LOCAL)
