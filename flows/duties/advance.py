"""Runs whose steps are settled, newly requested, or failed and due again: replay each of them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import structlog

from flows.advancing import Ending
from incidents.record import database
from incidents.response.steps import runs

AT_ONCE = 3
"""Prefect's own SQLite answers 503 to more, and a province never has more to advance at once."""

_log = structlog.get_logger(__name__)


class Advancing:
    """The advances under way; a run is never advanced twice at once by one engine."""

    def __init__(
        self, advance: Callable[[UUID], Ending | None], waits: Callable[[UUID], bool]
    ) -> None:
        self._advance, self._waits = advance, waits
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="advance")
        self._under_way: set[UUID] = set()
        self._lock = threading.Lock()

    def start_due(self) -> int:
        """Start what is due and not under way; says how many."""
        with self._lock:
            begun = [run_id for run_id in self._due() if run_id not in self._under_way]
            self._under_way.update(begun)
        for run_id in begun:
            self._threads.submit(self._one, run_id)
        return len(begun)

    def all_due(self) -> int:
        """Advance everything that is due here and now; says how many advances it took."""
        count = 0
        while due := self._due():
            for run_id in due:
                self._try(run_id)
            count += len(due)
        return count

    def _due(self) -> list[UUID]:
        with database.reading() as session:
            due = runs.due(session)
        return [run_id for run_id in due if not self._waits(run_id)]

    def _one(self, run_id: UUID) -> None:
        try:
            self._try(run_id)
        finally:
            with self._lock:
                self._under_way.discard(run_id)
        # What was settled while it was under way woke the loop in vain: look again now.
        self.start_due()

    def _try(self, run_id: UUID) -> None:
        try:
            ending = self._advance(run_id)
        except Exception:  # noqa: BLE001 - the loop of the engine outlives every fault
            # Its lease runs out and it is tried again; the other runs do not notice.
            _log.exception("an advance broke", run=str(run_id))
        else:
            if ending:
                _log.info("advanced", run=str(run_id), ending=ending.name, message=ending.message)

    def stop(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
