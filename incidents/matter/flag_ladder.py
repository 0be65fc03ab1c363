"""How fast a flag climbs while nobody takes it: figures of the office, in the version of a day.

A flag has no level yet, so it has a ladder of its own (rule 20 of practice): whoever was called is
reminded, then the whole duty desk and those who stand in are called, then the standing deputies.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, TypedDict

from incidents.record.errors import Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_

WHOLE = 100
LONGEST_MINUTES = 24 * 60
"""A day; a flag nobody takes for longer is a slip of the figures."""

LATEST_RUNG = 1_000


class Rungs(TypedDict):
    """The moments of the ladder, by the names a flag keeps them under."""

    remind_at: datetime
    acknowledge_by: datetime
    escalate_at: datetime


@dataclass(frozen=True)
class FlagPace:
    """Minutes to take a flag, and when silence reminds and calls the deputies, in percent."""

    acknowledge_minutes: int = 15
    remind_percent: int = 50
    next_tier_percent: int = 150

    def rungs(self, flagged_at: datetime) -> Rungs:
        """When whoever was called is reminded, all on duty are called, and the deputies."""
        within = timedelta(minutes=self.acknowledge_minutes)
        return {
            "remind_at": flagged_at + within * self.remind_percent / WHOLE,
            "acknowledge_by": flagged_at + within,
            "escalate_at": flagged_at + within * self.next_tier_percent / WHOLE,
        }

    def told(self, version: int) -> "FlagLadderSet":
        """The fact of a version that changes it."""
        return FlagLadderSet(
            version, self.acknowledge_minutes, self.remind_percent, self.next_tier_percent
        )


@dataclass(frozen=True)
class FlagLadderSet(Fact):
    """The ladder of flags as a version of the timings has it."""

    version: int
    acknowledge: int
    remind: int
    next_tier: int
    says: ClassVar[str] = N_(
        "Mốc của tin báo chưa ai nhận, bản %(version)s: tiếp nhận %(acknowledge)s phút; nhắc ở "
        "%(remind)s%%, báo Phó Tổ trưởng Thường trực ở %(next_tier)s%%"
    )


def wrong(pace: FlagPace) -> Wrong:
    """What cannot be, by the names of the figures on the form."""
    found: Wrong = {}
    if not 1 <= pace.acknowledge_minutes <= LONGEST_MINUTES:
        found["flag.acknowledge_minutes"] = (
            N_("Tin báo: ghi từ 1 đến %(most)s phút."),
            {"most": LONGEST_MINUTES},
        )
    if not 1 <= pace.remind_percent < WHOLE:
        found["flag.remind_percent"] = (
            N_("Tin báo: nhắc phải trước khi gọi tất cả, từ 1 đến 99%%."),
            {},
        )
    if not WHOLE < pace.next_tier_percent <= LATEST_RUNG:
        found["flag.next_tier_percent"] = (
            N_("Tin báo: báo Phó Tổ trưởng phải sau khi gọi tất cả, từ 101 đến %(most)s%%."),
            {"most": LATEST_RUNG},
        )
    return found
