"""Sleep until something was committed, by any process, or until the time is up."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import make_url

from incidents.record import database, settings

if TYPE_CHECKING:
    import psycopg

# PRAGMA data_version costs microseconds; this bounds both the wake-up delay and the idle cost.
_LOOK_EVERY = 0.002


class Watch:
    """Notices commits of other connections. Not thread-safe; one per waiting thread."""

    def __init__(self) -> None:
        self._sqlite: Any = None
        self._postgres: psycopg.Connection | None = None
        self._seen: int | None = None

    def __enter__(self) -> Self:
        if database.is_sqlite():
            self._sqlite = database.reading_engine().raw_connection()
            self._seen = self._version()
        else:
            import psycopg  # noqa: PLC0415 - a desk on SQLite starts without it

            url = make_url(settings.current().database).set(drivername="postgresql")
            self._postgres = psycopg.connect(
                url.render_as_string(hide_password=False), autocommit=True
            )
            self._postgres.execute(f"LISTEN {database.WAKE_CHANNEL}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in (self._sqlite, self._postgres):
            if connection is not None:
                connection.close()

    def wait(self, seconds: float) -> bool:
        """Return ``True`` as soon as something was committed, ``False`` after ``seconds``.

        A commit made since the last call counts, so nothing slips between two waits.
        """
        if self._postgres is not None:
            heard = list(self._postgres.notifies(timeout=max(seconds, 0.001), stop_after=1))
            list(self._postgres.notifies(timeout=0.001))  # many commits, one wake-up
            return bool(heard)
        until = time.monotonic() + seconds
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(_LOOK_EVERY, left))

    def _version(self) -> int:
        return self._sqlite.cursor().execute("PRAGMA data_version").fetchone()[0]
