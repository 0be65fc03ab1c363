"""What is done with an incident beyond its own life: taken up again, merged, split, followed."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Because, Line, Reason, Request, Ticked
from api.identity import Caller
from incidents.intake import signals
from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.response.life import merging, resuming
from incidents.response.life.resuming import Flare
from incidents.rights.permissions import Deed


class FlareUp(Request):
    """Why what was stabilising is worked on again."""

    cause: Flare
    reason: Reason = ""


class Reopen(Request):
    """A closed incident is opened again with a new run of a playbook."""

    playbook: Line
    reason: Reason = ""


class Follow(Request):
    """A new incident that follows one closed long ago."""

    playbook: Line
    level: int = Field(description="Provisional, 0 to 4")
    title: str
    reason: Reason = ""


class Merge(Request):
    """The number of the incident that goes on."""

    into: Line
    reason: Reason = ""


class Split(Request):
    """What goes over to a new incident, by codes of flags and ids of claims."""

    signals: Annotated[list[Line], Ticked] = Field(default_factory=list)
    claims: Annotated[list[UUID], Ticked] = Field(default_factory=list)
    playbook: Line
    level: int = Field(description="0 to 4; provisional, or not below one that was graded")
    title: str
    reason: Reason = ""


def _of(session: Session, caller: Caller, number: str, deed: Deed) -> Incident:
    incident = incidents.by_number(session, number)
    caller.require(session, deed, incident)
    return incident


def flare_up(session: Session, caller: Caller, number: str, asked: FlareUp) -> Incident:
    """Work on it again: it grows."""
    incident = _of(session, caller, number, Deed.FLARE_UP)
    return resuming.flare_up(
        session, incident.id, asked.cause, reason=asked.reason, by=caller.actor
    )


def take_back(session: Session, caller: Caller, number: str, asked: Because) -> Incident:
    """It is not at its end yet: stabilising again."""
    incident = _of(session, caller, number, Deed.TAKE_BACK)
    return resuming.take_back(session, incident.id, reason=asked.reason, by=caller.actor)


def reopen(session: Session, caller: Caller, number: str, asked: Reopen) -> Incident:
    """Open it again within a year of its end."""
    incident = _of(session, caller, number, Deed.REOPEN)
    return resuming.reopen(session, incident.id, **asked.model_dump(), by=caller.actor)


def follow(session: Session, caller: Caller, number: str, asked: Follow) -> Incident:
    """Open a new one that follows it."""
    incident = _of(session, caller, number, Deed.REOPEN)
    return resuming.follow(session, incident.id, **asked.model_dump(), by=caller.actor)


def merge(session: Session, caller: Caller, number: str, asked: Merge) -> Incident:
    """Merge it into another one, which goes on; the right is needed for both."""
    incident = _of(session, caller, number, Deed.MERGE)
    goes_on = _of(session, caller, asked.into, Deed.MERGE)
    return merging.merge(session, incident.id, goes_on.id, reason=asked.reason, by=caller.actor)


def split(session: Session, caller: Caller, number: str, asked: Split) -> Incident:
    """Open another incident for part of it."""
    incident = _of(session, caller, number, Deed.MERGE)
    chosen = [signals.by_code(session, code).id for code in asked.signals]
    return merging.split(
        session,
        incident.id,
        signal_ids=chosen,
        claim_ids=asked.claims,
        **asked.model_dump(exclude={"signals", "claims"}),
        by=caller.actor,
    )
