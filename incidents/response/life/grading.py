"""The level of an incident: worked out from five scores, or set by a person with a reason.

It is the highest of the band of the points, the floors that were ticked, and what a person raised
it to; lower than it stands it becomes only with a second person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import gradings, incidents, level_rules, recusals, taskforces
from incidents.matter.gradings import Grading
from incidents.matter.incidents import Incident
from incidents.matter.level_rules import Floor, LevelRule
from incidents.matter.severity import Criterion
from incidents.matter.taskforces import TaskForceMember
from incidents.people import persons, rosters
from incidents.people.roles import ROOM
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid, given
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Phrase
from incidents.response.life import replanning, score_reminders, telling
from incidents.response.steps import rhythm, runs
from incidents.response.steps.steps import Step


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
class LevelSet(Fact):
    """The level was worked out from the five scores, or set by a person with a reason."""

    before: int
    after: int
    points: int | None
    seconded_by: PersonId | None
    reason: Private
    says: ClassVar[str] = N_(
        "Cấp độ %(before)s → %(after)s (điểm %(points)s; người thứ hai đồng ý: %(seconded_by)s). "
        "%(reason)s"
    )


@dataclass(frozen=True)
class LevelCarried(Fact):
    """It was split off a graded incident: what the level was there, and who agreed to a lower."""

    number: str
    before: int
    after: int
    seconded_by: PersonId | None
    says: ClassVar[str] = N_(
        "Vụ việc %(number)s đã xếp cấp %(before)s: phần tách ra ở cấp %(after)s "
        "(người thứ hai đồng ý hạ cấp: %(seconded_by)s)"
    )


def score(
    session: Session,
    incident_id: UUID,
    scores: Mapping[str, int],
    *,
    by: Actor,
    floors: Sequence[str] = (),
    seconded_by: UUID | None = None,
) -> Incident:
    """Work the level out by the rules in force; what a person raised it to stands."""
    incident = incidents.live(session, incident_id)
    _on_scale(scores)
    rule = level_rules.in_force(session, incidents.today())
    ticked = rule.ticked(floors)
    kept = gradings.kept(session, incident.id, rule)
    points = rule.points(scores)
    level = max(rule.band(points), kept.raised_to or 0, *(floor.level for floor in ticked))
    lower = level < incident.level and not incident.level_provisional
    second = _second(session, incident, seconded_by, by) if lower else None
    kept.rule_id, kept.floors = rule.id, [floor.code for floor in ticked]
    incident.scores = {c.value: scores[c.value] for c in Criterion} | {"points": points}
    _record_scores(session, incident, rule, scores, ticked, by)
    _set_level(session, incident, level, points=points, reason="", seconded_by=second, by=by)
    return incident


def _on_scale(scores: Mapping[str, int]) -> None:
    wrong = {
        each.value: (N_("Cho điểm từ 0 đến 4."), {})
        for each in Criterion
        if scores.get(each.value) not in range(5)
    }
    if wrong:
        raise Invalid(fields=wrong)


def _second(session: Session, incident: Incident, second: UUID | None, by: Actor) -> UUID:
    """Whoever agrees that the level goes down: another person who may grade the incident."""
    if second is None or second == by.person_id:
        raise Invalid(fields={"seconded_by": (N_("Hạ cấp độ cần người thứ hai đồng ý."), {})})
    person = persons.active(session, second)
    recusals.require_free(session, incident.id, person.id)
    if person.id not in graders(session, incident.id, taskforces.members(session, incident.id)):
        raise Invalid(
            fields={
                "seconded_by": (
                    N_("%(name)s không có quyền xếp cấp độ vụ việc này."),
                    {"name": person.name},
                )
            }
        )
    return person.id


def graders(session: Session, incident_id: UUID, seats: Sequence[TaskForceMember]) -> set[UUID]:
    """Whoever has by post, shift or seat a role that grades, and no conflict in the incident."""
    seated = {m.person_id for m in seats if m.role in ROOM}
    held = rosters.acting(session, list(ROOM), clock.now()) | seated
    return held - recusals.of(session, incident_id).keeps_out(judging=True)


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
    seconded_by: UUID | None = None,
) -> Incident:
    """Raise the level at once with a reason; lowering it needs a second person.

    A floor that is ticked holds: who finds it no longer true gives the scores anew without it.
    """
    incident = incidents.live(session, incident_id)
    reason = given(reason)
    if level not in range(5):
        raise Invalid(fields={"level": (N_("Cấp độ từ 0 đến 4."), {})})
    if level == incident.level:
        raise Conflict(N_("Vụ việc đang ở cấp độ này."))
    recusals.require_free(session, incident.id, by.person_id)
    second = _second(session, incident, seconded_by, by) if level < incident.level else None
    rule = level_rules.in_force(session, incidents.today())
    kept = gradings.kept(session, incident.id, rule)
    _hold_floors(session, kept, level)
    kept.raised_to = level if level > incident.level else None
    _set_level(session, incident, level, points=None, reason=reason, seconded_by=second, by=by)
    return incident


def _hold_floors(session: Session, kept: Grading, level: int) -> None:
    for floor in gradings.rule_of(session, kept).ticked(kept.floors):
        if level < floor.level:
            raise Conflict(
                N_("Mức sàn cấp %(level)s đang áp dụng: «%(floor)s». Chấm điểm lại nếu đã hết."),
                level=floor.level,
                floor=floor.name,
            )


def may_divide(
    session: Session,
    old: Incident,
    level: int,
    *,
    whole: bool,
    seconded_by: UUID | None,
    by: Actor,
) -> UUID | None:
    """Return if part of an incident may go on at a level, with who agrees that it is a lower one.

    A level that was worked out or set goes down no other way than by a second person, and where
    the ``whole`` of what was flagged goes the floors go with it. A provisional one binds nobody.
    """
    if old.level_provisional:
        return None
    kept = gradings.of(session, old.id) if whole else None
    if kept:
        _hold_floors(session, kept, level)
    return _second(session, old, seconded_by, by) if level < old.level else None


def go_along(
    session: Session,
    old: Incident,
    new: Incident,
    *,
    whole: bool,
    seconded_by: UUID | None,
    reason: str,
    by: Actor,
) -> None:
    """What the level rested on goes with the ``whole`` of what was flagged, as does who agreed.

    Another matter at no lower level is graded anew, as any that was opened.
    """
    if old.level_provisional or not (whole or seconded_by):
        return
    before = gradings.of(session, old.id) if whole else None
    if before:
        kept = gradings.kept(session, new.id, gradings.rule_of(session, before))
        kept.floors, raised = list(before.floors), before.raised_to
        kept.raised_to = raised if raised and raised <= new.level else None
        new.scores = old.scores
    fact = LevelCarried(old.number, old.level, new.level, seconded_by)
    timeline.record(session, new.id, fact, by=by)
    score_reminders.end(session, new)
    new.level_provisional = False
    session.add(new)
    persons.tell_all(
        session,
        [seconded_by] if seconded_by else [],
        "level_changed",
        key=f"level:{new.id}:split",
        incident_id=new.id,
        values={"level": new.level, "reason": reason, "steps": [], "seconded": True},
    )


def _set_level(
    session: Session,
    incident: Incident,
    level: int,
    *,
    points: int | None,
    reason: str,
    seconded_by: UUID | None,
    by: Actor,
) -> None:
    timeline.record(
        session,
        incident.id,
        LevelSet(
            before=incident.level,
            after=level,
            points=points,
            seconded_by=seconded_by,
            reason=reason,
        ),
        by=by,
    )
    score_reminders.end(session, incident)
    before = incident.level
    incident.level, incident.level_provisional = level, False
    session.add(incident)
    if level != before:
        rhythm.follow_level(session, incident, before)
        moved = replanning.follow_level(session, incident, by=by)
        heard = _tell(session, incident, reason, moved, seconded_by, by)
        telling.tell_of_change(session, incident, by=by, before=before, already=heard)
    for run in runs.of_incident(session, incident.id):
        runs.want(session, run.id)


def _tell(
    session: Session,
    incident: Incident,
    reason: str,
    moved: list[Step],
    second: UUID | None,
    by: Actor,
) -> list[UUID]:
    """Tell the task force, and whoever holds work whose deadline moved: each with their own.

    Whoever is named as the second person hears that they are. Says who all of them are.
    """
    mine: dict[UUID, list[str]] = {}
    for step in moved:
        if step.assignee_id and step.assignee_id != by.person_id:
            mine.setdefault(step.assignee_id, []).append(str(step.id))
    others = taskforces.others(session, incident.id, by.person_id)
    heard: list[UUID] = [*others, *mine, *([second] if second else [])]
    people = list(dict.fromkeys(heard))
    persons.tell_all(
        session,
        people,
        "level_changed",
        key=f"level:{incident.id}:{clock.now().isoformat()}",
        incident_id=incident.id,
        values={"level": incident.level, "reason": reason},
        values_of=lambda person_id: {
            "steps": mine.get(person_id, []),
            "seconded": person_id == second,
        },
    )
    return people
