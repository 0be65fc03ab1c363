"""Short messages and calls through a gateway of the office's choice (``docs/gateway.md``).

No two providers in the country speak alike, and an office may have a modem or an exchange of its
own: the desk asks two things over HTTPS, and a bridge of a page or two makes any of them do it.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx

from incidents.people.directory import contacts
from incidents.record.inbox import Why
from incidents.record.outbox import Channel
from notifications.channels.chat import ChatText
from notifications.outcomes import FailedForGood, FailedForNow, Outcome, Sent
from notifications.receiving.inbound import Inbound, Returned

TIMEOUT = 10.0
"""Seconds a question may take beyond what it was asked to wait itself."""
TAKES = "1"
"""The key that takes the work: «bấm 1 để tiếp nhận»."""
_OUR_FAULT_PAUSE = timedelta(minutes=5)
_REASON = 200
_OURS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Gateway:
    """One gateway, used for one kind of message; what came by either is asked of one of the two."""

    patience = 4.0
    pushes = True

    def __init__(self, channel: Channel, base: str, token: str) -> None:
        # It would write down each address it calls.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.channel = channel
        self._place = ""
        self._client = httpx.Client(
            base_url=base.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {token}"},
            follow_redirects=False,
        )

    @property
    def name(self) -> str:
        """What its place is kept under."""
        return f"gateway:{self._client.base_url.host}"

    def title(self) -> str:
        """Its people know the number."""
        return ""

    def send(self, said: ChatText, *, to: str, key: str) -> Outcome:
        """Hand one message over; the same ``key`` again is the same message."""
        given: dict[str, Any] = {
            "key": key,
            "kind": self.channel.value,
            "to": to,
            "text": said.text,
            "language": said.language,
        }
        if self.channel is Channel.CALL:
            given["keys"] = [TAKES] if said.choices else []
        try:
            answer = self._client.post("messages", json=given, timeout=TIMEOUT)
            if answer.is_success:
                return Sent(str(answer.json()["id"])[:_REASON])
        except (httpx.HTTPError, ValueError, TypeError, KeyError) as trouble:
            return FailedForNow(type(trouble).__name__, whole_channel=True)
        return _outcome(answer)

    def poll(self, cursor: str | None) -> tuple[Sequence[Inbound], str]:
        """What came after the cursor; on its first time nothing of the past."""
        if cursor is None:
            self._place = str(self._events("", 0)["next"])
            return (), self._place
        self._place = cursor
        said = self._events(cursor, 0)
        found = [read(each) for each in said["events"]]
        self._place = str(said["next"])
        return [each for each in found if each], self._place

    def wait(self, seconds: float) -> bool:
        """Let it hold the question until something comes."""
        return bool(self._events(self._place, int(seconds))["events"])

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def _events(self, after: str, wait: int) -> dict[str, Any]:
        asked = {"after": after, "wait": str(wait)} if after else {}
        try:
            answer = self._client.get("events", params=asked, timeout=TIMEOUT + wait)
            said = answer.raise_for_status().json()
            if isinstance(said["events"], list) and isinstance(said["next"], str):
                return said
        except httpx.HTTPStatusError as no:
            raise OSError(f"events: {no.response.status_code}") from None
        except (httpx.HTTPError, ValueError, TypeError, KeyError) as trouble:
            raise OSError(f"events: {type(trouble).__name__}") from None
        raise OSError("events: not as agreed")


def read(event: Any) -> Inbound | None:
    """What somebody wrote or pressed, or a message that reached nobody; nothing for the rest."""
    with suppress(KeyError, TypeError, AttributeError):
        match event["kind"]:
            case "sms":
                return _inbound(Channel.SMS, event, text=str(event["text"]))
            case "pressed" if str(event["key"]) == TAKES:
                # Which work it is about the message says; the word is what «1» stands for.
                return _inbound(Channel.CALL, event, text="nhận", reply_to=_named(event))
            case "failed":
                return Inbound(
                    channel=Channel.CALL if event["of"] == "call" else Channel.SMS,
                    provider_id=str(event["id"]),
                    sender="",
                    left_alone=Why.RETURNED,
                    returned=Returned(
                        names=_named(event),
                        address="",
                        for_good=bool(event["number_dead"]),
                        reason=str(event.get("reason") or "")[:_REASON],
                    ),
                )
            case _:
                pass
    return None


def _inbound(channel: Channel, event: Any, **more: Any) -> Inbound:
    sender = contacts.international(str(event["from"]))
    return Inbound(channel=channel, provider_id=str(event["id"]), sender=sender, **more)


def _named(event: Any) -> tuple[str, ...]:
    return (str(event["message"]),)


def _outcome(answer: httpx.Response) -> Outcome:
    """What a refusal means for a message."""
    reason = f"{answer.status_code} {_words(answer)}".strip()
    if answer.status_code in _OURS:
        return FailedForNow(reason, whole_channel=True, retry_in=_OUR_FAULT_PAUSE)
    match answer.status_code:
        case HTTPStatus.GONE:
            return FailedForGood(reason, address_dead=True)
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
            return FailedForGood(reason)
        case HTTPStatus.TOO_MANY_REQUESTS:
            after = answer.headers.get("Retry-After", "")
            pause = timedelta(seconds=int(after)) if after.isdigit() else None
            return FailedForNow(reason, whole_channel=True, retry_in=pause)
        case code:
            server = code >= HTTPStatus.INTERNAL_SERVER_ERROR
            return FailedForNow(reason, whole_channel=server)


def _words(answer: httpx.Response) -> str:
    with suppress(ValueError, TypeError, KeyError):
        return str(answer.json()["error"])[:_REASON]
    return ""
