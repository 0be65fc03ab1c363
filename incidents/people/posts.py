"""Posts: who plays which part from when on, as the office appoints, and when that ends.

What hangs on a post when it ends is passed on in ``response.post_endings``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import persons, roles
from incidents.people.persons import Person
from incidents.people.roles import ENTRUSTED, READS, Role, RoleHolder
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import (
    NO_REASON,
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    Wrong,
)
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_
from incidents.record.timeline import TimelineHead

LAST_RANK = 99

GIVEN_BY_OTHERS = ENTRUSTED | {Role.DUTY_OFFICER}
"""Parts that sign, command, or release words by themselves: nobody appoints themselves."""


@dataclass(frozen=True)
class PostGiven(Fact):
    """Somebody has a part from a moment on; rank 1 holds it, the others deputise in their order."""

    role: Role
    person: PersonId
    rank: int
    valid_from: datetime
    valid_to: datetime | None
    document: str
    signed_on: date | None
    signer: Private
    says: ClassVar[str] = N_(
        "Cử %(person)s vào vai %(role)s, thứ tự %(rank)s, từ %(valid_from)s đến %(valid_to)s. "
        "Văn bản: %(document)s, ký ngày %(signed_on)s, người ký: %(signer)s"
    )


@dataclass(frozen=True)
class PostEnded(Fact):
    """Somebody has a part no longer, from a moment on."""

    role: Role
    person: PersonId
    rank: int
    ends_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "%(person)s thôi giữ vai %(role)s (thứ tự %(rank)s) từ %(ends_at)s. Lý do: %(reason)s"
    )


def appoint(
    session: Session,
    *,
    role: Role,
    person_id: UUID,
    rank: int,
    valid_from: datetime,
    valid_to: datetime | None = None,
    document: str = "",
    signed_on: date | None = None,
    signer: str = "",
    by: Actor,
) -> RoleHolder:
    """Put somebody into a part from a moment on, as holder or as one of the deputies.

    A part has one holder at a time, and nobody has it twice; the paper is typed in whole.
    """
    post = RoleHolder(
        role=role,
        person_id=person_id,
        rank=rank,
        valid_from=valid_from,
        valid_to=valid_to,
        document=" ".join(document.split()),
        signed_on=signed_on,
        signer=signer.strip(),
    )
    # Two who appoint at once are told one after the other: the desk's own chain is the queue.
    locked(session, TimelineHead, timeline.DESK)
    _check(session, post)
    if role in GIVEN_BY_OTHERS and person_id == by.person_id:
        raise NotPermitted(
            N_("Không ai tự cử mình vào vai %(role)s; một quản trị khác phải ghi."), role=role
        )
    session.add(post)
    session.flush()
    fact = PostGiven(
        role=role,
        person=person_id,
        rank=rank,
        valid_from=valid_from,
        valid_to=valid_to,
        document=post.document,
        signed_on=signed_on,
        signer=post.signer,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, post, "post_given", by=by)
    return post


def _check(session: Session, post: RoleHolder) -> None:
    wrong: Wrong = {}
    if not 1 <= post.rank <= LAST_RANK:
        wrong["rank"] = (N_("Thứ tự từ 1 đến %(most)s."), {"most": LAST_RANK})
    if post.valid_to is not None and post.valid_to <= max(post.valid_from, clock.now()):
        wrong["valid_to"] = (N_("Thời điểm thôi phải ở phía trước và sau thời điểm bắt đầu."), {})
    wrong |= _wrong_paper(post)
    if wrong:
        raise Invalid(fields=wrong)
    person = persons.active(session, post.person_id)
    for other in _overlapping(session, post):
        if other.person_id == post.person_id:
            raise Conflict(
                N_("%(name)s đã có vai %(role)s trong thời gian đó."),
                name=person.name,
                role=post.role,
            )
        if other.rank == post.rank == 1:
            raise Conflict(
                N_(
                    "%(name)s đang giữ vai %(role)s trong thời gian đó: ghi người đó thôi vai "
                    "trước, hoặc cử người này làm cấp phó."
                ),
                name=persons.get(session, other.person_id).name,
                role=post.role,
            )


def _wrong_paper(post: RoleHolder) -> Wrong:
    """A paper is typed in whole or not at all, and gives nothing before its own day."""
    given = (post.document, post.signed_on, post.signer)
    if not any(given):
        return {}
    wrong: Wrong = {}
    for name, value in zip(("document", "signed_on", "signer"), given, strict=True):
        if not value:
            wrong[name] = (N_("Ghi đủ số, ngày ký và người ký, hoặc để trống cả ba."), {})
    if post.signed_on:
        if post.signed_on > clock.now().astimezone(clock.LOCAL).date():
            wrong["signed_on"] = (N_("Ngày ký không thể ở phía trước."), {})
        elif post.valid_from.astimezone(clock.LOCAL).date() < post.signed_on:
            wrong["valid_from"] = (N_("Không giữ vai trước ngày ký văn bản."), {})
    return wrong


def _overlapping(session: Session, post: RoleHolder) -> list[RoleHolder]:
    """The posts of the same part that share some time with this one."""
    until = col(RoleHolder.valid_to)
    wanted = select(RoleHolder).where(
        RoleHolder.role == post.role,
        until.is_(None) | ((until > post.valid_from) & (until > RoleHolder.valid_from)),
    )
    if post.valid_to:
        wanted = wanted.where(RoleHolder.valid_from < post.valid_to)
    return [other for other in session.exec(wanted) if other.id != post.id]


def end(
    session: Session, post_id: UUID, *, ends_at: datetime | None = None, reason: str, by: Actor
) -> RoleHolder:
    """Let a post end now or at a moment to come; who held it until then stays known.

    Nothing is ended backwards: what was signed in the post was signed in it.
    """
    post = get(session, post_id, lock=True)
    now = clock.now()
    if post.valid_to and post.valid_to <= now:
        raise AlreadySettled(N_("Vai này đã thôi từ %(time)s."), time=post.valid_to)
    wrong: Wrong = {}
    if not reason.strip():
        wrong["reason"] = NO_REASON
    if ends_at and ends_at < now:
        wrong["ends_at"] = (N_("Không ghi thôi vai lùi về trước; để trống là thôi từ bây giờ."), {})
    elif ends_at and post.valid_to and ends_at >= post.valid_to:
        wrong["ends_at"] = (N_("Vai này đã có thời điểm thôi sớm hơn."), {})
    if wrong:
        raise Invalid(fields=wrong)
    # A post that had not begun was never held: it ends where it would have begun.
    post.valid_to = max(ends_at or now, post.valid_from)
    session.add(post)
    session.flush()
    fact = PostEnded(
        role=post.role,
        person=post.person_id,
        rank=post.rank,
        ends_at=post.valid_to,
        reason=reason.strip(),
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, post, "post_ended", by=by)
    return post


def _tell(session: Session, post: RoleHolder, kind: str, *, by: Actor) -> None:
    """The person hears of it, and of a deputy also whoever holds the part."""
    until = post.valid_to.isoformat() if post.valid_to else ""
    persons.tell_all(
        session,
        dict.fromkeys(
            person_id
            for person_id in (post.person_id, *roles.holders(session, post.role, clock.now())[:1])
            if person_id != by.person_id
        ),
        kind,
        key=f"{kind}:{post.id}:{until}",
        values={
            "role": post.role.value,
            "rank": post.rank,
            "to": str(post.person_id),
            "starts_at": post.valid_from.isoformat(),
            "ends_at": until or None,
        },
    )


def get(session: Session, post_id: UUID, *, lock: bool = False) -> RoleHolder:
    """The post; ``NotFound`` when there is none."""
    found = locked(session, RoleHolder, post_id) if lock else session.get(RoleHolder, post_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy chức trách này."))
    return found


def listed(session: Session) -> list[tuple[RoleHolder, Person]]:
    """Every post there is and was with its person: part by part, as work goes through them."""
    order = list(Role)
    found = session.exec(
        select(RoleHolder, Person).join(Person, col(Person.id) == RoleHolder.person_id)
    )
    return sorted(found, key=lambda row: (order.index(row[0].role), row[0].rank, row[0].valid_from))


def vacant(session: Session) -> list[Role]:
    """The parts that act and that nobody has now, in the order of the plan."""
    held = roles.held_now(session, clock.now())
    return [role for role in Role if role not in READS and role not in held]


def lapsed(session: Session) -> list[UUID]:
    """Posts that are over and of which what hung on them was not passed on yet."""
    return list(
        session.exec(
            select(RoleHolder.id)
            .where(col(RoleHolder.valid_to) <= clock.now(), col(RoleHolder.closed_at).is_(None))
            .order_by(col(RoleHolder.valid_to))
        )
    )
