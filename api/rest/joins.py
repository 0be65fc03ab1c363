"""Incidents over REST: taken up again, merged, split, and how they hang together."""

from datetime import datetime

from api.deeds import incidents as incident_deeds
from api.deeds import joins as deeds
from api.deeds.joins import FlareUp, Follow, Merge, Reopen, Split
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import IncidentOut, Page, Shape
from incidents.matter import ties
from incidents.matter.ties import TieKind

router = deeds_under("/incidents/{number}", "incidents")


class TieOut(Shape):
    """``number`` is the other incident; ``outgoing`` says that the kind is told from this one."""

    number: str
    kind: TieKind
    outgoing: bool
    made_at: datetime


@router.get("/ties", summary="How it hangs together with others")
def listed(session: Db, caller: RestCaller, number: str) -> Page[TieOut]:
    """Merged, split and following incidents, the oldest tie first."""
    incident = incident_deeds.see(session, caller, number)
    return Page(
        items=[
            TieOut(
                number=other.number,
                kind=tie.kind,
                outgoing=tie.incident_id == incident.id,
                made_at=tie.made_at,
            )
            for tie, other in ties.of(session, incident.id, reader=caller.person.id)
        ]
    )


@router.post("/flare-up", summary="What was stabilising grows again")
def flare_up(session: Db, caller: RestCaller, number: str, asked: FlareUp) -> IncidentOut:
    """Reach, a new claim or a higher level, as the record shows it, and a reason."""
    return IncidentOut.model_validate(deeds.flare_up(session, caller, number, asked))


@router.post("/take-back", summary="Not at its end: stabilising again")
def take_back(session: Db, caller: RestCaller, number: str, asked: Because) -> IncidentOut:
    """From waiting for its closing report, with a reason; closing then asks for a new report."""
    return IncidentOut.model_validate(deeds.take_back(session, caller, number, asked))


@router.post("/reopen", summary="Open a closed incident again")
def reopen(session: Db, caller: RestCaller, number: str, asked: Reopen) -> IncidentOut:
    """Within twelve months, by leadership, with a fresh proof of identity; a new run begins."""
    return IncidentOut.model_validate(deeds.reopen(session, caller, number, asked))


@router.post("/follow", status_code=201, summary="Open an incident that follows an old one")
def follow(session: Db, caller: RestCaller, number: str, asked: Follow) -> IncidentOut:
    """Where twelve months have passed since the old one was closed."""
    return IncidentOut.model_validate(deeds.follow(session, caller, number, asked))


@router.post("/merge", summary="Merge into another incident")
def merge(session: Db, caller: RestCaller, number: str, asked: Merge) -> IncidentOut:
    """Answers with the one that goes on; this one keeps its number and says where it went."""
    return IncidentOut.model_validate(deeds.merge(session, caller, number, asked))


@router.post("/split", status_code=201, summary="Split flags and claims off")
def split(session: Db, caller: RestCaller, number: str, asked: Split) -> IncidentOut:
    """Answers with the new incident."""
    return IncidentOut.model_validate(deeds.split(session, caller, number, asked))
