"""How grave it is: the levels, the five scores, and what a level first demands in time.

Figures are proposals held in rows the office edits; nothing here is law.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from incidents.record.language import N_, Labelled


class Level(IntEnum):
    """The levels of the plan; a provisional one is set by one key."""

    WATCH = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRISIS = 4

    @property
    def label(self) -> str:
        """The Vietnamese name of the level."""
        return _NAMES[self]


_NAMES = {
    Level.WATCH: N_("Theo dõi"),
    Level.LOW: N_("Thấp"),
    Level.MEDIUM: N_("Trung bình"),
    Level.HIGH: N_("Cao"),
    Level.CRISIS: N_("Khủng hoảng"),
}


class Criterion(Labelled):
    """The five scores, each from 0 to 4."""

    REACH = "reach", N_("Độ lan rộng")
    VELOCITY = "velocity", N_("Tốc độ lan")
    HARM = "harm", N_("Mức gây hại")
    CREDIBILITY = "credibility", N_("Mức dễ tin")
    DUTY = "duty", N_("Trách nhiệm trả lời")


ANCHORS: Mapping[Criterion, tuple[str, str, str, str, str]] = {
    Criterion.REACH: (
        N_("dưới 1.000 lượt"),
        N_("1.000–10.000"),
        N_("10.000–100.000"),
        N_("100.000–1 triệu"),
        N_("trên 1 triệu, hoặc báo chí trung ương"),
    ),
    Criterion.VELOCITY: (
        N_("gấp đôi sau hơn 24 giờ"),
        N_("trong 24 giờ"),
        N_("trong 6 giờ"),
        N_("trong 2 giờ"),
        N_("trong 1 giờ"),
    ),
    Criterion.HARM: (
        N_("không gây hại"),
        N_("gây phiền"),
        N_("tiền bạc, sinh kế"),
        N_("trật tự, sức khỏe cộng đồng"),
        N_("tính mạng, hoặc kích động bạo lực với một nhóm người"),
    ),
    Criterion.CREDIBILITY: (
        N_("vô lý"),
        N_("ít căn cứ"),
        N_("nghe có lý"),
        N_("kèm giấy tờ, hình ảnh"),
        N_("như từ nguồn chính thức"),
    ),
    Criterion.DUTY: (
        N_("không liên quan cơ quan công"),
        N_("cán bộ"),
        N_("phòng, ban"),
        N_("lãnh đạo sở"),
        N_("lãnh đạo tỉnh, chính sách"),
    ),
}
"""What each score from 0 to 4 means, in the words of the plan."""


@dataclass(frozen=True)
class Shipped:
    """What a level demands before an office changes its rows."""

    acknowledge_within: timedelta
    due_percent: int


SHIPPED: Mapping[Level, Shipped] = {
    Level.WATCH: Shipped(timedelta(minutes=240), 800),
    Level.LOW: Shipped(timedelta(minutes=120), 400),
    Level.MEDIUM: Shipped(timedelta(minutes=60), 200),
    Level.HIGH: Shipped(timedelta(minutes=30), 100),
    Level.CRISIS: Shipped(timedelta(minutes=15), 50),
}
"""The rows a new desk begins with, for what is read without a desk."""
