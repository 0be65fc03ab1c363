"""The parts people play, who holds them, and whom work passes to when they are silent."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Field, Session, col, select

from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.language import N_, Labelled


class Role(Labelled):
    """The parts of the plan; most sit in the task force, some belong to an office."""

    LEAD = "lead", N_("Tổ trưởng")
    STANDING_DEPUTY = "standing_deputy", N_("Phó Tổ trưởng Thường trực")
    SPOKESPERSON = "spokesperson", N_("Người phát ngôn")
    SECRETARY = "secretary", N_("Thư ký Tổ công tác")
    DUTY_OFFICER = "duty_officer", N_("Cán bộ trực")
    MONITORING = "monitoring", N_("Bộ phận theo dõi, xác minh thông tin")
    SUBJECT_LEAD = "subject_lead", N_("Thành viên chuyên môn")
    LEGAL = "legal", N_("Pháp chế")
    POLICE_LIAISON = "police_liaison", N_("Đầu mối Công an")
    PUBLISHER = "publisher", N_("Bộ phận đăng, phát")
    COMMUNE = "commune", N_("UBND xã, phường")
    CHAIR = "chair", N_("Chủ tịch UBND")
    DEPARTMENT_DUTY_LEADER = "department_duty_leader", N_("Trực lãnh đạo sở chủ trì")
    OFFICE_DUTY = "office_duty", N_("Trực Văn phòng UBND")
    OBSERVER = "observer", N_("Quan sát, kiểm toán")


READS = frozenset({Role.OBSERVER})
"""Parts that look at everything and do nothing in it: who holds no other only reads."""

COMMAND = frozenset({Role.LEAD, Role.STANDING_DEPUTY, Role.CHAIR})
"""Who decides about an incident."""

ROOM = COMMAND | {Role.SECRETARY, Role.DUTY_OFFICER}
"""Who keeps it going: grades it, hands out work, writes its log."""

DEPUTISES = {Role.LEAD: Role.STANDING_DEPUTY}
"""Parts whose deputy is a part of its own: whoever is named second in one comes before."""

ENTRUSTED = COMMAND | {Role.SPOKESPERSON, Role.LEGAL}
"""Parts that sign or command."""

OFFICES = frozenset({Role.DEPARTMENT_DUTY_LEADER, Role.OFFICE_DUTY})
"""Parts on duty outside the room: nobody sits in a task force in them."""


class RoleHolder(Table, table=True):
    """A person in a part from one moment to another; rank 1 holds it, rank 2 deputises.

    ``document``, its day and its signer are the paper's where there is one. ``closed_at`` is when
    what hung on an ended post was passed on.
    """

    __tablename__ = "role_holder"

    id: UUID = identifier()
    role: Role = choice(Role, index=True)
    person_id: UUID = reference("person.id")
    rank: int = 1
    valid_from: datetime = moment()
    valid_to: datetime | None = moment(optional=True)
    document: str = Field(default="", sa_column_kwargs={"server_default": ""})
    signed_on: date | None = None
    signer: str = Field(default="", sa_column_kwargs={"server_default": ""})
    closed_at: datetime | None = moment(optional=True)


class RoleTier(Table, table=True):
    """Whom work of a role passes to when holder and deputy stay silent."""

    __tablename__ = "role_tier"

    id: UUID = identifier()
    role: Role = choice(Role, index=True)
    next_role: Role = choice(Role, guard="next_role")


def holders(session: Session, role: Role, at: datetime) -> list[UUID]:
    """Who holds the role at a moment, the holder before the deputies."""
    return [person_id for person_id, _ in ranked(session, role, at)]


def ranked(session: Session, role: Role, at: datetime) -> list[tuple[UUID, int]]:
    """The holders with their ranks."""
    return [
        (person_id, rank)
        for person_id, rank in session.exec(
            select(RoleHolder.person_id, RoleHolder.rank)
            .where(RoleHolder.role == role, RoleHolder.valid_from <= at)
            .where(col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > at))
            .order_by(col(RoleHolder.rank), col(RoleHolder.valid_from))
        )
    ]


def incumbent(session: Session, role: Role, at: datetime) -> UUID | None:
    """Who holds the role itself; nobody while only deputies are left, who do not inherit it."""
    return next((person_id for person_id, rank in ranked(session, role, at) if rank == 1), None)


def held_now(session: Session, at: datetime) -> set[Role]:
    """The roles somebody has by post at a moment."""
    asked = select(col(RoleHolder.role)).where(IN_POST).distinct()
    return set(session.exec(asked, params={"at": at}))


def among(session: Session, roles: Sequence[Role], at: datetime) -> set[UUID]:
    """Everybody who holds one of these roles at a moment, as holder or deputy."""
    return set(
        session.exec(
            select(RoleHolder.person_id)
            .where(col(RoleHolder.role).in_(roles), RoleHolder.valid_from <= at)
            .where(col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > at))
        )
    )


IN_POST = (col(RoleHolder.valid_from) <= bindparam("at")) & (
    col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > bindparam("at"))
)
"""Of statements built once: the post is held at the moment ``at``."""

# Built once: each opening asks it.
_HOLDERS = (
    select(col(RoleHolder.role), col(RoleHolder.person_id))
    .where(col(RoleHolder.role).in_(bindparam("roles", expanding=True)), IN_POST)
    .order_by(col(RoleHolder.rank), col(RoleHolder.valid_from))
)


def first_of(session: Session, roles: Sequence[Role], at: datetime) -> list[UUID]:
    """The first holder of each of these roles, in their order; a role nobody holds has none."""
    return list(first_by_role(session, roles, at).values())


def first_by_role(session: Session, roles: Sequence[Role], at: datetime) -> dict[Role, UUID]:
    """Role → its first holder, in the order of the roles."""
    first: dict[Role, UUID] = {}
    asked = {"roles": list(roles), "at": at}
    for role, person_id in session.connection().execute(_HOLDERS, asked):
        first.setdefault(role, person_id)
    return {role: first[role] for role in roles if role in first}


def next_tier(session: Session, role: Role) -> Role | None:
    """The role above for work that stayed unanswered."""
    return session.exec(select(col(RoleTier.next_role)).where(RoleTier.role == role)).first()
