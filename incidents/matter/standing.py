"""The decision that founds the standing task force (Tổ công tác), as dated versions.

A decision never changes once it is recorded, except that it may end. What is opened from its first
day on goes by it; an incident keeps the decision that was in force here when it was opened.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from incidents.record import clock
from incidents.record.database import Table, identifier, moment

NEVER = 5
"""Instead of a level: activation always waits for a leader's word."""


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
