"""Bringing a database to the newest revision, and comparing it with the models.

Alembic is loaded by whoever migrates and by nobody else: a desk whose database is up to date
answers its first page without it.
"""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from incidents.record import database

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x7472756362616E  # "trucban": one migrating process at a time on PostgreSQL


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "incidents.record:migrations")
    config.attributes["connection"] = connection
    return config


def upgrade() -> None:
    """Run every revision the database has not seen; safe to call from several processes."""
    with altering() as connection:
        if not database.is_sqlite():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if _current(connection) != newest():
            from alembic import command  # noqa: PLC0415

            command.upgrade(_config(connection), "head")


@contextmanager
def altering() -> Generator[Connection]:
    """A transaction in which SQLite's tables may be copied although rows elsewhere point to them.

    Such a copy drops the table, which breaks every reference for a moment: they are checked at the
    end instead (SQLite's own procedure, "Making Other Kinds Of Table Schema Changes").
    """
    with database.writing_engine().connect() as connection:
        if not database.is_sqlite():
            with connection.begin():
                yield connection
            return
        direct: Any = connection.connection.dbapi_connection
        direct.execute("PRAGMA foreign_keys=OFF")  # does nothing once a transaction has begun
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the new revision breaks references: {broken[:5]}")
        finally:
            direct.execute("PRAGMA foreign_keys=ON")


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@cache
def newest() -> str:
    """Return the newest revision this program knows, told by the names of the revisions' files."""
    revisions = files("incidents.record.migrations").joinpath("versions").iterdir()
    return max(
        revision.name.partition("_")[0] for revision in revisions if revision.name.endswith(".py")
    )


def ready() -> bool:
    """Whether the database is at the newest revision."""
    with database.reading_engine().connect() as connection:
        return _current(connection) == newest()


def check() -> None:
    """Raise when models and migrations differ (a developer forgot a revision)."""
    from alembic import command  # noqa: PLC0415

    with database.writing_engine().begin() as connection:
        command.check(_config(connection))


def new_revision(message: str, revision: str) -> None:
    """Write the next revision from the difference between the models and the database."""
    from alembic import command  # noqa: PLC0415

    with database.writing_engine().begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)
