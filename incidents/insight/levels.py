"""How the level of an incident came about: scores, weights, bands, floors, and who overrode it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, and_, col, select

from incidents.matter import gradings, incidents, level_requests, level_rules
from incidents.matter.gradings import Grading
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import LevelRequest
from incidents.matter.level_rules import Floor
from incidents.matter.severity import ANCHORS, Criterion
from incidents.record import clock, timeline
from incidents.record.language import N_
from incidents.record.language.sentences import Told
from incidents.response.life.level_changes import CHANGES, LevelLowered, LevelSet

_HELD = N_(
    "Điểm và mức sàn ứng với cấp %(worked_out)s; mức đã nâng lên cấp %(raised_to)s vẫn giữ. Muốn "
    "hạ thì đề nghị hạ cấp theo nhận định, nêu lý do: có người thứ hai đồng ý, cấp độ mới giảm."
)


@dataclass(frozen=True)
class Bar:
    """One criterion; without a score while nobody has given one."""

    criterion: Criterion
    weight: int
    anchors: tuple[str, ...]
    score: int | None


@dataclass(frozen=True)
class Override:
    """A person set the level, up with a reason or down when a second person agreed."""

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
    worked_out: int | None
    """The level of points and floors alone."""
    raised_to: int | None
    """What a person raised it to; scores do not bring it below."""
    waiting: LevelRequest | None
    """What is asked of it: that it goes down."""

    @property
    def raise_held(self) -> Told | None:
        """That a raise binds where the scores ask for less, and what may be done about it."""
        if self.worked_out is None or self.raised_to is None or self.worked_out >= self.raised_to:
            return None
        said = {"worked_out": self.worked_out, "raised_to": self.raised_to}
        return Told(_HELD, said)

    @property
    def heaviest(self) -> int:
        """The largest weight: what a picture draws at full length."""
        return max(bar.weight for bar in self.bars)


def origin(session: Session, incident: Incident) -> Origin:
    """How its level came about; by today's rules what is still to be scored."""
    applies = level_rules.in_force(session, incidents.today())
    graded, waiting = _stands(session, incident.id)
    rule = gradings.rule_of(session, graded) if graded else applies
    scores = incident.scores or {}
    points = scores.get("points")
    applying = rule.ticked(graded.floors) if graded else []
    band = rule.band(points) if points is not None else None
    worked_out = rule.worked_out(points, applying) if points is not None else None
    raised_to = graded.raised_to if graded else None
    # A raise binds whatever the scores come to, and so it is named while it does.
    set_by_hand = worked_out != incident.level or raised_to is not None
    overridden = not incident.level_provisional and set_by_hand
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
        worked_out=worked_out,
        raised_to=raised_to,
        waiting=waiting,
    )


def _stands(session: Session, incident_id: UUID) -> tuple[Grading | None, LevelRequest | None]:
    """What it rests on and what is asked of it, in one question: the room asks enough of them."""
    return session.exec(
        select(Grading, LevelRequest)
        .select_from(Incident)
        .join(Grading, col(Grading.incident_id) == Incident.id, isouter=True)
        .join(
            LevelRequest,
            and_(col(LevelRequest.incident_id) == Incident.id, level_requests.WAITS),
            isouter=True,
        )
        .where(Incident.id == incident_id)
    ).one()


def _override(session: Session, incident_id: UUID) -> Override | None:
    """The last time a person set the level over the scores."""
    said = timeline.entries_among(session, [incident_id], CHANGES, until=clock.now())
    for entry, fact in reversed(said):
        match fact:
            case LevelSet(points=None):
                by, seconded_by = entry.actor_id, fact.seconded_by
            case LevelLowered(points=None):
                by, seconded_by = fact.asked_by, entry.actor_id
            case _:
                continue
        return Override(fact.before, fact.after, fact.reason, by, seconded_by, entry.happened_at)
    return None
