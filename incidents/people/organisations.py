"""Public bodies and their units; names and bodies change by decree, so they are rows."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from incidents.record.database import Table, identifier, reference


class Organisation(Table, table=True):
    """A body as it was named and placed between two days."""

    __tablename__ = "organisation"

    id: UUID = identifier()
    code: str = Field(unique=True)
    name: str
    kind: str
    parent_id: UUID | None = reference("organisation.id", optional=True)
    valid_from: date | None = None
    valid_to: date | None = None
