"""The level of an incident: worked out from five scores, or set by a person with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, recusals, severity, taskforces
from incidents.matter.incidents import Incident
from incidents.matter.severity import Criterion
from incidents.people import persons
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_
from incidents.response import runs


@dataclass(frozen=True)
class LevelSet(Fact):
    """The level was worked out from the five scores, or set by a person with a reason."""

    before: int
    after: int
    points: int | None
    seconded_by: PersonId | None
    reason: Private
    says: ClassVar[str] = N_("Cấp độ %(before)s → %(after)s (điểm %(points)s). %(reason)s")


def score(session: Session, incident_id: UUID, scores: Mapping[str, int], *, by: Actor) -> Incident:
    """Work the level out from the five scores; a lower one than now needs ``override``."""
    incident = incidents.live(session, incident_id)
    total = severity.points(session, scores)
    level = severity.band(session, total)
    if level < incident.level and not incident.level_provisional:
        raise Conflict(N_("Hạ cấp độ cần người thứ hai; dùng mục hạ cấp độ."))
    incident.scores = {c.value: scores[c.value] for c in Criterion} | {"points": total}
    _set_level(session, incident, level, points=total, reason="", seconded_by=None, by=by)
    return incident


def override(
    session: Session,
    incident_id: UUID,
    level: int,
    *,
    reason: str,
    by: Actor,
    seconded_by: UUID | None = None,
) -> Incident:
    """Raise the level at once with a reason; lowering it needs a second person."""
    incident = incidents.live(session, incident_id)
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Nêu lý do."), {})})
    if level not in range(5):
        raise Invalid(fields={"level": (N_("Cấp độ từ 0 đến 4."), {})})
    if level == incident.level:
        raise Conflict(N_("Vụ việc đang ở cấp độ này."))
    if level < incident.level and seconded_by in (None, by.person_id):
        raise Invalid(fields={"seconded_by": (N_("Hạ cấp độ cần người thứ hai đồng ý."), {})})
    if seconded_by:
        persons.active(session, seconded_by)
    recusals.require_free(session, incident.id, by.person_id, seconded_by)
    _set_level(session, incident, level, points=None, reason=reason, seconded_by=seconded_by, by=by)
    return incident


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
    changed = incident.level != level
    incident.level, incident.level_provisional = level, False
    session.add(incident)
    if changed:
        persons.tell_all(
            session,
            taskforces.others(session, incident.id, by.person_id),
            "level_changed",
            key=f"level:{incident.id}:{clock.now().isoformat()}",
            incident_id=incident.id,
            values={"level": level, "reason": reason},
        )
    for run in runs.of_incident(session, incident.id):
        runs.want(session, run.id)
