"""The program as a shell starts it: help, exit codes, standard streams, one journey."""

from sqlalchemy import text

from incidents.intake import signals
from incidents.record import database
from tests.cast import Cast
from tests.trucban.conftest import Trucban

COMMANDS = [
    *("serve", "api", "engine", "worker", "migrate", "demo", "flag", "open", "status"),
    *("timeline", "verify", "playbooks", "doctor"),
]


def test_help_names_every_command_in_the_language_of_the_environment(program: Trucban) -> None:
    said = program("--help", TRUCBAN_LANGUAGE="en")
    assert said.code == 0
    assert [name for name in COMMANDS if name not in said.out] == []
    assert "bàn trực" in program("--help").out


def test_no_command_is_wrong_usage(program: Trucban) -> None:
    assert program("xoa").code == 2


def test_from_a_flag_to_a_tampered_entry(program: Trucban, office: Cast) -> None:
    rumour = "Đập sắp vỡ, chạy ngay!"
    code = program("flag", "-", "--as", "kien", "--json", typed=rumour).json["code"]
    with database.reading() as session:
        assert signals.by_code(session, code).text == rumour
    said = program("open", code, "--title", "Tin vỡ đập", "--level", "3", "--as", "kien")
    assert (said.code, said.out) == (1, "")
    assert "không có quyền" in said.err
    opened = program("open", code, "--title", "Tin vỡ đập", "--level", "3", "--as", "lan", "--json")
    number = opened.json["number"]
    assert program("verify", number).code == 0
    with database.writing_engine().begin() as connection:
        connection.execute(text("DROP TRIGGER timeline_entry_no_update"))
        connection.execute(text("UPDATE timeline_entry SET happened_at = '2020-01-01 00:00:00'"))
    said = program("verify", number, "--lang", "en")
    assert said.code == 1
    assert "Entry 1 was altered after it was recorded." in said.out
    assert "timeline_entry_no_update" in said.out
