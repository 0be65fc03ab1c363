"""Another level takes effect: in the record, for the deadlines of the desk, for those it tells.

How it came about is in ``grading``, who agreed that it goes down in ``lowering``.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import level_requests, taskforces
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import Because
from incidents.people import persons
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_
from incidents.response.life import replanning, score_reminders, telling
from incidents.response.steps import rhythm, runs
from incidents.response.steps.steps import Step

_SECONDED = N_("Cấp độ %(before)s → %(after)s (người thứ hai đồng ý: %(seconded_by)s). %(reason)s")


@dataclass(frozen=True)
class LevelSet(Fact):
    """The level was worked out from the five scores, or set by a person with a reason.

    ``seconded_by`` was named by whoever lowered it, until the second person agreed themselves.
    """

    before: int
    after: int
    points: int | None
    seconded_by: PersonId | None
    reason: Private
    says: ClassVar[str] = N_(
        "Cấp độ %(before)s → %(after)s (điểm %(points)s; người thứ hai đồng ý: %(seconded_by)s). "
        "%(reason)s"
    )

    @property
    def sentence(self) -> str:
        """With the points, and the second person, there were."""
        if self.seconded_by:
            return self.says if self.points is not None else _SECONDED
        if self.points is None:
            return N_("Cấp độ %(before)s → %(after)s. %(reason)s")
        if self.before == self.after:
            return N_("Giữ cấp độ %(after)s (%(points)s điểm). %(reason)s")
        return N_("Cấp độ %(before)s → %(after)s (%(points)s điểm). %(reason)s")


@dataclass(frozen=True)
class LevelLowered(Fact):
    """A second person agreed, which is when the level went down: who asked stands beside them."""

    before: int
    after: int
    points: int | None
    asked_by: PersonId
    reason: Private
    says: ClassVar[str] = N_(
        "Đồng ý hạ cấp độ %(before)s → %(after)s (điểm %(points)s) theo đề nghị của %(asked_by)s. "
        "%(reason)s"
    )

    @property
    def sentence(self) -> str:
        """With the points where it was worked out."""
        if self.points is not None:
            return self.says
        return N_(
            "Đồng ý hạ cấp độ %(before)s → %(after)s theo đề nghị của %(asked_by)s. %(reason)s"
        )


CHANGES = (LevelSet, LevelLowered)
"""The facts after which an incident has another level."""


def take_effect(
    session: Session, incident: Incident, said: LevelSet | LevelLowered, *, by: Actor
) -> None:
    """Record it, set it, and let everything follow; what was asked of the old one is void."""
    timeline.record(session, incident.id, said, by=by)
    level_requests.void(session, incident.id, Because.GRADED, by=by)
    score_reminders.end(session, incident)
    incident.level, incident.level_provisional = said.after, False
    session.add(incident)
    if said.after != said.before:
        rhythm.follow_level(session, incident, said.before)
        moved = replanning.follow_level(session, incident, by=by)
        heard = _tell(session, incident, said, moved, by)
        telling.tell_of_change(session, incident, by=by, before=said.before, already=heard)
    for run in runs.of_incident(session, incident.id):
        runs.want(session, run.id)


def _tell(
    session: Session,
    incident: Incident,
    said: LevelSet | LevelLowered,
    moved: list[Step],
    by: Actor,
) -> list[UUID]:
    """Tell the task force, and whoever holds work whose deadline moved: each with their own.

    Whoever asked for a lower one hears that it was agreed to. Says who all of them are.
    """
    mine: dict[UUID, list[str]] = {}
    for step in moved:
        if step.assignee_id and step.assignee_id != by.person_id:
            mine.setdefault(step.assignee_id, []).append(str(step.id))
    lowered = isinstance(said, LevelLowered)
    asked = [said.asked_by] if lowered else []
    people = list(
        dict.fromkeys([*asked, *taskforces.others(session, incident.id, by.person_id), *mine])
    )
    persons.tell_all(
        session,
        people,
        "level_changed",
        key=f"level:{incident.id}:{clock.now().isoformat()}",
        incident_id=incident.id,
        values={"level": said.after, "reason": said.reason}
        | ({"by": str(by.person_id)} if lowered else {}),
        values_of=lambda person_id: {"steps": mine.get(person_id, [])},
    )
    return people
