"""The engine: every duty in a loop of its own, rung for by a commit or by the nearest due time."""

import os
import signal as signals_of_the_system
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from types import FrameType
from uuid import UUID

import structlog

from flows import advancing, catalogue, resident
from flows.advancing import GIVEN_BACK, Ending
from flows.backfill import Backfill
from flows.duties import (
    audit,
    contacts,
    deliver,
    escalate,
    posts,
    receive,
    reviews,
    rooms,
    rosters,
)
from flows.duties.advance import Advancing
from flows.duty import Duty
from flows.lookout import Lookout
from flows.playbook import Playbook
from flows.pool import Pool
from flows.probing import Probe
from flows.resident import Resident
from incidents.record import database, settings
from incidents.response.steps import runs

_AUDIT_EVERY = 15.0
_ROSTERS_EVERY = 60.0
_POSTS_EVERY = 15.0
_REVIEWS_EVERY = 60.0
_CONTACTS_EVERY = 600.0
_BACKFILL_EVERY = 2.0

_log = structlog.get_logger(__name__)


class VersionDropped(RuntimeError):
    """A live run is bound to a playbook version that is not here."""


class Engine:
    """The duties with the playbooks they run. Without ``start`` nothing of Prefect is touched."""

    def __init__(self, playbooks: Sequence[Playbook]) -> None:
        self.playbooks = tuple(playbooks)
        self.shelf = advancing.shelf(self.playbooks)
        self.probe: Probe | None = None
        self.resident: Resident | None = None
        self._pool: Pool | None = None
        self._advancing = Advancing(self._advance, self._waits)
        self._lacking: set[UUID] = set()
        self._duties: list[Duty] = []
        self._receiving: list[receive.Receiving] = []
        self._lookout = Lookout(())

    def publish_catalogue(self) -> None:
        """Publish every playbook, and refuse to go on without a version a live run is bound to."""
        catalogue.publish(self.playbooks)
        with database.reading() as session:
            missing = catalogue.missing_versions(session, self.playbooks)
        if missing:
            raise VersionDropped(", ".join(f"{code} v{version}" for code, version in missing))

    def tick(self) -> int:
        """Every duty once, one after the other; says how much was done."""
        kept = escalate.escalate() + rosters.rosters() + reviews.reviews() + contacts.contacts()
        kept += posts.posts()
        return kept + self.advance_due() + deliver.deliver() + rooms.rooms() + audit.audit()

    def advance_due(self) -> int:
        """Only the advances that are due, here and now; says how many."""
        return self._advancing.all_due()

    def start(self) -> None:
        """Begin every duty in its own thread, and look for Prefect in the background."""
        self.probe = Probe()
        self.resident = Resident(self.probe)
        self.probe.start()
        self.resident.start()
        if settings.current().work_pool:
            self._pool = Pool(self.resident, settings.current().work_pool)
        self._duties = [
            *deliver.duties(receive.chats()),
            *rooms.duties(),
            Duty("advance", self._advancing.start_due, runs.COMING, unkept=self._handed_over),
            Duty("escalate", escalate.escalate, escalate.COMING),
            Duty("rosters", _once(rosters.rosters), every=_ROSTERS_EVERY),
            Duty("posts", _once(posts.posts), every=_POSTS_EVERY),
            Duty("reviews", _once(reviews.reviews), every=_REVIEWS_EVERY),
            Duty("contacts", _once(contacts.contacts), every=_CONTACTS_EVERY),
            Duty("audit", _once(audit.audit), every=_AUDIT_EVERY),
            Duty("backfill", Backfill(self.resident, self.shelf).fill, every=_BACKFILL_EVERY),
        ]
        self._lookout = Lookout(self._duties)
        self._receiving = receive.all_of_the_settings()
        for part in (*self._duties, self._lookout, *self._receiving):
            part.start()

    def stop(self) -> None:
        """End every loop; what is under way is replayed by whoever comes next."""
        for part in (self._lookout, *self._duties, self._advancing, *self._receiving):
            part.stop()
        for duty in (*self._duties, *self._receiving):
            duty.join()
        if self.probe and self.resident:
            self.probe.stop()
            self.resident.stop()

    def _advance(self, run_id: UUID) -> Ending | None:
        """Through the pool where one is set, else through Prefect here, else plainly."""
        if self.resident is None or not self.resident.here:
            ending = resident.plainly(run_id, self.shelf)
        elif self._pool and self._pool.hand_over(run_id):
            return None
        else:
            ending = self.resident.advance(run_id, self.shelf)
        if ending.name == GIVEN_BACK:
            self._lacking.add(run_id)  # an engine of another release has its version
        return ending

    def _waits(self, run_id: UUID) -> bool:
        """Whether a run that is due is not ours to begin now."""
        return run_id in self._lacking or bool(self._pool and self._pool.waits(run_id))

    def _handed_over(self) -> datetime | None:
        return self._pool.next_due() if self._pool else None


def _once(work: Callable[[], int]) -> Callable[[], int]:
    """Looks as if nothing was done, so that the duty waits for its turn."""

    def done() -> int:
        work()
        return 0

    return done


def _log_plainly() -> None:
    """One line an event; a traceback without the values in it, which may be secrets."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ]
    )


def main(playbooks: Sequence[Playbook]) -> None:
    """Run the engine until SIGTERM or SIGINT."""
    _log_plainly()
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signals_of_the_system.SIGTERM, signals_of_the_system.SIGINT):
        signals_of_the_system.signal(number, end)
    engine = Engine(playbooks)
    engine.publish_catalogue()
    audit.beat()
    engine.start()
    ended.wait()
    engine.stop()
    audit.rest()
    # Prefect's client would wait at exit for a server that may be gone; our own state is committed.
    sys.stdout.flush()
    os._exit(0)
