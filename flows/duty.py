"""A duty: one small idempotent function in a loop of its own, that sleeps until it is rung for."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from incidents.record.moments import Coming

LONGEST_SLEEP = 5.0
"""Seconds; a lost wake-up costs this at most."""
_AFTER_A_FAULT = 1.0

_log = structlog.get_logger(__name__)


class Duty:
    """``work`` says how much it did; ``coming`` where it is kept when it has something to do.

    ``unkept`` says what no table does. Without either it is never rung for and goes round
    ``every`` so many seconds.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], int],
        coming: Sequence[Coming] = (),
        *,
        unkept: Callable[[], datetime | None] | None = None,
        every: float = LONGEST_SLEEP,
    ) -> None:
        self.name, self.coming, self.unkept = name, coming, unkept
        self._work, self._every = work, every
        self._bell, self._stop = threading.Event(), threading.Event()
        # A daemon: one that hangs in a channel must not keep the process from ending.
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        """Go round from now on."""
        self._thread.start()

    def ring(self) -> None:
        """Look now; while it is at work, it looks once more afterwards."""
        self._bell.set()

    def stop(self) -> None:
        """Begin no other round."""
        self._stop.set()
        self._bell.set()

    def join(self) -> None:
        """Wait for the round that is under way, but not for ever."""
        self._thread.join(LONGEST_SLEEP)

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._bell.clear()
            try:
                done = self._work()
            except Exception:  # noqa: BLE001 - the loop of a duty outlives every fault
                # The others go on, and so does this one: the reason is in the log.
                _log.exception("a duty failed", duty=self.name)
                self._stop.wait(_AFTER_A_FAULT)
                continue
            if not done:
                self._bell.wait(self._every)
