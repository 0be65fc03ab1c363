"""People who leave, over REST: what they hold, and the deed that moves or ends all of it."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter

from api.deeds import departures as deeds
from api.deeds.departures import Leave
from api.dependencies import Db, RestCaller
from api.rest.repeats import DeedRoute, Once
from api.rest.shapes import Shape
from incidents.people.roles import Role
from incidents.response import holdings
from incidents.response.holdings import HoldingKind

router = APIRouter(
    prefix="/people/{person_id}", tags=["people"], route_class=DeedRoute, dependencies=[Once]
)


class HoldingOut(Shape):
    """One thing somebody holds, and whether a successor would take it over."""

    kind: HoldingKind
    id: UUID
    about: str
    role: Role | None
    at: datetime | None
    number: int | None


class HoldingsOut(Shape):
    """All of it, with the fingerprint to confirm it by."""

    person_id: UUID
    active: bool
    fingerprint: str
    items: list[HoldingOut]


class DepartureOut(Shape):
    """Somebody left."""

    person_id: UUID
    left_on: date
    successor_id: UUID | None
    recorded_at: datetime
    recorded_by: UUID | None


@router.get("/holdings", summary="What a person holds")
def held(session: Db, caller: RestCaller, person_id: UUID) -> HoldingsOut:
    """Steps, seats, roles, papers, shifts, sessions and links; for administrators."""
    person, items = deeds.see(session, caller, person_id)
    return HoldingsOut(
        person_id=person.id,
        active=person.active,
        fingerprint=holdings.fingerprint(items),
        items=[HoldingOut.model_validate(each) for each in items],
    )


@router.post("/leave", status_code=201, summary="Mark a person as having left")
def leave(session: Db, caller: RestCaller, person_id: UUID, asked: Leave) -> DepartureOut:
    """Everything moves or ends in one commit; needs a fresh proof of identity."""
    return DepartureOut.model_validate(deeds.leave(session, caller, person_id, asked))
