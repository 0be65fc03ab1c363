"""What REST says of rosters."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from pydantic import BaseModel

from api.rest.shapes import PersonOut, Shape
from incidents.people.duty.changes import SwapState
from incidents.people.duty.faults import FaultKind
from incidents.people.roles import Role


class RosterOut(Shape):
    """A roster."""

    id: UUID
    name: str
    role: Role
    organisation_id: UUID
    around_the_clock: bool
    notes: bool
    filled_until: datetime | None


class RotationOut(BaseModel):
    """People in turn, in their order."""

    id: UUID
    roster_id: UUID
    rule: str
    hand_over: time
    shift_minutes: int
    shifts_each: int
    valid_from: date
    valid_to: date | None
    people: list[UUID]


class ShiftOut(BaseModel):
    """A person on duty; without ``id`` it lies beyond the rows kept and may still change."""

    id: UUID | None
    roster_id: UUID | None
    role: Role
    person: PersonOut
    starts_at: datetime
    ends_at: datetime
    stands_in_for: PersonOut | None
    sequence: int
    holiday: str | None
    """What is celebrated on the day it begins."""
    tet: bool


class OnDutyOut(BaseModel):
    """Who is on duty in a role, and who is next."""

    role: Role
    people: list[PersonOut]
    now: list[ShiftOut]
    next: list[ShiftOut]


class FaultOut(Shape):
    """Something to put right on the rosters; ``rest`` is what is left between two shifts."""

    kind: FaultKind
    role: Role
    starts_at: datetime
    ends_at: datetime
    person_id: UUID | None
    other_role: Role | None
    covered: bool
    rest: timedelta | None


class RosterLookOut(BaseModel):
    """Two weeks as they would be; ``digest`` goes back as ``seen`` and confirms exactly this."""

    first_day: date
    digest: str
    shifts: list[ShiftOut]
    faults: list[FaultOut]
    by_hand: list[ShiftOut]
    """Entered by hand, beside the rotation: each stays unless ``ends_by_hand`` names it."""


class StandInOut(Shape):
    """Somebody stands in."""

    id: UUID
    roster_id: UUID
    person_id: UUID
    instead_of: UUID | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    cancelled_at: datetime | None


class SwapOut(Shape):
    """A shift asked to be taken over."""

    id: UUID
    roster_id: UUID
    asker_id: UUID
    other_id: UUID
    given_at: datetime
    given_until: datetime
    taken_at: datetime | None
    reason: str
    state: SwapState


class AbsenceOut(Shape):
    """Somebody is away; the reason is shown to them and to the keeper only."""

    id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str
    cancelled_at: datetime | None


class HandOverOut(Shape):
    """A hand-over note."""

    id: UUID
    shift_id: UUID
    role: Role
    author_id: UUID
    incidents: int
    open_work: str
    deadlines: str
    unknown: str
    remarks: str
    written_at: datetime
    acknowledged_by: UUID | None
    acknowledged_at: datetime | None


class PrefillOut(Shape):
    """What the record says at the end of a shift."""

    incidents: int
    open_work: str
    deadlines: str
    unknown: str


class FeedOut(BaseModel):
    """A calendar address; whoever has it reads the shifts, so it is shown to its owner only."""

    id: UUID
    roster_id: UUID | None
    address: str
    created_at: datetime
    revoked_at: datetime | None
