"""A person leaves: what they hold goes to a successor or the next in line, or ends, in one commit.

Whoever marks it has seen the list; when something was added since, they are asked to look again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake.signals import Signal
from incidents.matter import incidents, recusals
from incidents.matter.taskforces import Basis, TaskForce, TaskForceMember
from incidents.people import persons, rosters
from incidents.people.authorisations import Authorisation
from incidents.people.departures import Departure, PersonLeft
from incidents.people.directory import focal_points
from incidents.people.duty import feeds, leavers
from incidents.people.persons import Person
from incidents.people.roles import READS, RoleHolder
from incidents.people.sign_ins import SignInSession
from incidents.record import clock, links, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_
from incidents.response.clocks.clocks import Clock
from incidents.response.learning.lessons import Lesson
from incidents.response.staffing import holdings, recoverable, seating
from incidents.response.staffing.holdings import Holding, HoldingKind
from incidents.response.steps import rerouting, succession, vacancies
from incidents.response.steps.steps import UNSETTLED, Cause, Step, StepState

Row = TypeVar("Row")


@dataclass(frozen=True)
class MemberLeft(Fact):
    """In one incident: what somebody who left had there."""

    person: PersonId
    successor: PersonId | None
    seats: int
    steps: int
    clocks: int
    says: ClassVar[str] = N_(
        "%(person)s thôi làm việc; người kế nhiệm: %(successor)s. Chuyển hoặc chấm dứt "
        "%(seats)s vai, %(steps)s nhiệm vụ, %(clocks)s thời hạn phụ trách"
    )


@dataclass(frozen=True)
class LessonPassedOn(Fact):
    """Whoever was to put a lesson into practice has left; their successor does, or nobody yet."""

    lesson: int
    outgoing: PersonId
    incoming: PersonId | None
    says: ClassVar[str] = N_(
        "Bài học %(lesson)s: %(outgoing)s thôi làm việc, phụ trách tiếp: %(incoming)s"
    )


@dataclass(frozen=True)
class WatchPassedOn(Fact):
    """Whoever watched a flag has left; their successor does, or the duty desk."""

    code: str
    outgoing: PersonId
    incoming: PersonId | None
    says: ClassVar[str] = N_(
        "Tin báo %(code)s: %(outgoing)s thôi làm việc, theo dõi tiếp: %(incoming)s"
    )


@dataclass(frozen=True)
class _Leaving:
    """Who goes, who follows, and who marks it."""

    person: Person
    successor_id: UUID | None
    held: Sequence[Holding]
    by: Actor

    def rows(self, session: Session, table: type[Row], kind: HoldingKind) -> list[Row]:
        ids = [each.id for each in self.held if each.kind is kind]
        return list(session.exec(select(table).where(col(table.id).in_(ids))))  # type: ignore[attr-defined]


def leave(
    session: Session,
    person_id: UUID,
    *,
    left_on: date,
    confirmed: str,
    successor_id: UUID | None = None,
    by: Actor,
) -> Departure:
    """Mark a person as having left; ``confirmed`` is the fingerprint of the list that was seen."""
    person = _may_leave(session, person_id, left_on, successor_id, by)
    held = holdings.of(session, person_id)
    if holdings.fingerprint(held) != confirmed:
        raise Conflict(N_("Danh sách đang giữ đã thay đổi; hãy xem lại rồi xác nhận."))
    going = _Leaving(person, successor_id, held, by)
    person.active = False
    session.add(person)
    row = Departure(
        person_id=person_id,
        left_on=left_on,
        successor_id=successor_id,
        held=recoverable.written(held),
        recorded_at=clock.now(),
        recorded_by=by.person_id,
    )
    session.add(row)
    fact = PersonLeft(person_id, left_on, successor_id, len(held))
    timeline.record(session, timeline.DESK, fact, by=by)
    _close_ways_in(session, going)
    _posts(session, going)
    _incidents(session, going)
    vacancies.fill(session, by=by)
    _watched(session, going)
    leavers.leave(session, person_id, successor_id, by=by)
    if successor_id and any(each.kind in holdings.MOVES for each in held):
        _tell(session, row)
    return row


def _may_leave(
    session: Session, person_id: UUID, left_on: date, successor_id: UUID | None, by: Actor
) -> Person:
    person = persons.get(session, person_id)
    if not person.active:
        raise AlreadySettled(N_("%(name)s đã thôi làm việc với bàn trực."), name=person.name)
    if person_id == by.person_id:
        raise Conflict(N_("Đồng chí không tự cho mình thôi; cần một quản trị khác."))
    if left_on > incidents.today():
        raise Invalid(fields={"left_on": (N_("Chỉ ghi khi người đó đã thôi."), {})})
    if successor_id == person_id:
        raise Invalid(fields={"successor_id": (N_("Chọn một người khác."), {})})
    if successor_id:
        persons.active(session, successor_id)
        now = clock.now()
        if rosters.only_reads(session, successor_id, now) and not rosters.only_reads(
            session, person_id, now
        ):
            raise Invalid(
                fields={
                    "successor_id": (N_("Người này chỉ quan sát nên không nhận việc thay."), {})
                }
            )
    return person


def _close_ways_in(session: Session, going: _Leaving) -> None:
    """Sessions, links, calendar addresses and waiting messages end; nothing reaches them here."""
    for sign_in in going.rows(session, SignInSession, HoldingKind.SIGN_IN):
        sign_in.ended_at = clock.now()
        session.add(sign_in)
    links.revoke_all(session, going.person.id)
    for feed in feeds.of_owner(session, going.person.id):
        feeds.revoke(session, feed.id, by=going.by, keeper=True)
    outbox.cancel(session, person_id=going.person.id)


def _posts(session: Session, going: _Leaving) -> None:
    now = clock.now()
    for post in going.rows(session, RoleHolder, HoldingKind.ROLE):
        until, post.valid_to = post.valid_to, max(now, post.valid_from)
        session.add(post)
        if going.successor_id:
            session.add(
                RoleHolder(
                    role=post.role,
                    person_id=going.successor_id,
                    rank=post.rank,
                    valid_from=max(now, post.valid_from),
                    valid_to=until,
                )
            )
    # Authority was given to, or lent by, this very person: nobody inherits it.
    for paper in going.rows(session, Authorisation, HoldingKind.AUTHORISATION):
        paper.valid_to = now
        session.add(paper)
    # A body names and tests its own people; nobody inherits that either.
    for each in going.held:
        if each.kind is HoldingKind.FOCAL:
            focal_points.end(session, each.id, by=going.by)
    session.flush()


def _incidents(session: Session, going: _Leaving) -> None:
    """Seats first, so that the next in line for a step is known when it moves."""
    seats = going.rows(session, TaskForceMember, HoldingKind.SEAT)
    forces = {f.id: f.incident_id for f in session.exec(_forces(seats))} if seats else {}
    clocks = going.rows(session, Clock, HoldingKind.CLOCK)
    held = _steps(session, going.person.id)
    mine = [s for s in held if s.assignee_id == going.person.id]
    by_seats = Counter(forces[s.task_force_id] for s in seats)
    by_steps = Counter(s.incident_id for s in mine)
    by_clocks = Counter(c.incident_id for c in clocks)
    for incident_id in sorted({*by_seats, *by_steps, *by_clocks}):
        fact = MemberLeft(
            going.person.id,
            going.successor_id,
            by_seats[incident_id],
            by_steps[incident_id],
            by_clocks[incident_id],
        )
        timeline.record(session, incident_id, fact, by=going.by)
    for seat in seats:
        _leave_seat(session, going, forces[seat.task_force_id], seat)
    for owned in clocks:
        owned.owner_id = going.successor_id
        session.add(owned)
    for step in held:
        rerouting.take_from(session, step, going.person.id)
        if step in mine:
            heir = _heir(session, step, going.successor_id)
            rerouting.give_on(session, step, heir, cause=Cause.LEFT, by=going.by)


def _watched(session: Session, going: _Leaving) -> None:
    """Lessons and flags go to the successor; without one they lie where nobody's are looked for.

    Those are the lessons not assigned and, once its review comes, the duty desk.
    """
    heir, gone = going.successor_id, going.person.id
    at_the_desk = heir is not None and bool(rosters.roles_now(session, heir, clock.now()) - READS)
    for lesson in going.rows(session, Lesson, HoldingKind.LESSON):
        lesson.owner_id = heir
        session.add(lesson)
        fact = LessonPassedOn(lesson.number, gone, heir)
        timeline.record(session, lesson.incident_id, fact, by=going.by)
    for flag in going.rows(session, Signal, HoldingKind.FLAG):
        flag.owner_id = heir if at_the_desk else None
        session.add(flag)
        fact = WatchPassedOn(flag.code, gone, flag.owner_id)
        timeline.record(session, flag.id, fact, by=going.by)


def _forces(seats: Sequence[TaskForceMember]):  # noqa: ANN202 - a statement of SQLAlchemy
    return select(TaskForce).where(col(TaskForce.id).in_([s.task_force_id for s in seats]))


def _steps(session: Session, person_id: UUID) -> list[Step]:
    """Open steps a person has, or could still answer."""
    found = session.exec(
        select(Step)
        .where(col(Step.state).in_(UNSETTLED), col(Step.state) != StepState.PLANNED)
        .order_by(col(Step.incident_id), col(Step.number))
        .with_for_update()
    )
    return [s for s in found if s.assignee_id == person_id or str(person_id) in s.holder_ids]


def _leave_seat(
    session: Session, going: _Leaving, incident_id: UUID, seat: TaskForceMember
) -> None:
    heir = going.successor_id
    if heir and heir not in recusals.of(session, incident_id).named:
        seating.succeed(session, incident_id, seat, heir, basis=Basis.REPLACEMENT)
    seat.left_at = clock.now()
    session.add(seat)
    session.flush()


def _heir(session: Session, step: Step, successor_id: UUID | None) -> UUID | None:
    """The successor where they may have it, else whoever is next in line."""
    if successor_id is None or successor_id in recusals.of(session, step.incident_id).keeps_out(
        judging=succession.judges(step)
    ):
        return None
    if not succession.may_take(session, step, successor_id):
        return None
    return None if str(successor_id) in succession.barred(session, step) else successor_id


def _tell(session: Session, row: Departure) -> None:
    if row.successor_id:
        persons.tell(
            session,
            row.successor_id,
            "work_inherited",
            key=f"work_inherited:{row.id}",
            values={"by": str(row.person_id)},
        )
