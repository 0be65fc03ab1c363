"""People who left: since which day, and who follows them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.record.database import Table, identifier, moment, reference
from incidents.record.facts import Fact, PersonId
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


def of(session: Session, person_id: UUID) -> Departure | None:
    """The last departure of a person."""
    return session.exec(
        select(Departure)
        .where(Departure.person_id == person_id)
        .order_by(col(Departure.id).desc())
        .limit(1)
    ).first()
