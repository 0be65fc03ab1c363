"""The lookout: one thread hears every commit and rings for the duties that have something due.

If every duty listened for itself, each mark of a sent mail would wake all of them while the rest
of the call-out is still leaving.
"""

import threading
from collections.abc import Sequence

import structlog

from flows.duty import LONGEST_SLEEP, Duty
from incidents.record import clock, database
from incidents.record.moments import Horizon
from incidents.record.wakeups import Watch

_BETWEEN_LOOKS = 0.005
"""Seconds in which commits share one look."""
_LOOK_EVERY = 0.5
"""Seconds between looks when nothing is committed; what stays due may be under way elsewhere."""

_log = structlog.get_logger(__name__)


class Lookout:
    """Looks at each commit, and when the nearest moment has come."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._rung_for = [duty for duty in duties if duty.coming or duty.unkept]
        self._horizon = Horizon(*(duty.coming for duty in self._rung_for))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lookout", daemon=True)

    def start(self) -> None:
        """Look out from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Ring no more."""
        self._stop.set()

    def join(self) -> None:
        """Wait until it has looked for the last time."""
        self._thread.join(LONGEST_SLEEP)

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                with Watch() as watch:
                    self._look_out(watch)
            except Exception:  # noqa: BLE001 - a database that restarts is heard again
                # Meanwhile every duty goes round by itself.
                _log.exception("the lookout failed")
                self._stop.wait(_LOOK_EVERY)

    def _look_out(self, watch: Watch) -> None:
        while not self._stop.wait(_BETWEEN_LOOKS):
            watch.wait(self._look())

    def _look(self) -> float:
        """Ring for what is due; seconds until the nearest thing that is not."""
        pause = _LOOK_EVERY
        with database.reading() as session:
            nearest = self._horizon.nearest(session)
        now = clock.now()
        for duty, kept in zip(self._rung_for, nearest, strict=True):
            for moment in (kept, duty.unkept and duty.unkept()):
                if moment is None:
                    continue
                left = (moment - now).total_seconds()
                if left <= 0:
                    duty.ring()
                else:
                    pause = min(pause, left)
        return pause
