"""How the pages write their log: one line an event like the engine, tracebacks without locals."""

import structlog


def configure() -> None:
    """Set the log of this process.

    Where rich is installed structlog's own default prints every local variable of a traceback:
    tokens, passwords and the words of flags among them.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ]
    )
