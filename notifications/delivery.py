"""Messages that are due leave the desk: claimed, sent side by side, and marked a few at a time.

Nothing is locked while a message is written or sent. If the desk dies on the way, those that
were under way are sent once more after their lease, under the same name.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic
from uuid import UUID

from jinja2 import TemplateError
from sqlmodel import Session

from incidents.people import persons
from incidents.record import clock, database, dispatch, ids, settings
from incidents.record.actors import ENGINE
from incidents.record.errors import Refusal
from incidents.record.language import N_
from incidents.record.outbox import ALL, AttemptOutcome, Channel, OutgoingMessage
from incidents.response.reaching import unreached
from incidents.words import publications
from notifications import apprise_gateway, briefing, rendering
from notifications.briefing import Briefing
from notifications.channels import chats, public_page
from notifications.channels.chat import ChatText
from notifications.channels.mail import TIMEOUT, MailServer
from notifications.outcomes import FailedForGood, FailedForNow, Outcome, Sent

NO_SERVER = N_("chưa cấu hình máy chủ thư")
NO_CHAT = N_("dịch vụ này chưa được cấu hình")
NOT_WRITTEN = N_("không ghi được vào thư mục trang thông tin chính thức")

_HANDS = 4
"""Messages under way at the same time, each on a connection of its own."""

_TOGETHER = 0.02
"""Seconds in which sent messages are marked by one commit: marking competes with sending."""

_LOOK_EVERY = 0.05
"""Seconds after which it is asked again what was cancelled while the batch is leaving."""

_NO_SERVER_PAUSE = timedelta(minutes=15)

# A message is not begun when its lease might end before the slowest server has answered.
_MARGIN = timedelta(seconds=2 * TIMEOUT)


_Written = rendering.Mail | ChatText | tuple[str, str] | FailedForGood | None
"""A mail, a chat message, a notice's title and body, or why there is none; a page has its text."""


def deliver_due(limit: int = 50, *, channels: frozenset[Channel] = ALL) -> int:
    """Send up to ``limit`` messages that are due, by these channels; says how many were tried."""
    url = settings.current().smtp_url.get_secret_value()
    if url:
        _welcome(url)
    with database.reading() as session:
        if not dispatch.anything_due(session, channels):
            return 0  # a look must not commit: that would wake every engine
    claim = ids.new()
    # They are written while the disk takes the claim; none leaves before it has.
    with (
        ThreadPoolExecutor(1, thread_name_prefix="write") as beside,
        database.transaction() as session,
    ):
        messages = dispatch.claim_due(session, claim=claim, limit=limit, channels=channels)
        written = beside.submit(_write_all, messages)
    _Round(claim, written.result()).send(messages)
    return len(messages)


def _write_all(messages: Sequence[OutgoingMessage]) -> dict[UUID, _Written]:
    """What each says. One after the other: between two sends each would cost twice the time."""
    with database.reading() as session:
        told = briefing.gather(session, messages)
    return {message.id: _write(message, told[message.id]) for message in messages}


def _write(message: OutgoingMessage, told: Briefing) -> _Written:
    try:
        match message.channel:
            case Channel.PUBLIC_PAGE:
                return None
            case Channel.APPRISE:
                return rendering.notice(told)
            case Channel.MAIL:
                return rendering.compose(message.kind, told)
            case _:
                return rendering.chat(message.kind, told, channel=message.channel)
    except (TemplateError, Refusal) as error:
        return _never(error)


class _Round:
    """One batch on its way out."""

    def __init__(self, claim: UUID, written: dict[UUID, _Written]) -> None:
        self._claim = claim
        self._written = written
        self._held: set[UUID] = set()
        self._looked_at = -_LOOK_EVERY
        self._looking = Lock()
        self._done: SimpleQueue[tuple[OutgoingMessage, Outcome] | None] = SimpleQueue()
        self._down: dict[Channel, FailedForNow] = {}

    def send(self, messages: list[OutgoingMessage]) -> None:
        """Side by side for different recipients, in their order for the same one."""
        lanes = defaultdict[tuple[Channel, str], list[OutgoingMessage]](list)
        for message in messages:
            recipient = "" if message.channel is Channel.PUBLIC_PAGE else message.address
            lanes[message.channel, recipient].append(message)
        with ThreadPoolExecutor(_HANDS, thread_name_prefix="deliver") as hands:
            walks = [hands.submit(self._walk, lane) for lane in lanes.values()]
            left = len(walks)
            while left:
                ended = self._ended(left)
                left -= ended.count(None)
                _mark_all(each for each in ended if each)
        for walk in walks:
            walk.result()

    def _ended(self, left: int) -> list[tuple[OutgoingMessage, Outcome] | None]:
        """What ends within a moment, at least one; waits for none that cannot come."""
        ended = [self._done.get()]
        until = monotonic() + _TOGETHER
        while ended.count(None) < left:
            try:
                ended.append(self._done.get(timeout=max(0, until - monotonic())))
            except Empty:
                break
        return ended

    def _walk(self, lane: list[OutgoingMessage]) -> None:
        try:
            for message in lane:
                if self._still_ours(message):
                    self._done.put((message, self._try(message)))
        finally:
            self._done.put(None)

    def _still_ours(self, message: OutgoingMessage) -> bool:
        """Neither cancelled meanwhile nor so late that another claimer may have it."""
        if message.claimed_until is None or clock.now() + _MARGIN > message.claimed_until:
            return False
        with self._looking:
            if monotonic() - self._looked_at >= _LOOK_EVERY:
                self._looked_at = monotonic()
                with database.reading() as session:
                    self._held = dispatch.held(session, self._claim)
            return message.id in self._held

    def _try(self, message: OutgoingMessage) -> Outcome:
        if message.channel in self._down:
            return self._down[message.channel]
        outcome = _through_channel(message, self._written[message.id])
        if isinstance(outcome, FailedForNow) and outcome.whole_channel:
            self._down[message.channel] = outcome
        return outcome


def _through_channel(message: OutgoingMessage, written: _Written) -> Outcome:
    match written:
        case FailedForGood():
            return written
        case rendering.Mail():
            server = _server()
            return (
                server.send(written, to=message.address, key=message.key)
                if server
                else FailedForNow(NO_SERVER, True, _NO_SERVER_PAUSE)  # noqa: FBT003
            )
        case ChatText():
            chat = chats.one(message.channel)
            return (
                chat.send(written, to=message.address, key=message.key)
                if chat
                else FailedForNow(NO_CHAT, True, _NO_SERVER_PAUSE)  # noqa: FBT003
            )
        case (title, body):
            return apprise_gateway.send(message.address, title=title, body=body)
        case None:
            return _publish(UUID(message.values["publication"]))


def _publish(publication_id: UUID) -> Outcome:
    try:
        return public_page.publish(publication_id)
    except OSError:
        return FailedForNow(NOT_WRITTEN, whole_channel=True)
    except (TemplateError, Refusal) as error:
        return _never(error)


def _never(error: TemplateError | Refusal) -> FailedForGood:
    if isinstance(error, Refusal):
        return FailedForGood(str(error))
    return FailedForGood(f"{type(error).__name__}: {error}")


def _mark_all(ended: Iterable[tuple[OutgoingMessage, Outcome]]) -> None:
    """Write down what ended, in one commit."""
    results = list(ended)
    if results:
        with database.transaction() as session:
            accepted = [
                (message, outcome.provider_id)
                for message, outcome in results
                if isinstance(outcome, Sent) and message.channel is not Channel.PUBLIC_PAGE
            ]
            dispatch.mark_sent(session, accepted)
            _carry_on(session, [message for message, _ in accepted])
            for message, outcome in results:
                if not isinstance(outcome, Sent) or message.channel is Channel.PUBLIC_PAGE:
                    _mark(session, message, outcome)


def _carry_on(session: Session, accepted: Sequence[OutgoingMessage]) -> None:
    """What an acceptance settles for others: a way in its place, and a server that is back."""
    for message in accepted:
        if message.chased:
            unreached.ended(session, message)
    back = {(message.reason, message.channel) for message in accepted if message.reason}
    for reason, channel in back:
        dispatch.hurry(session, reason=reason, channel=channel)


def _mark(session: Session, message: OutgoingMessage, outcome: Outcome) -> None:
    match outcome:
        case Sent(provider_id):
            dispatch.mark(session, message, AttemptOutcome.SENT, provider_id=provider_id)
            if message.channel is Channel.PUBLIC_PAGE:
                publications.published(session, UUID(message.values["publication"]), by=ENGINE)
        case FailedForNow(reason, _, retry_in):
            dispatch.mark(
                session,
                message,
                AttemptOutcome.FAILED_FOR_NOW,
                detail=reason,
                retry_in=retry_in,
                hopeless=reason in (NO_SERVER, NO_CHAT),
            )
        case FailedForGood(reason, address_dead):
            dispatch.mark(session, message, AttemptOutcome.FAILED_FOR_GOOD, detail=reason)
            if address_dead and message.recipient_id:
                persons.bounced(session, message.recipient_id, message.address)


def _server() -> MailServer | None:
    current = settings.current()
    url = current.smtp_url.get_secret_value()
    return _kept(url, current.mail_from, current.reply_address) if url else None


@lru_cache(maxsize=4)
def _welcome(_url: str) -> None:
    """Once a process: with a mail server in the settings, what waited for one is due."""
    with database.transaction() as session:
        dispatch.hurry(session, reason=NO_SERVER)


@lru_cache(maxsize=4)
def _kept(url: str, sender: str, replies: str) -> MailServer:
    return MailServer(url, sender, replies)
