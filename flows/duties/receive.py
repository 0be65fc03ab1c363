"""Answers: fetched from where they come, each taken once, each source in a loop of its own."""

import random
import threading

import structlog

from flows.duty import LONGEST_SLEEP
from incidents.record import database, inbox, settings
from incidents.record.outbox import Channel
from notifications.channels import chats as services
from notifications.receiving.inbound import Source

POLL_EVERY = 3.0
"""Seconds between looks at a server that was never heard to push."""
_PUSHED_EVERY = 60.0
"""The same for one that pushes: only a lost push waits so long."""
_LONGEST_PAUSE = 60.0
_TRIES = 3

_log = structlog.get_logger(__name__)


class Receiving:
    """One source, read for as long as the engine runs."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="receive", daemon=True)
        self._pushed = False
        self._title = ""
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

        self._title = self._title or self.source.title()
        with database.reading() as session:
            before = inbox.cursor(session, self.source.name)
        found, after = self.source.poll(before)
        if before is None:
            _log.info("reading answers from now on, nothing of before", source=self.source.name)
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
                _log.exception("an answer cannot be taken and is set aside")
                taking.set_aside(inbound)
        self._failed.clear()
        self._note(after)
        return count

    def _note(self, cursor: str) -> None:
        """After what was read is kept: read again it would do nothing."""
        with database.reading() as session:
            if not inbox.stale(session, self.source.name, cursor=cursor):
                return
        with database.transaction() as session:
            inbox.reached(
                session, self.source.channel, self.source.name, cursor=cursor, title=self._title
            )

    def _loop(self) -> None:
        pause = 0.0
        while not self._stop.is_set():
            try:
                if not self.receive():
                    self._wait()
                if pause:
                    _log.info("the source answers again", source=self.source.name)
                pause = 0.0
            except Exception as fault:  # noqa: BLE001 - the other duties go on, and so does this one
                if not pause or not isinstance(fault, OSError):
                    _log.warning(
                        "a source cannot be read",
                        source=self.source.name,
                        fault=str(fault),
                        exc_info=not isinstance(fault, OSError),
                    )
                pause = min(_LONGEST_PAUSE, pause * 2 or 1.0)
                self._stop.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - only jitter
        self.source.close()

    def _wait(self) -> None:
        """Until the source says that something came, or it is time to look by ourselves."""
        left = _PUSHED_EVERY if self._pushed else POLL_EVERY
        while left > 0 and not self._stop.is_set():
            if self.source.wait(self.source.patience):
                self._pushed = True
                return
            if not self.source.pushes:
                self._stop.wait(self.source.patience)
            left -= self.source.patience


def all_of_the_settings() -> list[Receiving]:
    """What reads the mailbox and the chats of the settings."""
    from notifications.channels.mailbox import Mailbox  # noqa: PLC0415 - brings IMAP

    url = settings.current().imap_url.get_secret_value()
    mailbox = [Receiving(Mailbox(url))] if url else []
    return [*mailbox, *(Receiving(chat) for chat in services.asked())]


def chats() -> frozenset[Channel]:
    """The chats of the settings."""
    return frozenset(services.configured())
