"""The decision that founds the standing task force (Tổ công tác), as dated versions.

A decision never changes once it is recorded, except that it may end. What is opened from its first
day on goes by it; an incident keeps the decision that was in force here when it was opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, identifier, locked, moment
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

NEVER = 5
"""Instead of a level: activation always waits for a leader's word."""

Wrong = dict[str, tuple[str, Mapping[str, Any]]]


class FoundingDecision(Table, table=True):
    """The decision that founds a standing task force and says when it acts by itself."""

    __tablename__ = "founding_decision"
    __table_args__ = (CheckConstraint("automatic_from_level BETWEEN 0 AND 5", name="level"),)

    id: UUID = identifier()
    number: str = Field(unique=True)
    signed_on: date
    signer: str
    automatic_from_level: int
    """From this level activation needs nobody's word; 5 means never."""
    valid_from: date
    valid_to: date | None = None
    verified: bool = False
    recorded_at: datetime | None = moment(optional=True)
    """Nothing for those a desk begins with."""


@dataclass(frozen=True)
class FoundingDecisionRecorded(Fact):
    """The office entered a decision; a level of 5 means never by itself."""

    number: str
    signed_on: date
    signer: Private
    automatic_from_level: int
    valid_from: date
    valid_to: date | None
    says: ClassVar[str] = N_(
        "Ghi quyết định thành lập Tổ công tác thường trực số %(number)s, ký ngày %(signed_on)s, "
        "người ký: %(signer)s; tự kích hoạt từ cấp %(automatic_from_level)s (5 là không tự kích "
        "hoạt), hiệu lực từ %(valid_from)s đến %(valid_to)s"
    )


@dataclass(frozen=True)
class FoundingDecisionEnded(Fact):
    """A decision founds nothing any more after a day."""

    number: str
    last_day: date
    reason: Private
    says: ClassVar[str] = N_(
        "Quyết định thành lập Tổ công tác thường trực số %(number)s hết hiệu lực sau ngày "
        "%(last_day)s. Lý do: %(reason)s"
    )


def listed(session: Session) -> list[FoundingDecision]:
    """Every decision, the last to begin first."""
    return list(session.exec(_newest_first(select(FoundingDecision))))


def in_force(session: Session, at: datetime) -> FoundingDecision | None:
    """The decision for what begins at a moment: of those recorded and begun by then the latest."""
    day = at.astimezone(clock.LOCAL).date()
    until, known = col(FoundingDecision.valid_to), col(FoundingDecision.recorded_at)
    return session.exec(
        _newest_first(select(FoundingDecision)).where(
            FoundingDecision.valid_from <= day,
            until.is_(None) | (until >= day),
            known.is_(None) | (known <= at),
        )
    ).first()


def _newest_first(wanted: Any) -> Any:
    return wanted.order_by(col(FoundingDecision.valid_from).desc(), col(FoundingDecision.id).desc())


def record(
    session: Session,
    *,
    number: str,
    signed_on: date,
    signer: str,
    automatic_from_level: int,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
) -> FoundingDecision:
    """Enter a signed decision; one signed long ago counts here from now on."""
    row = FoundingDecision(
        number=" ".join(number.split()),
        signed_on=signed_on,
        signer=signer.strip(),
        automatic_from_level=automatic_from_level,
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=clock.now(),
    )
    if wrong := _wrong(row):
        raise Invalid(fields=wrong)
    known = select(FoundingDecision.id).where(FoundingDecision.number == row.number)
    if session.exec(known).first():
        raise Conflict(N_("Quyết định số %(number)s đã được ghi."), number=row.number)
    session.add(row)
    session.flush()
    fact = FoundingDecisionRecorded(
        number=row.number,
        signed_on=signed_on,
        signer=row.signer,
        automatic_from_level=automatic_from_level,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def _wrong(row: FoundingDecision) -> Wrong:
    wrong: Wrong = {}
    today = incidents.today()
    if not row.number:
        wrong["number"] = (N_("Ghi số quyết định."), {})
    if not row.signer:
        wrong["signer"] = (N_("Ghi người ký."), {})
    if row.signed_on > today:
        wrong["signed_on"] = (N_("Ngày ký không thể ở phía trước."), {})
    if not 0 <= row.automatic_from_level <= NEVER:
        wrong["automatic_from_level"] = (N_("Cấp tự kích hoạt từ 0 đến 4, hoặc không bao giờ."), {})
    if row.valid_from < row.signed_on:
        wrong["valid_from"] = (N_("Quyết định không có hiệu lực trước ngày ký."), {})
    if row.valid_to and row.valid_to < max(row.valid_from, today):
        wrong["valid_to"] = (N_("Ngày cuối phải từ hôm nay và không trước ngày đầu."), {})
    return wrong


def end(
    session: Session, decision_id: UUID, *, last_day: date, reason: str, by: Actor
) -> FoundingDecision:
    """Give a decision its last day, today at the earliest; what it opened goes on under it."""
    row = locked(session, FoundingDecision, decision_id)
    if row is None:
        raise NotFound(N_("Không tìm thấy quyết định này."))
    today = incidents.today()
    if row.valid_to and row.valid_to < today:
        raise AlreadySettled(
            N_("Quyết định này đã hết hiệu lực sau ngày %(day)s."), day=row.valid_to
        )
    wrong: Wrong = {}
    if not reason.strip():
        wrong["reason"] = (N_("Ghi lý do."), {})
    if last_day < max(today, row.valid_from):
        wrong["last_day"] = (N_("Ngày cuối phải từ hôm nay và không trước ngày đầu."), {})
    elif row.valid_to and last_day >= row.valid_to:
        wrong["last_day"] = (N_("Quyết định này đã có ngày cuối sớm hơn."), {})
    if wrong:
        raise Invalid(fields=wrong)
    row.valid_to = last_day
    session.add(row)
    fact = FoundingDecisionEnded(row.number, last_day, reason.strip())
    timeline.record(session, timeline.DESK, fact, by=by)
    return row
