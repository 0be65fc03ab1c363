"""Which of our messages somebody answers, and whether it is they: a token and a verified address.

What a mail says it is from proves nothing by itself, nor does a name or a short code.
"""

from collections.abc import Sequence
from email.utils import parseaddr
from uuid import UUID

from sqlmodel import Session, col, func, select

from incidents.people import persons
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import links, settings
from incidents.record.errors import Conflict, NotPermitted
from incidents.record.inbox import Why
from incidents.record.language import N_
from incidents.record.links import AnswerLink
from incidents.record.outbox import CHATS, OutgoingMessage
from incidents.response.steps.steps import Step
from notifications.receiving import conversing
from notifications.receiving.inbound import Inbound
from notifications.receiving.match import Match, messages_named
from notifications.receiving.verbs import Said


def find(session: Session, inbound: Inbound, said: Said) -> Match:
    """What is answered, by the rules of the channel it came by."""
    if inbound.channel in CHATS and inbound.left_alone:
        return Match(left_alone=inbound.left_alone)
    if inbound.channel in CHATS:
        return conversing.find(session, inbound, said)
    return _by_mail(session, inbound, said)


def _by_mail(session: Session, inbound: Inbound, said: Said) -> Match:
    """Token, then reference; a code alone is refused, and whatever is neither is not ours."""
    if _our_own(inbound.sender):
        return Match(left_alone=Why.LOOP)
    if inbound.left_alone:
        return Match(left_alone=inbound.left_alone)
    link, message = _answered(session, inbound)
    people = _verified(session, inbound)
    if link is None:
        return _without_link(session, message, people, said.code)
    owner = next((each for each in people if each.id == link.person_id), None)
    if owner:
        return Match(link, message, owner)
    if people:
        theirs = persons.get(session, link.person_id)
        refusal = NotPermitted(
            N_("Việc này giao cho %(name)s, thư của đồng chí không làm thay được."),
            name=theirs.name,
        )
        return Match(sender=people[0], refusal=refusal)
    return Match(left_alone=Why.UNKNOWN_SENDER)


def _without_link(
    session: Session, message: OutgoingMessage | None, people: Sequence[Person], code: str | None
) -> Match:
    """A notice that asks nothing, a code without proof, or somebody else's business."""
    if message:
        reader = next((each for each in people if each.id == message.recipient_id), None)
        if reader:
            refusal = Conflict(
                N_("Thư ấy chỉ để báo tin nên không trả lời bằng thư được; hãy mở trang trực ban.")
            )
            return Match(None, message, reader, refusal=refusal)
    if people and code and _known_code(session, code):
        refusal = NotPermitted(
            N_("Chỉ có mã việc thì chưa đủ: hãy trả lời chính thư giao việc, hoặc mở liên kết.")
        )
        return Match(sender=people[0], refusal=refusal)
    return Match(left_alone=Why.NOT_OURS)


def _answered(
    session: Session, inbound: Inbound
) -> tuple[AnswerLink | None, OutgoingMessage | None]:
    for token in inbound.tokens:
        if link := links.by_reply(session, token):
            return link, session.get(OutgoingMessage, link.message_id)
    named = messages_named(session, inbound.channel, inbound.reply_to)
    for message in named:
        about = message.values.get("about")
        if link := session.get(AnswerLink, UUID(about) if about else message.id):
            return link, session.get(OutgoingMessage, link.message_id)
    return None, named[0] if named else None


def _verified(session: Session, inbound: Inbound) -> list[Person]:
    """Who was shown to read the address it came from."""
    if not inbound.sender:
        return []
    wanted = (
        select(Person)
        .join(ContactPoint, col(ContactPoint.person_id) == col(Person.id))
        .where(
            ContactPoint.channel == ContactKind(inbound.channel.value),
            func.lower(ContactPoint.address) == inbound.sender,
            col(ContactPoint.verified_at).is_not(None),
            col(Person.active),
        )
        .order_by(col(Person.id))
    )
    return list(session.exec(wanted))


def _our_own(sender: str) -> bool:
    current = settings.current()
    ours = {parseaddr(current.mail_from)[1], parseaddr(current.reply_address)[1]}
    return _without_token(sender) in {_without_token(each.casefold()) for each in ours if each}


def _without_token(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _known_code(session: Session, code: str) -> bool:
    return session.exec(select(Step.id).where(Step.code == code).limit(1)).first() is not None
