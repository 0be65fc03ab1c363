"""Outgoing messages that are due."""

from collections.abc import Collection
from functools import partial

from flows.duty import Duty
from incidents.record import dispatch
from incidents.record.outbox import ALL, Channel

BATCH = 50


def deliver(channels: frozenset[Channel] = ALL) -> int:
    """Send a batch; says how many were tried."""
    from notifications import delivery  # noqa: PLC0415 - brings mail and templates

    return delivery.deliver_due(BATCH, channels=channels)


def duties(chats: Collection[Channel]) -> list[Duty]:
    """One for each chat and one for all the rest: one that hangs holds no other up."""
    rest = frozenset(Channel).difference(chats) if chats else ALL
    lanes = {"deliver": rest} | {f"deliver {each}": frozenset({each}) for each in chats}
    return [
        Duty(name, partial(deliver, lane), [dispatch.coming(lane)]) for name, lane in lanes.items()
    ]
