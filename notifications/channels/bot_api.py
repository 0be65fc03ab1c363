"""A bot's account at a service that is asked by one HTTPS call a deed, as Telegram and Zalo are.

httpx rather than a bot framework: three calls are needed, from threads, of two services alike.
The token stands in every address, so no address is ever logged or repeated in a reason.
"""

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx

from notifications.outcomes import FailedForGood, FailedForNow, Outcome

TIMEOUT = 10.0
"""Seconds a call may take beyond what it was asked to wait itself."""
_REASON = 200
_OUR_FAULT_PAUSE = timedelta(minutes=5)


class Away(OSError):
    """The service cannot be reached, or answers nothing that can be read."""


class Refused(OSError):
    """The service answered, and the answer was no."""

    def __init__(self, code: int, words: str, retry_after: float | None) -> None:
        self.code, self.words, self.retry_after = code, words[:_REASON], retry_after
        super().__init__(f"{code} {self.words}")


class BotApi:
    """One bot; used by several threads at once."""

    def __init__(self, base: str, token: str) -> None:
        # It would write down each address it calls, with the token in it.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.id = token.partition(":")[0]
        self._token = token
        self._client = httpx.Client(base_url=f"{base.rstrip('/')}/bot{token}/")

    def call(self, method: str, *, waits: float = 0, **given: Any) -> Any:
        """The result of a method that may wait so many seconds; ``Away`` or ``Refused``."""
        try:
            answer = self._client.post(method, json=given, timeout=TIMEOUT + waits)
            said = answer.json()
            accepted = said["ok"]
        except (httpx.HTTPError, ValueError, TypeError, KeyError) as trouble:
            raise Away(f"{method}: {type(trouble).__name__}") from None
        if accepted is True:
            return said.get("result")
        code = said.get("error_code")
        after = (said.get("parameters") or {}).get("retry_after")
        raise Refused(
            code if isinstance(code, int) else answer.status_code,
            str(said.get("description") or "").replace(self._token, "…"),
            float(after) if isinstance(after, int | float) else None,
        )

    def close(self) -> None:
        """Leave."""
        self._client.close()


def outcome_of(trouble: OSError, *, gone: frozenset[int] = frozenset()) -> Outcome:
    """What a refusal means for a message; ``gone`` are the answers that speak of the account."""
    if not isinstance(trouble, Refused):
        return FailedForNow(str(trouble), whole_channel=True)
    reason = str(trouble)
    if trouble.code in gone:
        return FailedForGood(reason, address_dead=True)
    match trouble.code:
        case HTTPStatus.TOO_MANY_REQUESTS:
            after = timedelta(seconds=trouble.retry_after) if trouble.retry_after else None
            return FailedForNow(reason, whole_channel=True, retry_in=after)
        case HTTPStatus.UNAUTHORIZED:
            return FailedForNow(reason, whole_channel=True, retry_in=_OUR_FAULT_PAUSE)
        case HTTPStatus.BAD_REQUEST:
            return FailedForGood(reason)
        case code:
            server = code >= HTTPStatus.INTERNAL_SERVER_ERROR
            return FailedForNow(reason, whole_channel=server)
