"""What REST shows of flags and of the claims they make."""

from datetime import date, datetime
from uuid import UUID

from api.rest.shapes import Shape
from incidents.intake.signals import Ground, Nature, SignalState
from incidents.intake.typology import ContentType, Subject
from incidents.matter.incidents import Finding
from incidents.people.roles import Role


class SignalOut(Shape):
    """A flag."""

    id: UUID
    code: str
    text: str
    text_sha256: str | None
    url: str | None
    seen_where: str
    reach: int | None
    reporter: str
    exercise: bool
    real_since: datetime | None
    state: SignalState
    nature: Nature
    seen_at: datetime | None
    flagged_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    incident_id: UUID | None
    merged_into_id: UUID | None
    owner_id: UUID | None
    review_at: datetime | None
    ground: Ground | None
    transferred_to: str
    transfer_number: str
    transferred_on: date | None


class PlaceOut(Shape):
    """Where a claim stands: an incident's number or a flag's code."""

    kind: str
    name: str


class ClaimOut(Shape):
    """One checkable sentence, and what a named person found about it."""

    id: UUID
    text: str
    nature: Nature
    content_type: ContentType | None
    subject: Subject | None
    tags: list[str]
    finding: Finding
    made_at: datetime
    verified_by: UUID | None
    verified_at: datetime | None
    places: list[PlaceOut] | None = None


class FindingOut(Shape):
    """What one verification found."""

    id: UUID
    number: int
    role: Role
    settled_by: UUID | None
    settled_at: datetime
    finding: Finding
    explanation: str
    source: str
    late: bool


class FindingsOut(Shape):
    """What counts, and what each verification found."""

    finding: Finding
    differ: bool
    items: list[FindingOut]


class TechniqueOut(Shape):
    """A behaviour in the caller's language."""

    code: str
    name: str


class VocabularyOut(Shape):
    """The behaviours, with their source."""

    name: str
    holder: str
    licence: str
    url: str
    items: list[TechniqueOut]
