"""What is wrong around the desk is said in a sentence and an exit code, never in a traceback."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.record import settings
from tests.trucban.conftest import Trucban
from trucban import folder


@pytest.fixture
def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("TRUCBAN_PORT", "99999", "Số quá lớn"),
        ("TRUCBAN_PORT", "0", "từ 1 trở lên"),
        ("TRUCBAN_PORT", "tám nghìn", "số nguyên"),
        ("TRUCBAN_DATABASE_URL", "không phải địa chỉ", "địa chỉ không đọc được"),
        ("TRUCBAN_DATABASE_URL", "mysql://u:rat-mat@may.test/x", "địa chỉ không đọc được"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_never_repeated(
    trucban: Trucban, name: str, value: str, why: str
) -> None:
    said = trucban("status", **{name: value})
    assert said.code == 2
    assert name in said.err
    assert why in said.err
    assert "rat-mat" not in said.err


def test_the_same_is_said_in_english(trucban: Trucban) -> None:
    said = trucban("status", TRUCBAN_PORT="99999", TRUCBAN_LANGUAGE="en")
    assert "TRUCBAN_PORT cannot be used" in said.err


@pytest.mark.parametrize("command", ["status", "migrate", "verify", "engine"])
def test_a_database_that_cannot_be_reached_is_said_in_one_sentence(
    trucban: Trucban, command: str
) -> None:
    said = trucban(command, TRUCBAN_DATABASE_URL="postgresql://u:rat-mat@127.0.0.1:1/x")
    assert said.code == 1
    assert said.err.startswith("Không mở được cơ sở dữ liệu: ")
    assert said.err.count("\n") == 1
    assert "rat-mat" not in said.err


def test_a_file_that_is_no_database_is_said_so(trucban: Trucban, tmp_path: Path) -> None:
    wrong = tmp_path / "thu.db"
    wrong.write_text("một lá thư, không phải cơ sở dữ liệu" * 100)
    said = trucban("status", TRUCBAN_DATABASE_URL=f"sqlite:///{wrong}")
    assert said.code == 1
    assert "Không mở được cơ sở dữ liệu" in said.err


def test_the_desk_itself_stops_with_the_same_sentences(
    program: Trucban, tmp_path: Path, free_port: str
) -> None:
    nobody = "postgresql://u@127.0.0.1:1/x"
    said = program("serve", TRUCBAN_PORT=free_port, TRUCBAN_DATABASE_URL=nobody)
    assert said.code == 1
    assert "Không mở được cơ sở dữ liệu" in said.err
    in_the_way = tmp_path / "tep"
    in_the_way.write_text("")
    where = {"TRUCBAN_DATA_DIR": str(in_the_way / "du-lieu"), "TRUCBAN_LANGUAGE": "en"}
    said = program("serve", TRUCBAN_PORT=free_port, **where)
    assert said.code == 1
    assert f"The data folder {in_the_way}/du-lieu cannot be written" in said.err


def test_a_data_folder_that_cannot_be_made_is_said(trucban: Trucban, tmp_path: Path) -> None:
    in_the_way = tmp_path / "tep"
    in_the_way.write_text("")
    said = trucban("migrate", TRUCBAN_DATA_DIR=str(in_the_way / "du-lieu"))
    assert said.code == 1
    assert f"Không ghi được vào thư mục dữ liệu {in_the_way}/du-lieu" in said.err
    assert "TRUCBAN_DATA_DIR" in said.err


@pytest.fixture
def other_desk(migrated: None) -> Iterator[None]:
    """This process runs both parts on the data folder; the second of each is another one."""
    before = list(folder._HELD)
    for part in ("serve", "engine"):
        folder.hold(part)
    yield
    for lock in folder._HELD[len(before) :]:
        os.close(lock)
    del folder._HELD[len(before) :]


@pytest.mark.parametrize("part", ["serve", "engine"])
def test_a_second_one_on_the_same_data_folder_names_the_first_and_stops(
    program: Trucban, other_desk: None, free_port: str, part: str
) -> None:
    before = _there()
    said = program(part, TRUCBAN_PORT=free_port)
    assert said.code == 1
    assert f"«trucban {part}» đang chạy trên thư mục dữ liệu" in said.err
    assert f"tiến trình {os.getpid()}" in said.err
    assert _there() == before


def _there() -> set[str]:
    """What is in the data folder, but for what SQLite keeps beside an open database."""
    beside = ("-shm", "-wal")
    return {f.name for f in settings.current().data_dir.iterdir() if not f.name.endswith(beside)}


def test_whoever_ended_lets_go_of_the_folder(migrated: None) -> None:
    """However it ended: the kernel lets go, nothing has to be tidied up."""
    lock = settings.current().data_dir / "engine.lock"
    lock.write_text("999999\n")
    folder.hold("engine")
    assert lock.read_text() == f"{os.getpid()}\n"
    os.close(folder._HELD.pop())
