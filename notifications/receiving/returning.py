"""A message of ours that came back: its address is marked, and its person reached another way."""

from sqlmodel import Session, col, select

from incidents.intake import signals
from incidents.people import persons
from incidents.people.persons import ContactPoint
from incidents.record import clock, ids, links, outbox
from incidents.record.inbox import IncomingMessage
from incidents.record.language import N_
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from incidents.response.steps import steps
from notifications.briefing import ANSWERED_BY_LINK
from notifications.receiving.inbound import Returned
from notifications.receiving.match import messages_named

CAME_BACK = N_("thư bị trả lại")


def take(session: Session, row: IncomingMessage, returned: Returned) -> None:
    """Believed only where it names one of our mails, which nobody else can guess."""
    found = messages_named(session, row.channel, returned.names)
    if not found:
        return
    message = found[0]
    row.message_id, row.incident_id = message.id, message.incident_id
    row.step_id, row.signal_id = message.step_id, message.signal_id
    if not returned.for_good or message.recipient_id is None:
        return
    row.person_id = message.recipient_id
    persons.bounced(session, message.recipient_id, message.address)
    if (
        message.state is not MessageState.SENT
        or message.reason
        or not _still_asked(session, message)
    ):
        return
    message.reason = CAME_BACK
    session.add(message)
    if _reached_otherwise(session, message):
        return
    point = _next_address(session, message)
    if point is None:
        # Given up, which the audit raises an alarm about.
        message.state, message.sent_at = MessageState.FAILED, None
        return
    _send_on(session, message, point)


def _still_asked(session: Session, message: OutgoingMessage) -> bool:
    """Whether it is still worth reaching them about it."""
    if message.step_id and message.kind in ANSWERED_BY_LINK:
        step = steps.get(session, message.step_id)
        return (
            not step.settled
            and step.acknowledged_at is None
            and (step.assignee_id == message.recipient_id)
        )
    if message.signal_id:
        return signals.get(session, message.signal_id).acknowledged_at is None
    return True


def _stem(message: OutgoingMessage) -> str:
    return message.key.removesuffix(f"{message.channel}:{message.address}")


def _reached_otherwise(session: Session, message: OutgoingMessage) -> bool:
    """Whether they were told by another way; one that was to be used later is used now."""
    others = select(OutgoingMessage).where(
        col(OutgoingMessage.key).startswith(_stem(message), autoescape=True),
        OutgoingMessage.id != message.id,
        col(OutgoingMessage.reason).is_distinct_from(CAME_BACK),
        col(OutgoingMessage.state).in_(
            [MessageState.SENT, MessageState.QUEUED, MessageState.CLAIMED]
        ),
    )
    found = session.exec(others).all()
    for other in found:
        if other.state is MessageState.QUEUED and not other.attempts:
            other.due_at = min(other.due_at, clock.now())
            session.add(other)
    return bool(found)


def _next_address(session: Session, message: OutgoingMessage) -> ContactPoint | None:
    """Their next usable one, never again one that sent us back."""
    if message.recipient_id is None:
        return None
    session.flush()
    found = persons.ways(
        session,
        [message.recipient_id],
        incident_id=message.incident_id,
        answered=True,
        wakes=True,
    )[message.recipient_id]
    return next((way.point for way in found if way.point.bounced_at is None), None)


def _send_on(session: Session, message: OutgoingMessage, point: ContactPoint) -> None:
    again = outbox.queue(
        session,
        OutgoingMessage(
            id=ids.new(),
            key=f"{_stem(message)}{point.channel}:{point.address}",
            channel=Channel(point.channel),
            kind=message.kind,
            address=point.address,
            recipient_id=message.recipient_id,
            incident_id=message.incident_id,
            signal_id=message.signal_id,
            step_id=message.step_id,
            values=message.values,
            due_at=clock.now(),
        ),
    )
    if again and session.get(links.AnswerLink, message.id):
        links.issue(session, [again])
