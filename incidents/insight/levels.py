"""How the level of an incident came about: scores, weights, bands, floors, and who overrode it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from incidents.matter import gradings, incidents, level_rules
from incidents.matter.incidents import Incident
from incidents.matter.level_rules import Floor
from incidents.matter.severity import ANCHORS, Criterion
from incidents.record import timeline
from incidents.response.life.grading import LevelSet


@dataclass(frozen=True)
class Bar:
    """One criterion; without a score while nobody has given one."""

    criterion: Criterion
    weight: int
    anchors: tuple[str, ...]
    score: int | None


@dataclass(frozen=True)
class Override:
    """A person set the level, up with a reason or down with a second person."""

    before: int
    after: int
    reason: str
    by: UUID | None
    seconded_by: UUID | None
    at: datetime


@dataclass(frozen=True)
class Origin:
    """Everything the level rests on, by the rules it was graded by."""

    version: int
    effective_from: date
    bands: list[int]
    bars: list[Bar]
    points: int | None
    band: int | None
    offered: list[Floor]
    """The floors of the rules in force: what may be ticked now."""
    applying: list[Floor]
    override: Override | None

    @property
    def heaviest(self) -> int:
        """The largest weight: what a picture draws at full length."""
        return max(bar.weight for bar in self.bars)


def origin(session: Session, incident: Incident) -> Origin:
    """How its level came about; by today's rules what is still to be scored."""
    applies = level_rules.in_force(session, incidents.today())
    graded = gradings.of(session, incident.id)
    rule = gradings.rule_of(session, graded) if graded else applies
    scores = incident.scores or {}
    points = scores.get("points")
    applying = rule.ticked(graded.floors) if graded else []
    band = rule.band(points) if points is not None else None
    worked_out = max([band or 0, *(floor.level for floor in applying)])
    overridden = not incident.level_provisional and (band is None or worked_out != incident.level)
    return Origin(
        version=rule.version,
        effective_from=rule.effective_from,
        bands=rule.bands,
        bars=[Bar(c, rule.weights[c.value], ANCHORS[c], scores.get(c.value)) for c in Criterion],
        points=points,
        band=band,
        offered=applies.listed,
        applying=applying,
        override=_override(session, incident.id) if overridden else None,
    )


def _override(session: Session, incident_id: UUID) -> Override | None:
    """The last time a person set the level over the scores."""
    said = timeline.entries_of(session, incident_id, kind=LevelSet)
    for entry, fact in reversed(said):
        if isinstance(fact, LevelSet) and fact.points is None:
            return Override(
                before=fact.before,
                after=fact.after,
                reason=fact.reason,
                by=entry.actor_id,
                seconded_by=fact.seconded_by,
                at=entry.happened_at,
            )
    return None
