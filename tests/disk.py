"""Stories ask whether rules hold, not whether the disk does.

A process that is killed takes nothing with it that the system has: only a machine that loses its
power does, and no story cuts that. Smoke and measures run the program as it is, and wait.
"""

import sqlite3
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool


def spare() -> None:
    """From now on no commit of this process waits for the disk."""
    if not event.contains(Pool, "checkout", _wait_for_nothing):
        event.listen(Pool, "checkout", _wait_for_nothing)


def _wait_for_nothing(connection: Any, *_: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
