import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from incidents.record import clock, database, settings
from incidents.response.steps import catalog
from incidents.response.steps.catalog import PlaybookVersion
from tests import cast as the_cast
from tests.cast import Cast
from trucban.main import app

PLAYBOOK = "TIN_GIA_MXH"


@dataclass(frozen=True)
class Said:
    """What a command printed, and the code it left with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Trucban = Callable[..., Said]


@pytest.fixture
def trucban(own_settings: object, monkeypatch: pytest.MonkeyPatch) -> Trucban:
    """The command line in this process, with settings read anew for each command."""

    def run(*words: str, typed: str | bytes = "", **environment: str) -> Said:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            _forget()
            done = CliRunner().invoke(app, words, input=typed, catch_exceptions=False)
        _forget()
        return Said(done.exit_code, done.stdout, done.stderr)

    return run


def _forget() -> None:
    database.dispose()
    settings.current.cache_clear()


@pytest.fixture
def program(own_settings: object) -> Trucban:
    """The real program in a process of its own, over the settings of this test."""

    def run(*words: str, typed: str = "", **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "trucban", *words],
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=90,
            check=False,
            env={**os.environ, "COLUMNS": "200", **environment},
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def office(migrated: None) -> Cast:
    """The cast on their posts and on shift now, with one playbook on offer."""
    now = clock.now()
    with database.transaction() as session:
        catalog.publish(
            session,
            PlaybookVersion(code=PLAYBOOK, version=1, source_sha256="0" * 64, published_at=now),
        )
        return the_cast.take_their_posts(session, now)
