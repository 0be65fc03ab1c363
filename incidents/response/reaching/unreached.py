"""An alert that nobody accepted in five minutes goes on by another way, and at last to a person.

The quiet-failure rule of practice: no channel took it in time, so the next one is used, whatever
its person chose; with none left whoever is on duty is told at once, and telephones at levels 3, 4.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from incidents.intake import signals
from incidents.people import other_ways
from incidents.people.persons import ContactPoint
from incidents.record import clock, ids, links, outbox, settings
from incidents.record.database import locked
from incidents.record.dispatch import LEASE
from incidents.record.language import N_
from incidents.record.moments import Coming
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from incidents.response.reaching import calling
from incidents.response.steps import passing, steps
from incidents.response.steps.steps import StepState

CAME_BACK = N_("thư bị trả lại")
"""Why a mail counts as not accepted although a server took it."""

NO_ANSWER = N_("chưa gửi đi được")

ASK = (*signals.CALLS, *passing.ASK)
"""Kinds that want somebody to take a flag or a step."""

ALARMS = ("audit_alarm", calling.ALARM)
"""Kinds that say something is wrong; where they reach nobody there is nobody left to say it to."""

COMING = Coming(select(func.min(OutgoingMessage.reach_by)))
"""When the next message is to go on by another way."""


def due(session: Session, limit: int = 100) -> list[UUID]:
    """The messages that nobody accepted by now."""
    return list(
        session.exec(
            select(OutgoingMessage.id)
            .where(col(OutgoingMessage.reach_by) <= clock.now())
            .order_by(col(OutgoingMessage.reach_by))
            .limit(limit)
        )
    )


def follow(session: Session, message_id: UUID) -> None:
    """Go on with one of them by the next way, once."""
    message = locked(session, OutgoingMessage, message_id)
    if message is None or message.reach_by is None or message.reach_by > clock.now():
        return
    message.reach_by = None
    session.add(message)
    # Where nothing at all leaves the desk by itself its people look at its pages.
    if not settings.current().sends or not asked(session, message):
        return
    siblings = others(session, message)
    if any(map(arrived, siblings)):
        _give_up(session, message)
    elif any(each.state is MessageState.CLAIMED for each in [message, *siblings]):
        message.reach_by = clock.now() + LEASE  # under way: its outcome is known by then
    elif not send_on(session, message, siblings) and not any(e.reach_by for e in siblings):
        tell(session, message, siblings)


def asked(session: Session, message: OutgoingMessage) -> bool:
    """Whether it is still worth reaching its person about it."""
    if message.kind in ALARMS:
        return True
    if message.kind not in ASK or message.recipient_id is None:
        return False
    if message.signal_id:
        return signals.get(session, message.signal_id).acknowledged_at is None
    if message.step_id is None:
        return False
    step = steps.get(session, message.step_id)
    theirs = step.assignee_id == message.recipient_id or message.kind == passing.UNANSWERED
    return step.state is StepState.OPEN and theirs


def arrived(message: OutgoingMessage) -> bool:
    """Whether a server took it and did not send it back."""
    return message.state is MessageState.SENT and message.reason != CAME_BACK


def may_arrive(message: OutgoingMessage) -> bool:
    """Whether it is still on its way."""
    return message.state in (MessageState.QUEUED, MessageState.CLAIMED)


def others(session: Session, message: OutgoingMessage) -> list[OutgoingMessage]:
    """The same notice to the same person by other ways, locked."""
    found = session.exec(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.recipient_id == message.recipient_id,
            OutgoingMessage.kind == message.kind,
            OutgoingMessage.id != message.id,
            col(OutgoingMessage.key).startswith(_stem(message), autoescape=True),
        )
        .order_by(col(OutgoingMessage.due_at), col(OutgoingMessage.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


def send_on(session: Session, message: OutgoingMessage, others: Sequence[OutgoingMessage]) -> bool:
    """Use the next way of its person now: one that was for later, else one not yet tried.

    Whichever of them arrives ends the others. ``False`` when no way is left.
    """
    later = next((each for each in others if _for_later(each)), None)
    if later is None:
        point = _next(session, [message, *others])
        later = _by(session, message, point) if point else None
    if later is None:
        return False
    later.due_at, later.reach_by = clock.now(), outbox.reach_by(None)
    for each in (message, later, *others):
        each.chased = True
        if each.state is MessageState.QUEUED and each is not later:
            # The new way has the time of one attempt to itself.
            each.due_at = max(each.due_at, clock.now() + LEASE)
        session.add(each)
    return True


def ended(session: Session, message: OutgoingMessage) -> None:
    """It arrived in the place of others of the same notice: what is left of those never leaves."""
    for each in others(session, message):
        _give_up(session, each)


def _give_up(session: Session, message: OutgoingMessage) -> None:
    message.reach_by = None
    if message.state is MessageState.QUEUED and message.attempts:
        message.state = MessageState.CANCELLED
    session.add(message)


def _stem(message: OutgoingMessage) -> str:
    """What the keys of one notice to one person begin with, whatever the way."""
    return message.key.removesuffix(f"{message.channel}:{message.address}")


def _for_later(message: OutgoingMessage) -> bool:
    waits = message.state is MessageState.QUEUED and message.attempts == 0
    return waits and message.due_at > clock.now()


def _next(session: Session, tried: Sequence[OutgoingMessage]) -> ContactPoint | None:
    message = tried[0]
    if message.recipient_id is None:
        return None
    session.flush()
    return other_ways.next_after(
        session,
        message.recipient_id,
        {(each.channel, each.address) for each in tried},
        failing={each.channel for each in tried if each.state is MessageState.QUEUED},
        incident_id=message.incident_id,
        calls=message.rank == outbox.FIRST,
    )


def _by(session: Session, message: OutgoingMessage, point: ContactPoint) -> OutgoingMessage | None:
    """The same notice by another address, with a link of its own."""
    channel = Channel(point.channel)
    again = OutgoingMessage(
        id=ids.new(),
        key=f"{_stem(message)}{channel}:{point.address}",
        channel=channel,
        kind=message.kind,
        address=point.address,
        recipient_id=message.recipient_id,
        incident_id=message.incident_id,
        signal_id=message.signal_id,
        step_id=message.step_id,
        values=message.values,
        rank=message.rank,
    )
    if outbox.queue(session, again) is None:
        return None
    if session.get(links.AnswerLink, message.id):
        links.issue(session, [again])
    return session.get_one(OutgoingMessage, again.id)


def tell(session: Session, message: OutgoingMessage, others: Sequence[OutgoingMessage]) -> None:
    """No way is left: it is said in the room and to whoever is on duty; an alarm tells nobody."""
    tried = [message, *others]
    if message.kind not in ASK or message.recipient_id is None:
        return
    ways = list(dict.fromkeys(each.channel for each in tried))
    whys = list(dict.fromkeys(each.reason for each in tried if each.reason))
    calling.not_reached(
        session,
        message.recipient_id,
        ways=ways,
        why=whys or [NO_ANSWER],
        step_id=message.step_id,
        signal_id=message.signal_id,
    )
