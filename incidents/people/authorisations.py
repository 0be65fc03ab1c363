"""Authority to sign, which only a recorded authorisation passes on (giấy ủy quyền)."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people import roles
from incidents.people.roles import Role
from incidents.record.database import Table, choice, identifier, moment, reference


class Authorisation(Table, table=True):
    """A numbered paper by which a holder lets another sign in a role, from one day to another."""

    __tablename__ = "authorisation"

    id: UUID = identifier()
    number: str = Field(unique=True)
    role: Role = choice(Role, index=True)
    grantor_id: UUID = reference("person.id")
    grantee_id: UUID = reference("person.id")
    scope: str = ""
    valid_from: datetime = moment()
    valid_to: datetime = moment()


def valid(session: Session, role: Role, at: datetime) -> list[Authorisation]:
    """The authorisations that let somebody sign in a role at a moment."""
    return list(
        session.exec(
            select(Authorisation)
            .where(
                Authorisation.role == role,
                Authorisation.valid_from <= at,
                Authorisation.valid_to > at,
            )
            .order_by(col(Authorisation.valid_from))
        )
    )


def signers(session: Session, role: Role, at: datetime) -> list[UUID]:
    """Who may sign in a role: its holder (rank 1 only), then whoever holds an authorisation.

    A deputy without a paper gets the work, never the signature (rule 5 of practice).
    """
    holder = roles.holders(session, role, at)[:1]
    return list(dict.fromkeys([*holder, *(a.grantee_id for a in valid(session, role, at))]))
