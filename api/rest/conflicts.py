"""Conflicts of interest over REST."""

from datetime import datetime
from uuid import UUID

from api.deeds import conflicts as deeds
from api.deeds import incidents as room
from api.deeds.conflicts import Declare
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.matter import recusals

router = deeds_under("/incidents/{number}/conflicts", "conflicts of interest")


class ConflictOut(Shape):
    """Who is concerned, who said so and why, and whether it was lifted."""

    id: UUID
    person_id: UUID | None
    organisation_id: UUID | None
    reason: str
    declared_at: datetime
    declared_by: UUID
    lifted_at: datetime | None
    lifted_by: UUID | None
    lift_reason: str


@router.get("", summary="Who is concerned and takes no part")
def listed(session: Db, caller: RestCaller, number: str) -> Page[ConflictOut]:
    """Those lifted too, the oldest first."""
    incident = room.see(session, caller, number)
    rows = recusals.of_incident(session, incident.id)
    return Page(items=[ConflictOut.model_validate(r) for r in rows])


@router.post("", status_code=201, summary="Declare a person or a body concerned")
def declare(session: Db, caller: RestCaller, number: str, asked: Declare) -> ConflictOut:
    """Seats, open work and unreleased signatures go at once; work climbs one tier."""
    return ConflictOut.model_validate(deeds.declare(session, caller, number, asked))


@router.post("/{recusal_id}/lift", summary="Lift it")
def lift(
    session: Db, caller: RestCaller, number: str, recusal_id: UUID, asked: Because
) -> ConflictOut:
    """By leadership, with a fresh proof of identity; never by whoever it concerns."""
    return ConflictOut.model_validate(deeds.lift(session, caller, number, recusal_id, asked))
