"""Addresses of people and bodies, and how each was shown to reach them.

An e-mail address and a number the desk writes to or calls are verified by a code sent there and
typed in; every other kind by a named person who tried it. Only what was verified lately is relied
on (see ``stale``).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Column, Uuid
from sqlmodel import Field, Session, col, select

from incidents.people import organisations, persons
from incidents.people.organisations import Organisation
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import clock, ids, keys, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, locked, moment, owned_by
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.record.outbox import Channel, OutgoingMessage

CODE_LIVES = timedelta(minutes=30)
TRIES = 5
_AGAIN_AFTER = timedelta(minutes=1)
_MAIL = re.compile(r"[^@\s<>,;\"']+@[^@\s<>,;\"']+\.[^@\s<>,;\"']+")
TELEPHONE = re.compile(r"\+?\(?[0-9][0-9 .()-]{2,30}")
NO_TELEPHONE = N_(
    "Số điện thoại ghi bằng chữ số, không ghi chữ; được có dấu cách, chấm, gạch nối, ngoặc "
    "và dấu + ở đầu."
)
_MOBILE = re.compile(r"\+[1-9][0-9]{6,14}")
_NO_MOBILE = N_("Ghi số điện thoại đầy đủ, ví dụ 0912 345 678.")
_CALL_AFTER = 5
"""Minutes after which a call is made at level 3 and 4, until its person says otherwise."""
_SHAPES = {
    ContactKind.MAIL: (_MAIL, N_("Địa chỉ thư điện tử chưa đúng.")),
    ContactKind.TELEPHONE: (TELEPHONE, NO_TELEPHONE),
    ContactKind.SMS: (_MOBILE, _NO_MOBILE),
    ContactKind.CALL: (_MOBILE, _NO_MOBILE),
    ContactKind.APPRISE: (re.compile(r"\w+://\S+"), N_("Ghi địa chỉ dạng dịch_vụ://….")),
}


class ContactCheck(Table, table=True):
    """The code on its way to an address; it is computed from ``nonce``, never stored."""

    __tablename__ = "contact_check"

    contact_point_id: UUID = owned_by("contact_point.id")
    nonce: UUID = Field(sa_column=Column(Uuid, nullable=False))
    sent_at: datetime = moment()
    tries_left: int = TRIES


@dataclass(frozen=True)
class ContactAdded(Fact):
    """Somebody can be reached by another way."""

    owner: Private
    kind: ContactKind
    address: Private
    says: ClassVar[str] = N_("Thêm liên hệ của %(owner)s: %(kind)s %(address)s")


@dataclass(frozen=True)
class ContactRemoved(Fact):
    """A way to reach somebody was taken out."""

    owner: Private
    kind: ContactKind
    address: Private
    says: ClassVar[str] = N_("Bỏ liên hệ của %(owner)s: %(kind)s %(address)s")


@dataclass(frozen=True)
class ContactVerifiedByCode(Fact):
    """Whoever reads the address typed in the code sent to it."""

    owner: Private
    kind: ContactKind
    address: Private
    says: ClassVar[str] = N_("Kiểm chứng bằng mã: %(kind)s %(address)s của %(owner)s")


@dataclass(frozen=True)
class ContactTried(Fact):
    """A named person tried the address."""

    owner: Private
    kind: ContactKind
    address: Private
    reached: bool
    says: ClassVar[str] = N_(
        "Thử liên lạc %(kind)s %(address)s của %(owner)s; liên lạc được: %(reached)s"
    )


def get(session: Session, contact_id: UUID, *, lock: bool = False) -> ContactPoint:
    """The contact point; ``NotFound`` when there is none."""
    found = (
        locked(session, ContactPoint, contact_id) if lock else session.get(ContactPoint, contact_id)
    )
    if found is None:
        raise NotFound(N_("Không tìm thấy liên hệ này."))
    return found


def organisation_of(session: Session, point: ContactPoint) -> Organisation:
    """The body a contact point belongs to, by itself or through its person."""
    if point.person_id:
        return organisations.get(session, persons.get(session, point.person_id).organisation_id)
    if point.organisation_id is None:
        raise NotFound(N_("Không tìm thấy liên hệ này."))
    return organisations.get(session, point.organisation_id)


def owner_of(session: Session, point: ContactPoint) -> str:
    """Whose address it is, in words."""
    if point.person_id:
        return persons.get(session, point.person_id).name
    today = clock.now().astimezone(clock.LOCAL).date()
    return organisations.name_on(session, organisation_of(session, point).id, today)


def checked(kind: ContactKind, address: str) -> str:
    """The address as it is kept; ``Invalid`` when it cannot be one of its kind."""
    address = " ".join(address.split())
    if not address:
        raise Invalid(fields={"address": (N_("Ghi địa chỉ liên hệ."), {})})
    if kind in (ContactKind.SMS, ContactKind.CALL):
        address = international(address)
    shape, sentence = _SHAPES.get(kind, (None, ""))
    if shape and not shape.fullmatch(address):
        raise Invalid(fields={"address": (sentence, {})})
    return address


def international(number: str) -> str:
    """A telephone number as ITU-T E.164 writes it; one without a country is Vietnam's."""
    bare = re.sub(r"[ .()\-]", "", number)
    if bare.startswith("00"):
        return f"+{bare[2:]}"
    return f"+84{bare[1:]}" if bare.startswith("0") else bare


def add(
    session: Session,
    kind: ContactKind,
    address: str,
    *,
    by: Actor,
    person_id: UUID | None = None,
    organisation_id: UUID | None = None,
    position: int = 1,
) -> ContactPoint:
    """Another way to reach a person or a body, not verified yet."""
    if kind in persons.BOUND:
        raise Conflict(N_("Tài khoản này chủ nhân tự gắn bằng mã, ở trang Cách nhận tin."))
    point = ContactPoint(
        person_id=person_id,
        organisation_id=organisation_id,
        channel=kind,
        address=checked(kind, address),
        position=position,
    )
    if kind is ContactKind.CALL:
        point.after_minutes, point.grave_after_minutes = None, _CALL_AFTER
    owner = owner_of(session, point)
    twice = select(ContactPoint.id).where(
        ContactPoint.channel == kind,
        ContactPoint.address == point.address,
        ContactPoint.person_id == person_id,
        ContactPoint.organisation_id == organisation_id,
    )
    if session.exec(twice).first():
        raise Conflict(N_("Liên hệ này đã có trong danh bạ."))
    session.add(point)
    session.flush()
    timeline.record(session, timeline.DESK, ContactAdded(owner, kind, point.address), by=by)
    return point


def remove(session: Session, contact_id: UUID, *, by: Actor) -> None:
    """Take a contact point out; messages already on their way still leave."""
    point = get(session, contact_id, lock=True)
    fact = ContactRemoved(owner_of(session, point), point.channel, point.address)
    if check := session.get(ContactCheck, contact_id):
        session.delete(check)
        session.flush()
    session.delete(point)
    timeline.record(session, timeline.DESK, fact, by=by)


def send_code(session: Session, contact_id: UUID) -> ContactCheck:
    """Send a fresh code to an address or a number; the one before no longer counts."""
    point = get(session, contact_id, lock=True)
    if point.channel not in persons.BY_CODE:
        raise Conflict(N_("Liên hệ loại này không kiểm chứng bằng mã được; cần người gọi thử."))
    now = clock.now()
    check = session.get(ContactCheck, contact_id)
    if check and now - check.sent_at < _AGAIN_AFTER:
        raise Conflict(N_("Mã vừa được gửi; hãy đợi một phút rồi gửi lại."))
    check = check or ContactCheck(contact_point_id=point.id, nonce=ids.new(), sent_at=now)
    check.nonce, check.sent_at, check.tries_left = ids.new(), now, TRIES
    session.add(check)
    outbox.queue(
        session,
        OutgoingMessage(
            key=f"contact-code:{check.nonce}",
            channel=Channel(point.channel),
            kind="contact_code",
            address=point.address,
            recipient_id=point.person_id,
            values={"nonce": str(check.nonce)},
        ),
    )
    return check


def code(nonce: UUID | str) -> str:
    """The six digits of a check."""
    return keys.six_digits("contact code", nonce)


def confirm(session: Session, contact_id: UUID, given: str, *, by: Actor) -> ContactCheck:
    """Check the code somebody typed in. A wrong one costs a try and must be committed.

    Whether it was right shows in the contact point: it is verified from now on.
    """
    point = get(session, contact_id, lock=True)
    check = session.get(ContactCheck, contact_id)
    now = clock.now()
    if check is None or check.tries_left == 0 or now - check.sent_at > CODE_LIVES:
        raise Conflict(N_("Không còn mã nào có hiệu lực; hãy gửi mã mới."))
    if given.strip() != code(check.nonce):
        check.tries_left -= 1
        session.add(check)
        return check
    point.verified_at, point.verified_by, point.bounced_at = now, None, None
    session.add(point)
    session.delete(check)
    fact = ContactVerifiedByCode(owner_of(session, point), point.channel, point.address)
    timeline.record(session, timeline.DESK, fact, by=by)
    return check


def tried(session: Session, contact_id: UUID, *, reached: bool, by: Actor) -> ContactPoint:
    """A named person called or wrote there, and reached its owner or did not."""
    point = get(session, contact_id, lock=True)
    if point.person_id and point.person_id == by.person_id:
        raise Conflict(N_("Người khác phải gọi thử; không tự thử chính mình."))
    if point.channel in persons.BOUND:
        raise Conflict(N_("Tài khoản này chủ nhân tự gắn bằng mã, ở trang Cách nhận tin."))
    if point.channel in persons.BY_CODE and reached:
        raise Conflict(N_("Liên hệ loại này kiểm chứng bằng mã gửi tới đó."))
    now = clock.now()
    point.verified_at = now if reached else None
    point.verified_by = by.person_id if reached else None
    point.bounced_at = None if reached else now
    session.add(point)
    fact = ContactTried(owner_of(session, point), point.channel, point.address, reached)
    timeline.record(session, timeline.DESK, fact, by=by)
    return point


def of_organisation(session: Session, organisation_id: UUID) -> list[ContactPoint]:
    """Every contact point of a body and of its active people, first choice first; one query."""
    people = select(Person.id).where(
        Person.organisation_id == organisation_id, col(Person.active).is_(True)
    )
    return list(
        session.exec(
            select(ContactPoint)
            .where(
                (col(ContactPoint.organisation_id) == organisation_id)
                | col(ContactPoint.person_id).in_(people)
            )
            .order_by(col(ContactPoint.position), col(ContactPoint.id))
        )
    )
