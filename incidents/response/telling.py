"""Those who must be told of an incident at its level: at its opening and when the level changes.

They are told once each time, by message and in the record, and asked for nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import must_be_told, recusals
from incidents.matter.incidents import Incident
from incidents.matter.must_be_told import Told, Whom
from incidents.people import persons
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_


@dataclass(frozen=True)
class LeadersTold(Fact):
    """Those the level asks for were told; ``people`` are who that was."""

    level: int
    told: list[Whom]
    people: list[PersonId]
    says: ClassVar[str] = N_("Đã báo cáo theo cấp độ %(level)s tới: %(told)s")


def tell(
    session: Session,
    incident: Incident,
    *,
    by: Actor,
    before: int | None = None,
    already: Collection[UUID] = (),
) -> None:
    """Tell those the level asks for, and who heard of the ``before`` one that it changed.

    Nobody twice: ``already`` hear of it in words of their own. What is exercised stays inside.
    """
    levels = {incident.level} if before is None else {incident.level, before}
    told = must_be_told.at(session, levels)
    if incident.exercise:
        told = Told(told.roles, ())
    kept_out = set() if before is None else recusals.of(session, incident.id).named
    found = [(w, p) for w, p in must_be_told.people(session, told) if p not in kept_out]
    if not found:
        return
    people = list(dict.fromkeys(person for _, person in found))
    moment = "opening" if before is None else clock.now().isoformat()
    persons.tell_all(
        session,
        [p for p in people if p not in {*already, by.person_id}],
        "reported_up",
        key=f"reported_up:{incident.id}:{moment}",
        incident_id=incident.id,
        values={"level": incident.level, "before": before},
    )
    fact = LeadersTold(incident.level, list(dict.fromkeys(whom for whom, _ in found)), people)
    timeline.record(session, incident.id, fact, by=by)
