"""How the level of an incident came about: by which rules, which floors, and who raised it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, Session

from incidents.matter import level_rules
from incidents.matter.incidents import Incident
from incidents.matter.level_rules import LevelRule
from incidents.record.database import Table, locked, owned_by, reference


class Grading(Table, table=True):
    """What an incident was last graded by; its scores stand on the incident itself."""

    __tablename__ = "grading"
    __table_args__ = (CheckConstraint("raised_to BETWEEN 0 AND 4", name="raised"),)

    incident_id: UUID = owned_by("incident.id")
    rule_id: UUID = reference("level_rule.id")
    floors: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Codes of the floors that were ticked."""
    raised_to: int | None = None
    """A person raised it to this level; scores do not bring it below."""


def of(session: Session, incident_id: UUID) -> Grading | None:
    """How the level came about; nothing while it is the provisional one."""
    return session.get(Grading, incident_id)


def kept(session: Session, incident_id: UUID, rule: LevelRule) -> Grading:
    """The row to write a grading into, under the rules it was done by."""
    found = locked(session, Grading, incident_id)
    if found is None:
        found = Grading(incident_id=incident_id, rule_id=rule.id)
    session.add(found)
    return found


def rule_of(session: Session, grading: Grading) -> LevelRule:
    """The rules it was graded by, whatever applies today."""
    return level_rules.get(session, grading.rule_id)


@dataclass(frozen=True)
class Basis:
    """What a level that was worked out rests on: scores with their points, and ticked floors."""

    rule_id: UUID
    scores: dict[str, Any]
    floors: list[str]

    def rest(self, session: Session, incident: Incident) -> None:
        """Let the incident rest on it from now on."""
        kept_ = kept(session, incident.id, level_rules.get(session, self.rule_id))
        kept_.rule_id, kept_.floors = self.rule_id, list(self.floors)
        incident.scores = dict(self.scores)
