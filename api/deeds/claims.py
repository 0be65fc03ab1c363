"""What is done with claims: stated by hand, worded and classed, linked, settled."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Optional, Reason, Request
from api.identity import Caller
from incidents.intake import claims, merging, wording
from incidents.intake.claims import Claim, Place
from incidents.intake.signals import Nature
from incidents.intake.typology import ContentType, Subject
from incidents.intake.wording import Wording
from incidents.matter import incidents
from incidents.matter.incidents import Finding, Incident
from incidents.response.judgement import findings
from incidents.rights import permissions
from incidents.rights.permissions import Deed


class Put(Request):
    """One checkable sentence and how it is classed; every field replaces what stood there."""

    text: str
    nature: Nature = Nature.CLAIM
    content_type: Annotated[ContentType | None, Optional] = None
    subject: Annotated[Subject | None, Optional] = None
    tags: list[str] = Field(default_factory=list, description="Codes of DISARM techniques")


class Link(Request):
    """Where else the sentence stands."""

    to: Line = Field(description="The code of a flag, or the number of a live incident")


class Unlink(Request):
    """Where the sentence does not stand after all."""

    where: Line = Field(description="The code of a flag, or the number of an incident")


class Settle(Request):
    """What is true of one claim, or of the whole where findings differ, and on what grounds."""

    finding: Finding
    explanation: Reason


def at(session: Session, caller: Caller, name: str, deed: Deed) -> Place:
    """The incident of a number or the flag of a code, for whoever may do this there."""
    place = merging.resolve(session, name)
    caller.require(session, deed, place)
    return place


def stated_at(session: Session, place: Place) -> list[Claim]:
    """The claims that stand there."""
    if isinstance(place, claims.Signal):
        return claims.of_signal(session, place.id)
    return claims.of_incident(session, place.id)


def add(session: Session, caller: Caller, name: str, asked: Put) -> Claim:
    """State a sentence in an incident or a flag."""
    place = at(session, caller, name, Deed.STATE_CLAIM)
    return wording.add(session, place, Wording(**asked.model_dump()), by=caller.actor)


def see(session: Session, caller: Caller, claim_id: UUID, deed: Deed = Deed.SEE_DESK) -> Claim:
    """The claim, for whoever may do this in one of the places where it stands."""
    claim = claims.get(session, claim_id)
    places = claims.places(session, claim)
    if not any(permissions.allowed(session, caller.person, deed, place) for place in places):
        caller.require(session, deed, next(iter(places), None))
    return claim


def edit(session: Session, caller: Caller, claim_id: UUID, asked: Put) -> Claim:
    """Word or class it otherwise."""
    claim = see(session, caller, claim_id, Deed.STATE_CLAIM)
    return wording.edit(session, claim.id, Wording(**asked.model_dump()), by=caller.actor)


def link(session: Session, caller: Caller, claim_id: UUID, asked: Link) -> Claim:
    """Say where else it stands."""
    claim = see(session, caller, claim_id, Deed.STATE_CLAIM)
    return wording.link(session, claim.id, asked.to, by=caller.actor)


def unlink(session: Session, caller: Caller, claim_id: UUID, asked: Unlink) -> Claim:
    """Take a link back."""
    claim = see(session, caller, claim_id, Deed.STATE_CLAIM)
    return wording.unlink(session, claim.id, asked.where, by=caller.actor)


def settle(session: Session, caller: Caller, claim_id: UUID, asked: Settle) -> Claim:
    """Say what is true of it."""
    claim = see(session, caller, claim_id, Deed.VERIFY)
    return claims.settle(session, claim.id, asked.finding, asked.explanation, by=caller.actor)


def settle_findings(session: Session, caller: Caller, number: str, asked: Settle) -> Incident:
    """Say which of the findings that contradict each other counts."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.VERIFY, incident)
    return findings.settle(session, incident.id, asked.finding, asked.explanation, by=caller.actor)
