"""What ``trucban doctor`` shows, and what it never shows."""

import socket
from pathlib import Path

import pytest
from sqlmodel import select

from incidents.record import database
from incidents.record.settings import Settings
from incidents.response.steps.runs import PlaybookRun
from tests.cast import Cast
from tests.trucban.conftest import Trucban


@pytest.fixture
def port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def looks(trucban: Trucban, **environment: str) -> dict[str, bool]:
    said = trucban("doctor", "--json", **environment)
    assert said.code == (0 if said.json["sound"] else 1)
    return {check["name"]: check["sound"] for check in said.json["checks"]}


def test_a_sound_desk_is_sound(trucban: Trucban, office: Cast, port: str) -> None:
    assert all(looks(trucban, TRUCBAN_PORT=port).values())


def test_every_setting_is_listed_with_its_source(
    program: Trucban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("TRUCBAN_PORT=8123\nTRUCBAN_HOST=127.0.0.2\n", encoding="utf-8")
    found = program("doctor", "--json", TRUCBAN_PORT="8124").json["settings"]
    assert set(found) == {f"TRUCBAN_{name.upper()}" for name in Settings.model_fields}
    assert found["TRUCBAN_PORT"] == {"value": "8124", "source": "environment"}
    assert found["TRUCBAN_HOST"] == {"value": "127.0.0.2", "source": "file"}
    assert found["TRUCBAN_SESSION_HOURS"]["source"] == "default"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("smtp://truc:rat-mat@thu.test:587", "smtp://truc:***@thu.test:587"),
        ("smtps://thu.test?password=rat-mat", "smtps://thu.test?***"),
        ("rat-mat", "***"),
        ("mmost://chat.test/rat-mat", "***"),
    ],
)
def test_secrets_are_masked(trucban: Trucban, given: str, shown: str) -> None:
    said = trucban("doctor", "--json", TRUCBAN_SMTP_URL=given)
    assert said.json["settings"]["TRUCBAN_SMTP_URL"]["value"] == shown
    assert "rat-mat" not in said.out + trucban("doctor", TRUCBAN_SMTP_URL=given).out


def test_a_misspelt_setting_is_named(trucban: Trucban, office: Cast) -> None:
    said = trucban("doctor", "--lang", "en", TRUCBAN_PROT="8000")
    assert said.code == 1
    assert "There is no setting named TRUCBAN_PROT" in said.out


def test_a_desk_that_sends_mail_needs_an_address_people_can_write_to(
    trucban: Trucban, office: Cast, port: str
) -> None:
    real = {"TRUCBAN_PORT": port, "TRUCBAN_SMTP_URL": "smtp://thu.test:587"}
    assert not looks(trucban, **real)["contact"]
    assert looks(trucban, TRUCBAN_MAIL_FROM="Bàn trực <truc@cuasong.test>", **real)["contact"]


def test_what_is_wrong_is_found(
    trucban: Trucban, office: Cast, own_settings: Path, port: str
) -> None:
    (own_settings / "secret.key").write_text("00" * 32)
    (own_settings / "secret.key").chmod(0o644)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", int(port)))
        stranger.listen()
        found = looks(trucban, TRUCBAN_PORT=port)
    assert {name for name, sound in found.items() if not sound} == {"secret_key", "port"}


def test_a_dropped_playbook_version_is_named(trucban: Trucban, office: Cast) -> None:
    trucban("open", "--exercise", "--title", "Diễn tập", "--level", "2", "--as", "lan")
    with database.transaction() as session:
        for run in session.exec(select(PlaybookRun)):
            run.version = 97
    said = trucban("doctor")
    assert said.code == 1
    assert "TIN_GIA_MXH v97" in said.out


def test_an_empty_folder_is_not_a_desk_yet_and_stays_empty(
    trucban: Trucban, own_settings: Path
) -> None:
    assert looks(trucban)["database"] is False
    assert not own_settings.exists()
