"""What a person has in hand at the desk: everything that must go on or end when they leave."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlmodel import Session, col, or_, select

from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people.authorisations import Authorisation
from incidents.people.directory.focal_points import FocalPoint
from incidents.people.duty import agreed, feeds, swaps
from incidents.people.duty.changes import DutyLeft, StandIn
from incidents.people.duty.rotations import Rotation, RotationTurn
from incidents.people.organisations import Organisation
from incidents.people.roles import Role, RoleHolder
from incidents.people.rosters import Roster, Shift
from incidents.people.sign_ins import SignInSession
from incidents.record import clock
from incidents.record.language import N_, Labelled
from incidents.record.links import AnswerLink
from incidents.response.clocks.clocks import Clock
from incidents.response.learning.lessons import Lesson, LessonState
from incidents.response.steps.steps import ANSWERABLE, Step
from incidents.words import approvals


class HoldingKind(Labelled):
    """What sort of thing somebody holds."""

    STEP = "step", N_("nhiệm vụ đang mở")
    SEAT = "seat", N_("vai trong Tổ công tác")
    CLOCK = "clock", N_("thời hạn luật định phụ trách")
    LESSON = "lesson", N_("bài học kinh nghiệm phụ trách")
    FLAG = "flag", N_("tin báo đang theo dõi")
    CONFIRMATION = "confirmation", N_("duyệt qua điện thoại chưa xác nhận")
    ROLE = "role", N_("vai theo chức trách")
    AUTHORISATION = "authorisation", N_("giấy ủy quyền")
    FOCAL = "focal", N_("đầu mối của cơ quan")
    TURN = "turn", N_("lượt trong vòng trực")
    SHIFT = "shift", N_("ca trực")
    STAND_IN = "stand_in", N_("trực thay")
    AGREED = "agreed", N_("ca đã thỏa thuận đổi")
    SWAP = "swap", N_("đề nghị đổi ca")
    SIGN_IN = "sign_in", N_("phiên đăng nhập")
    LINK = "link", N_("liên kết trả lời")
    FEED = "feed", N_("địa chỉ lịch")


MOVES = frozenset(
    {
        HoldingKind.STEP,
        HoldingKind.SEAT,
        HoldingKind.CLOCK,
        HoldingKind.LESSON,
        HoldingKind.FLAG,
        HoldingKind.ROLE,
        HoldingKind.TURN,
        HoldingKind.SHIFT,
        HoldingKind.STAND_IN,
        HoldingKind.AGREED,
    }
)
"""What a successor takes over; everything else ends with the person."""


@dataclass(frozen=True)
class Holding:
    """One thing; ``about`` is an incident's number, a roster's name or a paper's.

    ``until`` is the end of a post.
    """

    kind: HoldingKind
    id: UUID
    about: str = ""
    role: Role | None = None
    at: datetime | None = None
    number: int | None = None
    until: datetime | None = None


def of(session: Session, person_id: UUID) -> list[Holding]:
    """Everything a person holds now; a fixed number of queries but for the swaps agreed to."""
    return [
        *_in_incidents(session, person_id),
        *_watched(session, person_id),
        *_by_post(session, person_id),
        *_for_bodies(session, person_id),
        *on_rosters(session, person_id),
        *_agreed(session, person_id),
        *_ways_in(session, person_id),
    ]


def fingerprint(held: list[Holding]) -> str:
    """What somebody confirmed: it changes with anything that was added or taken away."""
    lines = sorted(f"{each.kind.value} {each.id}" for each in held)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def by_kind(held: list[Holding]) -> list[tuple[HoldingKind, list[Holding]]]:
    """The same, kind by kind; a kind of which there is nothing is left out."""
    kinds = [(kind, [each for each in held if each.kind is kind]) for kind in HoldingKind]
    return [(kind, some) for kind, some in kinds if some]


def _in_incidents(session: Session, person_id: UUID) -> Iterator[Holding]:
    for step, number in session.exec(
        select(Step, Incident.number)
        .join(Incident, col(Incident.id) == Step.incident_id)
        .where(Step.assignee_id == person_id, col(Step.state).in_(ANSWERABLE))
        .order_by(col(Step.due_at))
    ):
        yield Holding(HoldingKind.STEP, step.id, number, step.role, step.due_at, step.number)
    for seat, number in session.exec(
        select(TaskForceMember, Incident.number)
        .join(TaskForce, col(TaskForce.id) == TaskForceMember.task_force_id)
        .join(Incident, col(Incident.id) == TaskForce.incident_id)
        .where(
            TaskForceMember.person_id == person_id,
            col(TaskForceMember.left_at).is_(None),
            col(TaskForce.dissolved_at).is_(None),
        )
        .order_by(col(Incident.number))
    ):
        yield Holding(HoldingKind.SEAT, seat.id, number, seat.role, seat.joined_at)
    for owned, number in session.exec(
        select(Clock, Incident.number)
        .join(Incident, col(Incident.id) == Clock.incident_id)
        .where(Clock.owner_id == person_id, col(Clock.settled_at).is_(None))
    ):
        yield Holding(HoldingKind.CLOCK, owned.id, number, at=owned.due_at, number=owned.number)
    for given in approvals.unconfirmed(session):
        if given.person_id == person_id:
            yield Holding(HoldingKind.CONFIRMATION, given.id, role=given.role, at=given.confirm_by)


def _watched(session: Session, person_id: UUID) -> Iterator[Holding]:
    """Lessons they put into practice, which outlive their incident, and flags they watch."""
    for lesson, number in session.exec(
        select(Lesson, Incident.number)
        .join(Incident, col(Incident.id) == Lesson.incident_id)
        .where(Lesson.owner_id == person_id, Lesson.state == LessonState.OPEN)
        .order_by(col(Lesson.id))
    ):
        day = lesson.due_on
        due = datetime.combine(day, time(), clock.LOCAL) if day else None
        yield Holding(HoldingKind.LESSON, lesson.id, f"{number}/{lesson.number}", at=due)
    for flag in session.exec(
        select(Signal).where(Signal.owner_id == person_id, col(Signal.state) == SignalState.WATCHED)
    ):
        yield Holding(HoldingKind.FLAG, flag.id, flag.code, at=flag.review_at)


def _by_post(session: Session, person_id: UUID) -> Iterator[Holding]:
    now = clock.now()
    for held in session.exec(
        select(RoleHolder)
        .where(RoleHolder.person_id == person_id)
        .where(col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > now))
        .order_by(col(RoleHolder.valid_from))
    ):
        since, until = held.valid_from, held.valid_to
        yield Holding(HoldingKind.ROLE, held.id, role=held.role, at=since, until=until)
    for paper in session.exec(
        select(Authorisation)
        .where(
            or_(
                col(Authorisation.grantee_id) == person_id,
                col(Authorisation.grantor_id) == person_id,
            ),
            Authorisation.valid_to > now,
        )
        .order_by(col(Authorisation.valid_to))
    ):
        yield Holding(HoldingKind.AUTHORISATION, paper.id, paper.number, paper.role, paper.valid_to)


def _for_bodies(session: Session, person_id: UUID) -> Iterator[Holding]:
    for row, code in session.exec(
        select(FocalPoint, Organisation.code)
        .join(Organisation, col(Organisation.id) == FocalPoint.organisation_id)
        .where(FocalPoint.person_id == person_id, col(FocalPoint.ended_at).is_(None))
        .order_by(col(Organisation.code))
    ):
        yield Holding(HoldingKind.FOCAL, row.id, code, at=row.appointed_at)


def on_duty_in(session: Session, person_id: UUID, role: Role) -> list[Holding]:
    """What they have on the rosters of one role."""
    return [each for each in on_rosters(session, person_id) if each.role is role]


def on_rosters(session: Session, person_id: UUID) -> Iterator[Holding]:
    """Turns that are still theirs, shifts, stand-ins and questions about swaps."""
    now = clock.now()
    left = {
        row.roster_id: row.recorded_at
        for row in session.exec(
            select(DutyLeft)
            .where(DutyLeft.person_id == person_id, DutyLeft.starts_at <= now)
            .order_by(col(DutyLeft.recorded_at))
        )
    }

    def passed_on(roster_id: UUID, planned_at: datetime) -> bool:
        return roster_id in left and planned_at <= left[roster_id]

    for turn, rotation, roster in session.exec(
        select(RotationTurn, Rotation, Roster)
        .join(Rotation, col(Rotation.id) == RotationTurn.rotation_id)
        .join(Roster, col(Roster.id) == Rotation.roster_id)
        .where(RotationTurn.person_id == person_id)
        .where(col(Rotation.valid_to).is_(None) | (col(Rotation.valid_to) >= incidents.today()))
    ):
        if passed_on(roster.id, rotation.created_at):
            continue
        since = datetime.combine(rotation.valid_from, rotation.hand_over, clock.LOCAL)
        yield Holding(HoldingKind.TURN, turn.id, roster.name, roster.role, since)
    for shift, name in session.exec(
        select(Shift, Roster.name)
        .join(Roster, col(Roster.id) == Shift.roster_id, isouter=True)
        .where(Shift.person_id == person_id, Shift.ends_at > now)
        .order_by(col(Shift.starts_at))
    ):
        yield Holding(HoldingKind.SHIFT, shift.id, name or "", shift.role, shift.starts_at)
    for row, roster in session.exec(
        select(StandIn, Roster)
        .join(Roster, col(Roster.id) == StandIn.roster_id)
        .where(
            StandIn.person_id == person_id,
            StandIn.ends_at > now,
            col(StandIn.cancelled_at).is_(None),
        )
    ):
        if passed_on(roster.id, row.recorded_at):
            continue
        yield Holding(HoldingKind.STAND_IN, row.id, roster.name, roster.role, row.starts_at)
    for swap in swaps.waiting(session, person_id):
        yield Holding(HoldingKind.SWAP, swap.id, at=swap.given_at)


def _agreed(session: Session, person_id: UUID) -> Iterator[Holding]:
    """Swaps of which a shift is still to be done: the one they took on, else the one they gave."""
    for each in agreed.of(session, person_id):
        shift = each.theirs or each.own
        at = shift.starts_at if shift else each.swap.given_at
        yield Holding(HoldingKind.AGREED, each.swap.id, each.roster.name, each.roster.role, at)


def _ways_in(session: Session, person_id: UUID) -> Iterator[Holding]:
    now = clock.now()
    for sign_in in session.exec(
        select(SignInSession).where(
            SignInSession.person_id == person_id,
            col(SignInSession.ended_at).is_(None),
            SignInSession.expires_at > now,
        )
    ):
        yield Holding(HoldingKind.SIGN_IN, sign_in.id, at=sign_in.created_at)
    for link in session.exec(
        select(AnswerLink)
        .where(AnswerLink.person_id == person_id, col(AnswerLink.revoked_at).is_(None))
        .where(col(AnswerLink.expires_at).is_(None) | (col(AnswerLink.expires_at) > now))
    ):
        yield Holding(HoldingKind.LINK, link.message_id)
    for feed in feeds.of_owner(session, person_id):
        yield Holding(HoldingKind.FEED, feed.id, at=feed.created_at)
