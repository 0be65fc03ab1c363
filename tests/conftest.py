"""What every story stands on: an empty desk of its own, no network but loopback, one clock."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL

from incidents.record import clock, database, schema, settings
from tests import cast as the_cast
from tests import postgres
from tests.cast import Cast
from tests.harness import START, Desk

BOTH_DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    yield
    patch.undo()


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        inside = self.family == socket.AF_UNIX or str(address[0]).startswith(_LOOPBACK)
        assert inside, f"a test wanted to leave this machine for {address}"
        return connect(self, address)

    return guarded


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings that point at a data folder of this test's own; yields that folder."""
    for name in list(os.environ):
        if name.startswith("TRUCBAN_") and name != "TRUCBAN_CHAOS":
            monkeypatch.delenv(name)
    monkeypatch.setitem(settings.Settings.model_config, "env_file", None)
    monkeypatch.setenv("TRUCBAN_DATA_DIR", str(tmp_path / "data"))
    # Hashing a password slowly is right at the desk and waste in a story.
    monkeypatch.setenv("TRUCBAN_PASSWORD_MEMORY_KIB", "64")
    _forget()
    yield tmp_path / "data"
    clock.set_source(None)
    _forget()


def _forget() -> None:
    database.dispose()
    settings.current.cache_clear()


@pytest.fixture
def database_kind() -> str:
    """Where the record is kept; a folder of stories overrides this with ``BOTH_DATABASES``."""
    return "sqlite"


@pytest.fixture
def migrated(request: pytest.FixtureRequest, database_kind: str) -> None:
    """An empty database at the newest revision, in the settings' place."""
    request.getfixturevalue(f"_in_{database_kind}")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    _migrate(folder, "")
    return folder / "trucban.db"


@pytest.fixture
def _in_sqlite(_sqlite_template: Path, own_settings: Path) -> None:
    own_settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(_sqlite_template, own_settings / "trucban.db")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One PostgreSQL a worker, with a migrated database to copy from."""
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: URL, tmp_path_factory: pytest.TempPathFactory) -> str:
    url = postgres.create(postgres_server, "template_of_stories")
    _migrate(tmp_path_factory.mktemp("template"), url.render_as_string(hide_password=False))
    return "template_of_stories"


@pytest.fixture
def _in_postgres(
    postgres_server: URL,
    _postgres_template: str,
    own_settings: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    name = f"story_{uuid4().hex}"
    url = postgres.create(postgres_server, name, template=_postgres_template)
    monkeypatch.setenv("TRUCBAN_DATABASE_URL", url.render_as_string(hide_password=False))
    _forget()
    yield
    database.dispose()
    postgres.drop(postgres_server, name)


def _migrate(folder: Path, url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUCBAN_DATA_DIR", str(folder))
        patch.setenv("TRUCBAN_DATABASE_URL", url)
        _forget()
        schema.upgrade()
        _forget()


@pytest.fixture
def cast(migrated: None) -> Cast:
    """The cast of ``tests/cast.py``, on their posts and on shift at ``START``."""
    clock.set_source(lambda: START)
    with database.transaction() as session:
        return the_cast.take_their_posts(session, START)


@pytest.fixture
def desk(cast: Cast) -> Iterator[Desk]:
    """The story harness; fails at the end on any message nobody expected."""
    story = Desk(cast)
    yield story
    story.close()
