"""Outgoing messages that are due."""

BATCH = 50


def deliver() -> int:
    """Send a batch; says how many were tried."""
    from notifications import delivery  # noqa: PLC0415 - brings mail and templates

    return delivery.deliver_due(BATCH)
