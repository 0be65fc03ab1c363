"""What REST tells of the directory."""

from datetime import date, datetime
from uuid import UUID

from api.rest.shapes import Shape
from incidents.people.directory.focal_points import Standing
from incidents.people.persons import ContactKind
from incidents.people.roles import Role


class OrganisationOut(Shape):
    """A body as it was named and placed on the day asked for."""

    id: UUID
    code: str
    name: str
    kind: str
    parent: str | None
    depth: int
    valid_from: date | None
    valid_to: date | None


class CorrectionOut(Shape):
    """Kind or first day of a body, put right; kinds in the caller's language."""

    at: datetime
    by: UUID | None
    former_kind: str
    kind: str
    former_from: date | None
    valid_from: date | None
    reason: str | None


class RequestMadeOut(Shape):
    """Something a body was asked in an incident; titles and outcome in the caller's language."""

    incident: str
    incident_title: str
    exercise: bool
    step_id: UUID
    number: int
    title: str
    reference: str
    asked: list[UUID]
    asked_at: datetime
    outcome: str
    answered_at: datetime | None


class PeriodOut(Shape):
    """From this day on it had this name and place."""

    starts_on: date
    name: str
    parent_id: UUID | None
    basis: str


class SuccessionOut(Shape):
    """One body took over from another."""

    predecessor_id: UUID
    successor_id: UUID
    happened_on: date
    matter: str
    basis: str


class ContactOut(Shape):
    """A way to reach somebody; ``stale`` says nobody has shown lately that it works."""

    id: UUID
    person_id: UUID | None
    organisation_id: UUID | None
    channel: ContactKind
    address: str
    position: int
    verified_at: datetime | None
    verified_by: UUID | None
    bounced_at: datetime | None
    stale: bool = False


class FocalOut(Shape):
    """Who stands for a body, and when somebody last tried to reach them."""

    id: UUID
    person_id: UUID
    standing: Standing
    appointed_at: datetime
    tested_at: datetime | None
    tested_by: UUID | None
    reached: bool | None
    stale: bool = False


class WorksThereOut(Shape):
    """A person of a body."""

    id: UUID
    name: str
    post: str
    telephone: str
    roles: list[Role]


class OrganisationPageOut(OrganisationOut):
    """A body with its people, contacts, focal points and history."""

    people: list[WorksThereOut]
    contacts: list[ContactOut]
    focal_points: list[FocalOut]
    periods: list[PeriodOut]
    predecessors: list[SuccessionOut]
    successors: list[SuccessionOut]


class CodeSentOut(Shape):
    """A code is on its way; it is asked for until then."""

    sent_at: datetime
    tries_left: int


class ReviewOut(Shape):
    """What of a body is stale."""

    code: str
    name: str
    contacts: list[UUID]
    untested: list[UUID]
    lacking: list[Standing]


class RouteOut(Shape):
    """In matters of this kind this body has the role."""

    id: UUID
    role: Role
    organisation_id: UUID
    playbook: str
    topic: str
    area: str
    basis: str
    valid_from: date
    valid_to: date | None
