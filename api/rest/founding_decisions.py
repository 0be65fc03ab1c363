"""The decisions that found the standing task force, over REST."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from api.deeds import founding_decisions as deeds
from api.deeds.founding_decisions import EndFounding, Founding
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.matter import standing
from incidents.matter.standing import FoundingDecision
from incidents.record import clock
from incidents.rights.permissions import Deed

router = deeds_under("/founding-decisions", "task forces")


class FoundingOut(Shape):
    """One decision; ``in_force`` is the one for what is opened now."""

    id: UUID
    number: str
    signed_on: date
    signer: str
    automatic_from_level: int
    valid_from: date
    valid_to: date | None
    recorded_at: datetime | None
    in_force: bool


def _shown(session: Session, decision: FoundingDecision) -> FoundingOut:
    applies = standing.in_force(session, clock.now())
    return FoundingOut(
        **decision.model_dump(exclude={"verified"}),
        in_force=applies is not None and applies.id == decision.id,
    )


@router.get("", summary="What founds the standing task force")
def listed(session: Db, caller: RestCaller) -> Page[FoundingOut]:
    """Every decision, the last to begin first."""
    caller.require(session, Deed.SEE_DESK)
    return Page(items=[_shown(session, each) for each in standing.listed(session)])


@router.post("", status_code=201, summary="Enter a founding decision")
def record(session: Db, caller: RestCaller, asked: Founding) -> FoundingOut:
    """It counts for what is opened from now on; open incidents keep theirs."""
    return _shown(session, deeds.record(session, caller, asked))


@router.post("/{decision_id}/end", summary="Give a founding decision its last day")
def end(session: Db, caller: RestCaller, decision_id: UUID, asked: EndFounding) -> FoundingOut:
    """Today at the earliest."""
    return _shown(session, deeds.end(session, caller, decision_id, asked))
