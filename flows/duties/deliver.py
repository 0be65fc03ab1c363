"""Outgoing messages that are due."""

from datetime import datetime

from incidents.record import database, outbox

BATCH = 50


def deliver() -> int:
    """Send a batch; says how many were tried."""
    from notifications import delivery  # noqa: PLC0415 - brings mail and templates

    return delivery.deliver_due(BATCH)


def next_due() -> datetime | None:
    """When the next message wants to leave."""
    with database.reading() as session:
        return outbox.next_due(session)
