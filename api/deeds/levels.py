"""What is done with the rules of levels, and with what is asked about one incident's level."""

from datetime import date
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Because, Line, Reason, Request
from api.identity import Caller
from incidents.matter import incidents, level_requests, level_rules
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import LevelRequest
from incidents.matter.level_rules import LevelRule
from incidents.record.errors import NotFound
from incidents.response.life import lowering
from incidents.rights.permissions import Deed


class Floor(Request):
    """A fact that is ticked, and the level it asks for."""

    code: Line
    level: int
    vi: Line
    en: Line


class Rules(Request):
    """Another version of the rules, in force from a day on."""

    effective_from: date
    weights: dict[str, int] = Field(description="Percent for each of the five scores")
    bands: list[int] = Field(description="The points from which each level applies, 0 to 4")
    floors: list[Floor]
    basis: Reason


def make(session: Session, caller: Caller, asked: Rules) -> LevelRule:
    """Make another version; what was graded keeps the one it was graded by."""
    caller.require(session, Deed.ADMINISTER)
    return level_rules.make(
        session,
        effective_from=asked.effective_from,
        weights=asked.weights,
        bands=asked.bands,
        floors=[level_rules.Floor(**floor.model_dump()) for floor in asked.floors],
        basis=asked.basis,
        by=caller.actor,
    )


def agree(session: Session, caller: Caller, number: str, request_id: UUID) -> Incident:
    """Let the level go down; needs a fresh proof of identity."""
    found = asked(session, caller, number, request_id, Deed.AGREE_LOWER)
    return lowering.agree(session, found.id, by=caller.actor)


def refuse(
    session: Session, caller: Caller, number: str, request_id: UUID, because: Because
) -> Incident:
    """Let the level stand, and say why."""
    found = asked(session, caller, number, request_id, Deed.GRADE)
    return lowering.refuse(session, found.id, reason=because.reason, by=caller.actor)


def withdraw(session: Session, caller: Caller, number: str, request_id: UUID) -> Incident:
    """Take back what one asked for."""
    found = asked(session, caller, number, request_id, Deed.SEE_INCIDENT)
    return lowering.withdraw(session, found.id, by=caller.actor)


def asked(
    session: Session, caller: Caller, number: str, request_id: UUID, deed: Deed
) -> LevelRequest:
    """A request of the incident of that number, for whoever may do the deed there."""
    incident = incidents.by_number(session, number)
    caller.require(session, deed, incident)
    found = level_requests.get(session, request_id)
    if found.incident_id != incident.id:
        raise NotFound(level_requests.NONE)
    return found
