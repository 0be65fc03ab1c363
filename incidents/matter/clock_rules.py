"""What the law gives a term for: dated rows with their basis, read and vouched for by somebody.

A row nobody has vouched for is shown as such, alerts only the owner of its clock, and never
records a breach (rule 8 of practice).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import calendar
from incidents.matter.calendar import Unit
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, document, identifier, locked
from incidents.record.errors import Conflict, Invalid, NotFound, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Language, Phrase

_LONGEST = {
    Unit.HOURS: 10_000,
    Unit.HOURS_BEFORE: 10_000,
    Unit.DAYS: 3_660,
    Unit.WORKING_DAYS: 1_000,
    Unit.MONTHS: 120,
}
_LONGEST_BASIS = 500
_LEAP = 2028

FIRST_INFORMATION = "FIRST_INFORMATION"
"""The term of the law that a real event starts; a person says whether this is one (rule 8)."""


class ClockRule(Table, table=True):
    """One term of one instrument for as long as it is in force."""

    __tablename__ = "clock_rule"
    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(unit = 'yearly') = (before <> '')", name="before"),
        CheckConstraint(
            "NOT verified OR (verified_by <> '' AND verified_on IS NOT NULL)", name="vouched"
        ),
    )

    id: UUID = identifier()
    code: str = Field(index=True)
    texts: dict[str, Any] = document()
    """Language → title, trigger (what a person confirms) and consequence; for English readers also
    the basis, as long as it is the one that was shipped."""
    amount: int
    unit: Unit = choice(Unit)
    before: str = ""
    """For a yearly term the date it must be met before, as MM-DD."""
    rolls: bool = False
    """Whether a last day that is off moves the end to the next working day."""
    role: Role = choice(Role)
    """Whose clock it is unless somebody else is named."""
    legal_basis: str
    effective_from: date
    effective_to: date | None = None
    verified: bool = False
    verified_by: str = ""
    verified_on: date | None = None

    @property
    def figures(self) -> dict[str, Any]:
        """What decides when it ends; a clock keeps those it was started with."""
        return {
            "amount": self.amount,
            "unit": self.unit.value,
            "before": self.before,
            "rolls": self.rolls,
        }

    @property
    def counts_back(self) -> bool:
        """Whether it counts from an event that is to come, back to what must be done before it."""
        return self.unit is Unit.HOURS_BEFORE

    @property
    def title(self) -> Phrase:
        """What the term is for."""
        return self.said("title")

    @property
    def basis(self) -> Phrase:
        """The instrument; what the office typed stays as it typed it."""
        english = self.texts[Language.EN.value].get("legal_basis")
        return Phrase(self.legal_basis, english or self.legal_basis)

    def said(self, part: str) -> Phrase:
        """One of its texts."""
        return Phrase(*(self.texts[each.value][part] for each in (Language.VI, Language.EN)))

    def ends(self, session: Session, start: datetime) -> datetime:
        """When the term ends that begins at a moment, or counts back from it."""
        if self.unit is Unit.YEARLY:
            month, day = self.before.split("-")
            return calendar.before_next(start, int(month), int(day))
        return calendar.after(session, start, self.amount, self.unit, rolls=self.rolls)


@dataclass(frozen=True)
class ClockRuleChanged(Fact):
    """The office changed the figures of a term; somebody must vouch for it anew."""

    rule: str
    before_amount: int
    before_unit: Unit
    amount: int
    unit: Unit
    legal_basis: str
    says: ClassVar[str] = N_(
        "Sửa thời hạn luật định «%(rule)s»: %(before_amount)s %(before_unit)s → "
        "%(amount)s %(unit)s, căn cứ %(legal_basis)s; phải thẩm định lại"
    )


@dataclass(frozen=True)
class ClockRuleVerified(Fact):
    """Somebody read the instrument and vouches for the term."""

    rule: str
    amount: int
    unit: Unit
    verified_on: date
    verified_by: Private
    says: ClassVar[str] = N_(
        "Thẩm định thời hạn luật định «%(rule)s» (%(amount)s %(unit)s): "
        "%(verified_by)s, ngày %(verified_on)s"
    )


def listed(session: Session) -> list[ClockRule]:
    """Every row, in the order of their codes and dates."""
    return list(
        session.exec(select(ClockRule).order_by(col(ClockRule.code), col(ClockRule.effective_from)))
    )


def on_offer(session: Session, on: date) -> list[ClockRule]:
    """The rows in force on a day, one a code."""
    found: dict[str, ClockRule] = {}
    for rule in listed(session):
        if rule.effective_from <= on and (rule.effective_to is None or rule.effective_to >= on):
            found[rule.code] = rule
    return list(found.values())


def in_force(session: Session, code: str, on: date) -> ClockRule:
    """The row of a code on a day; ``Conflict`` where the law of that day had none."""
    found = next((r for r in on_offer(session, on) if r.code == code), None)
    if found:
        return found
    if any(r.code == code for r in listed(session)):
        raise Conflict(N_("Quy định này không có hiệu lực vào ngày %(day)s."), day=on)
    raise NotFound(N_("Không có thời hạn luật định mang mã này."))


def get(session: Session, rule_id: UUID, *, lock: bool = False) -> ClockRule:
    """One row."""
    found = locked(session, ClockRule, rule_id) if lock else session.get(ClockRule, rule_id)
    if found is None:
        raise NotFound(N_("Không có thời hạn luật định mang mã này."))
    return found


def titles(session: Session) -> dict[str, Phrase]:
    """What each code is called: its newest row says."""
    return {rule.code: rule.title for rule in listed(session)}


def change(
    session: Session,
    rule_id: UUID,
    *,
    amount: int,
    unit: Unit,
    legal_basis: str,
    effective_from: date,
    by: Actor,
    effective_to: date | None = None,
    before: str = "",
    rolls: bool = False,
) -> ClockRule:
    """Change figures, basis or dates: whoever vouched for the row vouches no more.

    Clocks that run keep the end they were given.
    """
    rule = get(session, rule_id, lock=True)
    _acceptable(amount, unit, before.strip(), legal_basis, effective_from, effective_to)
    fact = ClockRuleChanged(
        rule=rule.code,
        before_amount=rule.amount,
        before_unit=rule.unit,
        amount=amount,
        unit=unit,
        legal_basis=legal_basis.strip(),
    )
    rule.amount, rule.unit, rule.before, rule.rolls = amount, unit, before.strip(), rolls
    if legal_basis.strip() != rule.legal_basis:
        rule.legal_basis = legal_basis.strip()
        english = {k: v for k, v in rule.texts[Language.EN.value].items() if k != "legal_basis"}
        rule.texts = {**rule.texts, Language.EN.value: english}
    rule.effective_from, rule.effective_to = effective_from, effective_to
    rule.verified, rule.verified_by, rule.verified_on = False, "", None
    session.add(rule)
    timeline.record(session, timeline.DESK, fact, by=by)
    return rule


def _acceptable(
    amount: int, unit: Unit, before: str, basis: str, first: date, last: date | None
) -> None:
    wrong: Wrong = {}
    if not 0 < amount <= _LONGEST.get(unit, 1):
        wrong["amount"] = (N_("Ghi số từ 1 đến %(most)s."), {"most": _LONGEST.get(unit, 1)})
    if (unit is Unit.YEARLY) != bool(before) or (before and not _is_day(before)):
        wrong["before"] = (
            N_("Chỉ thời hạn hằng năm có ngày, ghi theo dạng tháng-ngày, như 12-01."),
            {},
        )
    if not basis.strip() or len(basis) > _LONGEST_BASIS:
        wrong["legal_basis"] = (
            N_("Ghi căn cứ pháp lý, tối đa %(most)s ký tự."),
            {"most": _LONGEST_BASIS},
        )
    if last and last < first:
        wrong["effective_to"] = (N_("Ngày hết hiệu lực phải sau ngày có hiệu lực."), {})
    if wrong:
        raise Invalid(fields=wrong)


def _is_day(before: str) -> bool:
    month, _, day = before.partition("-")
    try:
        date(_LEAP, int(month), int(day))
    except ValueError:
        return False
    # A day that not every year has cannot be a yearly term.
    return (int(month), int(day)) != (2, 29)


def verify(session: Session, rule_id: UUID, *, name: str, on: date, by: Actor) -> ClockRule:
    """Somebody named read the instrument on a day and vouches for the row as it stands."""
    rule = get(session, rule_id, lock=True)
    wrong: Wrong = {}
    if not name.strip():
        wrong["verified_by"] = (N_("Ghi họ tên người thẩm định."), {})
    if on > clock.now().astimezone(clock.LOCAL).date():
        wrong["verified_on"] = (N_("Ngày thẩm định không thể ở tương lai."), {})
    if wrong:
        raise Invalid(fields=wrong)
    rule.verified, rule.verified_by, rule.verified_on = True, name.strip(), on
    session.add(rule)
    timeline.record(
        session,
        timeline.DESK,
        ClockRuleVerified(
            rule=rule.code,
            amount=rule.amount,
            unit=rule.unit,
            verified_on=on,
            verified_by=name.strip(),
        ),
        by=by,
    )
    return rule
