"""Somebody who left comes back, or was marked by mistake: their list is looked at and confirmed.

They are active and reached again at once. Work that moved stays where it is unless it is taken
back piece by piece, and whoever had it in between hears what went back; papers, sign-ins, links
and calendar addresses that ended stay ended.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import signals, triage
from incidents.matter import incidents, taskforces
from incidents.matter.taskforces import Basis, TaskForce, TaskForceMember
from incidents.people import departures, persons
from incidents.people.departures import Departure, PersonCameBack
from incidents.people.duty import leavers
from incidents.people.roles import RoleHolder
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import NO_REASON, AlreadySettled, Conflict, Invalid, Wrong
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_
from incidents.response.clocks.clocks import Clock
from incidents.response.learning import lessons
from incidents.response.staffing import directing, holdings, recoverable, seating
from incidents.response.staffing.holdings import Holding, HoldingKind
from incidents.response.staffing.recoverable import Fate, Recoverable
from incidents.response.steps import vacancies
from incidents.response.steps.steps import Step


@dataclass(frozen=True)
class MemberCameBack(Fact):
    """In one incident: what somebody who came back took back there."""

    person: PersonId
    seats: int
    steps: int
    clocks: int
    says: ClassVar[str] = N_(
        "%(person)s làm việc lại: lấy lại %(seats)s vai, %(steps)s nhiệm vụ, "
        "%(clocks)s thời hạn phụ trách"
    )


@dataclass(frozen=True)
class LessonTakenBack(Fact):
    """Whoever was to put a lesson into practice is back and does."""

    lesson: int
    person: PersonId
    says: ClassVar[str] = N_("Bài học %(lesson)s: %(person)s làm việc lại, phụ trách lại")


@dataclass(frozen=True)
class WatchTakenBack(Fact):
    """Whoever watched a flag is back and watches it again."""

    code: str
    person: PersonId
    says: ClassVar[str] = N_("Tin báo %(code)s: %(person)s làm việc lại, theo dõi lại")


@dataclass(frozen=True)
class _Back:
    """Who came back after which departure, what they take, and who marks it."""

    row: Departure
    chosen: list[Recoverable]
    reason: str
    by: Actor

    def ids(self, kind: HoldingKind) -> list[UUID]:
        return [each.row_id for each in self.chosen if each.was.kind is kind]


def come_back(
    session: Session,
    person_id: UUID,
    *,
    reason: str,
    confirmed: str,
    take: Collection[UUID] = (),
    by: Actor,
) -> Departure:
    """Let a person work with the desk again; ``take`` are ids of the list, one by one.

    ``confirmed`` is the fingerprint of the list that was seen.
    """
    person = persons.get(session, person_id)
    seen = departures.of(session, person_id)
    row = locked(session, Departure, seen.id) if seen else None
    if person.active or row is None or row.returned_at:
        raise AlreadySettled(N_("%(name)s không ở trong số người đã thôi."), name=person.name)
    listed = recoverable.of(session, row)
    if recoverable.fingerprint(listed) != confirmed:
        raise Conflict(N_("Danh sách có thể lấy lại đã thay đổi; hãy xem lại rồi xác nhận."))
    chosen = [each for each in listed if each.was.id in take and each.fate is Fate.TAKEABLE]
    fields: Wrong = {}
    if not reason.strip():
        fields["reason"] = NO_REASON
    if len(chosen) != len(set(take)):
        fields["take"] = (N_("Có mục đã chọn không lấy lại được."), {})
    if fields:
        raise Invalid(fields=fields)
    person.active, row.returned_at = True, clock.now()
    session.add_all((person, row))
    session.flush()
    anew = sum(each.fate is Fate.ANEW for each in listed)
    fact = PersonCameBack(person_id, row.left_on, len(chosen), anew, reason.strip())
    timeline.record(session, timeline.DESK, fact, by=by)
    back = _Back(row, chosen, reason.strip(), by)
    _posts(session, back)
    _incidents(session, back)
    vacancies.fill(session, by=by)
    _watched(session, back)
    leavers.come_back(
        session,
        person_id,
        successor_id=row.successor_id,
        turns=back.ids(HoldingKind.TURN),
        shifts=back.ids(HoldingKind.SHIFT),
        stand_ins=back.ids(HoldingKind.STAND_IN),
    )
    _tell(session, back)
    return row


def _posts(session: Session, back: _Back) -> None:
    """The post ends for the successor and begins anew, until the day it had been given to."""
    now = clock.now()
    for each in back.chosen:
        if each.was.kind is not HoldingKind.ROLE:
            continue
        post = session.get_one(RoleHolder, each.row_id)
        for other in session.exec(
            select(RoleHolder).where(
                RoleHolder.role == post.role,
                RoleHolder.rank == post.rank,
                col(RoleHolder.person_id) == each.holder_id,
                col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > now),
            )
        ):
            other.valid_to = max(now, other.valid_from)
            session.add(other)
        session.add(
            RoleHolder(
                role=post.role,
                person_id=post.person_id,
                rank=post.rank,
                valid_from=now,
                valid_to=each.was.until,
            )
        )
    session.flush()


def _incidents(session: Session, back: _Back) -> None:
    """Seats first: who signs and who is next in line is known when steps come back."""
    seats = {
        each.row_id: session.get_one(TaskForceMember, each.row_id)
        for each in back.chosen
        if each.was.kind is HoldingKind.SEAT
    }
    forces = {s.task_force_id: session.get_one(TaskForce, s.task_force_id) for s in seats.values()}
    steps = [session.get_one(Step, each) for each in back.ids(HoldingKind.STEP)]
    clocks = [session.get_one(Clock, each) for each in back.ids(HoldingKind.CLOCK)]
    by_seats = Counter(forces[s.task_force_id].incident_id for s in seats.values())
    by_steps = Counter(s.incident_id for s in steps)
    by_clocks = Counter(c.incident_id for c in clocks)
    for incident_id in sorted({*by_seats, *by_steps, *by_clocks}):
        incidents.get(session, incident_id, lock=True)
        fact = MemberCameBack(
            back.row.person_id, by_seats[incident_id], by_steps[incident_id], by_clocks[incident_id]
        )
        timeline.record(session, incident_id, fact, by=back.by)
    for each in back.chosen:
        if each.was.kind is HoldingKind.SEAT:
            _sit_again(session, forces[seats[each.row_id].task_force_id], seats[each.row_id], each)
    for owned in clocks:
        owned.owner_id = back.row.person_id
        session.add(owned)
    for step in steps:
        directing.reassign(session, step.id, back.row.person_id, reason=back.reason, by=back.by)


def _watched(session: Session, back: _Back) -> None:
    """Lessons, and flags, which only somebody with a part at the desk watches."""
    person_id = back.row.person_id
    for each in back.ids(HoldingKind.LESSON):
        lesson = lessons.get(session, each, lock=True)
        lesson.owner_id = person_id
        session.add(lesson)
        fact = LessonTakenBack(lesson.number, person_id)
        timeline.record(session, lesson.incident_id, fact, by=back.by)
    watched = back.ids(HoldingKind.FLAG)
    if watched and not triage.may_watch(session, person_id):
        no_part = N_("Lấy lại tin báo đang theo dõi thì lấy lại cả vai ở bàn trực.")
        raise Invalid(fields={"take": (no_part, {})})
    for each in watched:
        flag = signals.get(session, each, lock=True)
        flag.owner_id = person_id
        session.add(flag)
        timeline.record(session, flag.id, WatchTakenBack(flag.code, person_id), by=back.by)


def _tell(session: Session, back: _Back) -> None:
    """Whoever had any of it in between hears once, of all that is theirs no longer."""
    gone: dict[UUID, list[Holding]] = {}
    for each in back.chosen:
        if each.holder_id and each.holder_id not in (back.row.person_id, back.by.person_id):
            gone.setdefault(each.holder_id, []).append(each.was)
    persons.tell_all(
        session,
        gone,
        "work_taken_back",
        key=f"work_taken_back:{back.row.id}",
        values_of=lambda holder_id: {
            "by": str(back.row.person_id),
            "gone": [
                [kind.label, [_called(each) for each in some]]
                for kind, some in holdings.by_kind(gone[holder_id])
            ],
        },
    )


def _called(was: Holding) -> str:
    """A number, a code or a name to find it by, never what it says."""
    if was.kind in (HoldingKind.STEP, HoldingKind.CLOCK):
        return f"{was.about} ({was.number})"
    return was.about or (was.role.label if was.role else "")


def _sit_again(
    session: Session, force: TaskForce, seat: TaskForceMember, each: Recoverable
) -> None:
    """In the successor's place, or in the one that stayed empty; other work there stays put."""
    if each.holder_id:
        held = taskforces.find_member(session, force.incident_id, seat.role, each.holder_id)
        seating.succeed(session, force.incident_id, held, seat.person_id, basis=Basis.HAND_OVER)
        return
    seating.take_seat(
        session,
        force,
        seat.role,
        seat.person_id,
        rank=seat.rank,
        basis=Basis.ADDED,
        mandate=seat.mandate,
        serves_until=seat.serves_until,
    )
