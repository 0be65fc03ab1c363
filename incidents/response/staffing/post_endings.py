"""A post ends: papers its holder lent, seats it gave, work and duty in it end or move.

The duty moves when the ending is recorded, so that a gap shows as early as any other; the rest
when its moment has come. What a person has by a decision of the incident, or because somebody
seated them by name, stays.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents, recusals, taskforces
from incidents.matter.incidents import LIVE, Incident
from incidents.matter.taskforces import Basis, TaskForce, TaskForceMember
from incidents.people import authorisations, posts, roles, rosters
from incidents.people.duty import passing_on
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE, Actor
from incidents.record.errors import Conflict
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_
from incidents.response.staffing import holdings, seating
from incidents.response.staffing.holdings import Holding
from incidents.response.steps import rerouting, succession, vacancies
from incidents.response.steps.steps import ANSWERABLE, Cause, Step

_BY_POST = (Basis.STANDING, Basis.DIRECTION)
"""Seats that were given because of the post, not to the person by name."""


@dataclass(frozen=True)
class PostLapsed(Fact):
    """In one incident: what somebody had there by a post that ended, and who follows."""

    role: Role
    person: PersonId
    successor: PersonId | None
    seated: bool
    steps: int
    says: ClassVar[str] = N_(
        "%(person)s thôi giữ vai %(role)s, người giữ vai tiếp theo: %(successor)s. Rời ghế trong "
        "Tổ công tác: %(seated)s; chuyển %(steps)s nhiệm vụ"
    )


@dataclass(frozen=True)
class Successor:
    """Who follows in a post, and by which paper."""

    person_id: UUID
    document: str = ""
    signed_on: date | None = None
    signer: str = ""


def end(
    session: Session,
    post_id: UUID,
    *,
    ends_at: datetime | None = None,
    successor: Successor | None = None,
    reason: str,
    confirmed: str | None = None,
    by: Actor,
) -> RoleHolder:
    """Let a post end, and a successor begin at that moment in the same place.

    What hangs on it ends or moves with it: at once, or when its moment has come. ``confirmed`` is
    the fingerprint of the duty that was seen, where somebody looked at it.
    """
    post = posts.get(session, post_id, lock=True)
    # Rosters before the desk's chain, as everybody who changes one takes them.
    passing_on.kept(session, post.role)
    if confirmed is not None and confirmed != holdings.fingerprint(on_duty(session, post)):
        raise Conflict(N_("Danh sách đang giữ đã thay đổi; hãy xem lại rồi xác nhận."))
    post = posts.end(session, post_id, ends_at=ends_at, reason=reason, by=by)
    if post.valid_to is None:
        raise ValueError("a post that has ended has its end")
    if successor:
        posts.appoint(
            session,
            role=post.role,
            rank=post.rank,
            valid_from=post.valid_to,
            **asdict(successor),
            by=by,
        )
    _end_duty(session, post, successor.person_id if successor else None, by=by)
    if post.valid_to <= clock.now():
        _close(session, post, by=by)
        vacancies.fill(session, by=by)
    return post


def on_duty(session: Session, post: RoleHolder) -> list[Holding]:
    """The turns, shifts and stand-ins somebody has in the part of a post."""
    return holdings.on_duty_in(session, post.person_id, post.role)


def close(session: Session, post_id: UUID) -> None:
    """Pass on what hung on a post whose end has come; done once, by the engine."""
    post = posts.get(session, post_id, lock=True)
    if post.closed_at is None and post.valid_to and post.valid_to <= clock.now():
        # What was planned for them since the ending was recorded, or a term that ran out.
        _end_duty(session, post, _follows(session, post), by=ENGINE)
        _close(session, post, by=ENGINE)
        vacancies.fill(session, by=ENGINE)


def _end_duty(session: Session, post: RoleHolder, heir: UUID | None, *, by: Actor) -> None:
    """Duty in the part goes on to whoever follows, unless they go on in it themselves."""
    since = max(post.valid_to or clock.now(), clock.now())
    if post.person_id not in roles.holders(session, post.role, since):
        passing_on.pass_on(
            session, post.role, post.person_id, since=since, successor_id=heir, by=by
        )


def _follows(session: Session, post: RoleHolder) -> UUID | None:
    """Whoever was put in the same place from the end of a post on."""
    return session.exec(
        select(RoleHolder.person_id).where(
            RoleHolder.role == post.role,
            RoleHolder.rank == post.rank,
            RoleHolder.valid_from == post.valid_to,
            col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > clock.now()),
        )
    ).first()


def _close(session: Session, post: RoleHolder, *, by: Actor) -> None:
    now = clock.now()
    post.closed_at = now
    session.add(post)
    session.flush()
    line = roles.holders(session, post.role, now)
    if line[:1] != [post.person_id]:
        for paper in authorisations.lent(session, post.role, post.person_id, now):
            authorisations.lapse(session, paper, by=by)
    # Whoever goes on in the part, as its holder now or as a deputy, keeps what they have in it.
    if post.person_id not in line:
        for incident in _concerned(session, post):
            _leave(session, incident, post, next(iter(line), None), by)


def _concerned(session: Session, post: RoleHolder) -> list[Incident]:
    """The live incidents in which they sit, or have work, in the part."""
    seated = (
        select(TaskForce.incident_id)
        .join(TaskForceMember, col(TaskForceMember.task_force_id) == TaskForce.id)
        .where(
            TaskForceMember.person_id == post.person_id,
            TaskForceMember.role == post.role,
            col(TaskForceMember.left_at).is_(None),
            col(TaskForce.dissolved_at).is_(None),
        )
    )
    at_work = select(Step.incident_id).where(
        Step.assignee_id == post.person_id,
        Step.role == post.role,
        col(Step.state).in_(ANSWERABLE),
    )
    found = session.exec(
        select(Incident.id)
        .where(col(Incident.status).in_(LIVE))
        .where(col(Incident.id).in_(seated) | col(Incident.id).in_(at_work))
        .order_by(col(Incident.id))
    ).all()
    return [incidents.get(session, each, lock=True) for each in found]


def _leave(
    session: Session, incident: Incident, post: RoleHolder, heir: UUID | None, by: Actor
) -> None:
    seats = [
        m
        for m in taskforces.members(session, incident.id)
        if m.role is post.role and m.person_id == post.person_id
    ]
    given = [m for m in seats if m.basis in _BY_POST]
    on_duty = post.role in rosters.roles_now(session, post.person_id, clock.now())
    if len(given) < len(seats) or (on_duty and not given):
        return
    held = rerouting.held_in(session, incident.id, post.role, post.person_id)
    if not given and not held:
        return
    if heir in recusals.of(session, incident.id).named:
        heir = None
    fact = PostLapsed(
        role=post.role,
        person=post.person_id,
        successor=heir,
        seated=bool(given),
        steps=len(held),
    )
    timeline.record(session, incident.id, fact, by=by)
    for seat in given:
        _vacate(session, incident, seat, heir)
    for step in held:
        rerouting.take_from(session, step, post.person_id)
        rerouting.give_on(session, step, _taker(session, step, heir), cause=Cause.POST_ENDED, by=by)


def _vacate(session: Session, incident: Incident, seat: TaskForceMember, heir: UUID | None) -> None:
    """The holder's seat goes to the new holder, who is called; a deputy's stays empty."""
    if heir and seat.rank == 1:
        seating.succeed(session, incident.id, seat, heir, basis=seat.basis)
        called = {heir: [seat.role.value]}
        taskforces.call_out(session, incident, called, key=f"called_out:{seat.id}:{heir}")
    seat.left_at = clock.now()
    session.add(seat)
    session.flush()


def _taker(session: Session, step: Step, heir: UUID | None) -> UUID | None:
    """The new holder where they may have it, else whoever is next in line."""
    shut = recusals.of(session, step.incident_id).keeps_out(judging=succession.judges(step))
    if heir is None or heir in shut or str(heir) in succession.barred(session, step):
        return None
    return heir if succession.may_take(session, step, heir) else None
