"""Telegram through its Bot API (core.telegram.org/bots/api): off unless the office sets a token.

The service is abroad, so it is told a code and a time only. What it hands over it hands over again
until it is asked from a later place.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from incidents.record.outbox import Channel
from notifications.channels.bot_api import BotApi, outcome_of
from notifications.channels.chat import ChatText
from notifications.outcomes import Outcome, Sent
from notifications.receiving.inbound import Inbound

LONGEST = 4096
"""Characters of a text (``sendMessage``)."""
_MOST = 100
_KINDS = ["message", "callback_query", "message_reaction"]
_GONE = frozenset({HTTPStatus.FORBIDDEN.value})
"""Whoever blocked the bot, or deleted their account."""


class Telegram:
    """One bot."""

    channel = Channel.TELEGRAM
    patience = 4.0
    pushes = True

    def __init__(self, base: str, token: str) -> None:
        self._bot = BotApi(base, token)
        self._place: int | None = None

    @property
    def name(self) -> str:
        """What its place is kept under."""
        return f"telegram:{self._bot.id}"

    def title(self) -> str:
        """The name people search for."""
        return f"@{(self._bot.call('getMe') or {}).get('username') or ''}"

    def send(self, said: ChatText, *, to: str, key: str) -> Outcome:  # noqa: ARG002 - it knows no keys
        """Hand one message over, with its buttons."""
        given: dict[str, Any] = {"chat_id": to, "text": said.text[:LONGEST]}
        given["link_preview_options"] = {"is_disabled": True}
        if said.choices:
            row = [{"text": each.label, "callback_data": each.says} for each in said.choices]
            given["reply_markup"] = {"inline_keyboard": [row]}
        if said.answers.startswith(f"{to}:"):
            answered = int(said.answers.rpartition(":")[2])
            given["reply_parameters"] = {
                "message_id": answered,
                "allow_sending_without_reply": True,
            }
        try:
            result = self._bot.call("sendMessage", **given)
        except OSError as trouble:
            return outcome_of(trouble, gone=_GONE)
        named = result.get("message_id") if isinstance(result, dict) else None
        return Sent(f"{to}:{named}" if named else None)

    def poll(self, cursor: str | None) -> tuple[Sequence[Inbound], str]:
        """What came after the cursor; on its first time nothing of the past."""
        if cursor is None:
            last = self._updates(offset=-1, wait=0)
            place = last[-1]["update_id"] + 1 if last else 0
            # Asked from there the service forgets what was before.
            self._updates(offset=place, wait=0)
            self._place = place
            return (), str(place)
        self._place = int(cursor)
        updates = self._updates(offset=self._place, wait=0)
        found = [read(each) for each in updates]
        for each in updates:
            self._heard(each)
        if updates:
            self._place = updates[-1]["update_id"] + 1
        return [each for each in found if each], str(self._place)

    def wait(self, seconds: float) -> bool:
        """Let the service hold the question until somebody writes or presses."""
        return bool(self._updates(offset=self._place or 0, wait=int(seconds)))

    def close(self) -> None:
        """Leave."""
        self._bot.close()

    def _updates(self, *, offset: int, wait: int) -> list[dict[str, Any]]:
        given = self._bot.call(
            "getUpdates",
            waits=wait,
            offset=offset,
            timeout=wait,
            limit=_MOST,
            allowed_updates=_KINDS,
        )
        known = [each for each in given or () if isinstance(each, dict)]
        return [each for each in known if isinstance(each.get("update_id"), int)]

    def _heard(self, update: dict[str, Any]) -> None:
        """A button turns until its pressing is answered; nothing hangs on whether that arrives."""
        pressed = update.get("callback_query")
        if isinstance(pressed, dict) and pressed.get("id"):
            try:
                self._bot.call("answerCallbackQuery", callback_query_id=pressed["id"])
            except OSError:
                return


def read(update: dict[str, Any]) -> Inbound | None:
    """What a person wrote, pressed or answered with a sign, alone with the bot."""
    try:
        pressed, signed = update.get("callback_query"), update.get("message_reaction")
        if pressed:
            return _pressed(pressed)
        return _signed(signed, update["update_id"]) if signed else _written(update.get("message"))
    except (KeyError, TypeError, AttributeError):
        return None


def _written(message: Any) -> Inbound | None:
    if not message or message["chat"]["type"] != "private" or message["from"].get("is_bot"):
        return None
    chat, text = message["chat"]["id"], message.get("text") or message.get("caption") or ""
    answered = message.get("reply_to_message")
    return Inbound(
        channel=Channel.TELEGRAM,
        provider_id=f"{chat}:{message['message_id']}",
        sender=str(message["from"]["id"]),
        text=str(text),
        reply_to=(f"{chat}:{answered['message_id']}",) if answered else (),
        files=0 if "text" in message else 1,
    )


def _pressed(pressed: Any) -> Inbound | None:
    sender, message = str(pressed["from"]["id"]), pressed.get("message")
    return Inbound(
        channel=Channel.TELEGRAM,
        provider_id=f"pressed:{pressed['id']}",
        sender=sender,
        text=str(pressed.get("data") or ""),
        reply_to=(f"{message['chat']['id']}:{message['message_id']}",) if message else (),
    )


def _signed(signed: Any, update_id: int) -> Inbound | None:
    signs = "".join(str(each.get("emoji") or "") for each in signed["new_reaction"])
    if signed["chat"]["type"] != "private" or not signs:
        return None
    return Inbound(
        channel=Channel.TELEGRAM,
        provider_id=f"signed:{update_id}",
        sender=str(signed["user"]["id"]),
        reaction=signs,
        reply_to=(f"{signed['chat']['id']}:{signed['message_id']}",),
    )
