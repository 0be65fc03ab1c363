"""Advances through Prefect in the engine's own process: a thread with its loop, and patience.

Only the advance that discovers an outage pays a wait. Then the flow call is cancelled and the plain
functions run under a new claim, so that the abandoned one can change nothing any more.
"""

import asyncio
import gc
import importlib
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from contextvars import copy_context
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import Session, col

from flows import advancing, prefect_server, replaying
from flows.advancing import NOT_OURS, Ending, Shelf
from flows.errands import CURRENT, Errand
from flows.playbook import Playbook
from flows.probing import Probe
from flows.replaying import Held
from incidents.matter import incidents
from incidents.record import clock, database
from incidents.response.steps import runs
from incidents.response.steps.runs import Advance, Superseded, Where

PATIENCE = 0.5
"""Seconds an advance waits before it asks whether Prefect is still there; asking takes up to as
long again, so that discovering an outage costs one second."""
LONGEST = 10.0
"""Seconds it waits for one that answers its health page and does nothing else."""

SEND_OFF = 3.0
"""Seconds a stopping engine gives Prefect's client for the rest of its events."""

R = TypeVar("R")
_log = structlog.get_logger(__name__)


class Resident:
    """Prefect's client in a thread of its own; ready some seconds after its start."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._loop = asyncio.new_event_loop()
        self._context = copy_context()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="prefect")

    def start(self) -> None:
        """Begin to import Prefect; nobody waits for it."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the loop; what hangs in it hangs in a daemon thread."""
        if self._ready.is_set():
            from prefect.events.worker import EventsWorker  # noqa: PLC0415

            # What Prefect tells its server of our tasks is queued; unsent, it would hold the exit.
            EventsWorker.drain_all(timeout=SEND_OFF)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=2)

    @property
    def here(self) -> bool:
        """Whether an advance may go through Prefect now."""
        return self._ready.is_set() and self._probe.here

    def _run(self) -> None:
        with prefect_server.reachable():
            importlib.import_module("flows.prefect_flow")
            asyncio.set_event_loop(self._loop)
            self._context = copy_context()
            # The first client takes its time: seconds no advance should pay.
            self._loop.run_until_complete(_warm())
            # What was loaded stays: else each full collection walks all of Prefect, and an alert
            # waits for it.
            gc.freeze()
            self._loop.call_soon(self._ready.set)
            self._loop.run_forever()
            for left in asyncio.all_tasks(self._loop):
                left.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    def call(self, coroutine: "Coroutine[Any, Any, R]") -> "Future[R]":
        """Run something of Prefect's client in its thread."""
        # A coroutine from another thread brings that thread's context, which knows no server:
        # Prefect would quietly start one of its own in this process.
        begin = asyncio.run_coroutine_threadsafe
        return self._context.copy().run(begin, coroutine, self._loop)

    def advance(self, run_id: UUID, playbooks: Shelf) -> Ending:
        """Advance a run through its flow, or plainly when Prefect turns out to be away."""
        with database.reading() as session:
            run = runs.get(session, run_id)
            number = incidents.get(session, run.incident_id).number
        playbook = playbooks.get((run.playbook, run.version))
        if playbook is None:
            return plainly(run_id, playbooks)
        errand = Errand(playbooks, Where.RESIDENT)
        called = self.call(_call(playbook, run_id, number, errand))
        while not wait([called], timeout=0.05).done:
            if errand.prefect_takes > PATIENCE and (
                errand.prefect_takes > LONGEST or not self._probe.look()
            ):
                return self._without(run_id, playbooks, errand, called)
        if errand.ending is None or called.cancelled() or called.exception():
            return self._without(run_id, playbooks, errand, called)
        recorded(errand.held)
        return errand.ending

    def _without(
        self, run_id: UUID, playbooks: Shelf, errand: Errand, called: "Future[Any]"
    ) -> Ending:
        self._probe.distrust()
        failed = called.exception() if called.done() and not called.cancelled() else None
        _log.warning("advanced without Prefect", run=str(run_id), error=repr(failed))
        if errand.ending is not None:
            called.cancel()
            return errand.ending
        held = _take_from(errand, run_id)
        called.cancel()
        if errand.task:
            errand.task.cancel()
        return advancing.execute(held, playbooks) if held else NOT_OURS


async def _warm() -> None:
    from prefect.client.orchestration import get_client  # noqa: PLC0415

    async with get_client():
        pass


async def _call(playbook: Playbook, run_id: UUID, number: str, errand: Errand) -> None:
    from prefect import tags  # noqa: PLC0415

    CURRENT.set(errand)
    with tags(number):
        await cast("Coroutine[Any, Any, Any]", playbook.flow(str(run_id), return_state=True))


def _take_from(errand: Errand, run_id: UUID) -> Held | None:
    """Claim the run anew; the abandoned executor fails its next check and changes nothing."""
    if errand.held is None:
        return advancing.take(run_id, Where.PLAIN)
    try:
        with database.transaction() as session:
            runs.give_back(session, errand.held.claim)
            session.flush()
            claim = runs.claim(session, run_id, Where.PLAIN)
            session.flush()
            return replaying.load(session, claim) if claim else None
    except Superseded:
        return None


def plainly(run_id: UUID, playbooks: Shelf) -> Ending:
    """Advance a run by calling its playbook; its record in Prefect is back-filled later."""
    held = advancing.take(run_id, Where.PLAIN)
    return advancing.execute(held, playbooks) if held else NOT_OURS


def recorded(held: Held | None) -> None:
    """Prefect has it all."""
    if held:
        with database.transaction() as session:
            _recorded(session, held)


def _recorded(session: Session, held: Held) -> None:
    session.exec(
        update(Advance)
        .where(col(Advance.run_id) == held.claim.run_id, col(Advance.fence) == held.claim.fence)
        .values(recorded_at=clock.now())
    )
