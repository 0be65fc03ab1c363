"""Bodies that are asked and never assigned: the police, the press, the Party, those above us.

A request to them is reminded of once, then our own liaison telephones; silence neither blocks nor
approves, and nothing of theirs is ever overdue (rule 19 of practice).
"""

from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.organisations import Organisation, OrganisationKind
from incidents.people.persons import Person

KINDS = frozenset(
    {
        OrganisationKind.POLICE.value,
        OrganisationKind.PRESS.value,
        OrganisationKind.PARTY.value,
        OrganisationKind.SUPERIOR.value,
    }
)
"""Kinds of bodies that do not take orders from the desk."""


def among(session: Session, people: list[UUID]) -> set[UUID]:
    """Those who belong to such a body: one query."""
    return set(
        session.exec(
            select(Person.id)
            .join(Organisation, col(Organisation.id) == Person.organisation_id)
            .where(col(Person.id).in_(people), col(Organisation.kind).in_(KINDS))
        )
    )
