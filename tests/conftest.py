"""What every story stands on: an empty desk of its own, no network but loopback, one clock."""

import gc
import os
import shutil
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import URL

from incidents.record import clock, database, schema, settings
from tests import cast as the_cast
from tests import compiled, disk, postgres
from tests.cast import Cast
from tests.harness import START, Desk

if TYPE_CHECKING:
    from tests.matrix_server import MatrixServer

BOTH_DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
_LOOPBACK = ("127.", "::1", "localhost")
_CHEAP_PASSWORDS = "64"
"""Hashing a password slowly is right at the desk and waste in a story."""


disk.spare()
compiled.share()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those who may take longest begin: one that began last would keep the other worker waiting."""
    items.sort(key=_allowed, reverse=True)


def _allowed(item: pytest.Item) -> float:
    longer = item.get_closest_marker("timeout")
    return longer.args[0] if longer else 0


def pytest_collection_finish() -> None:
    """What was loaded stays: else each full collection of garbage walks all of it again."""
    gc.freeze()


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
    monkeypatch.setenv("TRUCBAN_PASSWORD_MEMORY_KIB", _CHEAP_PASSWORDS)
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
    request.getfixturevalue(f"_empty_in_{database_kind}")


@pytest.fixture
def cast(request: pytest.FixtureRequest, database_kind: str) -> Cast:
    """The cast of ``tests/cast.py``, on their posts and on shift at ``START``."""
    request.getfixturevalue(f"_peopled_in_{database_kind}")
    clock.set_source(lambda: START)
    with database.reading() as session:
        return the_cast.found(session)


# A story starts from a copy: migrating takes a second, and writing everybody down a tenth of one.


@pytest.fixture(scope="session")
def _empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="session")
def _peopled_file(tmp_path_factory: pytest.TempPathFactory, _empty_file: Path) -> Path:
    folder = tmp_path_factory.mktemp("peopled")
    shutil.copy(_empty_file, folder)
    return _made(folder, people=True)


@pytest.fixture
def _empty_in_sqlite(_empty_file: Path, own_settings: Path) -> None:
    own_settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(_empty_file, own_settings)


@pytest.fixture
def _peopled_in_sqlite(_peopled_file: Path, own_settings: Path) -> None:
    own_settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(_peopled_file, own_settings)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One PostgreSQL a worker, with migrated databases to copy from."""
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def _empty_template(postgres_server: URL, tmp_path_factory: pytest.TempPathFactory) -> str:
    url = postgres.create(postgres_server, "empty_template")
    _made(tmp_path_factory.mktemp("empty"), url)
    return "empty_template"


@pytest.fixture(scope="session")
def _peopled_template(
    postgres_server: URL, _empty_template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    url = postgres.create(postgres_server, "peopled_template", template=_empty_template)
    _made(tmp_path_factory.mktemp("peopled"), url, people=True)
    return "peopled_template"


@pytest.fixture(scope="session")
def matrix_server(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[MatrixServer]":
    """One Matrix server a worker; each story has accounts of its own on it."""
    from tests import matrix_server as matrix_servers

    with matrix_servers.running(tmp_path_factory.mktemp("matrix")) as server:
        yield server


@pytest.fixture
def _empty_in_postgres(
    postgres_server: URL,
    _empty_template: str,
    own_settings: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    with _copy(postgres_server, _empty_template, monkeypatch):
        yield


@pytest.fixture
def _peopled_in_postgres(
    postgres_server: URL,
    _peopled_template: str,
    own_settings: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    with _copy(postgres_server, _peopled_template, monkeypatch):
        yield


@contextmanager
def _copy(server: URL, template: str, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    name = f"story_{uuid4().hex}"
    url = postgres.create(server, name, template=template)
    monkeypatch.setenv("TRUCBAN_DATABASE_URL", url.render_as_string(hide_password=False))
    _forget()
    yield
    database.dispose()
    postgres.drop(server, name)


def _made(folder: Path, url: URL | None = None, *, people: bool = False) -> Path:
    """A database at the newest revision, empty or with everybody; where SQLite would keep it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUCBAN_DATA_DIR", str(folder))
        patch.setenv(
            "TRUCBAN_DATABASE_URL", url.render_as_string(hide_password=False) if url else ""
        )
        patch.setenv("TRUCBAN_PASSWORD_MEMORY_KIB", _CHEAP_PASSWORDS)
        _forget()
        if people:
            clock.set_source(lambda: START)
            with database.transaction() as session:
                the_cast.take_their_posts(session, START)
            clock.set_source(None)
        else:
            schema.upgrade()
        _forget()
    return folder / "trucban.db"


@pytest.fixture
def desk(cast: Cast) -> Iterator[Desk]:
    """The story harness; fails at the end on any message nobody expected."""
    story = Desk(cast)
    yield story
    story.close()
