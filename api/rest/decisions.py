"""The decision log over REST."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.deeds import decisions as deeds
from api.deeds import incidents as incident_deeds
from api.deeds.decisions import Decide
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.response import decisions
from incidents.response.decisions import Decision

router = deeds_under("/incidents/{number}", "decisions")


class DecisionOut(Shape):
    """One decision; ``replaces`` and ``replaced_by`` are numbers in the incident."""

    id: UUID
    number: int
    question: str
    options: str
    chosen: str
    reason: str
    dissent: str
    decided_by: UUID | None
    decided_at: datetime
    review_at: datetime | None
    step_id: UUID | None
    recorded_by: UUID | None
    recorded_at: datetime
    replaces: int | None = None
    replaced_by: int | None = None


def shown(log: Sequence[Decision]) -> list[DecisionOut]:
    """A whole log, each decision with the numbers of those before and after it."""
    numbers = {each.id: each.number for each in log}
    later = {each.replaces_id: each.number for each in log if each.replaces_id}
    return [
        DecisionOut.model_validate(each).model_copy(
            update={
                "replaces": numbers.get(each.replaces_id) if each.replaces_id else None,
                "replaced_by": later.get(each.id),
            }
        )
        for each in log
    ]


@router.get("/decisions", summary="The decision log")
def listed(session: Db, caller: RestCaller, number: str) -> Page[DecisionOut]:
    """The first decision first; what was replaced stays."""
    incident = incident_deeds.see(session, caller, number)
    return Page(items=shown(decisions.of_incident(session, incident.id)))


@router.post("/decisions", status_code=201, summary="Log a decision")
def take(session: Db, caller: RestCaller, number: str, asked: Decide) -> DecisionOut:
    """``decided_at`` back-dates it, both times are kept; ``replaces`` names an earlier one."""
    taken = deeds.take(session, caller, number, asked)
    log = decisions.of_incident(session, taken.incident_id)
    return next(each for each in shown(log) if each.id == taken.id)
