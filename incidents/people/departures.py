"""People who left: since which day, who follows them, and whether they came back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, col, select

from incidents.record.database import Table, identifier, moment, reference
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


class Departure(Table, table=True):
    """Somebody no longer works with the desk."""

    __tablename__ = "departure"

    id: UUID = identifier()
    person_id: UUID = reference("person.id")
    left_on: date
    successor_id: UUID | None = reference("person.id", optional=True)
    recorded_at: datetime = moment()
    recorded_by: UUID | None = reference("person.id", optional=True)
    held: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """What they had in hand then, as it was confirmed."""
    returned_at: datetime | None = moment(optional=True)


@dataclass(frozen=True)
class PersonLeft(Fact):
    """What a person held moved or ended in one commit."""

    person: PersonId
    left_on: date
    successor: PersonId | None
    held: int
    says: ClassVar[str] = N_(
        "%(person)s thôi làm việc với bàn trực từ %(left_on)s, người kế nhiệm: %(successor)s; "
        "%(held)s mục đang giữ đã chuyển hoặc chấm dứt"
    )


@dataclass(frozen=True)
class PersonCameBack(Fact):
    """Somebody works with the desk again; what had ended stays ended."""

    person: PersonId
    left_on: date
    taken_back: int
    anew: int
    reason: Private
    says: ClassVar[str] = N_(
        "%(person)s làm việc lại với bàn trực (đã ghi thôi từ %(left_on)s): lấy lại "
        "%(taken_back)s mục, %(anew)s mục đã chấm dứt phải cấp mới. Lý do: %(reason)s"
    )


def of(session: Session, person_id: UUID) -> Departure | None:
    """The last departure of a person."""
    return session.exec(
        select(Departure)
        .where(Departure.person_id == person_id)
        .order_by(col(Departure.id).desc())
        .limit(1)
    ).first()
