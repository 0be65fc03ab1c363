"""How often a password may be tried: for each account and for each address, kept in memory."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from incidents.record import clock
from incidents.record.errors import NotPermitted
from incidents.record.language import N_

WINDOW = timedelta(minutes=15)
ACCOUNT_LIMIT, ADDRESS_LIMIT = 10, 60
_KEPT = 10_000


class TooManyAttempts(NotPermitted):
    """Wrong too often; ``wait`` says how long."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(
            N_("Đã nhập sai quá nhiều lần. Hãy thử lại sau %(wait)s."),
            wait=wait,
        )


class Attempts:
    """Wrong tries of the last quarter of an hour; memory is enough to slow guessing."""

    def __init__(self) -> None:
        self._tries: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def admit(self, account: str, address: str) -> None:
        """Return if one more try is allowed; ``TooManyAttempts`` otherwise."""
        with self._lock:
            for key, limit in _keys(account, address):
                tries = self._recent(key)
                if len(tries) >= limit:
                    raise TooManyAttempts(tries[0] + WINDOW - clock.now())

    def wrong(self, account: str, address: str) -> None:
        """Count a wrong try."""
        with self._lock:
            if len(self._tries) > _KEPT:
                self._tries = {key: kept for key in self._tries if (kept := self._recent(key))}
            for key, _ in _keys(account, address):
                self._tries.setdefault(key, deque()).append(clock.now())

    def right(self, account: str) -> None:
        """Forget an account's wrong tries once its owner got in."""
        with self._lock:
            self._tries.pop(f"account:{account}", None)

    def _recent(self, key: str) -> deque[datetime]:
        tries = self._tries.get(key, deque())
        while tries and tries[0] <= clock.now() - WINDOW:
            tries.popleft()
        return tries


def _keys(account: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
    return (f"account:{account}", ACCOUNT_LIMIT), (f"address:{address}", ADDRESS_LIMIT)
