"""Replies: fetched from where they come, each taken once, in a loop that hurts no other duty."""

import random
import threading

import structlog

from flows.duty import LONGEST_SLEEP
from incidents.record import database, inbox, settings
from incidents.record.outbox import Channel

POLL_EVERY = 3.0
"""Seconds between looks at a server that was never heard to push."""
_PUSHED_EVERY = 60.0
"""The same for one that pushes: only a lost push waits so long."""
_SLICE = 1.0
"""Seconds in which a stop is noticed."""
_LONGEST_PAUSE = 60.0
_TRIES = 3

_log = structlog.get_logger(__name__)


class Receiving:
    """One mailbox, read for as long as the engine runs."""

    def __init__(self, url: str) -> None:
        from notifications.channels.mailbox import Mailbox  # noqa: PLC0415 - brings IMAP

        self.box = Mailbox(url)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="receive", daemon=True)
        self._pushes = False
        self._failed: dict[str, int] = {}

    def start(self) -> None:
        """Read from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Fetch nothing more."""
        self._stop.set()

    def join(self) -> None:
        """Wait for what is under way, but not for ever."""
        self._thread.join(LONGEST_SLEEP)

    def receive(self) -> int:
        """Take what came since the last time; says how many were new."""
        from notifications.receiving import taking  # noqa: PLC0415

        with database.reading() as session:
            before = inbox.cursor(session, self.box.name)
        found, after = self.box.poll(before)
        if before is None:
            _log.info("reading replies from now on, nothing of before", mailbox=self.box.name)
        count = 0
        for inbound in found:
            try:
                count += taking.take(inbound) is not None
            except Exception:
                tries = self._failed[inbound.provider_id] = (
                    self._failed.get(inbound.provider_id, 0) + 1
                )
                if tries < _TRIES:
                    raise
                _log.exception("a reply cannot be taken and is set aside")
                taking.set_aside(inbound)
        self._failed.clear()
        self._note(after)
        return count

    def _note(self, cursor: str) -> None:
        """After what was read is kept: read again it would do nothing."""
        with database.reading() as session:
            if not inbox.stale(session, self.box.name, cursor=cursor):
                return
        with database.transaction() as session:
            inbox.reached(session, Channel.MAIL, self.box.name, cursor=cursor)

    def _loop(self) -> None:
        pause = 0.0
        while not self._stop.is_set():
            try:
                if not self.receive():
                    self._wait()
                if pause:
                    _log.info("the mailbox answers again", mailbox=self.box.name)
                pause = 0.0
            except Exception as fault:  # noqa: BLE001 - the other duties go on, and so does this one
                if not pause or not isinstance(fault, OSError):
                    _log.warning("the mailbox cannot be read", fault=str(fault), exc_info=True)
                pause = min(_LONGEST_PAUSE, pause * 2 or 1.0)
                self._stop.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - only jitter
        self.box.close()

    def _wait(self) -> None:
        """Until the server says that something came, or it is time to look by ourselves."""
        left = _PUSHED_EVERY if self._pushes else POLL_EVERY
        while left > 0 and not self._stop.is_set():
            if self.box.wait(_SLICE):
                self._pushes = True
                return
            if not self.box.idles:
                self._stop.wait(_SLICE)
            left -= _SLICE


def mailbox() -> Receiving | None:
    """What reads the mailbox of the settings, where there is one."""
    url = settings.current().imap_url.get_secret_value()
    return Receiving(url) if url else None
