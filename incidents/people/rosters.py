"""Who is on duty when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, union
from sqlmodel import Session, col, select

from incidents.people import roles
from incidents.people.roles import Role, RoleHolder
from incidents.record.database import Table, choice, identifier, moment, reference

# With nobody on shift, the duty leader of the lead department and the duty of the people's
# committee's office are called together (rule 20 of practice).
STAND_INS = (Role.DEPARTMENT_DUTY_LEADER, Role.OFFICE_DUTY)


class Shift(Table, table=True):
    """A person on duty in a role from one moment to another."""

    __tablename__ = "shift"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"),)

    id: UUID = identifier()
    role: Role = choice(Role)
    person_id: UUID = reference("person.id")
    starts_at: datetime = moment(index=True)
    ends_at: datetime = moment()


def on_shift(session: Session, at: datetime, role: Role = Role.DUTY_OFFICER) -> list[UUID]:
    """The persons on shift in a role at a moment."""
    return list(
        session.exec(
            select(Shift.person_id)
            .where(Shift.role == role, Shift.starts_at <= at, Shift.ends_at > at)
            .order_by(col(Shift.starts_at))
        )
    )


def roles_now(session: Session, person_id: UUID, at: datetime) -> set[Role]:
    """Every role a person has at a moment: as holder, as deputy, or by being on shift."""
    by_post = select(col(RoleHolder.role)).where(
        RoleHolder.person_id == person_id,
        RoleHolder.valid_from <= at,
        col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > at),
    )
    by_shift = select(col(Shift.role)).where(
        Shift.person_id == person_id, Shift.starts_at <= at, Shift.ends_at > at
    )
    # One look, not two: every route asks this.
    return {Role(role) for (role,) in session.connection().execute(union(by_post, by_shift))}


def to_alert(session: Session, at: datetime) -> list[UUID]:
    """Whom a new flag wakes: the duty officers on shift, else the stand-ins together."""
    officers = on_shift(session, at)
    if officers:
        return officers
    called: list[UUID] = []
    for role in STAND_INS:
        called += on_shift(session, at, role) or roles.holders(session, role, at)[:1]
    return list(dict.fromkeys(called)) or roles.holders(session, Role.DUTY_OFFICER, at)[:1]
