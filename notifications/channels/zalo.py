"""Zalo through its Bot Platform (bot.zaloplatforms.com/docs, read in October 2026).

Its bots have no buttons and name no message that is answered, so answers are typed with a code.
What it hands over by ``getUpdates`` it does not hand over twice: whoever hears no outcome asks
again, and an office that has an address on the internet sets a webhook instead.
"""

import threading
from collections import deque
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from incidents.record.outbox import Channel
from notifications.channels.bot_api import BotApi, Refused, outcome_of
from notifications.channels.chat import ChatText
from notifications.outcomes import Outcome, Sent
from notifications.receiving.inbound import Inbound

LONGEST = 2000
"""Characters of a text (``sendMessage``)."""


class Zalo:
    """One bot."""

    channel = Channel.ZALO
    patience = 4.0
    pushes = True

    def __init__(self, base: str, token: str) -> None:
        self._bot = BotApi(base, token)
        self._heard: deque[tuple[int, Inbound]] = deque()
        """What the desk has not said it took, counted, since the service forgets it at once."""
        self._count: int | None = None
        self._asking = threading.Lock()

    @property
    def name(self) -> str:
        """What its place is kept under."""
        return f"zalo:{self._bot.id}"

    def title(self) -> str:
        """The name people search for."""
        return str((self._bot.call("getMe") or {}).get("account_name") or "")

    def send(self, said: ChatText, *, to: str, key: str) -> Outcome:  # noqa: ARG002 - it knows no keys
        """Hand one message over."""
        try:
            result = self._bot.call("sendMessage", chat_id=to, text=said.text[:LONGEST])
        except OSError as trouble:
            return outcome_of(trouble)
        return Sent(str(result["message_id"]) if _holds(result, "message_id") else None)

    def poll(self, cursor: str | None) -> tuple[Sequence[Inbound], str]:
        """What was heard and not taken yet; on its first time nothing of the past."""
        taken = int(cursor or 0)
        if self._count is None:
            self._count = taken
        while self._heard and self._heard[0][0] <= taken:
            self._heard.popleft()
        if cursor is None:
            while self._ask(0):
                self._heard.clear()
        elif not self._heard:
            self._ask(0)
        return [each for _, each in self._heard], str(self._count)

    def wait(self, seconds: float) -> bool:
        """Let the service hold the question until somebody writes."""
        return self._ask(int(seconds))

    def close(self) -> None:
        """Leave."""
        self._bot.close()

    def _ask(self, seconds: int) -> bool:
        """Whether something came; one question at a time, as the platform wants it."""
        with self._asking:
            try:
                result = self._bot.call("getUpdates", waits=seconds, timeout=seconds)
            except Refused as no:
                if no.code == HTTPStatus.REQUEST_TIMEOUT:
                    return False  # its way to say that nobody wrote
                raise
        if not result:
            return False
        if found := read(result):
            self._count = (self._count or 0) + 1
            self._heard.append((self._count, found))
        return True


def read(event: Any) -> Inbound | None:
    """What a person wrote to the bot alone; nothing for groups and what is not a message."""
    message = event.get("message") if isinstance(event, dict) else None
    if not isinstance(message, dict):
        return None
    chat, named = message.get("chat"), message.get("message_id")
    if not isinstance(chat, dict) or not isinstance(named, str) or not named:
        return None
    if chat.get("chat_type") != "PRIVATE" or not isinstance(chat.get("id"), str):
        return None
    sender = message.get("from")
    if isinstance(sender, dict) and sender.get("is_bot"):
        return None
    text = message.get("text") or message.get("caption")
    return Inbound(
        channel=Channel.ZALO,
        provider_id=named[:200],
        sender=chat["id"][:200],
        text=text if isinstance(text, str) else "",
        files=0 if isinstance(message.get("text"), str) else 1,
    )


def _holds(result: Any, name: str) -> bool:
    return isinstance(result, dict) and name in result
