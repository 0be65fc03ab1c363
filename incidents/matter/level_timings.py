"""What each level asks in time, as dated versions the office makes; never a term of the law.

A version never changes once it is made. An incident keeps the one in force when it was opened,
whatever level it comes to have: making another plans nothing anew.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import clock_rules, flag_ladder, following_through, incidents
from incidents.matter.clock_rules import FIRST_INFORMATION
from incidents.matter.flag_ladder import FlagPace
from incidents.matter.incidents import Incident
from incidents.matter.severity import Level
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, identifier, moment, reference
from incidents.record.errors import Invalid, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

WHOLE = 100
LONGEST_MINUTES = 60 * 24 * 60
"""Sixty days; a longer wait is a slip."""

MOST_PERCENT = 5_000
LATEST_RUNG = 1_000
_LONGEST_BASIS = 500


@dataclass(frozen=True)
class Pace:
    """The figures of one level.

    Silence reminds at ``remind_percent`` of the time to acknowledge, reaches the deputy at all of
    it and the next tier at ``next_tier_percent``; ``due_percent`` scales the due times of
    playbooks, which are written for level 3 (100 = as written).
    """

    acknowledge_minutes: int
    remind_percent: int
    next_tier_percent: int
    triage_minutes: int
    first_statement_minutes: int | None
    review_minutes: int
    due_percent: int


FIGURES = tuple(each.name for each in fields(Pace))
SPANS = tuple(name for name in FIGURES if name.endswith("_minutes"))


class LevelTimings(Table, table=True):
    """One version of the figures, in force from a day until the next one is."""

    __tablename__ = "level_timings"
    id: UUID = identifier()
    version: int = Field(unique=True)
    effective_from: date
    flag_minutes: int = Field(default=15, sa_column_kwargs={"server_default": "15"})
    flag_remind_percent: int = Field(default=50, sa_column_kwargs={"server_default": "50"})
    flag_next_percent: int = Field(default=150, sa_column_kwargs={"server_default": "150"})
    """The ladder of a flag nobody takes (``flag_ladder``)."""
    follow_up_percent: int = Field(
        default=following_through.USUAL,
        sa_column_kwargs={"server_default": str(following_through.USUAL)},
    )
    """Of the time left when somebody takes a step: then they are reminded if nothing followed."""
    basis: str = ""
    made_at: datetime | None = moment(optional=True)
    """Nothing for the proposals a desk begins with."""
    made_by: UUID | None = reference("person.id", optional=True)

    def flag_pace(self) -> FlagPace:
        """How fast a flag climbs under it."""
        return FlagPace(self.flag_minutes, self.flag_remind_percent, self.flag_next_percent)


class LevelPolicy(Table, table=True):
    """What a level demands under one version."""

    __tablename__ = "level_policy"
    __table_args__ = (
        UniqueConstraint("timings_id", "level"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint(
            "acknowledge_minutes > 0 AND triage_minutes > 0 AND review_minutes > 0 "
            "AND first_statement_minutes > 0 AND due_percent > 0",
            name="positive",
        ),
        CheckConstraint("remind_percent BETWEEN 1 AND 99 AND next_tier_percent > 100", name="rung"),
    )

    id: UUID = identifier()
    timings_id: UUID = reference("level_timings.id")
    level: int
    acknowledge_minutes: int
    remind_percent: int
    next_tier_percent: int
    triage_minutes: int
    first_statement_minutes: int | None = None
    review_minutes: int
    due_percent: int

    @property
    def acknowledge_within(self) -> timedelta:
        """How long an alert may stay unanswered before work passes on."""
        return timedelta(minutes=self.acknowledge_minutes)

    @property
    def ladder(self) -> dict[str, int]:
        """When silence does what, in percent of the time to acknowledge."""
        return {
            "remind": self.remind_percent,
            "deputy": WHOLE,
            "next_tier": self.next_tier_percent,
        }

    def scaled(self, due: timedelta) -> timedelta:
        """A due time of a playbook at this level."""
        return due * self.due_percent / WHOLE

    def pace(self) -> Pace:
        """Its figures as plain values."""
        return Pace(**{name: getattr(self, name) for name in FIGURES})


@dataclass(frozen=True)
class LevelTimingsMade(Fact):
    """The office made another version; each list runs from level 0 to 4, 0 for none."""

    version: int
    effective_from: date
    acknowledge: list[int]
    remind: list[int]
    next_tier: list[int]
    triage: list[int]
    first_statement: list[int]
    review: list[int]
    due: list[int]
    basis: Private
    says: ClassVar[str] = N_(
        "Lập mốc thời gian theo cấp độ bản %(version)s, áp dụng từ %(effective_from)s. Cấp 0 đến "
        "4: tiếp nhận %(acknowledge)s phút; nhắc ở %(remind)s%%, lên cấp trên ở %(next_tier)s%%; "
        "chấm điểm %(triage)s phút; thông tin ban đầu %(first_statement)s phút; xem lại "
        "%(review)s phút; hạn việc %(due)s%%. Căn cứ: %(basis)s"
    )


def listed(session: Session) -> list[LevelTimings]:
    """Every version, the newest first."""
    return list(session.exec(select(LevelTimings).order_by(col(LevelTimings.version).desc())))


def rows(session: Session, timings: LevelTimings) -> dict[int, LevelPolicy]:
    """Level → what it demands under one version."""
    found = session.exec(select(LevelPolicy).where(LevelPolicy.timings_id == timings.id))
    return {row.level: row for row in sorted(found, key=lambda r: r.level)}


def in_force(session: Session, at: datetime) -> LevelTimings:
    """The version for what begins at a moment: of those made and begun by then the latest."""
    return session.exec(_latest(select(LevelTimings), at)).one()


def at(session: Session, moment: datetime, level: int) -> LevelPolicy:
    """What a level demands of what begins at a moment."""
    wanted = select(LevelPolicy).join(LevelTimings).where(LevelPolicy.level == level)
    return session.exec(_latest(wanted, moment)).one()


def of_incident(session: Session, incident: Incident) -> LevelPolicy:
    """What its level demands by the version in force when it was opened."""
    return at(session, incident.opened_at, incident.level)


def due_percents(session: Session, at: datetime) -> dict[int, int]:
    """Level → how it scales the due times of level 3, for what begins at a moment."""
    return {level: row.due_percent for level, row in rows(session, in_force(session, at)).items()}


def _latest(wanted: Any, at: datetime) -> Any:
    day = at.astimezone(clock.LOCAL).date()
    return (
        wanted.where(
            LevelTimings.effective_from <= day,
            col(LevelTimings.made_at).is_(None) | (col(LevelTimings.made_at) <= at),
        )
        .order_by(col(LevelTimings.effective_from).desc(), col(LevelTimings.version).desc())
        .limit(1)
    )


def make(
    session: Session,
    *,
    effective_from: date,
    paces: Sequence[Pace],
    basis: str,
    by: Actor,
    slower_meant: bool = False,
    flag: FlagPace | None = None,
    follow_up_percent: int | None = None,
) -> LevelTimings:
    """Make another version; whatever is opened or flagged from its day on goes by it.

    Without a ladder for flags, or a share for following up, it keeps that of the version before. A
    higher level that gives more time than a lower one is refused unless that is meant; first words
    aimed at later than the law owes them are refused whatever is meant.
    """
    newest = listed(session)[0]
    flag = flag or newest.flag_pace()
    follow_up = newest.follow_up_percent if follow_up_percent is None else follow_up_percent
    wrong = _wrong(effective_from, paces, basis) | _past_the_law(session, effective_from, paces)
    wrong |= flag_ladder.wrong(flag) | following_through.wrong(follow_up)
    if not wrong and not slower_meant and (found := slower(paces)):
        wrong["slower_meant"] = (
            N_("Cấp %(levels)s chậm hơn cấp ngay dưới; nếu đúng ý, hãy đánh dấu xác nhận."),
            {"levels": found},
        )
    if wrong:
        raise Invalid(fields=wrong)
    made = LevelTimings(
        version=newest.version + 1,
        effective_from=effective_from,
        flag_minutes=flag.acknowledge_minutes,
        flag_remind_percent=flag.remind_percent,
        flag_next_percent=flag.next_tier_percent,
        follow_up_percent=follow_up,
        basis=basis.strip(),
        made_at=clock.now(),
        made_by=by.person_id,
    )
    session.add(made)
    for level, pace in enumerate(paces):
        session.add(LevelPolicy(timings_id=made.id, level=level, **asdict(pace)))
    fact = LevelTimingsMade(
        version=made.version,
        effective_from=effective_from,
        acknowledge=[p.acknowledge_minutes for p in paces],
        remind=[p.remind_percent for p in paces],
        next_tier=[p.next_tier_percent for p in paces],
        triage=[p.triage_minutes for p in paces],
        first_statement=[p.first_statement_minutes or 0 for p in paces],
        review=[p.review_minutes for p in paces],
        due=[p.due_percent for p in paces],
        basis=made.basis,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    if flag != newest.flag_pace():
        timeline.record(session, timeline.DESK, flag.told(made.version), by=by)
    if follow_up != newest.follow_up_percent:
        told = following_through.FollowUpSet(made.version, follow_up)
        timeline.record(session, timeline.DESK, told, by=by)
    return made


def slower(paces: Sequence[Pace]) -> list[int]:
    """The levels that give more time for something than the level below them."""
    return [
        level
        for level, (lower, higher) in enumerate(pairwise(paces), start=1)
        if any(_length(higher, name) > _length(lower, name) for name in (*SPANS, "due_percent"))
    ]


def _length(pace: Pace, name: str) -> float:
    length = getattr(pace, name)
    return float("inf") if length is None else length


def _past_the_law(session: Session, effective_from: date, paces: Sequence[Pace]) -> Wrong:
    """An aim of the office's own is never later than the term of the law it serves."""
    offered = clock_rules.on_offer(session, effective_from)
    owed = next((rule for rule in offered if rule.code == FIRST_INFORMATION), None)
    if owed is None:
        return {}
    start = datetime.combine(effective_from, time(), clock.LOCAL)
    most = (owed.ends(session, start) - start) // timedelta(minutes=1)
    return {
        f"first_statement_minutes.{level}": (
            N_("Cấp %(level)s: thông tin ban đầu không được quá thời hạn luật định %(most)s phút."),
            {"level": level, "most": most},
        )
        for level, pace in enumerate(paces)
        if (pace.first_statement_minutes or 0) > most
    }


def _wrong(effective_from: date, paces: Sequence[Pace], basis: str) -> Wrong:
    wrong: Wrong = {}
    if effective_from < incidents.today():
        wrong["effective_from"] = (
            N_("Ngày áp dụng phải từ hôm nay: vụ việc đã mở giữ nguyên mốc của mình."),
            {},
        )
    if len(paces) != len(Level):
        wrong["levels"] = (N_("Ghi mốc thời gian của cả năm cấp, 0 đến 4."), {})
    for level, pace in enumerate(paces):
        wrong |= _wrong_pace(level, pace)
    if not basis.strip() or len(basis) > _LONGEST_BASIS:
        wrong["basis"] = (N_("Ghi căn cứ, tối đa %(most)s ký tự."), {"most": _LONGEST_BASIS})
    return wrong


def _wrong_pace(level: int, pace: Pace) -> Wrong:
    wrong: Wrong = {}
    for name in SPANS:
        length = getattr(pace, name)
        if length is not None and not 1 <= length <= LONGEST_MINUTES:
            wrong[f"{name}.{level}"] = (
                N_("Cấp %(level)s: ghi từ 1 đến %(most)s phút."),
                {"level": level, "most": LONGEST_MINUTES},
            )
    if not 1 <= pace.due_percent <= MOST_PERCENT:
        wrong[f"due_percent.{level}"] = (
            N_("Cấp %(level)s: hạn việc từ 1 đến %(most)s%%."),
            {"level": level, "most": MOST_PERCENT},
        )
    if not 1 <= pace.remind_percent < WHOLE:
        wrong[f"remind_percent.{level}"] = (
            N_("Cấp %(level)s: nhắc phải trước khi chuyển cấp phó, từ 1 đến 99%%."),
            {"level": level},
        )
    if not WHOLE < pace.next_tier_percent <= LATEST_RUNG:
        wrong[f"next_tier_percent.{level}"] = (
            N_("Cấp %(level)s: lên cấp trên phải sau khi chuyển cấp phó, từ 101 đến %(most)s%%."),
            {"level": level, "most": LATEST_RUNG},
        )
    return wrong
