"""``make bench``: what was measured, as ratios inside this one run, with the goal beside each.

Everything is real and on loopback: the engine, the process that answers people and Prefect's
server as processes of their own, woken by commits; an SMTP server that says what it accepted when.
Names of figures after the module restrict the run: ``opening``, ``call-out``, ``reaching``,
``advancing``, ``worker``.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path

import structlog

from incidents.record import database
from incidents.response.steps.runs import Where
from tests.bench import advancing, call_out, opening, reaching
from tests.bench.children import Child, NotMeasured
from tests.bench.desk import Desk
from tests.bench.figures import Figure


def main() -> int:
    """Measure everything; 1 when something could not be measured, whatever the goals say."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    began = time.monotonic()
    print(f"bench: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; SQLite, synchronous FULL")
    folder = Path(tempfile.mkdtemp(prefix="trucban-bench-"))
    try:
        # A desk of its own: its openings would keep the engine of the others busy for a minute.
        all_measured = _print("opening", lambda: _opening(folder / "opening"))
        all_measured &= _print("reaching", lambda: reaching.measure(folder / "reaching"))
        if not sys.argv[1:] or {*sys.argv[1:]} - {"opening", "reaching"}:
            with ExitStack() as stack:
                all_measured &= _with_an_engine(Desk(folder / "desk", stack), stack)
    finally:
        database.dispose()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"bench: done in {time.monotonic() - began:.0f} s")
    return 0 if all_measured else 1


def _opening(folder: Path) -> list[Figure]:
    with ExitStack() as stack:
        desk = Desk(folder, stack)
        return opening.measure(desk, stack, desk.api())


def _with_an_engine(desk: Desk, stack: ExitStack) -> bool:
    """In an order in which nothing runs that a figure is not about."""
    try:
        caller = desk.api()
        prefect, engine = _with_prefect(desk)
    except NotMeasured as reason:
        print(f"NOT MEASURED  all that needs Prefect: {reason}", flush=True)
        return False
    parts: dict[str, Callable[[], list[Figure]]] = {
        "call-out": lambda: call_out.measure(desk, stack, caller),
        "advancing": lambda: advancing.with_prefect_and_without(desk, stack, prefect, engine),
        "worker": lambda: advancing.through_a_worker(desk, stack, engine),
    }
    done = [_print(name, measure) for name, measure in parts.items()]
    return all(done)


def _print(name: str, measure: Callable[[], list[Figure]]) -> bool:
    if sys.argv[1:] and name not in sys.argv[1:]:
        return True
    try:
        for figure in measure():
            print(figure, flush=True)
    except (NotMeasured, OSError, HTTPException) as reason:
        print(f"NOT MEASURED  {name}: {reason}", flush=True)
        return False
    return True


def _with_prefect(desk: Desk) -> tuple[Child, Child]:
    """Prefect's server and the engine, from the moment on at which advances go through Prefect."""
    prefect, engine = desk.start_prefect(), desk.engine()
    desk.await_advance(Where.RESIDENT)
    desk.settled()
    return prefect, engine


if __name__ == "__main__":
    sys.exit(main())
