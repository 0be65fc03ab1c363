"""The task force (Tổ công tác): founded beforehand by decision, activated for one incident."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents
from incidents.matter.incidents import Incident, Status
from incidents.people import persons, roles, rosters
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_

REGULARISE_WITHIN = timedelta(hours=24)
"""A verbal direction must be followed by the signed decision within a day (rule 6 of practice)."""


class FoundingDecision(Table, table=True):
    """The decision that founds a standing task force and says when it acts by itself."""

    __tablename__ = "founding_decision"
    __table_args__ = (CheckConstraint("automatic_from_level BETWEEN 0 AND 5", name="level"),)

    id: UUID = identifier()
    number: str = Field(unique=True)
    signed_on: date
    signer: str
    automatic_from_level: int
    """From this level activation needs nobody's word; 5 means never."""
    valid_from: date
    valid_to: date | None = None
    verified: bool = False


class TaskForce(Table, table=True):
    """A task force at work on one incident."""

    __tablename__ = "task_force"

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id", unique=True)
    decision_id: UUID | None = reference("founding_decision.id", optional=True)
    direction_by: str | None = None
    regularise_by: datetime | None = moment(optional=True)
    activated_at: datetime = moment()
    dissolved_at: datetime | None = moment(optional=True)


class TaskForceMember(Table, table=True):
    """A person in a role of a task force; rank 1 holds it, rank 2 deputises."""

    __tablename__ = "task_force_member"
    __table_args__ = (UniqueConstraint("task_force_id", "role", "person_id", "joined_at"),)

    id: UUID = identifier()
    task_force_id: UUID = reference("task_force.id")
    role: Role = choice(Role)
    person_id: UUID = reference("person.id")
    rank: int = 1
    joined_at: datetime = moment()
    left_at: datetime | None = moment(optional=True)


@dataclass(frozen=True)
class TaskForceActivated(Fact):
    """The task force began to work on the incident."""

    decision: str
    automatic: bool
    roles: list[Role]
    says: ClassVar[str] = N_("Kích hoạt Tổ công tác theo Quyết định %(decision)s gồm: %(roles)s")


@dataclass(frozen=True)
class DirectionRecorded(Fact):
    """A leader's verbal direction, with the number called back to check it."""

    given_by: Private
    call_back: Private
    regularise_by: datetime
    says: ClassVar[str] = N_(
        "Ghi ý kiến chỉ đạo của %(given_by)s (gọi lại %(call_back)s); "
        "quyết định phải ký trước %(regularise_by)s"
    )


@dataclass(frozen=True)
class MemberReplaced(Fact):
    """Another person took over a role; open steps moved with it."""

    role: Role
    outgoing: PersonId
    incoming: PersonId
    steps_moved: int
    reason: Private
    says: ClassVar[str] = N_(
        "Thay %(role)s: %(outgoing)s → %(incoming)s, chuyển %(steps_moved)s nhiệm vụ. "
        "Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class RoleVacant(Fact):
    """Nobody could be found in a role; the duty officer got its work and an alarm went out."""

    role: Role
    says: ClassVar[str] = N_("Không có ai giữ vai %(role)s: việc chuyển cán bộ trực")


def of(session: Session, incident_id: UUID) -> TaskForce | None:
    """The task force of an incident, if one was activated."""
    return session.exec(select(TaskForce).where(TaskForce.incident_id == incident_id)).first()


def members(session: Session, incident_id: UUID) -> list[TaskForceMember]:
    """Who is in the task force now, role by role, holders first."""
    return list(
        session.exec(
            select(TaskForceMember)
            .join(TaskForce)
            .where(TaskForce.incident_id == incident_id, col(TaskForceMember.left_at).is_(None))
            .order_by(col(TaskForceMember.role), col(TaskForceMember.rank))
        )
    )


def others(session: Session, incident_id: UUID, but: UUID | None) -> list[UUID]:
    """Everyone in the task force but one person, each once."""
    everyone = [m.person_id for m in members(session, incident_id)]
    return [p for p in dict.fromkeys(everyone) if p != but]


def standing_decision(session: Session, today: date) -> FoundingDecision | None:
    """The founding decision in force."""
    return session.exec(
        select(FoundingDecision)
        .where(FoundingDecision.valid_from <= today)
        .where(col(FoundingDecision.valid_to).is_(None) | (col(FoundingDecision.valid_to) >= today))
        .order_by(col(FoundingDecision.valid_from).desc())
    ).first()


def activate(
    session: Session, incident: Incident, wanted: list[Role], *, by: Actor
) -> TaskForce | None:
    """Activate the standing task force; ``None`` where its decision leaves that to a direction.

    Idempotent: an active task force is returned as it is.
    """
    existing = of(session, incident.id)
    if existing:
        return existing
    decision = standing_decision(session, incidents.today())
    if decision is None or incident.level < decision.automatic_from_level:
        return None
    force = _call_out(session, incident, wanted, decision=decision)
    timeline.record(
        session,
        incident.id,
        TaskForceActivated(
            decision=decision.number,
            automatic=True,
            roles=wanted,
        ),
        by=by,
    )
    return force


def activate_by_direction(
    session: Session,
    incident_id: UUID,
    wanted: list[Role],
    *,
    given_by: str,
    call_back: str,
    by: Actor,
) -> TaskForce:
    """Let an interim group work on a leader's word until the decision is signed (rule 6 iii)."""
    incident = incidents.get(session, incident_id, lock=True)
    if of(session, incident.id):
        raise Conflict(N_("Tổ công tác của vụ việc này đã được kích hoạt."))
    if not given_by.strip() or not call_back.strip():
        raise Invalid(N_("Ghi rõ ai chỉ đạo và số máy đã gọi lại để kiểm tra."))
    force = _call_out(session, incident, wanted, decision=None)
    force.direction_by, force.regularise_by = given_by, clock.now() + REGULARISE_WITHIN
    timeline.record(
        session,
        incident.id,
        DirectionRecorded(
            given_by=given_by,
            call_back=call_back,
            regularise_by=force.regularise_by,
        ),
        by=by,
    )
    return force


def _call_out(
    session: Session, incident: Incident, wanted: list[Role], *, decision: FoundingDecision | None
) -> TaskForce:
    now = clock.now()
    force = TaskForce(
        incident_id=incident.id, decision_id=decision.id if decision else None, activated_at=now
    )
    session.add(force)
    called: dict[UUID, list[str]] = {}
    for role in wanted:
        for rank, person_id in enumerate(_people_for(session, role, now), start=1):
            session.add(
                TaskForceMember(
                    task_force_id=force.id,
                    role=role,
                    person_id=person_id,
                    rank=rank,
                    joined_at=now,
                )
            )
            called.setdefault(person_id, []).append(role.value)
    for message in persons.tell_all(
        session, called, "called_out", key=f"called_out:{incident.id}", incident_id=incident.id
    ):
        if message.recipient_id:
            message.values = {"roles": called[message.recipient_id]}
    if incident.status is Status.OPEN:
        incident.status = Status.ACTIVE
        session.add(incident)
    return force


def _people_for(session: Session, role: Role, at: datetime) -> list[UUID]:
    if role is Role.DUTY_OFFICER:
        return rosters.on_shift(session, at) or roles.holders(session, role, at)
    return roles.holders(session, role, at)


def candidates(session: Session, incident_id: UUID, role: Role) -> list[UUID]:
    """Who can be given work of a role now: task force first, else roster and routing."""
    seated = session.exec(
        select(TaskForceMember.person_id)
        .join(TaskForce)
        .where(
            TaskForce.incident_id == incident_id,
            TaskForceMember.role == role,
            col(TaskForceMember.left_at).is_(None),
        )
        .order_by(col(TaskForceMember.rank))
    ).all()
    return list(seated) or _people_for(session, role, clock.now())


def find_member(
    session: Session, incident_id: UUID, role: Role, person_id: UUID
) -> TaskForceMember:
    """The seat of a person in a role; ``NotFound`` when there is none."""
    for member in members(session, incident_id):
        if member.role is role and member.person_id == person_id:
            return member
    raise NotFound(N_("Người này không giữ vai đó trong Tổ công tác."))


def dissolve(session: Session, incident_id: UUID) -> None:
    """End the task force with its incident."""
    force = of(session, incident_id)
    if force and force.dissolved_at is None:
        force.dissolved_at = clock.now()
        session.add(force)


def resume(session: Session, incident_id: UUID) -> TaskForce | None:
    """The task force of an incident that was reopened takes its work up again, if it had one."""
    force = of(session, incident_id)
    if force and force.dissolved_at:
        force.dissolved_at = None
        session.add(force)
    return force
