"""One message that came in: the deed it asks for, its outcome and the answer, in one transaction.

Read a second time, by whomever, it does nothing: its row stands.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from incidents.people.persons import BOUND, Person
from incidents.record import clock, database, inbox, outbox
from incidents.record.actors import Via
from incidents.record.errors import AlreadySettled, Invalid, Refusal
from incidents.record.inbox import IncomingMessage, IncomingState, Why
from incidents.record.language import N_
from incidents.record.language.sentences import Told
from incidents.record.links import alive
from incidents.record.outbox import CHATS, Channel, OutgoingMessage
from incidents.response.steps import steps
from notifications import doing
from notifications.destinations import OUTCOME
from notifications.doing import Recorded
from notifications.receiving import (
    conversing,
    introducing,
    matching,
    outcomes,
    returning,
    verbs,
)
from notifications.receiving.inbound import Inbound
from notifications.receiving.match import Match
from notifications.receiving.verbs import Said

MOST_ANSWERS = 30
"""To one address within the hour: two machines that answer each other stop here."""

MOST_TO_STRANGERS = 3
"""The same to an account nobody has bound."""

_VIA = {
    Channel.MAIL: Via.MAIL,
    Channel.ZALO: Via.ZALO,
    Channel.TELEGRAM: Via.TELEGRAM,
    Channel.MATRIX: Via.MATRIX,
    Channel.SMS: Via.SMS,
    Channel.CALL: Via.CALL,
}
_BIG = N_("Thư lớn quá nên chưa được đọc. Hãy trả lời ngắn, không kèm tệp.")
_FILES = N_("Tệp đính kèm không được giữ; cần lưu thì đưa lên trang trực ban.")


class _Unread(Refusal):
    """Only its size is known."""


def take(inbound: Inbound) -> IncomingState | None:
    """Do what it asks and say so; ``None`` when it had been taken before."""
    said = conversing.heard(inbound) if inbound.channel in CHATS else _read(inbound)
    try:
        with database.transaction() as session:
            row = inbox.enter(session, inbound.channel, inbound.provider_id)
            if row is None:
                return None
            _carry_out(session, row, inbound, said)
    except Refusal as no:
        with database.transaction() as session:
            row = inbox.enter(session, inbound.channel, inbound.provider_id)
            if row is None:
                return None
            _refused(session, row, inbound, said, no)
    return row.state


def _read(inbound: Inbound) -> Said:
    return verbs.read(inbound.text, reaction=inbound.reaction)


def set_aside(inbound: Inbound) -> None:
    """Write down that it cannot be read, so that it does not hold the others back."""
    with database.transaction() as session:
        row = inbox.enter(session, inbound.channel, inbound.provider_id)
        if row:
            row.why = Why.UNREADABLE


def _carry_out(session: Session, row: IncomingMessage, inbound: Inbound, said: Said) -> None:
    if inbound.channel in CHATS and _introduced(session, row, inbound):
        return
    match = matching.find(session, inbound, said)
    if match.left_alone:
        row.why = match.left_alone
        if inbound.returned and match.left_alone is Why.RETURNED:
            returning.take(session, row, inbound.returned)
        bindable = inbound.channel.value in BOUND
        if bindable and match.left_alone is Why.UNKNOWN_SENDER:
            _to_a_stranger(session, row, inbound)
        return
    if match.refusal or match.link is None:
        raise match.refusal or ValueError("matched to nothing")
    if inbound.too_big:
        raise _Unread(_BIG)
    link = doing.live(session, alive(match.link))
    _same_step(session, match, said)
    done = outcomes.of(session, link, said, via=_VIA[inbound.channel])
    _about(row, match)
    row.sender, row.verb, row.why = inbound.sender, done.verb, None
    row.state = IncomingState.ANSWERED
    inbox.keep_text(session, row, inbound.text)
    _tell(session, row, match, inbound, done.told)


def _introduced(session: Session, row: IncomingMessage, inbound: Inbound) -> bool:
    """Whether it is the code that binds the account it came from."""
    found = introducing.introduced(session, inbound, _VIA[inbound.channel])
    if found is None:
        return False
    person, told = found
    row.person_id, row.sender, row.why = person.id, inbound.sender, None
    row.state = IncomingState.ANSWERED
    _tell(session, row, Match(sender=person), inbound, told)
    return True


def _to_a_stranger(session: Session, row: IncomingMessage, inbound: Inbound) -> None:
    """How an account is bound, to whoever writes from one that is not; a few times an hour."""
    if not _answered_enough(session, inbound, most=MOST_TO_STRANGERS):
        told = [Told.of(introducing.STRANGER).plain()]
        outbox.queue(session, _answer(row, inbound, told))


def _refused(
    session: Session, row: IncomingMessage, inbound: Inbound, said: Said, no: Refusal
) -> None:
    """Found again, since nothing of the first try was kept; told why, with what they wrote kept."""
    match = matching.find(session, inbound, said)
    if match.sender is None:
        row.why = match.left_alone or Why.NOT_OURS
        return
    _about(row, match)
    row.sender, row.verb, row.why = inbound.sender, said.verb, None
    row.state = IncomingState.REFUSED
    theirs = isinstance(no, AlreadySettled) and match.link
    if theirs and doing.was_theirs(session, theirs, said.verb):
        row.state, told = IncomingState.ANSWERED, [Told.of(Recorded.ALREADY.label)]
    else:
        told = outcomes.refused(session, match.link, said, no)
    inbox.keep_text(session, row, inbound.text)
    _tell(session, row, match, inbound, told)


def _same_step(session: Session, match: Match, said: Said) -> None:
    """Who answers the mail of one step and names another means one of them."""
    if match.link is None or match.link.step_id is None:
        return
    step = steps.get(session, match.link.step_id)
    other = said.number is not None and said.number != step.number
    if other or (said.code and said.clear and said.code != step.code):
        raise Invalid(
            N_("Tin này trả lời việc %(number)s nhưng ghi số hoặc mã của việc khác."),
            number=step.number,
        )


def _about(row: IncomingMessage, match: Match) -> None:
    """Whom and what it concerns; of a matter that is not the sender's nothing is said."""
    row.person_id = match.sender.id if match.sender else None
    if match.message:
        row.message_id = match.message.id
        row.step_id, row.signal_id = match.message.step_id, match.message.signal_id
        row.incident_id = match.message.incident_id


def _tell(
    session: Session, row: IncomingMessage, match: Match, inbound: Inbound, told: list[Told]
) -> None:
    """Keep the outcome and answer its author, on the way they came and in their language."""
    if inbound.files:
        told = [*told, Told.of(_FILES)]
    row.outcome = [each.plain() for each in told]
    if match.sender and not _answered_enough(session, inbound, most=MOST_ANSWERS):
        about = match.link and match.link.message_id
        outbox.queue(session, _answer(row, inbound, row.outcome, person=match.sender, about=about))


def _answer(
    row: IncomingMessage,
    inbound: Inbound,
    told: list[Any],
    *,
    person: Person | None = None,
    about: UUID | None = None,
) -> OutgoingMessage:
    # What a mail is called by what it is made of, no mail program knows.
    unnamed = inbound.channel is Channel.MAIL and not row.provider_id.startswith("<")
    return OutgoingMessage(
        key=f"{OUTCOME}:{row.id}",
        # Nobody is called back only to hear that it was taken.
        channel=Channel.SMS if row.channel is Channel.CALL else row.channel,
        kind=OUTCOME,
        recipient_id=person.id if person else None,
        address=inbound.sender,
        incident_id=row.incident_id,
        signal_id=row.signal_id,
        step_id=row.step_id,
        values={
            "told": told,
            "done": row.state is IncomingState.ANSWERED,
            "answers": "" if unnamed else row.provider_id,
            **({"about": str(about)} if about else {}),
        },
    )


def _answered_enough(session: Session, inbound: Inbound, *, most: int) -> bool:
    lately = (
        select(func.count())
        .select_from(OutgoingMessage)
        .where(
            OutgoingMessage.kind == OUTCOME,
            OutgoingMessage.address == inbound.sender,
            col(OutgoingMessage.created_at) > clock.now() - timedelta(hours=1),
        )
    )
    return session.exec(lately).one() >= most
