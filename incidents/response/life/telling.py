"""Those who must be told of an incident at its level: at its opening and when the level changes.

They are told once each time, by message and in the record, and asked for nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import must_be_told, recusals
from incidents.matter.incidents import Incident
from incidents.matter.must_be_told import Told, Whom
from incidents.people import persons, roles
from incidents.people.persons import Call
from incidents.people.roles import Role
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


def asked(session: Session, incident: Incident, before: int | None = None) -> Told:
    """Who hears of it at its level, or at the one ``before``; what is exercised stays inside."""
    levels = {incident.level} if before is None else {incident.level, before}
    told = must_be_told.at(session, levels)
    return Told(told.roles, ()) if incident.exercise else told


def at_opening(
    incident: Incident, found: Sequence[tuple[Whom, UUID]], *, already: Collection[UUID | None]
) -> Call:
    """The message to them, nobody twice: ``already`` hear of it in words of their own."""
    return _call(incident, found, "opening", already=already, before=None)


def tell_of_change(
    session: Session, incident: Incident, *, by: Actor, before: int, already: Collection[UUID]
) -> None:
    """Tell those the level asks for, and who heard of the ``before`` one, that it changed."""
    told = asked(session, incident, before)
    holders = roles.first_by_role(session, told.roles, clock.now()) if told.roles else {}
    kept_out = recusals.of(session, incident.id).named
    found = [
        (whom, person)
        for whom, person in must_be_told.people(session, told, holders)
        if person not in kept_out
    ]
    if not found:
        return
    moment, heard = clock.now().isoformat(), {*already, by.person_id}
    call = _call(incident, found, moment, already=heard, before=before)
    persons.tell_together(session, [call], incident_id=incident.id)
    timeline.record(session, incident.id, fact(incident, found), by=by)


def fact(incident: Incident, found: Sequence[tuple[Whom, UUID]]) -> LeadersTold:
    """What the record says of it."""
    return LeadersTold(
        incident.level,
        list(dict.fromkeys(whom for whom, _ in found)),
        list(dict.fromkeys(person for _, person in found)),
    )


def _call(
    incident: Incident,
    found: Sequence[tuple[Whom, UUID]],
    moment: str,
    *,
    already: Collection[UUID | None],
    before: int | None,
) -> Call:
    inside = {person for whom, person in found if isinstance(whom, Role)}
    return Call(
        [person for _, person in found if person not in already],
        "reported_up",
        f"reported_up:{incident.id}:{moment}",
        {"level": incident.level, "before": before},
        # No page of the desk is open to those of another body.
        values_of=lambda person: {"outside": person not in inside},
    )
