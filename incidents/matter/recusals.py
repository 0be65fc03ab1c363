"""Conflicts of interest: who is concerned by an incident and therefore decides nothing in it.

A person named takes no part at all and reads nothing of it, in no list and in no message; of a body
named, nobody judges: its people may still be asked for facts. Who declared it and why is on record;
only leadership lifts it. Whoever is named keeps what they sent in themselves, as any reporter does:
they know those words already, and whoever speaks up is told what became of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session, col, or_, select

from incidents.people import persons, rosters
from incidents.people.concerned import Recusal
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.database import locked
from incidents.record.errors import NotFound, NotPermitted
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class ConflictDeclared(Fact):
    """A person is concerned: they were taken out, and what they had went one tier up."""

    person: PersonId
    steps_moved: int
    seats_left: int
    signatures_void: int
    reason: Private
    says: ClassVar[str] = N_(
        "%(person)s là người liên quan, thôi tham gia vụ việc: rời %(seats_left)s vai, chuyển "
        "%(steps_moved)s nhiệm vụ lên cấp trên, bỏ %(signatures_void)s chữ duyệt. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class BodyConflictDeclared(Fact):
    """A body is concerned: none of its people judges in this incident."""

    body: str
    steps_moved: int
    signatures_void: int
    reason: Private
    says: ClassVar[str] = N_(
        "%(body)s là cơ quan liên quan, không tham gia duyệt, quyết định: chuyển %(steps_moved)s "
        "nhiệm vụ lên cấp trên, bỏ %(signatures_void)s chữ duyệt. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class ConflictLifted(Fact):
    """Leadership found that there is no conflict, or no longer."""

    subject: Private
    reason: Private
    says: ClassVar[str] = N_("Gỡ việc loại %(subject)s khỏi duyệt, quyết định. Lý do: %(reason)s")


@dataclass(frozen=True)
class Barred:
    """Who takes no part, who does not judge, and which roles are passed over in judging."""

    named: frozenset[UUID] = frozenset()
    of_bodies: frozenset[UUID] = frozenset()
    headed: frozenset[Role] = frozenset()

    def keeps_out(self, *, judging: bool) -> frozenset[UUID]:
        """Who cannot be given a piece of work."""
        return self.named | self.of_bodies if judging else self.named


def get(session: Session, recusal_id: UUID) -> Recusal:
    """One conflict, locked; ``NotFound`` when there is none."""
    found = locked(session, Recusal, recusal_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy khai báo này."))
    return found


def of_incident(session: Session, incident_id: UUID) -> list[Recusal]:
    """Every conflict of an incident, those lifted too, the oldest first."""
    return list(
        session.exec(
            select(Recusal).where(Recusal.incident_id == incident_id).order_by(col(Recusal.id))
        )
    )


def of(session: Session, incident_id: UUID) -> Barred:
    """Who is kept out of an incident now: one query."""
    rows = database.once(
        session,
        ("barred", incident_id),
        lambda: session.exec(_in_force(Person.id).where(Recusal.incident_id == incident_id)).all(),
    )
    return Barred(
        named=frozenset(r.person_id for r, _ in rows if r.person_id),
        of_bodies=frozenset(p for r, p in rows if r.organisation_id),
        headed=frozenset(Role(role) for r, _ in rows for role in r.headed),
    )


def _in_force(person: Any) -> Any:
    return (
        select(Recusal, person)
        .join(
            Person,
            or_(
                col(Person.id) == Recusal.person_id,
                col(Person.organisation_id) == Recusal.organisation_id,
            ),
        )
        .where(col(Recusal.lifted_at).is_(None))
    )


def concerns(session: Session, incident_id: UUID, person_id: UUID) -> Recusal | None:
    """The conflict a person has in an incident, their own before that of their body."""
    found = sorted(_of_person(session, incident_id, person_id), key=lambda r: r.person_id is None)
    return found[0] if found else None


def _of_person(session: Session, incident_id: UUID, person_id: UUID) -> list[Recusal]:
    rows = database.once(
        session,
        ("concerns", incident_id, person_id),
        lambda: session.exec(
            _in_force(Person.id).where(Recusal.incident_id == incident_id, Person.id == person_id)
        ).all(),
    )
    return [recusal for recusal, _ in rows]


def named_in(session: Session, person_id: UUID) -> set[UUID]:
    """The incidents in which somebody is named themselves: one query."""
    named = select(Recusal.incident_id).where(
        Recusal.person_id == person_id, col(Recusal.lifted_at).is_(None)
    )
    return set(session.exec(named))


def to_alert(session: Session, incident_id: UUID) -> list[UUID]:
    """Whoever is on duty and not named in an incident; where all of them are, who stands in."""
    named, now = of(session, incident_id).named, clock.now()
    on_duty = [p for p in rosters.to_alert(session, now) if p not in named]
    return on_duty or [p for p in rosters.stand_ins(session, now) if p not in named]


def require_free_at(session: Session, incident_id: UUID, person_id: UUID, moment: datetime) -> None:
    """Return if somebody was not declared concerned by a moment, of which it is told later."""
    if any(r.declared_at <= moment for r in _of_person(session, incident_id, person_id)):
        require_free(session, incident_id, person_id)


def require_free(session: Session, incident_id: UUID, *people: UUID | None) -> None:
    """Return if none of these is concerned by the incident; ``NotPermitted`` naming who is."""
    _require_none_of(session, of(session, incident_id).keeps_out(judging=True), people)


def require_unnamed(session: Session, incident_id: UUID, *people: UUID | None) -> None:
    """The same for what takes no judgement: the people of a body that is concerned may do it."""
    _require_none_of(session, of(session, incident_id).named, people)


def _require_none_of(
    session: Session, barred: Collection[UUID], people: Sequence[UUID | None]
) -> None:
    for person_id in people:
        if person_id and person_id in barred:
            raise NotPermitted(
                N_("%(name)s là người liên quan trong vụ việc này nên không tham gia việc này."),
                name=persons.get(session, person_id).name,
            )
