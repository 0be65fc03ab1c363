"""Who is on duty when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Session, col, select

from incidents.people import roles
from incidents.people.roles import Role
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


def roles_on_shift(session: Session, person_id: UUID, at: datetime) -> set[Role]:
    """In which roles a person is on shift at a moment."""
    held = session.exec(
        select(Shift.role).where(
            Shift.person_id == person_id, Shift.starts_at <= at, Shift.ends_at > at
        )
    )
    return {Role(role) for role in held}


def to_alert(session: Session, at: datetime) -> list[UUID]:
    """Whom a new flag wakes: the duty officers on shift, else the stand-ins together."""
    officers = on_shift(session, at)
    if officers:
        return officers
    called: list[UUID] = []
    for role in STAND_INS:
        called += on_shift(session, at, role) or roles.holders(session, role, at)[:1]
    return list(dict.fromkeys(called)) or roles.holders(session, Role.DUTY_OFFICER, at)[:1]
