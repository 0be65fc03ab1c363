"""Keeping the parts of the desk alive: start, restart with back-off, stop, leave nobody behind."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_HEALTHY_AFTER = 60.0
"""Seconds after which a part counts as sound again and its next fall starts the back-off anew."""

_STOP_WITHIN = 10.0
"""Seconds a part has to finish what it is doing before it is killed."""

_LONGEST_LINE = 1 << 20
_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True)
class Part:
    """One program of the desk: its command, what it is told, and the sockets it inherits."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    """The whole of it; our own when left out."""
    sockets: tuple[int, ...] = ()
    quiet: bool = False
    """Only what it says on standard error is passed on."""


class Supervisor:
    """Runs parts as children in process groups of their own. One event loop, its main thread.

    The main thread matters: the leash ends a child with the *thread* that started it.
    """

    def __init__(self, log: Callable[[str, str], None]) -> None:
        self._log = log
        self._running: dict[str, Process] = {}
        self._keeping: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()

    def start(self, part: Part) -> None:
        """Keep a part running until ``stop``."""
        self._keeping[part.name] = asyncio.create_task(self._keep(part))

    async def _keep(self, part: Part) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run(part)
            if self._stopping.is_set():
                return
            if time.monotonic() - began > _HEALTHY_AFTER:
                pause = _FIRST_PAUSE
            self._log(part.name, f"stopped ({_how(code)}), starts again in {pause:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _run(self, part: Part) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *part.command),
            env={**(part.environment or os.environ), "PYTHONUNBUFFERED": "1"},
            stdin=DEVNULL,
            stdout=DEVNULL if part.quiet else PIPE,
            stderr=PIPE if part.quiet else STDOUT,
            limit=_LONGEST_LINE,
            pass_fds=part.sockets,
            start_new_session=True,
        )
        self._running[part.name] = process
        relay = asyncio.create_task(self._relay(part.name, process))
        if self._stopping.is_set():
            _signal(process, signal.SIGTERM)
        try:
            return await process.wait()
        finally:
            # What the part itself had started must not outlive it and hold its port or our pipe.
            _signal(process, signal.SIGKILL)
            await asyncio.wait({relay}, timeout=1)
            relay.cancel()
            self._running.pop(part.name, None)

    async def _relay(self, name: str, process: Process) -> None:
        said = process.stdout or process.stderr
        if said is None:
            raise ValueError("the part was started without a pipe")
        while True:
            try:
                line = await said.readline()
            except ValueError:
                continue  # an endless line: dropped, and the next one is read
            if not line:
                return
            self._log(name, line.decode(errors="replace").rstrip())

    async def stop(self) -> None:
        """Ask every part to finish, kill what does not, and wait until all are gone."""
        self._stopping.set()
        self.signal_all(signal.SIGTERM)
        if not self._keeping:
            return
        _, late = await asyncio.wait(self._keeping.values(), timeout=_STOP_WITHIN)
        if late:
            self.signal_all(signal.SIGKILL)
            await asyncio.wait(late)

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to every part and whatever it started."""
        for process in list(self._running.values()):
            _signal(process, number)


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _how(code: int) -> str:
    if code >= 0:
        return f"exit {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
