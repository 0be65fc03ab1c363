"""The task force (Tổ công tác): founded beforehand by decision, activated for one incident."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents, recusals, standing
from incidents.matter.incidents import Incident, Status
from incidents.matter.standing import FoundingDecision
from incidents.matter.taskforce_facts import DirectionRecorded, TaskForceActivated, WorkRouted
from incidents.people import persons, roles, rosters
from incidents.people.directory import contacts, routing
from incidents.people.directory.routing import Matter
from incidents.people.roles import READS, Role
from incidents.record import clock, database, timeline
from incidents.record.actors import ENGINE, Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Conflict, GuardFailed, Invalid, NotFound
from incidents.record.language import N_, Labelled

REGULARISE_WITHIN = timedelta(hours=24)
"""A verbal direction must be followed by the signed decision within a day (rule 6 of practice)."""

NEEDED = (Role.LEAD, Role.SPOKESPERSON, Role.SECRETARY)
"""Without these three no task force that is put together for one incident begins to work."""

NO_OBSERVERS = N_("Quan sát chỉ tham gia diễn tập; vụ việc thật thì xem, không có ghế.")
"""What is said when somebody who only looks on is to sit in a real task force."""


class Basis(Labelled):
    """On what ground somebody sits in a task force."""

    STANDING = "standing", N_("theo quyết định thành lập")
    DIRECTION = "direction", N_("theo ý kiến chỉ đạo")
    DECISION = "decision", N_("theo quyết định của vụ việc")
    ADDED = "added", N_("cử bổ sung")
    REPLACEMENT = "replacement", N_("thay thành viên")
    HAND_OVER = "hand_over", N_("nhận bàn giao vai")


FOUNDED = frozenset({Basis.STANDING, Basis.DIRECTION, Basis.DECISION})
"""Seats given with the task force itself, which carry the authority of their role."""


class TaskForce(Table, table=True):
    """A task force at work on one incident."""

    __tablename__ = "task_force"

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id", unique=True)
    decision_id: UUID | None = reference("founding_decision.id", optional=True)
    direction_by: str | None = None
    regularise_by: datetime | None = moment(optional=True)
    regularised_at: datetime | None = moment(optional=True)
    """When the signed decision that follows a direction was entered."""
    activated_at: datetime = moment()
    kept_at: datetime | None = moment(optional=True)
    """When a decision was entered that keeps it beyond the end of its incident."""
    dissolved_at: datetime | None = moment(optional=True)


class TaskForceMember(Table, table=True):
    """A person in a role of a task force; rank 1 holds it, the others are its named deputies.

    ``agency`` is the name of their body when they were seated, empty where nobody wrote it down.
    """

    __tablename__ = "task_force_member"
    __table_args__ = (UniqueConstraint("task_force_id", "role", "person_id", "joined_at"),)

    id: UUID = identifier()
    task_force_id: UUID = reference("task_force.id")
    role: Role = choice(Role)
    person_id: UUID = reference("person.id")
    rank: int = 1
    mandate: str = Field(default="", sa_column_kwargs={"server_default": ""})
    agency: str = Field(default="", sa_column_kwargs={"server_default": ""})
    basis: Basis = choice(Basis, Basis.STANDING)
    joined_at: datetime = moment()
    serves_until: datetime | None = moment(optional=True)
    left_at: datetime | None = moment(optional=True)


def of(session: Session, incident_id: UUID) -> TaskForce | None:
    """The task force of an incident, if one was activated."""
    return session.exec(select(TaskForce).where(TaskForce.incident_id == incident_id)).first()


def seated(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a seat counts at a moment."""
    until = col(TaskForceMember.serves_until)
    return (
        col(TaskForceMember.left_at).is_(None),
        col(TaskForceMember.joined_at) <= at,
        until.is_(None) | (until > at),
    )


def members(session: Session, incident_id: UUID) -> list[TaskForceMember]:
    """Who is in the task force now, role by role, holders first."""
    wanted = (
        select(TaskForceMember)
        .join(TaskForce)
        .where(TaskForce.incident_id == incident_id, *seated(clock.now()))
        .order_by(col(TaskForceMember.role), col(TaskForceMember.rank))
    )
    return list(database.once(session, ("seats", incident_id), lambda: session.exec(wanted).all()))


def seats_of(session: Session, person_id: UUID) -> set[UUID]:
    """The incidents in whose task force somebody sits now: one query."""
    wanted = (
        select(TaskForce.incident_id)
        .join(TaskForceMember)
        .where(TaskForceMember.person_id == person_id, *seated(clock.now()))
    )
    return set(session.exec(wanted))


def others(session: Session, incident_id: UUID, but: UUID | None) -> list[UUID]:
    """Everyone in the task force but one person, each once."""
    everyone = [m.person_id for m in members(session, incident_id)]
    return [p for p in dict.fromkeys(everyone) if p != but]


def activate(
    session: Session, incident: Incident, wanted: list[Role], *, by: Actor
) -> TaskForce | None:
    """Activate the standing task force; ``None`` where its decision leaves that to a direction.

    Idempotent: an active task force is returned as it is. The decision is the one in force when
    the incident was opened, whatever the office has decided since.
    """
    existing = of(session, incident.id)
    if existing:
        return existing
    decision = standing.in_force(session, incident.opened_at)
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
    if READS.intersection(wanted) and not incident.exercise:
        raise Conflict(NO_OBSERVERS)
    if not given_by.strip() or not call_back.strip():
        raise Invalid(N_("Ghi rõ ai chỉ đạo và số máy đã gọi lại để kiểm tra."))
    if not contacts.TELEPHONE.fullmatch(call_back.strip()):
        raise Invalid(fields={"call_back": (contacts.NO_TELEPHONE, {})})
    missing = [(N_("Chưa cử %(role)s."), {"role": r}) for r in NEEDED if r not in wanted]
    if missing:
        raise GuardFailed(N_("Chưa đủ điều kiện."), missing)
    force = _call_out(session, incident, wanted, decision=None)
    force.direction_by, force.regularise_by = given_by, force.activated_at + REGULARISE_WITHIN
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
    named = recusals.of(session, incident.id).named
    called: dict[UUID, list[str]] = {}
    for role in wanted:
        for person_id, rank in _people_for(session, role, now, incident, told=True):
            if person_id in named:
                continue
            session.add(
                TaskForceMember(
                    task_force_id=force.id,
                    role=role,
                    person_id=person_id,
                    rank=rank,
                    basis=Basis.STANDING if decision else Basis.DIRECTION,
                    joined_at=now,
                )
            )
            called.setdefault(person_id, []).append(role.value)
    call_out(session, incident, called, key=f"called_out:{incident.id}")
    return force


def call_out(
    session: Session, incident: Incident, called: dict[UUID, list[str]], *, key: str
) -> None:
    """Tell each person in which roles they are called; with a task force an incident is active."""
    persons.tell_all(
        session,
        called,
        "called_out",
        key=key,
        incident_id=incident.id,
        values_of=lambda person_id: {"roles": called[person_id]},
    )
    if incident.status is Status.OPEN:
        incident.status = Status.ACTIVE
        session.add(incident)


def _people_for(
    session: Session, role: Role, at: datetime, incident: Incident, *, told: bool = False
) -> list[tuple[UUID, int]]:
    """By roster, by what the matter is about, by post; ``told`` writes the way into the record.

    Each with their rank: a post that only deputies hold heads nothing in the room either.
    """
    if role is Role.DUTY_OFFICER and (on_shift := rosters.on_shift(session, at)):
        return _in_order(on_shift)
    if role in routing.ROUTED:
        matter = Matter(incident.playbook, incident.title, incident.place)
        rule, people = routing.routed(session, role, matter, at)
        if rule and people:
            if told:
                fact = WorkRouted(role=role, organisation=rule.organisation_id)
                timeline.record(session, incident.id, fact, by=ENGINE)
            return _in_order(people)
    ranked = roles.ranked(session, role, at)
    headed = not ranked or ranked[0][1] == 1
    return _in_order([person_id for person_id, _ in ranked], first=1 if headed else 2)


def _in_order(people: list[UUID], *, first: int = 1) -> list[tuple[UUID, int]]:
    return [(person_id, rank) for rank, person_id in enumerate(people, start=first)]


def candidates(session: Session, incident_id: UUID, role: Role) -> list[UUID]:
    """Who can be given work of a role now, without those the incident itself concerns."""
    named = recusals.of(session, incident_id).named
    return [p for p in line(session, incident_id, role) if p not in named]


def line(session: Session, incident_id: UUID, role: Role) -> list[UUID]:
    """Who has a role now: task force first, else roster and routing."""
    now = clock.now()
    in_role = session.exec(
        select(TaskForceMember.person_id)
        .join(TaskForce)
        .where(TaskForce.incident_id == incident_id, TaskForceMember.role == role, *seated(now))
        .order_by(col(TaskForceMember.rank))
    ).all()
    if in_role:
        return list(in_role)
    called = _people_for(session, role, now, incidents.get(session, incident_id))
    return [person_id for person_id, _ in called]


def find_member(
    session: Session, incident_id: UUID, role: Role, person_id: UUID
) -> TaskForceMember:
    """The seat of a person in a role; ``NotFound`` when there is none."""
    for member in members(session, incident_id):
        if member.role is role and member.person_id == person_id:
            return member
    raise NotFound(N_("Người này không giữ vai đó trong Tổ công tác."))


def dissolve(session: Session, incident_id: UUID) -> None:
    """End the task force with its incident, unless a decision keeps it."""
    force = of(session, incident_id)
    if force and force.dissolved_at is None and force.kept_at is None:
        force.dissolved_at = clock.now()
        session.add(force)


def resume(session: Session, incident_id: UUID) -> TaskForce | None:
    """The task force of an incident that was reopened takes its work up again, if it had one."""
    force = of(session, incident_id)
    if force and force.dissolved_at:
        force.dissolved_at = None
        session.add(force)
    return force
