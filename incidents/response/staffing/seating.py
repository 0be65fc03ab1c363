"""Seats of a task force change hands: what was open moves with the role, and each time stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, recusals, taskforces
from incidents.matter.incidents import Incident
from incidents.matter.taskforces import Basis, TaskForce, TaskForceMember
from incidents.people import persons, rosters
from incidents.people.organisations import Organisation
from incidents.people.roles import READS, Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_
from incidents.response.staffing import entrusting
from incidents.response.steps import rerouting, vacancies
from incidents.response.steps.steps import Cause, Step


@dataclass(frozen=True)
class MemberSeated(Fact):
    """Somebody joined a task force at work."""

    role: Role
    person: PersonId
    deputy: bool
    mandate: Private
    says: ClassVar[str] = N_(
        "Cử bổ sung %(person)s vào Tổ công tác, vai %(role)s (cấp phó: %(deputy)s). %(mandate)s"
    )


@dataclass(frozen=True)
class RoleHandedOver(Fact):
    """A role went from one to another since a moment, with what the next must know."""

    role: Role
    outgoing: PersonId
    incoming: PersonId
    since: datetime
    steps_moved: int
    handed_over: Private
    says: ClassVar[str] = N_(
        "Bàn giao vai %(role)s: %(outgoing)s → %(incoming)s từ %(since)s, "
        "chuyển %(steps_moved)s nhiệm vụ. Nội dung bàn giao: %(handed_over)s"
    )


def agency_of(session: Session, person_id: UUID) -> str:
    """What the body of a person is called today."""
    body = session.get(Organisation, persons.get(session, person_id).organisation_id)
    return body.name if body else ""


def add(
    session: Session,
    incident_id: UUID,
    role: Role,
    *,
    person_id: UUID,
    deputy: bool,
    mandate: str = "",
    serves_until: datetime | None = None,
    by: Actor,
) -> TaskForceMember:
    """Seat one more person in a task force at work: a holder, or a named deputy."""
    incident = incidents.live(session, incident_id)
    force = taskforces.of(session, incident_id)
    if force is None:
        raise Conflict(N_("Tổ công tác chưa được kích hoạt."))
    in_role = [m for m in taskforces.members(session, incident_id) if m.role is role]
    if any(m.person_id == person_id for m in in_role):
        raise Conflict(N_("Người này đã giữ vai đó trong Tổ công tác."))
    if not deputy and any(m.rank == 1 for m in in_role):
        raise Conflict(N_("Vai này đã có người giữ; hãy bàn giao hoặc thay người."))
    check_until(serves_until)
    entrusting.require(session, incident_id, role, person_id, by=by)
    rank = max([m.rank for m in in_role], default=1) + 1 if deputy else 1
    seat = take_seat(
        session,
        force,
        role,
        person_id,
        rank=rank,
        basis=Basis.ADDED,
        mandate=mandate,
        serves_until=serves_until,
    )
    fact = MemberSeated(role=role, person=person_id, deputy=deputy, mandate=mandate.strip())
    timeline.record(session, incident_id, fact, by=by)
    taskforces.call_out(session, incident, {person_id: [role.value]}, key=f"called_out:{seat.id}")
    vacancies.fill(session, incident_id=incident_id, by=by)
    return seat


def _watches_only(session: Session, incident: Incident, role: Role, person_id: UUID) -> None:
    """Observers sit in exercises alone, and in no other seat there: nobody marks themselves."""
    if role in READS and not incident.exercise:
        raise Conflict(taskforces.NO_OBSERVERS)
    if role not in READS and rosters.only_reads(session, person_id, clock.now()):
        raise Conflict(N_("Người chỉ quan sát không giữ vai nào làm việc trong Tổ công tác."))
    held = [m.role for m in taskforces.members(session, incident.id) if m.person_id == person_id]
    if any((other in READS) is not (role in READS) for other in held):
        raise Conflict(N_("Người quan sát không giữ vai nào khác trong buổi diễn tập."))


def check_until(serves_until: datetime | None) -> None:
    """Raise ``Invalid`` when a mandate would end before it begins."""
    if serves_until is not None and serves_until <= clock.now():
        raise Invalid(fields={"serves_until": (N_("Hạn tham gia phải ở phía trước."), {})})


def take_seat(
    session: Session,
    force: TaskForce,
    role: Role,
    person_id: UUID,
    *,
    rank: int,
    basis: Basis,
    mandate: str = "",
    serves_until: datetime | None = None,
) -> TaskForceMember:
    """Write a seat down from now on, with the name their body has today."""
    persons.active(session, person_id)
    _watches_only(session, incidents.get(session, force.incident_id), role, person_id)
    recusals.require_unnamed(session, force.incident_id, person_id)
    seat = TaskForceMember(
        task_force_id=force.id,
        role=role,
        person_id=person_id,
        rank=rank,
        mandate=mandate.strip(),
        agency=agency_of(session, person_id),
        basis=basis,
        joined_at=clock.now(),
        serves_until=serves_until,
    )
    session.add(seat)
    session.flush()
    return seat


def hand_over(
    session: Session,
    incident_id: UUID,
    role: Role,
    *,
    outgoing: UUID,
    incoming: UUID,
    handed_over: str,
    since: datetime | None = None,
    by: Actor,
) -> int:
    """Hand a role over: since when, what was handed over; says how many open steps moved."""
    incidents.live(session, incident_id)
    if not handed_over.strip():
        raise Invalid(fields={"handed_over": (N_("Ghi nội dung bàn giao."), {})})
    since = since or clock.now()
    if since > clock.now():
        raise Invalid(fields={"since": (N_("Giờ bàn giao không thể ở phía trước."), {})})
    seat = taskforces.find_member(session, incident_id, role, outgoing)
    entrusting.require(session, incident_id, role, incoming, outgoing=outgoing, by=by)
    held = succeed(session, incident_id, seat, incoming, basis=Basis.HAND_OVER)
    fact = RoleHandedOver(
        role=role,
        outgoing=outgoing,
        incoming=incoming,
        since=since,
        steps_moved=len(held),
        handed_over=handed_over.strip(),
    )
    timeline.record(session, incident_id, fact, by=by, happened_at=since)
    rerouting.pass_on(session, held, outgoing, incoming, cause=Cause.HAND_OVER, reason="", by=by)
    vacancies.fill(session, incident_id=incident_id, by=by)
    persons.tell_all(
        session,
        [p for p in (incoming, outgoing) if p != by.person_id],
        "role_handed_over",
        key=f"role_handed_over:{seat.id}",
        incident_id=incident_id,
        values={
            "role": role.value,
            "by": str(by.person_id),
            "outgoing": str(outgoing),
            "to": str(incoming),
            "starts_at": since.isoformat(),
        },
    )
    return len(held)


def succeed(
    session: Session, incident_id: UUID, seat: TaskForceMember, incoming: UUID, *, basis: Basis
) -> list[Step]:
    """End a seat and put another in it, with its mandate; the open steps it held, still unmoved."""
    if incoming == seat.person_id:
        raise Conflict(N_("Người thay phải là người khác."))
    for other in taskforces.members(session, incident_id):
        # A deputy who takes the role over no longer deputises in it.
        if other.role is seat.role and other.person_id in (incoming, seat.person_id):
            other.left_at = clock.now()
            session.add(other)
    force = session.get_one(TaskForce, seat.task_force_id)
    take_seat(
        session,
        force,
        seat.role,
        incoming,
        rank=seat.rank,
        basis=basis,
        mandate=seat.mandate,
        serves_until=seat.serves_until,
    )
    return rerouting.held_in(session, incident_id, seat.role, seat.person_id)
