"""Whoever has a part no longer is on duty in it no longer: a successor is, or a gap shows.

A later rotation, stand-in or swap may name them again; what they were on duty for stays on record.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, func, select

from incidents.people import persons, rosters
from incidents.people.duty import by_hand, changes, filling, swaps
from incidents.people.duty.changes import DutyLeft
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_


@dataclass(frozen=True)
class DutyPassedOn(Fact):
    """With a part goes the duty in it: from a moment on, to a successor or to nobody yet."""

    role: Role
    person: PersonId
    successor: PersonId | None
    since: datetime
    shifts: int
    says: ClassVar[str] = N_(
        "%(person)s thôi trực trong vai %(role)s từ %(since)s, %(shifts)s ca đã xếp; "
        "người nhận: %(successor)s"
    )


def kept(session: Session, role: Role) -> list[Roster]:
    """The rosters of a role, held until the transaction ends, always in the same order."""
    found = sorted(rosters.every(session), key=lambda r: r.id)
    return [rosters.get(session, r.id, lock=True) for r in found if r.role is role]


def pass_on(
    session: Session,
    role: Role,
    person_id: UUID,
    *,
    since: datetime,
    successor_id: UUID | None,
    by: Actor,
) -> None:
    """From a moment on somebody is on no duty of a role; nothing where they were on none."""
    plans = [r for r in kept(session, role) if _named(session, r, person_id, since)]
    alone = by_hand.coming(session, person_id, since=since, role=role)
    if not plans and not alone:
        return
    fact = DutyPassedOn(
        role, person_id, successor_id, since, _count(session, role, person_id, since)
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    by_hand.pass_on(session, alone, successor_id, since=since)
    for roster in plans:
        swaps.withdraw_all(session, person_id, by=by, roster_id=roster.id, since=since)
        session.add(
            DutyLeft(
                roster_id=roster.id,
                person_id=person_id,
                heir_id=successor_id,
                starts_at=since,
                recorded_at=clock.now(),
                recorded_by=by.person_id,
            )
        )
        filling.fill(session, roster)
    if successor_id and successor_id != by.person_id:
        persons.tell(
            session,
            successor_id,
            "duty_passed_on",
            key=f"duty_passed_on:{role.value}:{person_id}:{since.isoformat()}",
            values={
                "role": role.value,
                "by": str(person_id),
                "starts_at": since.isoformat(),
                "count": fact.shifts,
            },
        )


def _named(session: Session, roster: Roster, person_id: UUID, since: datetime) -> bool:
    """Whether the plan names them after a moment, however far ahead a plan reaches."""
    spans = filling.assigned(session, roster, since, since + changes.FARTHEST)
    return any(s.person_id == person_id and not s.vacant and s.ends_at > since for s in spans)


def _count(session: Session, role: Role, person_id: UUID, since: datetime) -> int:
    rows = select(func.count(col(Shift.id))).where(
        Shift.role == role, Shift.person_id == person_id, Shift.ends_at > since
    )
    return session.exec(rows).one()
