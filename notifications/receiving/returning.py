"""A message of ours that came back: its address is marked, and its person reached another way."""

from sqlmodel import Session

from incidents.people import persons
from incidents.record.inbox import IncomingMessage
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.response.reaching import unreached
from notifications.receiving.inbound import Returned
from notifications.receiving.match import messages_named


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
    message.reason = unreached.CAME_BACK
    session.add(message)
    _send_on(session, message)


def _still_asked(session: Session, message: OutgoingMessage) -> bool:
    """Whether it is still worth reaching them about it; a notice that asks nothing always is."""
    if message.kind in (*unreached.ASK, *unreached.ALARMS) or message.signal_id:
        return unreached.asked(session, message)
    return True


def _send_on(session: Session, message: OutgoingMessage) -> None:
    """By the next way, unless another one reached them."""
    others = unreached.others(session, message)
    if any(map(unreached.arrived, others)) or unreached.send_on(session, message, others):
        return
    if any(map(unreached.may_arrive, others)):
        return
    # Given up: whoever is on duty is told, and of a notice the audit raises an alarm.
    message.state, message.sent_at = MessageState.FAILED, None
    unreached.tell(session, message, others)
