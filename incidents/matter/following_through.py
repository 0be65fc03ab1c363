"""When whoever took a step and then did nothing is reminded: a figure of the office's own."""

from dataclasses import dataclass
from typing import ClassVar

from incidents.record.errors import Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_

USUAL = 75
_EARLIEST, _LATEST = 10, 99


@dataclass(frozen=True)
class FollowUpSet(Fact):
    """The moment of that reminder as a version of the timings has it."""

    version: int
    percent: int
    says: ClassVar[str] = N_(
        "Mốc nhắc người đã nhận việc mà chưa có gì tiếp theo, bản %(version)s: ở %(percent)s%% "
        "thời gian còn lại từ lúc nhận"
    )


def wrong(percent: int) -> Wrong:
    """What cannot be, by the name of the figure on the form."""
    if _EARLIEST <= percent <= _LATEST:
        return {}
    return {
        "follow_up_percent": (
            N_("Nhắc người đã nhận việc: ghi từ %(least)s đến %(most)s%%."),
            {"least": _EARLIEST, "most": _LATEST},
        )
    }
