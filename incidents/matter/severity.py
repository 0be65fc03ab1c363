"""How grave it is: the levels, the five scores, and what each level demands in time.

Figures are proposals held in rows the office edits; nothing here is law.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, select

from incidents.record.database import Table, identifier
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


class LevelPolicy(Table, table=True):
    """What a level demands; minutes are of the desk's own making, never a legal term."""

    __tablename__ = "level_policy"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint("acknowledge_minutes > 0 AND due_percent > 0", name="positive"),
    )

    id: UUID = identifier()
    level: int = Field(unique=True)
    acknowledge_minutes: int
    triage_minutes: int
    first_statement_minutes: int | None = None
    review_minutes: int
    due_percent: int
    """Due times of playbooks are those of level 3; this scales them (100 = as written)."""
    verified: bool = False

    @property
    def acknowledge_within(self) -> timedelta:
        """How long an alert may stay unanswered before work passes on."""
        return timedelta(minutes=self.acknowledge_minutes)

    def scaled(self, due: timedelta) -> timedelta:
        """A due time of a playbook at this level."""
        return due * self.due_percent / 100


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


def due_percents(session: Session) -> dict[int, int]:
    """Level → how it scales the due times of level 3."""
    return {row.level: row.due_percent for row in session.exec(select(LevelPolicy))}


def policy(session: Session, level: int) -> LevelPolicy:
    """What the level demands."""
    return session.exec(select(LevelPolicy).where(LevelPolicy.level == level)).one()
