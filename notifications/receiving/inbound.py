"""One message that came in, whatever brought it, and what a channel must offer to bring more.

A channel sends and says under which name (``notifications/outcomes.py``); it is asked for what has
come since a cursor that only it understands. Everything behind that is the same for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from incidents.record.inbox import Why
from incidents.record.outbox import Channel


@dataclass(frozen=True)
class Returned:
    """A message of ours that came back: under which of our names, and whether for ever."""

    names: tuple[str, ...]
    address: str
    for_good: bool
    reason: str


@dataclass(frozen=True)
class Inbound:
    """What came in. Nothing in it is trusted until it is matched."""

    channel: Channel
    provider_id: str
    """The provider's name for it: fetched twice, it has the same."""
    sender: str
    text: str = ""
    """What its author wrote, without what they quoted."""
    reply_to: tuple[str, ...] = ()
    """The provider's names of what it answers, the nearest first."""
    tokens: tuple[str, ...] = ()
    """What stood in the address it was sent to."""
    subject: str = ""
    reaction: str = ""
    files: int = 0
    """How many came with it; none is kept."""
    left_alone: Why | None = None
    """Why nobody is to be answered, where its form says so."""
    returned: Returned | None = None
    overheard: bool = False
    """Said where others read along: only what names its matter is meant for the desk."""
    too_big: bool = field(default=False)


class Source(Protocol):
    """A way in. It may raise ``OSError`` at any time: the other side is away."""

    channel: Channel
    patience: float
    """Seconds one wait may take; an engine that stops waits no longer than that."""

    @property
    def name(self) -> str:
        """What its place is kept under."""
        ...

    @property
    def pushes(self) -> bool:
        """Whether it says by itself that something came, or must be looked at again and again."""
        ...

    def title(self) -> str:
        """Under what people find it; empty where they know that already."""
        ...

    def poll(self, cursor: str | None) -> tuple[Sequence[Inbound], str]:
        """What has come since, in its order, and the new place; nothing on its first time."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait for a push at most so long; whether there was one."""
        ...

    def close(self) -> None:
        """Leave."""
        ...
