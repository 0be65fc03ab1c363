"""Who is on duty when.

A shift is a row even when a rotation made it: rosters are drawn up and changed a few times a day,
while who is on duty is asked at every request and every alarm. So rotations, stand-ins, swaps and
absences are worked out when they are written (``duty.filling``), some weeks ahead, and the
question stays one look at one table; what is asked is always the moment itself, never a copy.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, bindparam, union
from sqlmodel import Field, Session, col, select

from incidents.people import roles
from incidents.people.roles import READS, Role, RoleHolder
from incidents.record.database import (
    Table,
    choice,
    identifier,
    locked,
    moment,
    reference,
)
from incidents.record.errors import NotFound
from incidents.record.language import N_

# With nobody on shift, the duty leader of the lead department and the duty of the people's
# committee's office are called together (rule 20 of practice).
STAND_INS = (Role.DEPARTMENT_DUTY_LEADER, Role.OFFICE_DUTY)

AFTERWARDS = timedelta(days=1)
"""How long after a shift its officer still reaches the roster, to hand over and to look back."""


class Roster(Table, table=True):
    """A named plan by which an office keeps a role on duty.

    ``around_the_clock`` makes every moment without anybody a gap; without it only a planned shift
    can be missing. ``notes`` asks for a hand-over note at the end of every shift.
    """

    __tablename__ = "roster"

    id: UUID = identifier()
    name: str = Field(unique=True)
    role: Role = choice(Role, index=True)
    organisation_id: UUID = reference("organisation.id")
    around_the_clock: bool = True
    notes: bool = True
    filled_until: datetime | None = moment(optional=True)
    created_at: datetime = moment(at_once=True)


class Shift(Table, table=True):
    """A person on duty in a role from one moment to another.

    Without a roster it was entered by hand and stays as it is. ``slot_at`` is when the planned
    shift it is (a part of) begins; ``sequence`` counts its changes, for calendars (RFC 5545).
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_shift_role_ends_at", "role", "ends_at"),
    )

    id: UUID = identifier()
    role: Role = choice(Role)
    person_id: UUID = reference("person.id")
    starts_at: datetime = moment(index=True)
    ends_at: datetime = moment()
    roster_id: UUID | None = reference("roster.id", optional=True)
    slot_at: datetime | None = moment(optional=True)
    stands_in_for: UUID | None = reference("person.id", optional=True)
    sequence: int = 0
    changed_at: datetime | None = moment(optional=True)


def get(session: Session, roster_id: UUID, *, lock: bool = False) -> Roster:
    """The roster; whoever changes what follows from it locks it first."""
    found = locked(session, Roster, roster_id) if lock else session.get(Roster, roster_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy lịch trực này."))
    return found


def every(session: Session) -> list[Roster]:
    """Every roster, the duty officers' first."""
    rows = list(session.exec(select(Roster).order_by(col(Roster.name))))
    order = list(Role)
    return sorted(rows, key=lambda r: (r.role is not Role.DUTY_OFFICER, order.index(r.role)))


def on_shift(session: Session, at: datetime, role: Role = Role.DUTY_OFFICER) -> list[UUID]:
    """The persons on shift in a role at a moment."""
    return list(
        session.exec(
            select(Shift.person_id)
            .where(Shift.role == role, Shift.starts_at <= at, Shift.ends_at > at)
            .order_by(col(Shift.starts_at))
        )
    )


_ON_SHIFT = (col(Shift.starts_at) <= bindparam("at")) & (col(Shift.ends_at) > bindparam("at"))

# Built once, and one look instead of two: every route asks this.
_ROLES_NOW = union(
    select(col(RoleHolder.role)).where(
        col(RoleHolder.person_id) == bindparam("person"), roles.IN_POST
    ),
    select(col(Shift.role)).where(col(Shift.person_id) == bindparam("person"), _ON_SHIFT),
)


def roles_now(session: Session, person_id: UUID, at: datetime) -> set[Role]:
    """Every role a person has at a moment: as holder, as deputy, or by being on shift."""
    asked = {"person": person_id, "at": at}
    return {Role(role) for (role,) in session.connection().execute(_ROLES_NOW, asked)}


def only_reads(session: Session, person_id: UUID, at: datetime) -> bool:
    """Whether somebody's one part is to look on: nobody gives them work."""
    held = roles_now(session, person_id, at)
    return bool(held) and held <= READS


_ONE_OF = bindparam("roles", expanding=True)
_ACTING = union(
    select(col(RoleHolder.person_id)).where(col(RoleHolder.role).in_(_ONE_OF), roles.IN_POST),
    select(col(Shift.person_id)).where(col(Shift.role).in_(_ONE_OF), _ON_SHIFT),
)


def acting(session: Session, parts: Sequence[Role], at: datetime) -> set[UUID]:
    """Everybody who has one of these roles at a moment, by post or by being on shift."""
    asked = {"roles": list(parts), "at": at}
    return {person_id for (person_id,) in session.connection().execute(_ACTING, asked)}


def rostered(session: Session, person_id: UUID, at: datetime) -> bool:
    """Whether a person has a shift, now, to come, or one just over."""
    return (
        session.exec(
            select(Shift.id)
            .where(Shift.person_id == person_id, Shift.ends_at > at - AFTERWARDS)
            .limit(1)
        ).first()
        is not None
    )


def to_alert(session: Session, at: datetime) -> list[UUID]:
    """Whom a new flag wakes: the duty officers on shift, else the stand-ins together."""
    officers = on_shift(session, at)
    if officers:
        return officers
    return stand_ins(session, at) or roles.holders(session, Role.DUTY_OFFICER, at)[:1]


def stand_ins(session: Session, at: datetime) -> list[UUID]:
    """The duty leader of the lead department and the office on duty (rule 20 of practice)."""
    called: list[UUID] = []
    for role in STAND_INS:
        called += on_shift(session, at, role) or roles.holders(session, role, at)[:1]
    return list(dict.fromkeys(called))
