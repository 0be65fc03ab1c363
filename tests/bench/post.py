"""The mail server's side of a bench: what it accepted, and when."""

import json
import time

from tests.bench.children import Child, NotMeasured


class Post:
    """The SMTP server, and what it has accepted."""

    def __init__(self, env: dict[str, str]) -> None:
        self.child = Child.module("tests.bench.sink", env=env)
        self.port = int(self.child.line())

    def until_quiet(self, quiet: float = 0.3) -> None:
        """Wait until nothing has come for a while."""
        while True:
            try:
                self.child.line(quiet)
            except NotMeasured:
                return

    def accepted(self, to: str, count: int = 1, within: float = 60.0) -> float:
        """When the last of so many mails to addresses that begin so was accepted."""
        until, left, at = time.monotonic() + within, count, 0.0
        while left:
            at, address = json.loads(self.child.line(until - time.monotonic()))
            left -= address.startswith(to)
        return at
