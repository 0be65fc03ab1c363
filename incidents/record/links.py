"""Links that let one person answer one step without signing in.

The token is derived from the message and the desk's key, so a message can be rendered again; the
row keeps only its hash. Acting also needs the two-digit number printed in the message, because
mail scanners open links and submit forms.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, update
from sqlmodel import Field, Session, col, select

from incidents.record import clock, keys
from incidents.record.database import Table, moment, owned_by, reference
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.language import N_
from incidents.record.outbox import OutgoingMessage

TRIES = 5
_SIGNAL_LINK_LIVES = timedelta(days=1)


class AnswerLink(Table, table=True):
    """A link of one message, for one person, about one step or one flag."""

    __tablename__ = "answer_link"
    __table_args__ = (
        CheckConstraint("(step_id IS NULL) <> (signal_id IS NULL)", name="about"),
        CheckConstraint("tries_left >= 0", name="tries"),
    )

    message_id: UUID = owned_by("outgoing_message.id")
    person_id: UUID = reference("person.id")
    step_id: UUID | None = reference("step.id", optional=True)
    signal_id: UUID | None = reference("signal.id", optional=True)
    token_hash: str = Field(unique=True)
    reply_hash: str | None = Field(default=None, index=True, unique=True)
    """Of the token in the address a reply goes to; older links have none."""
    tries_left: int = TRIES
    expires_at: datetime | None = moment(optional=True)
    revoked_at: datetime | None = moment(optional=True)
    seen_at: datetime | None = moment(optional=True)


def token(message_id: UUID) -> str:
    """The token in the link of a message: 160 bits nobody without the desk's key can compute."""
    return keys.token("answer link", message_id)


def reply_token(message_id: UUID) -> str:
    """The token in the address a reply to a message goes to, of the same kind."""
    return keys.token("reply address", message_id)


def number(message_id: UUID) -> str:
    """The two digits printed in the message and never in its link."""
    return keys.two_digits("answer number", message_id)


def issue(session: Session, messages: list[OutgoingMessage]) -> None:
    """Make the links of messages about a step or a flag."""
    for message in messages:
        if message.recipient_id is None:
            continue
        session.add(
            AnswerLink(
                message_id=message.id,
                person_id=message.recipient_id,
                step_id=message.step_id,
                signal_id=message.signal_id,
                token_hash=keys.digest(token(message.id)),
                reply_hash=keys.digest(reply_token(message.id)),
                expires_at=clock.now() + _SIGNAL_LINK_LIVES if message.signal_id else None,
            )
        )


def find(session: Session, given: str) -> AnswerLink:
    """The live link of a token; one answer for altered, unknown, revoked and expired ones."""
    link = session.exec(
        select(AnswerLink).where(AnswerLink.token_hash == keys.digest(given))
    ).first()
    return alive(link)


def alive(link: AnswerLink | None) -> AnswerLink:
    """The link, if it still counts; one answer for whatever does not."""
    now = clock.now()
    if link is None or link.revoked_at or (link.expires_at and link.expires_at <= now):
        raise NotFound(N_("Liên kết không đúng hoặc đã hết hiệu lực. Hãy gọi cán bộ trực."))
    return link


def by_reply(session: Session, given: str) -> AnswerLink | None:
    """The link whose reply address holds a token, dead or alive."""
    return session.exec(
        select(AnswerLink).where(AnswerLink.reply_hash == keys.digest(given))
    ).first()


def spend_try(session: Session, link: AnswerLink, given: str) -> bool:
    """Check the two digits: ``True`` if right. A wrong one costs a try and must be committed."""
    if link.tries_left == 0:
        raise Conflict(N_("Đã nhập sai quá số lần; liên kết bị khóa. Hãy gọi cán bộ trực."))
    if not given.strip():
        # Programs that follow links send forms empty; that is no guess and costs no try.
        raise Invalid(fields={"number": (N_("Nhập hai chữ số in trong thư."), {})})
    if given.strip() == number(link.message_id):
        return True
    link.tries_left -= 1
    session.add(link)
    return False


def wrong_number(link: AnswerLink) -> Invalid:
    """The refusal after a wrong number, saying how many tries are left."""
    return Invalid(
        fields={
            "number": (
                N_("Số xác nhận chưa đúng; xem hai chữ số trong thư. Còn %(left)s lần."),
                {"left": link.tries_left},
            )
        }
    )


def revoke_all(session: Session, person_id: UUID) -> None:
    """Take every link of a person back: they have left."""
    session.exec(
        update(AnswerLink)
        .where(col(AnswerLink.person_id) == person_id, col(AnswerLink.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )


def revoke(session: Session, *, step_id: UUID, person_id: UUID | None = None) -> None:
    """Take the links to a step back, of one person (replaced) or of everybody (text changed)."""
    wanted = select(AnswerLink).where(
        AnswerLink.step_id == step_id, col(AnswerLink.revoked_at).is_(None)
    )
    if person_id:
        wanted = wanted.where(AnswerLink.person_id == person_id)
    for link in session.exec(wanted):
        link.revoked_at = clock.now()
        session.add(link)
