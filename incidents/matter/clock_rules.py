"""What the law gives a term for: dated rows with their basis, read and vouched for by somebody.

A term has a row for each time its law changed; one day belongs to one of them at most. A row
nobody has vouched for is shown as such, alerts only the owner of its clock, and never records a
breach (rule 8 of practice). ``clock_rule_changes`` makes, corrects and ends them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, Session, col, select

from incidents.matter import calendar
from incidents.matter.calendar import Unit
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import (
    Table,
    choice,
    document,
    identifier,
    locked,
    moment,
)
from incidents.record.errors import Conflict, Invalid, NotFound, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Language, Phrase, speech

SET_ASIDE = N_("Dòng này đã được gỡ vì ghi sai.")

FIRST_INFORMATION = "FIRST_INFORMATION"
"""The term of the law that a real event starts; a person says whether this is one (rule 8)."""


class ClockRule(Table, table=True):
    """One term of one instrument for as long as it is in force.

    What a clock was started with is never rewritten, nor is what was in force before today.
    """

    __tablename__ = "clock_rule"
    __table_args__ = (
        Index(
            "uq_clock_rule_standing",
            "code",
            "effective_from",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
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
    """Its last day: the one before the next row begins, or sooner where it ends by itself."""
    ends_on: date | None = None
    """The last day it has of its own, by its instrument or because it was repealed."""
    end_basis: str = ""
    """What repealed it."""
    made_at: datetime | None = moment(optional=True)
    """Nothing for the rows a desk begins with."""
    used_at: datetime | None = moment(optional=True)
    """When the first clock was started with it."""
    withdrawn_at: datetime | None = moment(optional=True)
    """When it was set aside as entered wrongly; it counts on no day since."""
    verified: bool = False
    verified_by: str = ""
    verified_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it is the law of a day."""
        ended = self.effective_to is not None and self.effective_to < on
        return self.withdrawn_at is None and self.effective_from <= on and not ended

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
    def length(self) -> Phrase:
        """How long it is, in words."""
        return length_of(self.figures)

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


def length_of(figures: dict[str, Any]) -> Phrase:
    """How long a term of these figures is, in words."""
    unit = Unit(figures["unit"])

    def said(language: Language) -> str:
        say = speech(language)
        if unit is Unit.YEARLY:
            month, day = figures["before"].split("-")
            return say.text(N_("hằng năm, trước ngày %(day)s"), day=f"{day}/{month}")
        return unit.of(figures["amount"], say)

    return Phrase(said(Language.VI), said(Language.EN))


@dataclass(frozen=True)
class ClockRuleChanged(Fact):
    """The office rewrote the figures of a term: what was done before rows were kept by date."""

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
    """Every row that counts, in the order of their codes and dates."""
    return [rule for rule in history(session) if rule.withdrawn_at is None]


def history(session: Session) -> list[ClockRule]:
    """The same with those that were set aside as entered wrongly."""
    order = (col(ClockRule.code), col(ClockRule.effective_from), col(ClockRule.id))
    return list(session.exec(select(ClockRule).order_by(*order)))


def of_code(session: Session, code: str) -> list[ClockRule]:
    """Every row a term ever had, by their dates."""
    return [rule for rule in history(session) if rule.code == code]


def versions(session: Session, code: str) -> list[ClockRule]:
    """The rows of one term that count, by their dates."""
    return [rule for rule in of_code(session, code) if rule.withdrawn_at is None]


def on_offer(session: Session, on: date) -> list[ClockRule]:
    """The rows in force on a day, one a code."""
    return [rule for rule in listed(session) if rule.holds(on)]


def in_force(session: Session, code: str, on: date) -> ClockRule:
    """The row of a code on a day; ``Conflict`` where the law of that day had none."""
    rows = of_code(session, code)
    found = next((rule for rule in rows if rule.holds(on)), None)
    if found:
        return found
    if rows:  # also where all of them were set aside: the code was known
        raise Conflict(
            N_(
                "Quy định này không có hiệu lực vào ngày %(day)s. Thời hạn đã đề xuất theo nó thì "
                "ghi không áp dụng."
            ),
            day=on,
        )
    raise NotFound(N_("Không có thời hạn luật định mang mã này."))


def used(session: Session, code: str, on: date) -> ClockRule:
    """The row in force on a day, for a clock that starts: from now on nobody rewrites it.

    Whoever locks an incident as well locks it after the row.
    """
    rule = get(session, in_force(session, code, on).id, lock=True)
    if not rule.holds(on):
        raise Conflict(N_("Quy định này vừa được sửa. Hãy thử lại."))
    if rule.used_at is None:
        rule.used_at = clock.now()
        session.add(rule)
    return rule


def get(session: Session, rule_id: UUID, *, lock: bool = False) -> ClockRule:
    """One row."""
    found = locked(session, ClockRule, rule_id) if lock else session.get(ClockRule, rule_id)
    if found is None:
        raise NotFound(N_("Không có thời hạn luật định mang mã này."))
    return found


def titled(session: Session) -> Callable[[str, datetime], Phrase | str]:
    """What a code was called at a moment, by the row that was read then; one query.

    A row counts from when it was made, whatever day it speaks of; one that was set aside is what
    was read until then, and where nothing else is left for ever.
    """
    rows = history(session)

    def called(code: str, at: datetime) -> Phrase | str:
        of_it = [row for row in rows if row.code == code]
        read = [row for row in of_it if row.made_at is None or row.made_at <= at]
        stood = [row for row in read if row.withdrawn_at is None or row.withdrawn_at > at]
        found = (stood or read or of_it)[-1:]
        return found[0].title if found else code

    return called


def to_start(session: Session, code: str, rule_id: UUID) -> ClockRule:
    """The row a proposed clock would start with today; without one, that it was proposed by."""
    try:
        return in_force(session, code, clock.now().astimezone(clock.LOCAL).date())
    except Conflict:
        return get(session, rule_id)


def titles(session: Session) -> dict[str, Phrase]:
    """What each code is called: its latest row says."""
    return {rule.code: rule.title for rule in listed(session)}


def verify(session: Session, rule_id: UUID, *, name: str, on: date, by: Actor) -> ClockRule:
    """Somebody named read the instrument on a day and vouches for the row as it stands.

    For the row alone: ``clock_vouching.verify`` is what people do, for clocks that run as well.
    """
    rule = get(session, rule_id, lock=True)
    if rule.withdrawn_at:
        raise Conflict(SET_ASIDE)
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
