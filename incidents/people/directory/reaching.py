"""How somebody wants to be reached: which way first, which later, and when they are not woken.

Each person says so for themselves, apart for ordinary matters and for those of level 3 and 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import persons
from incidents.people.directory import contacts
from incidents.people.persons import SENT_BY_THE_DESK, ContactKind, ContactPoint, Person
from incidents.people.quiet_hours import QuietHours
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import Conflict, Invalid, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.record.outbox import Channel, OutgoingMessage

WAITS = (0, 2, 5, 10, 15, 30)
"""Minutes after the first way; no way at all is the other choice."""


@dataclass(frozen=True)
class WaysChosen(Fact):
    """Somebody said which way they are reached first and which later."""

    ways: Private
    says: ClassVar[str] = N_("Chọn cách nhận tin: %(ways)s")


@dataclass(frozen=True)
class QuietHoursSet(Fact):
    """Somebody is not woken at these hours, but for a flag and for matters of level 3 and 4."""

    begins: str
    ends: str
    days: int
    holidays: bool
    says: ClassVar[str] = N_(
        "Đặt giờ không làm phiền từ %(begins)s đến %(ends)s, %(days)s ngày trong tuần; ngày lễ: "
        "%(holidays)s"
    )


@dataclass(frozen=True)
class QuietHoursLifted(Fact):
    """Somebody may be told of everything at every hour again."""

    says: ClassVar[str] = N_("Đã bỏ giờ không làm phiền")


def of(session: Session, person_id: UUID) -> list[ContactPoint]:
    """The ways the desk can reach somebody by itself, first choice first."""
    wanted = select(ContactPoint).where(
        ContactPoint.person_id == person_id, col(ContactPoint.channel).in_(SENT_BY_THE_DESK)
    )
    return list(session.exec(wanted.order_by(col(ContactPoint.position), col(ContactPoint.id))))


def quiet_hours(person: Person) -> QuietHours | None:
    """When somebody is not woken, if ever."""
    return QuietHours.of(person.quiet) if person.quiet else None


def choose(
    session: Session,
    person_id: UUID,
    *,
    ordinary: Mapping[UUID, int | None],
    grave: Mapping[UUID, int | None],
    by: Actor,
) -> Sequence[ContactPoint]:
    """Say for each way how many minutes after the first it is used; ``None`` is never.

    One that is not named stays as it was. Each set keeps one way at least that is used at once.
    """
    person = locked(session, Person, person_id) or persons.get(session, person_id)
    own = of(session, person.id)
    if {*ordinary, *grave} - {point.id for point in own}:
        raise Invalid(N_("Đây không phải liên hệ của đồng chí."))
    asked = (*ordinary.values(), *grave.values())
    if any(wait is not None and wait not in WAITS for wait in asked):
        raise Invalid(N_("Chọn một trong các khoảng chờ có sẵn."))
    for point in own:
        point.after_minutes = ordinary.get(point.id, point.after_minutes)
        point.grave_after_minutes = grave.get(point.id, point.grave_after_minutes)
        session.add(point)
    wrong: Wrong = {
        name: (N_("Ít nhất một cách phải nhận ngay."), {})
        for name, is_grave in (("ordinary", False), ("grave", True))
        if own and 0 not in {point.after(grave=is_grave) for point in own}
    }
    if wrong:
        raise Invalid(fields=wrong)
    said = "; ".join(f"{point.address}: {_said(point)}" for point in own)
    timeline.record(session, timeline.DESK, WaysChosen(said), by=by)
    return own


def _said(point: ContactPoint) -> str:
    """Minutes at levels below 3, and at 3 and 4."""
    waits = (point.after_minutes, point.grave_after_minutes)
    return " / ".join("–" if wait is None else f"{wait} min" for wait in waits)


def keep_quiet(session: Session, person_id: UUID, hours: QuietHours | None, *, by: Actor) -> Person:
    """Set the hours at which somebody is not woken, or lift them."""
    person = locked(session, Person, person_id) or persons.get(session, person_id)
    if hours and not hours.on and not hours.holidays:
        raise Invalid(fields={"on": (N_("Chọn ít nhất một ngày, hoặc ngày lễ."), {})})
    if hours is None and person.quiet is None:
        raise Conflict(N_("Đồng chí chưa đặt giờ không làm phiền."))
    person.quiet = hours.kept() if hours else None
    session.add(person)
    fact = (
        QuietHoursSet(f"{hours.begins:%H:%M}", f"{hours.ends:%H:%M}", len(hours.on), hours.holidays)
        if hours
        else QuietHoursLifted()
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    return person


def try_out(session: Session, contact_id: UUID) -> OutgoingMessage:
    """Send a test message by one way, at once and at any hour; once a minute at most."""
    point = contacts.get(session, contact_id, lock=True)
    if point.channel not in SENT_BY_THE_DESK:
        raise Conflict(N_("Bàn trực không tự gửi được qua cách này; cần người gọi thử."))
    minute = f"{clock.now():%Y-%m-%dT%H:%M}"
    sent = outbox.queue(
        session,
        OutgoingMessage(
            key=f"contact-test:{point.id}:{minute}",
            channel=Channel(point.channel),
            kind="contact_test",
            address=point.address,
            recipient_id=point.person_id,
            values={"channel": ContactKind(point.channel).value},
        ),
    )
    if sent is None:
        raise Conflict(N_("Tin thử vừa được gửi; hãy đợi một phút rồi gửi lại."))
    return sent
