"""What a row of the law's terms may say, beside the other rows of its term."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from incidents.matter import clock_rules
from incidents.matter.calendar import Unit
from incidents.matter.clock_rule_wording import LONGEST, Part
from incidents.matter.clock_rules import ClockRule
from incidents.people.roles import OFFICES, READS, Role
from incidents.record.errors import NO_REASON, Invalid, Wrong
from incidents.record.language import N_, Phrase

_LONGEST = {
    Unit.HOURS: 10_000,
    Unit.HOURS_BEFORE: 10_000,
    Unit.DAYS: 3_660,
    Unit.WORKING_DAYS: 1_000,
    Unit.MONTHS: 120,
}
_LONGEST_BASIS = 500
_LEAP = 2028
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,39}")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """Figures, basis, days and words of a row; a last day only where it has one of its own.

    ``gap_meant`` says that days on which no row is in force are no slip. ``said`` holds those of
    title, trigger and consequence that read otherwise than before; without English the Vietnamese
    stands for it.
    """

    amount: int
    unit: Unit
    legal_basis: str
    effective_from: date
    effective_to: date | None = None
    before: str = ""
    rolls: bool = False
    gap_meant: bool = False
    said: Mapping[Part, Phrase] = field(default_factory=dict[Part, Phrase])

    @property
    def figures(self) -> dict[str, Any]:
        """What decides when it ends."""
        return {
            "amount": self.amount,
            "unit": self.unit,
            "before": self.before.strip(),
            "rolls": self.rolls,
        }


def acceptable(
    terms: Terms,
    others: Sequence[ClockRule],
    *,
    reason: str | None = None,
    wrong: Wrong | None = None,
) -> None:
    """Refuse what no row can say, or not on these days; a reason that is asked for is given.

    ``wrong`` is what was found elsewhere and is said together with it.
    """
    wrong = (wrong or {}) | wrong_basis(terms.legal_basis)
    wrong |= _wrong_days(terms, others) | _wrong_words(terms)
    most = _LONGEST.get(terms.unit, 1)
    before = terms.before.strip()
    if not 0 < terms.amount <= most:
        wrong["amount"] = (N_("Ghi số từ 1 đến %(most)s."), {"most": most})
    if (terms.unit is Unit.YEARLY) != bool(before) or (before and not _is_day(before)):
        wrong["before"] = (
            N_("Chỉ thời hạn hằng năm có ngày, ghi theo dạng tháng-ngày, như 12-01."),
            {},
        )
    if reason is not None and not reason.strip():
        wrong["reason"] = NO_REASON
    if wrong:
        raise Invalid(fields=wrong)


def introducible(session: Session, code: str, role: Role, terms: Terms) -> None:
    """Refuse what cannot be a term of its own: a code that is taken, words that are missing."""
    wrong: Wrong = {}
    if not _CODE.fullmatch(code):
        wrong["code"] = (N_("Mã gồm 3 đến 40 chữ hoa không dấu, chữ số hoặc dấu gạch dưới."), {})
    elif clock_rules.versions(session, code):
        wrong["code"] = (N_("Mã này đã có. Luật đổi thì ghi bản mới ở thời hạn đó."), {})
    if role in OFFICES | READS:
        wrong["role"] = (N_("Chọn một vai trò có trong Tổ công tác."), {})
    unsaid = {part: Phrase("", "") for part in Part if part not in terms.said}
    acceptable(replace(terms, said={**terms.said, **unsaid}), [], wrong=wrong)


def wrong_basis(basis: str) -> Wrong:
    """What is wrong with how an instrument is named."""
    if basis.strip() and len(basis) <= _LONGEST_BASIS:
        return {}
    return {
        "legal_basis": (N_("Ghi căn cứ pháp lý, tối đa %(most)s ký tự."), {"most": _LONGEST_BASIS})
    }


def _wrong_words(terms: Terms) -> Wrong:
    """Words that are missing in Vietnamese, or too many."""
    return {
        part.value: (N_("Ghi bằng tiếng Việt, tối đa %(most)s ký tự."), {"most": LONGEST[part]})
        for part, said in terms.said.items()
        if not said.vi or max(len(said.vi), len(said.en)) > LONGEST[part]
    }


def _wrong_days(terms: Terms, others: Sequence[ClockRule]) -> Wrong:
    """Days another row has, and days no row would have although nobody said so."""
    first, last = terms.effective_from, terms.effective_to
    following = next((row for row in others if row.effective_from > first), None)
    if last and last < first:
        return {"effective_to": (N_("Ngày hết hiệu lực phải sau ngày có hiệu lực."), {})}
    if any(row.effective_from == first for row in others):
        return {
            "effective_from": (
                N_("Đã có bản có hiệu lực từ ngày %(day)s. Nếu bản đó ghi sai, hãy sửa bản đó."),
                {"day": first},
            )
        }
    if following and last and last >= following.effective_from:
        return {
            "effective_to": (
                N_(
                    "Từ ngày %(day)s đã có bản khác: ghi ngày hết hiệu lực trước ngày đó, hoặc để "
                    "trống."
                ),
                {"day": following.effective_from},
            )
        }
    gap = None if terms.gap_meant else _gap(terms, others, following)
    if not gap:
        return {}
    return {
        "gap_meant": (
            N_(
                "Từ %(since)s đến %(until)s sẽ không có quy định nào; nếu đúng ý, hãy đánh dấu "
                "xác nhận."
            ),
            {"since": gap[0], "until": gap[1]},
        )
    }


def _gap(
    terms: Terms, others: Sequence[ClockRule], following: ClockRule | None
) -> tuple[date, date] | None:
    """The first and the last day without a row, before this one or after it."""
    earlier = [row.ends_on for row in others if row.effective_from < terms.effective_from]
    ended = earlier[-1] if earlier else None
    if ended and ended + _DAY < terms.effective_from:
        return ended + _DAY, terms.effective_from - _DAY
    if following and terms.effective_to and terms.effective_to + _DAY < following.effective_from:
        return terms.effective_to + _DAY, following.effective_from - _DAY
    return None


def _is_day(before: str) -> bool:
    month, _, day = before.partition("-")
    try:
        date(_LEAP, int(month), int(day))
    except ValueError:
        return False
    # A day that not every year has cannot be a yearly term.
    return (int(month), int(day)) != (2, 29)
