"""What an advance through Prefect carries with it, and whose turn it is: Prefect's or ours."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from flows import advancing
from flows.advancing import NOT_OURS, Ending, Shelf
from flows.replaying import Held, Perform
from incidents.response.steps.runs import Where

R = TypeVar("R")


@dataclass
class Errand:
    """One advance on its way through Prefect."""

    playbooks: Shelf
    where: Where
    held: Held | None = None
    flow_run: UUID | None = None
    ending: Ending | None = None
    task: "Future[Any] | None" = None
    _asked_at: float | None = field(default_factory=time.monotonic)

    @property
    def prefect_takes(self) -> float:
        """How many seconds Prefect has kept us waiting; 0 while the turn is ours."""
        asked_at = self._asked_at
        return time.monotonic() - asked_at if asked_at is not None else 0.0

    def our_turn(self) -> None:
        """Our own transactions take as long as they take."""
        self._asked_at = None

    def prefects_turn(self) -> None:
        """From here on Prefect is being waited for."""
        self._asked_at = time.monotonic()

    def ours(self, work: Callable[[], R]) -> R:
        """Do something of ours between two waits for Prefect."""
        self.our_turn()
        try:
            return work()
        finally:
            self.prefects_turn()

    def carry_out(self, run_id: UUID, perform: Perform) -> Ending:
        """The body of the flow: claimed at its first line, whoever comes later is superseded."""
        self.our_turn()
        self.held = advancing.take(run_id, self.where, flow_run=self.flow_run)
        done = advancing.execute(self.held, self.playbooks, perform) if self.held else NOT_OURS
        self.ending = done
        self.prefects_turn()
        return done


CURRENT: ContextVar[Errand] = ContextVar("errand")
"""Set around a flow call; without it the flow executes for itself."""
