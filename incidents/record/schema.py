"""Bringing a database to the newest revision, and comparing it with the models."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from incidents.record import database

_LOCK = 0x7472756362616E  # "trucban": one migrating process at a time on PostgreSQL


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "incidents.record:migrations")
    config.attributes["connection"] = connection
    return config


def upgrade() -> None:
    """Run every revision the database has not seen; safe to call from several processes."""
    with database.writing_engine().begin() as connection:
        if not database.is_sqlite():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if _current(connection) != _newest():
            command.upgrade(_config(connection), "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _newest() -> str | None:
    config = Config()
    config.set_main_option("script_location", "incidents.record:migrations")
    return ScriptDirectory.from_config(config).get_current_head()


def ready() -> bool:
    """Whether the database is at the newest revision."""
    with database.reading_engine().connect() as connection:
        return _current(connection) == _newest()


def check() -> None:
    """Raise when models and migrations differ (a developer forgot a revision)."""
    with database.writing_engine().begin() as connection:
        command.check(_config(connection))


def new_revision(message: str, revision: str) -> None:
    """Write the next revision from the difference between the models and the database."""
    with database.writing_engine().begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)
