"""The processes a bench is made of, each tied to ours: they end with it, however it ends."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
_LEASH = ROOT / "trucban" / "leash.py"
_STOP_WITHIN = 10.0


class NotMeasured(RuntimeError):
    """A figure could not be had; the reason is said."""


class Child:
    """One process: what it says is kept, and can be waited for."""

    def __init__(self, name: str, command: list[str], env: dict[str, str]) -> None:
        self.name, self.said = name, list[str]()
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *command],
            cwd=ROOT,
            env={**env, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    def module(cls, module: str, *arguments: str, env: dict[str, str]) -> Self:
        """A module of Python as a process."""
        return cls(module, [sys.executable, "-m", module, *arguments], env)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(line.rstrip())
            self._lines.put(line.rstrip())

    def tell(self, line: str = "") -> None:
        """A line on its standard input."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def line(self, within: float = 60.0) -> str:
        """The next line it says."""
        try:
            return self._lines.get(timeout=within)
        except queue.Empty:
            raise NotMeasured(f"{self.name} said nothing: {self.said[-5:]}") from None

    def says(self, words: str, *, since: int = 0, within: float = 60.0) -> int:
        """Wait until it has said something after so many lines; the number of lines by then."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            for number, line in enumerate(self.said[since:], start=since + 1):
                if words in line:
                    return number
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise NotMeasured(f"{self.name} never said «{words}»: {self.said[-5:]}")

    def signal(self, number: signal.Signals) -> None:
        """A signal to it and all it started."""
        os.killpg(self._process.pid, number)

    def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        if self._process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self._process.wait()
        self._reader.join(timeout=1)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
