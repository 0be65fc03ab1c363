"""Every place the desk may die at: just before and just after each commit and each send.

Nothing in the product knows of it: the writing engine's COMMIT, the mail client's DATA and the
renaming of a file of the public page are wrapped in the process that is about to be killed.
"""

import os
import signal
import smtplib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from incidents.record import database

COMMIT, MAIL, PAGE = "commit", "mail", "page"
"""What a point is about; ``mail`` and ``page`` are sends."""

DIED_AT = "died_at"
"""The file in the data folder that says at which point the process was killed."""


REST = "rest-"
"""Begins the names of copies of the data folder at rest; the number of points behind follows."""

_PATIENCE = 30.0


class Points:
    """Notes the points as the process comes by them, and kills it at one: a kind, and which of it.

    ``in_step`` lets one message at a time be under way, from its sending to the commit of its
    mark, so that every journey comes by the same points; else the senders run side by side.
    """

    def __init__(self, folder: Path, kill_at: Sequence[str | int] | None, *, in_step: bool) -> None:
        self._folder, self._kill_at, self._in_step = folder, kill_at, in_step
        self._lock = threading.Lock()
        self._turn = threading.Semaphore()
        self._sender: tuple[str, int] | None = None
        self.met: list[str] = []
        self.writes = 0

    def at(self, where: str) -> None:
        """Come by a point; at the chosen one this process is gone before the call returns."""
        with self._lock:
            turn = self.met.count(where)
            self.met.append(where)
            if self._kill_at and (where, turn) == tuple(self._kill_at):
                (self._folder / DIED_AT).write_text(where)
                os.kill(os.getpid(), signal.SIGKILL)

    def _begin_to_send(self, what: str) -> None:
        sender = (what, threading.get_ident())
        # One page is several files, all of one message.
        if self._in_step and not (what == PAGE and self._sender == sender):
            if not self._turn.acquire(timeout=_PATIENCE):
                raise AssertionError("a message was sent and its mark is not committed")
            self._sender = sender

    def _marked(self) -> None:
        if self._sender is not None:
            self._sender = None
            self._turn.release()

    def install(self) -> None:
        """Wrap what commits and what sends."""
        self._wrap_commits()
        self._wrap_mail()
        self._wrap_page()

    def _wrap_commits(self) -> None:
        engine = database.writing_engine()
        commit = engine.dialect.do_commit

        @event.listens_for(engine, "begin")
        def remember(connection: Connection) -> None:
            raw: Any = connection.connection.dbapi_connection
            connection.info["changes"] = raw.total_changes

        def counted(connection: Any) -> None:
            # A transaction that wrote nothing has nothing to lose: it is not a point.
            if connection.dbapi_connection.total_changes == connection.info["changes"]:
                commit(connection)
                return
            self.writes += 1
            self.at(f"before {COMMIT}")
            commit(connection)
            self.at(f"after {COMMIT}")
            self._marked()

        engine.dialect.do_commit = counted  # type: ignore[method-assign]

    def _wrap_mail(self) -> None:
        data = smtplib.SMTP.data

        def counted(client: smtplib.SMTP, message: Any) -> Any:
            self._begin_to_send(MAIL)
            self.at(f"before {MAIL}")
            answer = data(client, message)
            self.at(f"after {MAIL}")
            return answer

        smtplib.SMTP.data = counted  # type: ignore[method-assign]

    def _wrap_page(self) -> None:
        os.replace = self._around(os.replace)  # ``Path.replace`` goes through it as well

    def _around(self, rename: Callable[..., Any]) -> Callable[..., Any]:
        public = f"{os.sep}public{os.sep}"

        def counted(source: Any, target: Any, **more: Any) -> Any:
            if public not in str(target):
                return rename(source, target, **more)
            self._begin_to_send(PAGE)
            self.at(f"before {PAGE}")
            answer = rename(source, target, **more)
            self.at(f"after {PAGE}")
            return answer

        return counted
