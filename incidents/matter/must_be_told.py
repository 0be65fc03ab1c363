"""Who must be told of an incident at each level, as rows the office edits.

A role stands for its first holder, a kind of body for those who answer for such bodies. They are
told and asked for nothing: leaders are reported to (rule 19 of practice).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, bindparam
from sqlmodel import Session, col, delete, select

from incidents.matter.severity import Level
from incidents.people.directory.focal_points import FocalPoint, Standing
from incidents.people.organisations import Organisation, OrganisationKind
from incidents.people.roles import COMMAND, OFFICES, Role
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier
from incidents.record.errors import Invalid, Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_

ROLES = tuple(role for role in Role if role in COMMAND | OFFICES | {Role.SPOKESPERSON})
"""Roles that may have to be told by their post alone."""

BODIES = (
    *(OrganisationKind.PARTY, OrganisationKind.SUPERIOR),
    *(OrganisationKind.OFFICE, OrganisationKind.PEOPLES_COMMITTEE),
)
"""Kinds of bodies whose focal points may have to be told."""


Whom = Role | OrganisationKind


class MustBeTold(Table, table=True):
    """One role or kind of body that hears of every incident at a level."""

    __tablename__ = "must_be_told"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint("(role IS NULL) <> (body IS NULL)", name="one"),
    )

    id: UUID = identifier()
    level: int
    role: Role | None = choice(Role, optional=True)
    body: OrganisationKind | None = choice(OrganisationKind, optional=True)


@dataclass(frozen=True)
class MustBeToldSet(Fact):
    """The office said anew who must be told at a level."""

    level: int
    told: list[Whom]
    says: ClassVar[str] = N_("Cấp độ %(level)s phải báo cáo tới: %(told)s")


# Built once: each opening asks them.
_AT = select(col(MustBeTold.role), col(MustBeTold.body)).where(
    col(MustBeTold.level).in_(bindparam("levels", expanding=True))
)


@dataclass(frozen=True)
class Told:
    """Who is to be told: roles and kinds of bodies, and the people that makes."""

    roles: tuple[Role, ...]
    bodies: tuple[OrganisationKind, ...]

    @property
    def whom(self) -> list[Whom]:
        """Both, roles first."""
        return [*self.roles, *self.bodies]


def at(session: Session, levels: Collection[int]) -> Told:
    """Who must be told at one of some levels."""
    rows = session.connection().execute(_AT, {"levels": list(levels)}).all()
    named, kinds = {role for role, _ in rows}, {body for _, body in rows}
    return Told(
        tuple(role for role in Role if role in named),
        tuple(kind for kind in OrganisationKind if kind in kinds),
    )


_FOCAL = (
    select(col(Organisation.kind), col(FocalPoint.person_id))
    .join(FocalPoint, col(Organisation.id) == FocalPoint.organisation_id)
    .where(
        col(Organisation.kind).in_(bindparam("kinds", expanding=True)),
        FocalPoint.standing == Standing.FOCAL,
        col(FocalPoint.ended_at).is_(None),
    )
    .order_by(col(FocalPoint.appointed_at))
)


def people(session: Session, told: Told, holders: Mapping[Role, UUID]) -> list[tuple[Whom, UUID]]:
    """The holder of each role, then the focal points of the bodies; nobody where none is."""
    found: list[tuple[Whom, UUID]] = [(r, holders[r]) for r in told.roles if r in holders]
    if told.bodies:
        kinds = {"kinds": [each.value for each in told.bodies]}
        rows = session.connection().execute(_FOCAL, kinds)
        found += [(OrganisationKind(kind), person_id) for kind, person_id in rows]
    return found


def change(session: Session, level: int, whom: Sequence[Whom], *, by: Actor) -> Told:
    """Say anew who must be told at a level, from the next opening or change on."""
    wrong: Wrong = {}
    if level not in range(len(Level)):
        wrong["level"] = (N_("Cấp độ từ 0 đến 4."), {})
    if not set(whom) <= {*ROLES, *BODIES}:
        wrong["told"] = (N_("Có vai hoặc loại cơ quan không nhận báo cáo theo cấp độ."), {})
    if wrong:
        raise Invalid(fields=wrong)
    session.exec(delete(MustBeTold).where(col(MustBeTold.level) == level))
    told = Told(
        tuple(role for role in ROLES if role in whom),
        tuple(kind for kind in BODIES if kind in whom),
    )
    session.add_all(MustBeTold(level=level, role=each) for each in told.roles)
    session.add_all(MustBeTold(level=level, body=each) for each in told.bodies)
    fact = MustBeToldSet(level, told.whom)
    timeline.record(session, timeline.DESK, fact, by=by)
    return told
