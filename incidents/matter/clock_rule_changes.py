"""Terms of the law change: a row is added, corrected, repealed or taken out, never written over.

What was in force, and what a clock was started with, stays as it was read on its day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import clock_rule_terms, clock_rule_wording, clock_rules, incidents
from incidents.matter.clock_rule_terms import Terms
from incidents.matter.clock_rules import SET_ASIDE, ClockRule
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import Conflict, Invalid, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Language, Phrase
from incidents.record.timeline import TimelineHead

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ClockRuleIntroduced(Fact):
    """The office entered a term of the law the desk did not know; somebody must vouch for it."""

    rule: str
    title: Phrase
    effective_from: date
    ends_on: date | None
    length: Phrase
    legal_basis: str
    says: ClassVar[str] = N_(
        "Thêm thời hạn luật định «%(title)s»: %(length)s từ ngày %(effective_from)s, căn cứ "
        "%(legal_basis)s; chờ thẩm định"
    )


@dataclass(frozen=True)
class ClockRuleAmended(Fact):
    """The law changed from a day on; somebody must vouch for what it says now."""

    rule: str
    effective_from: date
    ends_on: date | None
    length: Phrase
    length_before: Phrase
    legal_basis: str
    says: ClassVar[str] = N_(
        "Thời hạn luật định «%(rule)s» từ ngày %(effective_from)s là %(length)s (trước đó "
        "%(length_before)s), căn cứ %(legal_basis)s; chờ thẩm định"
    )


@dataclass(frozen=True)
class ClockRuleCorrected(Fact):
    """A row was entered wrongly and says otherwise now; somebody must vouch for it anew."""

    rule: str
    was_from: date
    was_length: Phrase
    was_basis: str
    effective_from: date
    ends_on: date | None
    length: Phrase
    legal_basis: str
    reason: Private
    says: ClassVar[str] = N_(
        "Sửa dòng ghi sai của thời hạn luật định «%(rule)s»: %(was_length)s từ ngày %(was_from)s "
        "(%(was_basis)s) → %(length)s từ ngày %(effective_from)s (%(legal_basis)s); phải thẩm "
        "định lại. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class ClockRuleRepealed(Fact):
    """A term has its last day, and nothing that follows it."""

    rule: str
    last_day: date
    legal_basis: str
    says: ClassVar[str] = N_(
        "Thời hạn luật định «%(rule)s» bị bãi bỏ, có hiệu lực đến hết ngày %(last_day)s, căn cứ "
        "%(legal_basis)s"
    )


@dataclass(frozen=True)
class ClockRuleKept(Fact):
    """A repeal was taken back: the term holds on."""

    rule: str
    legal_basis: str
    says: ClassVar[str] = N_(
        "Thời hạn luật định «%(rule)s» không còn ngày hết hiệu lực, căn cứ %(legal_basis)s"
    )


@dataclass(frozen=True)
class ClockRuleWithdrawn(Fact):
    """A row that should not have been entered was taken out; the one before it holds on."""

    rule: str
    effective_from: date
    length: Phrase
    reason: Private
    says: ClassVar[str] = N_(
        "Gỡ bản của thời hạn luật định «%(rule)s» có hiệu lực từ %(effective_from)s "
        "(%(length)s). Lý do: %(reason)s"
    )


def introduce(session: Session, code: str, role: Role, terms: Terms, *, by: Actor) -> ClockRule:
    """The law gives a term the desk did not know: people propose it by hand, or a playbook does.

    ``terms`` say how it reads, all of it; it waits to be vouched for, as every row.
    """
    # Two rows of one code could otherwise be made side by side, each the first.
    locked(session, TimelineHead, timeline.DESK)
    clock_rule_terms.introducible(session, code, role, terms)
    made = ClockRule(
        code=code,
        role=role,
        made_at=clock.now(),
        texts=clock_rule_wording.worded({each.value: {} for each in Language}, terms.said),
        **terms.figures,
        legal_basis=terms.legal_basis.strip(),
        effective_from=terms.effective_from,
        effective_to=terms.effective_to,
        ends_on=terms.effective_to,
    )
    session.add(made)
    fact = ClockRuleIntroduced(
        rule=code,
        title=made.title,
        effective_from=made.effective_from,
        ends_on=made.ends_on,
        length=made.length,
        legal_basis=made.legal_basis,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    return made


def amend(session: Session, rule_id: UUID, terms: Terms, *, by: Actor) -> ClockRule:
    """The law changed: its new figures get a row of their own, from their own day on.

    The row in force before ends the day before and keeps whoever vouched for it; a day in the
    past is one the office learnt of late. The new row waits to be vouched for. Clocks that run
    keep what they were started with.
    """
    before = _standing(session, rule_id)
    rows = clock_rules.versions(session, before.code)
    clock_rule_terms.acceptable(terms, rows)
    earlier = [row for row in rows if row.effective_from < terms.effective_from]
    made = ClockRule(
        code=before.code,
        role=before.role,
        made_at=clock.now(),
        **_written(before, terms),
    )
    session.add(made)
    _follow_on(session, [*rows, made])
    fact = ClockRuleAmended(
        rule=made.code,
        effective_from=made.effective_from,
        ends_on=made.ends_on,
        length=made.length,
        length_before=(earlier or rows)[-1 if earlier else 0].length,
        legal_basis=made.legal_basis,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    clock_rule_wording.record(session, made, clock_rule_wording.of(before), by=by)
    return made


def correct(session: Session, rule_id: UUID, terms: Terms, *, reason: str, by: Actor) -> ClockRule:
    """A row says what the law never said: figures, basis, days or words were entered wrongly.

    One that was entered today, or comes into force today or later, and with which no clock was
    started, is written anew in place: nothing was done by it. Any other stays in the history as
    it was read, set aside, and another takes its days; what was done by it can then be explained.
    Either way whoever vouched for it does so no more, and clocks that run keep what they were
    started with.
    """
    row = _standing(session, rule_id)
    others = [r for r in clock_rules.versions(session, row.code) if r.id != row.id]
    clock_rule_terms.acceptable(terms, others, reason=reason)
    fact = ClockRuleCorrected(
        rule=row.code,
        was_from=row.effective_from,
        was_length=row.length,
        was_basis=row.legal_basis,
        effective_from=terms.effective_from,
        ends_on=terms.effective_to,
        length=clock_rules.length_of(terms.figures),
        legal_basis=terms.legal_basis.strip(),
        reason=reason.strip(),
    )
    read = clock_rule_wording.of(row)
    repealed = row.end_basis if terms.effective_to == row.ends_on else ""
    written: dict[str, Any] = {**_written(row, terms), "end_basis": repealed}
    if untouched(row):
        for name, value in written.items():
            setattr(row, name, value)
        row.verified, row.verified_by, row.verified_on = False, "", None
    else:
        row.withdrawn_at = clock.now()
        # Its days are free before the other takes them: they belong to one row at most.
        session.add(row)
        session.flush()
        row = ClockRule(
            code=row.code,
            role=row.role,
            made_at=clock.now(),
            **written,
        )
    session.add(row)
    _follow_on(session, [*others, row])
    timeline.record(session, timeline.DESK, fact, by=by)
    clock_rule_wording.record(session, row, read, by=by)
    return row


def repeal(
    session: Session, rule_id: UUID, *, last_day: date | None, legal_basis: str, by: Actor
) -> ClockRule:
    """The law gives up a term after a day, or without one takes that back.

    Only the last row of a term: where another follows, that one says when this ends. What it says
    up to then stays vouched for.
    """
    row = _standing(session, rule_id)
    latest = clock_rules.versions(session, row.code)[-1]
    if latest.id != row.id:
        raise Conflict(
            N_("Đã có bản có hiệu lực từ ngày %(day)s. Hãy bãi bỏ, sửa hoặc gỡ bản đó."),
            day=latest.effective_from,
        )
    wrong = clock_rule_terms.wrong_basis(legal_basis)
    if last_day and last_day < row.effective_from:
        wrong["last_day"] = (N_("Ngày cuối không được trước ngày có hiệu lực."), {})
    if last_day is None and row.ends_on is None:
        wrong["last_day"] = (N_("Ghi ngày cuối còn hiệu lực."), {})
    if wrong:
        raise Invalid(fields=wrong)
    row.ends_on, row.end_basis = last_day, legal_basis.strip() if last_day else ""
    row.effective_to = last_day
    session.add(row)
    fact = (
        ClockRuleRepealed(row.code, last_day, legal_basis.strip())
        if last_day
        else ClockRuleKept(row.code, legal_basis.strip())
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def withdraw(session: Session, rule_id: UUID, *, reason: str, by: Actor) -> ClockRule:
    """Take out a row that should not be there: its law will not come, or it was a slip of today.

    The row before it holds on as if it had never been entered; without one the term is gone. What
    has been in force before today, or a clock was started with, is corrected or repealed instead.
    """
    row = _standing(session, rule_id)
    others = [r for r in clock_rules.versions(session, row.code) if r.id != row.id]
    if not untouched(row) or (not others and _shipped(session, row.code)):
        raise Conflict(
            N_(
                "Chỉ gỡ được bản chưa có hiệu lực hoặc mới ghi hôm nay, chưa thời hạn nào tính "
                "theo. Hãy sửa dòng ghi sai hoặc ghi việc bãi bỏ."
            )
        )
    reason = given(reason)
    row.withdrawn_at = clock.now()
    session.add(row)
    _follow_on(session, others)
    fact = ClockRuleWithdrawn(row.code, row.effective_from, row.length, reason)
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def _shipped(session: Session, code: str) -> bool:
    """Whether the desk began with a term; what counts on it may find it ended, never gone."""
    return any(row.made_at is None for row in clock_rules.of_code(session, code))


def _standing(session: Session, rule_id: UUID) -> ClockRule:
    """A row that counts; every row of its term is held until the change is made."""
    row = clock_rules.get(session, rule_id)
    for each in clock_rules.versions(session, row.code):
        clock_rules.get(session, each.id, lock=True)
    if row.withdrawn_at:
        raise Conflict(SET_ASIDE)
    return row


def untouched(row: ClockRule) -> bool:
    """Whether nothing can have been done by it: no clock, and no day before today."""
    today = incidents.today()
    fresh = row.made_at and row.made_at.astimezone(clock.LOCAL).date() == today
    return row.used_at is None and bool(fresh or row.effective_from >= today)


def _written(row: ClockRule, terms: Terms) -> dict[str, Any]:
    """The columns of a row that says this, where ``row`` is what it follows or corrects."""
    basis = terms.legal_basis.strip()
    days = {"effective_from": terms.effective_from, "ends_on": terms.effective_to}
    texts = clock_rule_wording.worded(row.texts, terms.said)
    if basis != row.legal_basis:
        # The English basis that was shipped is that of another instrument now.
        texts[Language.EN.value].pop("legal_basis", None)
    return {**terms.figures, **days, "legal_basis": basis, "texts": texts}


def _follow_on(session: Session, rows: list[ClockRule]) -> None:
    """Each row ends the day before the next one begins, unless it ends sooner by itself."""
    rows.sort(key=lambda row: row.effective_from)
    for row, following in zip_longest(rows, rows[1:]):
        ends = [row.ends_on, following.effective_from - _DAY if following else None]
        row.effective_to = min((day for day in ends if day), default=None)
        session.add(row)
