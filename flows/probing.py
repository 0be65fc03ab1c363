"""Whether Prefect is here or away, looked at in the background so that nobody waits for it."""

import threading
import time

import httpx
import structlog
from prometheus_client import Gauge

from flows import prefect_server
from incidents.record import settings

LOOK_EVERY = 1.0
PATIENCE = 0.5
"""Seconds a healthy server on this machine or the next never needs for its health page."""
DISTRUST = 3.0
"""Seconds after a failed call in which a good health page alone is not believed."""

_HERE = Gauge("trucban_prefect_here", "1 while Prefect's server answers, 0 while it is away")
_log = structlog.get_logger(__name__)


class Probe:
    """A thread with one opinion."""

    def __init__(self) -> None:
        self._here = False
        self._not_before = 0.0
        self._stop = threading.Event()
        self._url = f"{prefect_server.address(settings.current())}/health"
        # Made once: a client reads the certificates of the machine, which costs more than the look.
        # No connection is kept, so that a server started anew is not taken for one that is away.
        self._client = httpx.Client(
            timeout=PATIENCE, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self._thread = threading.Thread(target=self._run, daemon=True, name="probe")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    @property
    def here(self) -> bool:
        """The verdict of the last look."""
        return self._here

    def look(self) -> bool:
        """Look now; takes at most ``PATIENCE``, also at a server that was stopped in its tracks."""
        try:
            return self._client.get(self._url).is_success
        except httpx.HTTPError:
            return False

    def distrust(self) -> None:
        """A call just failed: away, whatever its health page says for the next seconds."""
        self._not_before = time.monotonic() + DISTRUST
        self._say(here=False)

    def _run(self) -> None:
        while not self._stop.is_set():
            answered = self.look()
            self._say(here=answered and time.monotonic() >= self._not_before)
            self._stop.wait(LOOK_EVERY)

    def _say(self, *, here: bool) -> None:
        if here != self._here:
            _log.warning(
                "Prefect is here" if here else "Prefect is away; playbooks go on without it"
            )
        self._here = here
        _HERE.set(here)
