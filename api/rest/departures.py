"""People who leave and come back, over REST: what they hold or held, and the two deeds."""

from datetime import date, datetime
from uuid import UUID

from api.deeds import departures as deeds
from api.deeds.departures import ComeBack, Leave
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Shape
from incidents.people.roles import Role
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.response.staffing import holdings, recoverable
from incidents.response.staffing.holdings import HoldingKind
from incidents.response.staffing.recoverable import Fate

router = deeds_under("/people/{person_id}", "people")


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
    returned_at: datetime | None


class RecoverableOut(HoldingOut):
    """One thing somebody held: what becomes of it when they come back, and who has it now."""

    fate: Fate
    holder_id: UUID | None


class RecoverablesOut(Shape):
    """All of it, with the fingerprint to confirm it by."""

    person_id: UUID
    left_on: date
    fingerprint: str
    items: list[RecoverableOut]


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


@router.get("/return", summary="What a person who left may be given back")
def recoverables(session: Db, caller: RestCaller, person_id: UUID) -> RecoverablesOut:
    """Those marked ``takeable`` by their ids; 404 for whoever works with the desk."""
    found = deeds.see_gone(session, caller, person_id)
    if found is None:
        raise NotFound(N_("Người này không ở trong số người đã thôi."))
    gone, items = found
    return RecoverablesOut(
        person_id=person_id,
        left_on=gone.left_on,
        fingerprint=recoverable.fingerprint(items),
        items=[
            RecoverableOut(
                kind=each.was.kind,
                id=each.was.id,
                about=each.was.about,
                role=each.was.role,
                at=each.was.at,
                number=each.was.number,
                fate=each.fate,
                holder_id=each.holder_id,
            )
            for each in items
        ],
    )


@router.post("/return", summary="Let a person who left work with the desk again")
def come_back(session: Db, caller: RestCaller, person_id: UUID, asked: ComeBack) -> DepartureOut:
    """What moved stays unless it is named in ``take``; needs a fresh proof of identity."""
    return DepartureOut.model_validate(deeds.come_back(session, caller, person_id, asked))
