"""Who is concerned by an incident: the rows, and what the database leaves out for such a person.

It stands below everything that is told or listed: messages and lists leave a matter out in the
query they ask anyway. What a conflict of interest does is in ``matter.recusals``.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, ColumnElement
from sqlmodel import Field, col, select

from incidents.record.database import Table, identifier, moment, reference

HEAR_THEMSELVES = frozenset({"conflict_declared"})
"""What whoever is concerned is told of the matter all the same: that they are out of it."""


class Recusal(Table, table=True):
    """One conflict of interest, of a person or of a whole body."""

    __tablename__ = "recusal"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="about"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    person_id: UUID | None = reference("person.id", optional=True)
    organisation_id: UUID | None = reference("organisation.id", optional=True)
    headed: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Roles they held when it was declared: those below them in such a role do not judge either."""
    reason: str
    declared_at: datetime = moment()
    declared_by: UUID = reference("person.id")
    lifted_at: datetime | None = moment(optional=True)
    lifted_by: UUID | None = reference("person.id", optional=True)
    lift_reason: str = ""


def open_to(person_id: Any, incident_id: Any) -> ColumnElement[bool]:
    """Whether the incident in a column does not name a person themselves; true where it is empty.

    Every list of incidents, or of what belongs to them, is narrowed by it: whoever is named takes
    no part at all, so nothing of the matter stands in what they read, not even its number. The
    people of a body that is concerned may be asked for facts and go on reading.
    """
    return ~(
        select(Recusal.id)
        .where(
            col(Recusal.incident_id) == incident_id,
            col(Recusal.person_id) == person_id,
            col(Recusal.lifted_at).is_(None),
        )
        .exists()
    )
