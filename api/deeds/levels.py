"""What is done with the rules by which levels are worked out."""

from datetime import date

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Reason, Request
from api.identity import Caller
from incidents.matter import level_rules
from incidents.matter.level_rules import LevelRule
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
