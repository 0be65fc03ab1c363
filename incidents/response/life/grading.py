"""The level of an incident: worked out from five scores, or set by a person with a reason.

It is the highest of the band of the points, the floors that were ticked, and what a person raised
it to; lower than it stands it becomes only when a second person agrees (``lowering``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import gradings, incidents, level_rules, recusals
from incidents.matter.gradings import Basis, Grading
from incidents.matter.incidents import Incident
from incidents.matter.level_rules import Floor, LevelRule
from incidents.matter.severity import Criterion
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid, given
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_, Phrase
from incidents.response.life import level_changes, lowering, score_reminders
from incidents.response.life.level_changes import LevelSet


@dataclass(frozen=True)
class ScoresGiven(Fact):
    """Somebody gave the five scores and ticked the floors, under one version of the rules."""

    rules: int
    reach: int
    velocity: int
    harm: int
    credibility: int
    duty: int
    points: int
    band: int
    says: ClassVar[str] = N_(
        "Chấm điểm theo quy tắc bản %(rules)s: độ lan rộng %(reach)s, tốc độ lan %(velocity)s, "
        "mức gây hại %(harm)s, mức dễ tin %(credibility)s, trách nhiệm trả lời %(duty)s; "
        "%(points)s điểm, khung cấp %(band)s"
    )


@dataclass(frozen=True)
class FloorTicked(Fact):
    """A fact that by itself asks for a level was said to be there."""

    floor: Phrase
    level: int
    says: ClassVar[str] = N_("Mức sàn cấp %(level)s: %(floor)s")


@dataclass(frozen=True)
class LevelCarried(Fact):
    """It was split off a graded incident; said while a second person could be named for a lower."""

    number: str
    before: int
    after: int
    seconded_by: PersonId | None
    says: ClassVar[str] = N_(
        "Vụ việc %(number)s đã xếp cấp %(before)s: phần tách ra ở cấp %(after)s "
        "(người thứ hai đồng ý hạ cấp: %(seconded_by)s)"
    )

    @property
    def sentence(self) -> str:
        """With the second person where one was named."""
        if self.seconded_by:
            return self.says
        return N_("Vụ việc %(number)s đã xếp cấp %(before)s: phần tách ra ở cấp %(after)s")


@dataclass(frozen=True)
class RaiseHeld(Fact):
    """The scores ask for less than a person raised the level to: the raise goes on to bind."""

    worked_out: int
    raised_to: int
    says: ClassVar[str] = N_(
        "Điểm và mức sàn ứng với cấp %(worked_out)s; mức đã nâng lên cấp %(raised_to)s vẫn giữ, "
        "chỉ hạ khi người thứ hai đồng ý"
    )


@dataclass(frozen=True)
class LevelKept(Fact):
    """It was split off a graded incident: what the level was there, which nothing lowered."""

    number: str
    before: int
    after: int
    says: ClassVar[str] = N_(
        "Vụ việc %(number)s đã xếp cấp %(before)s: phần tách ra ở cấp %(after)s, "
        "chỉ hạ khi người thứ hai đồng ý"
    )


def score(
    session: Session,
    incident_id: UUID,
    scores: Mapping[str, int],
    *,
    by: Actor,
    floors: Sequence[str] = (),
    second: UUID | None = None,
) -> Incident:
    """Work the level out by the rules in force; what a person raised it to stands.

    A lower one is asked for only, of the ``second`` person or of everybody who may agree.
    """
    incident = incidents.live(session, incident_id)
    _on_scale(scores)
    rule = level_rules.in_force(session, incidents.today())
    ticked = rule.ticked(floors)
    points, graded = rule.points(scores), gradings.of(session, incident.id)
    raised = graded.raised_to if graded else None
    worked_out = rule.worked_out(points, ticked)
    level = max(worked_out, raised or 0)
    _record_scores(session, incident, rule, scores, ticked, by)
    score_reminders.end(session, incident)
    if raised is not None and worked_out < raised:
        timeline.record(session, incident.id, RaiseHeld(worked_out, raised), by=by)
    given = {c.value: scores[c.value] for c in Criterion} | {"points": points}
    basis = Basis(rule.id, given, [floor.code for floor in ticked])
    if level < incident.level and not incident.level_provisional:
        lowering.ask(session, incident, level, basis=basis, second=second, by=by)
        return incident
    basis.rest(session, incident)
    said = LevelSet(incident.level, level, points, seconded_by=None, reason="")
    level_changes.take_effect(session, incident, said, by=by)
    return incident


def _on_scale(scores: Mapping[str, int]) -> None:
    wrong = {
        each.value: (N_("Cho điểm từ 0 đến 4."), {})
        for each in Criterion
        if scores.get(each.value) not in range(5)
    }
    if wrong:
        raise Invalid(fields=wrong)


def _record_scores(
    session: Session,
    incident: Incident,
    rule: LevelRule,
    scores: Mapping[str, int],
    ticked: list[Floor],
    by: Actor,
) -> None:
    points = rule.points(scores)
    given = {c.value: scores[c.value] for c in Criterion}
    fact = ScoresGiven(rules=rule.version, points=points, band=rule.band(points), **given)
    timeline.record(session, incident.id, fact, by=by)
    for floor in ticked:
        fact = FloorTicked(floor=floor.name, level=floor.level)
        timeline.record(session, incident.id, fact, by=by)


def override(
    session: Session,
    incident_id: UUID,
    level: int,
    *,
    reason: str,
    by: Actor,
    second: UUID | None = None,
) -> Incident:
    """Raise the level at once with a reason; a lower one is asked for, of the ``second`` person.

    A floor that is ticked holds: who finds it no longer true gives the scores anew without it.
    """
    incident = incidents.live(session, incident_id)
    reason = given(reason)
    if level not in range(5):
        raise Invalid(fields={"level": (N_("Cấp độ từ 0 đến 4."), {})})
    if level == incident.level:
        raise Conflict(N_("Vụ việc đang ở cấp độ này."))
    recusals.require_free(session, incident.id, by.person_id)
    graded = gradings.of(session, incident.id)
    if graded:
        _hold_floors(session, graded, level)
    if level < incident.level:
        lowering.ask(session, incident, level, reason=reason, second=second, by=by)
        return incident
    rule = level_rules.in_force(session, incidents.today())
    gradings.kept(session, incident.id, rule).raised_to = level
    said = LevelSet(incident.level, level, points=None, seconded_by=None, reason=reason)
    level_changes.take_effect(session, incident, said, by=by)
    return incident


def _hold_floors(session: Session, kept: Grading, level: int) -> None:
    for floor in gradings.rule_of(session, kept).ticked(kept.floors):
        if level < floor.level:
            raise Conflict(
                N_("Mức sàn cấp %(level)s đang áp dụng: «%(floor)s». Chấm điểm lại nếu đã hết."),
                level=floor.level,
                floor=floor.name,
            )


def go_along(session: Session, old: Incident, new: Incident, *, whole: bool, by: Actor) -> None:
    """What is split off a graded incident is graded as it was, at no lower level.

    Scores and floors go with the ``whole`` of what was flagged; another matter is scored anew, and
    whoever has the desk is reminded of it.
    """
    if old.level_provisional:
        return
    before = gradings.of(session, old.id) if whole else None
    if before:
        kept = gradings.kept(session, new.id, gradings.rule_of(session, before))
        kept.floors, kept.raised_to = list(before.floors), before.raised_to
        new.scores = old.scores
        score_reminders.end(session, new)
    timeline.record(session, new.id, LevelKept(old.number, old.level, new.level), by=by)
    new.level_provisional = False
    session.add(new)
