"""How a level is worked out: weights, bands and floors, as dated versions the office makes.

A version never changes once it is made: an old incident keeps the one it was graded by, and shows
how its level came about. The figures are the office's own; nothing here is law.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents
from incidents.matter.severity import Criterion, Level
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, document, identifier, moment, reference
from incidents.record.errors import Invalid, NotFound, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Phrase

WHOLE = 100
"""Percent of all weights together, and the most points there are."""

MOST_FLOORS = 12
_LONGEST = 200
_LONGEST_BASIS = 500
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


@dataclass(frozen=True)
class Floor:
    """A fact that a person ticks; while it is ticked the level is never below its own."""

    code: str
    level: int
    vi: str
    en: str

    @property
    def name(self) -> Phrase:
        """What is ticked."""
        return Phrase(self.vi, self.en)


class LevelRule(Table, table=True):
    """One version of the rules, in force from a day until the next one is."""

    __tablename__ = "level_rule"

    id: UUID = identifier()
    version: int = Field(unique=True)
    effective_from: date
    weights: dict[str, Any] = document()
    """Criterion → percent of the whole."""
    bands: list[int] = Field(sa_column=Column(JSON, nullable=False))
    """The points from which each level applies, 0 to 4."""
    floors: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    basis: str = ""
    made_at: datetime | None = moment(optional=True)
    made_by: UUID | None = reference("person.id", optional=True)

    def points(self, scores: Mapping[str, int]) -> int:
        """The weighted sum of the five scores, 0 to 100."""
        return round(sum(self.weights[c.value] * scores[c.value] for c in Criterion) / 4)

    def band(self, points: int) -> Level:
        """The level whose band holds the points."""
        return Level(max(level for level in Level if self.bands[level] <= points))

    def worked_out(self, points: int, ticked: Iterable[Floor]) -> int:
        """The level of the points, and of no floor that is ticked below its own."""
        return max(self.band(points).value, *(floor.level for floor in ticked), 0)

    @property
    def listed(self) -> list[Floor]:
        """Every floor, in the order the office gave them."""
        return [Floor(**each) for each in self.floors]

    def ticked(self, codes: Sequence[str]) -> list[Floor]:
        """The floors of some codes; ``Invalid`` for one the rules do not have."""
        found = [floor for floor in self.listed if floor.code in codes]
        if len(found) != len(set(codes)):
            raise Invalid(fields={"floors": (N_("Quy tắc xếp cấp độ không có mức sàn này."), {})})
        return found


@dataclass(frozen=True)
class LevelRulesMade(Fact):
    """The office made another version of the rules."""

    version: int
    effective_from: date
    weights: list[int]
    bands: list[int]
    floors: list[Phrase]
    basis: Private
    says: ClassVar[str] = N_(
        "Lập quy tắc xếp cấp độ bản %(version)s, áp dụng từ %(effective_from)s: "
        "trọng số %(weights)s; mốc điểm %(bands)s; mức sàn %(floors)s. Căn cứ: %(basis)s"
    )


def listed(session: Session) -> list[LevelRule]:
    """Every version, the newest first."""
    return list(session.exec(select(LevelRule).order_by(col(LevelRule.version).desc())))


def in_force(session: Session, on: date) -> LevelRule:
    """The version that applies on a day: of those begun by then the latest."""
    found = session.exec(
        select(LevelRule)
        .where(LevelRule.effective_from <= on)
        .order_by(col(LevelRule.effective_from).desc(), col(LevelRule.version).desc())
        .limit(1)
    ).first()
    if found is None:
        raise NotFound(N_("Không có quy tắc xếp cấp độ nào có hiệu lực."))
    return found


def get(session: Session, rule_id: UUID) -> LevelRule:
    """One version."""
    return session.get_one(LevelRule, rule_id)


def make(
    session: Session,
    *,
    effective_from: date,
    weights: Mapping[str, int],
    bands: Sequence[int],
    floors: Sequence[Floor],
    basis: str,
    by: Actor,
) -> LevelRule:
    """Make another version; whoever is graded from its day on is graded by it."""
    _acceptable(effective_from, weights, bands, floors, basis)
    made = LevelRule(
        version=listed(session)[0].version + 1,
        effective_from=effective_from,
        weights={c.value: weights[c.value] for c in Criterion},
        bands=list(bands),
        floors=[
            {"code": f.code, "level": f.level, "vi": f.vi.strip(), "en": f.en.strip()}
            for f in floors
        ],
        basis=basis.strip(),
        made_at=clock.now(),
        made_by=by.person_id,
    )
    session.add(made)
    fact = LevelRulesMade(
        version=made.version,
        effective_from=effective_from,
        weights=list(made.weights.values()),
        bands=made.bands,
        floors=[f.name for f in floors],
        basis=made.basis,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    return made


def _acceptable(
    effective_from: date,
    weights: Mapping[str, int],
    bands: Sequence[int],
    floors: Sequence[Floor],
    basis: str,
) -> None:
    wrong: Wrong = {}
    if effective_from < incidents.today():
        wrong["effective_from"] = (
            N_("Ngày áp dụng phải từ hôm nay: vụ việc đã xếp giữ nguyên quy tắc của mình."),
            {},
        )
    if set(weights) != {c.value for c in Criterion} or any(w < 0 for w in weights.values()):
        wrong["weights"] = (N_("Ghi trọng số của cả năm tiêu chí, từ 0 trở lên."), {})
    elif sum(weights.values()) != WHOLE:
        wrong["weights"] = (
            N_("Năm trọng số cộng lại phải bằng 100, hiện là %(sum)s."),
            {"sum": sum(weights.values())},
        )
    if not _rising(bands):
        wrong["bands"] = (
            N_("Cấp 0 từ 0 điểm; mốc của cấp 1 đến 4 tăng dần, không quá 100."),
            {},
        )
    if not basis.strip() or len(basis) > _LONGEST_BASIS:
        wrong["basis"] = (N_("Ghi căn cứ, tối đa %(most)s ký tự."), {"most": _LONGEST_BASIS})
    wrong |= _wrong_floors(floors)
    if wrong:
        raise Invalid(fields=wrong)


def _rising(bands: Sequence[int]) -> bool:
    return (
        len(bands) == len(Level)
        and bands[0] == 0
        and all(lower < upper for lower, upper in pairwise(bands))
        and bands[-1] <= WHOLE
    )


def _wrong_floors(floors: Sequence[Floor]) -> Wrong:
    codes = [f.code for f in floors]
    if len(codes) != len(set(codes)) or len(codes) > MOST_FLOORS:
        return {
            "floors": (N_("Tối đa %(most)s mức sàn, mỗi mã một lần."), {"most": MOST_FLOORS}),
        }
    for floor in floors:
        if not _CODE.fullmatch(floor.code):
            return {"floors": (N_("Mã mức sàn chỉ gồm chữ in hoa, số và gạch dưới."), {})}
        if floor.level not in range(1, len(Level)):
            return {"floors": (N_("Mức sàn là cấp 1 đến 4."), {})}
        if not all(0 < len(words.strip()) <= _LONGEST for words in (floor.vi, floor.en)):
            return {
                "floors": (
                    N_("Ghi tên mức sàn bằng tiếng Việt và tiếng Anh, tối đa %(most)s ký tự."),
                    {"most": _LONGEST},
                )
            }
    return {}
