"""How a term of the law reads: title, what a person confirms, and what follows when it is missed.

A change is in the record with what stood there before, since whoever vouched read those words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlmodel import Session

from incidents.matter.clock_rules import ClockRule
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled, Language, Phrase


class Part(Labelled):
    """The texts of a term."""

    TITLE = "title", N_("Tên thời hạn")
    TRIGGER = "trigger", N_("Điều kiện phát sinh")
    CONSEQUENCE = "consequence", N_("Hậu quả khi quá hạn")


LONGEST = {Part.TITLE: 200, Part.TRIGGER: 1_000, Part.CONSEQUENCE: 1_000}
"""In characters, in either language."""


@dataclass(frozen=True)
class ClockRuleReworded(Fact):
    """A term reads otherwise from one row to the next, or in a row that was put right."""

    rule: str
    part: Part
    before: Phrase
    after: Phrase
    says: ClassVar[str] = N_(
        "Thời hạn luật định «%(rule)s»: %(part)s «%(before)s» → «%(after)s»; chờ thẩm định"
    )


def worded(before: Mapping[str, Any], said: Mapping[Part, Phrase]) -> dict[str, dict[str, str]]:
    """The texts of a row that reads so; English nobody gave goes where its Vietnamese went."""
    vi, en = dict(before[Language.VI.value]), dict(before[Language.EN.value])
    for part, phrase in said.items():
        kept = en.get(part.value, "") if vi.get(part.value) == phrase.vi else phrase.vi
        vi[part.value], en[part.value] = phrase.vi, phrase.en or kept
    return {Language.VI.value: vi, Language.EN.value: en}


def of(row: ClockRule) -> dict[Part, Phrase]:
    """How a row reads."""
    return {part: row.said(part.value) for part in Part}


def record(session: Session, row: ClockRule, before: Mapping[Part, Phrase], *, by: Actor) -> None:
    """Each text that reads otherwise than before: as it was, and as it is."""
    for part, now in of(row).items():
        if before[part] != now:
            fact = ClockRuleReworded(row.code, part, before[part], now)
            timeline.record(session, timeline.DESK, fact, by=by)
