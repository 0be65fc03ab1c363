"""What is done with the decisions that found the standing task force."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Optional, Reason, Request
from api.identity import Caller
from incidents.matter import standing_changes
from incidents.matter.standing import FoundingDecision
from incidents.rights.permissions import Deed


class Founding(Request):
    """A signed decision, as it reads."""

    number: Line
    signed_on: date
    signer: Line
    automatic_from_level: int = Field(description="0 to 4; 5 never activates by itself")
    valid_from: date
    valid_to: Annotated[date | None, Optional] = None


class EndFounding(Request):
    """Its last day, and why."""

    last_day: date
    reason: Reason = ""


def record(session: Session, caller: Caller, asked: Founding) -> FoundingDecision:
    """Enter a decision; what is open keeps the one it was opened under."""
    caller.require(session, Deed.ADMINISTER)
    return standing_changes.record(session, **asked.model_dump(), by=caller.actor)


def end(
    session: Session, caller: Caller, decision_id: UUID, asked: EndFounding
) -> FoundingDecision:
    """Give a decision its last day."""
    caller.require(session, Deed.ADMINISTER)
    return standing_changes.end(session, decision_id, **asked.model_dump(), by=caller.actor)
