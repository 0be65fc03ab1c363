"""Chat accounts of people: whoever types a code of the desk's page into the chat owns the account.

A name, a number or a picture in a chat proves nothing; the account the code came from does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, func, select

from incidents.people import persons
from incidents.people.persons import BOUND, ContactKind, ContactPoint, Person
from incidents.record import clock, ids, keys, timeline
from incidents.record.actors import Actor, Via
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import Conflict
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

CODE_LIVES = timedelta(minutes=30)
_HALF = 4


class ChatCode(Table, table=True):
    """A code on its way from the page to the chat; computed from the row, only its hash is kept."""

    __tablename__ = "chat_code"
    __table_args__ = (UniqueConstraint("person_id", "channel"),)

    id: UUID = identifier()
    person_id: UUID = reference("person.id", index=False)
    channel: ContactKind = choice(ContactKind)
    code_hash: str = Field(unique=True)
    made_at: datetime = moment(at_once=True)

    @property
    def text(self) -> str:
        """The eight signs as they are shown: of a hundred thousand million nobody guesses one."""
        signs = keys.spoken("chat code", self.id, length=2 * _HALF)
        return f"{signs[:_HALF]}-{signs[_HALF:]}"

    @property
    def until(self) -> datetime:
        """When it stops to count."""
        return self.made_at + CODE_LIVES


@dataclass(frozen=True)
class ChatAccountBound(Fact):
    """Somebody showed that an account is theirs."""

    owner: Private
    kind: ContactKind
    account: Private
    says: ClassVar[str] = N_("Gắn tài khoản %(kind)s %(account)s của %(owner)s bằng mã")


@dataclass(frozen=True)
class ChatAccountLet(Fact):
    """Somebody is not reached by an account any more."""

    owner: Private
    kind: ContactKind
    account: Private
    says: ClassVar[str] = N_("Gỡ tài khoản %(kind)s %(account)s của %(owner)s")


def ask(session: Session, person_id: UUID, kind: ContactKind) -> ChatCode:
    """A fresh code for one person and one chat; the one before no longer counts."""
    if kind not in BOUND:
        raise Conflict(N_("Chỉ tài khoản chat mới gắn bằng mã."))
    old = select(ChatCode).where(ChatCode.person_id == person_id, ChatCode.channel == kind)
    for each in session.exec(old):
        session.delete(each)
    session.flush()
    made = ChatCode(id=ids.new(), person_id=person_id, channel=kind, code_hash="")
    made.code_hash = keys.digest(_bare(made.text))
    session.add(made)
    return made


def waiting(session: Session, person_id: UUID) -> list[ChatCode]:
    """The codes of a person that were not typed yet and still count."""
    wanted = select(ChatCode).where(
        ChatCode.person_id == person_id, col(ChatCode.made_at) > clock.now() - CODE_LIVES
    )
    return list(session.exec(wanted))


def expected(session: Session, kind: ContactKind) -> bool:
    """Whether anybody's code waits to be typed in a chat of this kind."""
    since = clock.now() - CODE_LIVES
    wanted = select(ChatCode.id).where(ChatCode.channel == kind, col(ChatCode.made_at) > since)
    return session.exec(wanted.limit(1)).first() is not None


def owner(session: Session, kind: ContactKind, account: str) -> Person | None:
    """Whose account it was shown to be; nobody who has left."""
    wanted = (
        select(Person)
        .join(ContactPoint, col(ContactPoint.person_id) == col(Person.id))
        .where(
            ContactPoint.address == account,
            ContactPoint.channel == kind,
            col(ContactPoint.verified_at).is_not(None),
            col(Person.active),
        )
    )
    return session.exec(wanted).first()


def bind(session: Session, code: ChatCode, account: str, *, via: Via) -> bool:
    """Bind the account a code was typed from to the person it was given to; the code is spent.

    ``Conflict`` where the account is somebody else's; ``False`` where it was theirs already.
    """
    person_id, kind, by = code.person_id, code.channel, Actor(code.person_id, via)
    locked(session, Person, person_id)
    held = owner(session, kind, account)
    if held and held.id != person_id:
        raise Conflict(N_("Tài khoản này đã gắn với người khác; người ấy phải gỡ trước."))
    session.delete(code)
    if held:
        return False
    old = session.exec(
        select(ContactPoint).where(
            ContactPoint.person_id == person_id,
            ContactPoint.channel == kind,
            ContactPoint.address == account,
        )
    ).first()
    point = old or ContactPoint(
        person_id=person_id, channel=kind, address=account, position=_last(session, person_id)
    )
    point.verified_at, point.verified_by, point.bounced_at = clock.now(), None, None
    session.add(point)
    name = persons.get(session, person_id).name
    timeline.record(session, timeline.DESK, ChatAccountBound(name, kind, account), by=by)
    return True


def found(session: Session, kind: ContactKind, given: str) -> ChatCode | None:
    """The code somebody typed, if it is one of this chat that counts."""
    code = session.exec(
        select(ChatCode).where(
            ChatCode.code_hash == keys.digest(_bare(given)), ChatCode.channel == kind
        )
    ).first()
    return code if code and clock.now() < code.until else None


def let(session: Session, contact_id: UUID, *, by: Actor) -> None:
    """Take an account off; from now on it is a stranger's."""
    point = locked(session, ContactPoint, contact_id)
    if point is None or point.channel not in BOUND or point.person_id is None:
        raise Conflict(N_("Chỉ tài khoản chat mới gỡ được ở đây."))
    fact = ChatAccountLet(persons.get(session, point.person_id).name, point.channel, point.address)
    session.delete(point)
    timeline.record(session, timeline.DESK, fact, by=by)


def _last(session: Session, person_id: UUID) -> int:
    wanted = select(func.max(ContactPoint.position)).where(ContactPoint.person_id == person_id)
    return (session.exec(wanted).one() or 0) + 1


def _bare(given: str) -> str:
    return "".join(sign for sign in given.upper() if sign.isalnum())
