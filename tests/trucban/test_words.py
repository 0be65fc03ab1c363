"""Flags, openings, the list of what waits and the timeline, each by its command."""

from pathlib import Path

import pytest
from sqlmodel import select

from incidents.intake import evidence, signals
from incidents.matter import incidents
from incidents.record import database
from incidents.record.actors import Via
from incidents.record.outbox import OutgoingMessage
from incidents.record.timeline import TimelineEntry
from tests.cast import Cast
from tests.trucban.conftest import Trucban

RUMOUR = "Đập hồ Bàu Sen sắp vỡ, sơ tán ngay trong đêm!"


@pytest.fixture
def code(trucban: Trucban, office: Cast) -> str:
    return trucban("flag", RUMOUR, "--as", "kien", "--json").json["code"]


@pytest.fixture
def number(trucban: Trucban, code: str) -> str:
    opened = trucban("open", code, "--title", "Tin vỡ đập", "--level", "3", "--as", "lan", "--json")
    return opened.json["number"]


def test_a_flag_keeps_text_and_files_and_wakes_the_duty_officer(
    trucban: Trucban, office: Cast, tmp_path: Path
) -> None:
    picture = tmp_path / "màn hình.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    said = trucban(
        *("flag", RUMOUR, "--url", "https://mang.test/p/1", "--seen-where", "Nhóm Chợ quê"),
        *("--reach", "1200", "--seen-at", "2026-11-22T03:12", "--file", str(picture)),
        *("--as", "kien"),
    )
    assert said.code == 0
    with database.reading() as session:
        (signal,) = signals.waiting(session)
        kept = [e.filename for e in evidence.of_signal(session, signal.id)]
        woken = session.exec(select(OutgoingMessage.recipient_id)).all()
        entry = session.exec(select(TimelineEntry)).first()
    assert signal.code in said.out
    assert signal.seen_at is not None
    assert (signal.reach, signal.seen_at.isoformat()) == (1200, "2026-11-21T20:12:00+00:00")
    assert sorted(kept) == sorted([f"{signal.code}.txt", "màn hình.png"])
    assert woken == [office.lan.id]
    assert entry is not None
    assert (entry.actor_id, entry.via) == (office.kien.id, Via.COMMAND)


def test_the_text_of_a_flag_can_be_piped_in(trucban: Trucban, office: Cast) -> None:
    said = trucban("flag", "-", "--as", "kien", "--json", typed=RUMOUR + "\n")
    with database.reading() as session:
        assert signals.by_code(session, said.json["code"]).text == RUMOUR


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("vi", RUMOUR.encode("utf-16"), "Đầu vào không phải chữ UTF-8 (từ byte 1)"),
        ("en", b"the dam \xff breaks", "The input is not UTF-8 text (from byte 9 on)"),
        ("en", b"the dam \x00 breaks", "characters that cannot be used"),
    ],
)
def test_what_is_piped_in_and_is_no_text_is_refused_in_clear_words(
    trucban: Trucban, office: Cast, language: str, typed: bytes, said: str
) -> None:
    refused = trucban("flag", "-", "--as", "kien", typed=typed, TRUCBAN_LANGUAGE=language)
    assert refused.code == 2
    assert said in refused.err
    with database.reading() as session:
        assert signals.waiting(session) == []


def test_an_argument_that_is_no_text_is_refused_too(trucban: Trucban, office: Cast) -> None:
    refused = trucban("flag", "dam \udcff", "--as", "kien", TRUCBAN_LANGUAGE="en")
    assert refused.code == 2
    assert "UTF-8" in refused.err
    with database.reading() as session:
        assert signals.waiting(session) == []


def test_an_empty_flag_is_wrong_usage_and_leaves_nothing(trucban: Trucban, office: Cast) -> None:
    said = trucban("flag", "--url", "ftp://mang.test", "--as", "kien")
    assert said.code == 2
    assert "url:" in said.err
    with database.reading() as session:
        assert signals.waiting(session) == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("vi", "Không có người dùng ai-do."), ("en", "There is no user ai-do.")],
)
def test_a_flag_by_nobody_is_refused_in_the_desks_language(
    trucban: Trucban, office: Cast, language: str, sentence: str
) -> None:
    said = trucban("flag", RUMOUR, "--as", "ai-do", TRUCBAN_LANGUAGE=language)
    assert (said.code, said.err.strip()) == (1, sentence)


def test_whoever_acts_must_be_named(trucban: Trucban, office: Cast) -> None:
    assert trucban("flag", RUMOUR).code == 2
    assert trucban("flag", RUMOUR, TRUCBAN_AS="kien").code == 0


def test_opening_takes_a_new_flag_and_gives_the_first_number(
    trucban: Trucban, office: Cast, code: str, number: str
) -> None:
    with database.reading() as session:
        incident = incidents.by_number(session, number)
        signal = signals.by_code(session, code)
    assert number.endswith("-0001")
    assert (incident.level, incident.opened_by) == (3, office.lan.id)
    assert (signal.incident_id, signal.acknowledged_by) == (incident.id, office.lan.id)


def test_opening_twice_names_the_first(trucban: Trucban, code: str, number: str) -> None:
    said = trucban("open", code, "--title", "Lại", "--level", "2", "--as", "lan")
    assert said.code == 1
    assert number in said.err


@pytest.mark.parametrize(
    ("words", "code_expected"),
    [
        (["--as", "kien"], 1),
        (["--as", "lan", "--nature", "opinion"], 2),
        (["--as", "lan", "--nature", "joke"], 2),
        (["--as", "lan", "--playbook", "KHONG_CO"], 2),
        (["--as", "lan", "--level", "7"], 2),
    ],
    ids=["no right", "an opinion", "no such nature", "no such playbook", "no such level"],
)
def test_an_opening_that_cannot_be_changes_nothing(
    trucban: Trucban, code: str, words: list[str], code_expected: int
) -> None:
    level = [] if "--level" in words else ["--level", "3"]
    said = trucban("open", code, "--title", "Tin vỡ đập", *level, *words)
    assert said.code == code_expected
    with database.reading() as session:
        assert incidents.recent(session) == []
        assert signals.by_code(session, code).acknowledged_at is None


def test_without_a_flag_only_an_exercise_opens(trucban: Trucban, office: Cast) -> None:
    words = ["open", "--title", "Diễn tập bão", "--level", "2", "--as", "lan"]
    assert trucban(*words).code == 2
    assert trucban(*words, "--exercise").code == 0
    with database.reading() as session:
        assert [i.exercise for i in incidents.recent(session)] == [True]


def test_status_lists_what_waits(trucban: Trucban, number: str) -> None:
    trucban("flag", "Tin khác", "--as", "kien")
    found = trucban("status", "--json").json
    assert [i["number"] for i in found["incidents"]] == [number]
    assert [s["headline"] for s in found["signals"]] == ["Tin khác"]
    assert found["messages"]["queued"] > 0
    shown = trucban("status", "--lang", "en")
    assert shown.code == 0
    assert number in shown.out
    assert "Incidents under way: 1" in shown.out


def test_an_exercise_is_counted_apart_and_marked_wherever_it_is_printed(
    trucban: Trucban, number: str
) -> None:
    words = ["open", "--title", "Diễn tập bão", "--level", "2", "--as", "lan", "--exercise"]
    assert trucban(*words).out.startswith("[DIỄN TẬP] ")
    found = trucban("status", "--json").json
    assert [i["number"] for i in found["incidents"]] == [number]
    assert [i["exercise"] for i in found["exercises"]] == [True]
    drill = found["exercises"][0]["number"]
    shown = trucban("status", "--lang", "en").out
    assert "Incidents under way: 1" in shown
    assert "Exercises under way: 1" in shown
    assert "[EXERCISE] Diễn tập bão" in shown
    assert trucban("timeline", drill).out.startswith(f"[DIỄN TẬP] {drill} – Diễn tập bão")
    assert f"[DIỄN TẬP] {drill}" in trucban("verify", drill).out
    said = trucban("flag", "Cống gãy", "--exercise", "--as", "kien").out
    assert said.startswith("[DIỄN TẬP] ")
    assert [s["exercise"] for s in trucban("status", "--json").json["signals"]] == [True]
    assert "[EXERCISE] Cống gãy" in trucban("status", "--lang", "en").out
    for command in ("timeline", "verify"):
        assert "DIỄN TẬP" not in trucban(command, number).out


def test_what_a_stranger_wrote_cannot_draw_on_the_terminal(trucban: Trucban, office: Cast) -> None:
    trucban("flag", "\x1b[2J\x1b]0;chiếm\x07 tin", "--as", "kien")
    said = trucban("status")
    assert "tin" in said.out
    assert "\x1b" not in said.out


def test_the_timeline_reads_in_both_languages(trucban: Trucban, number: str) -> None:
    assert f"Mở vụ việc {number}" in trucban("timeline", number).out
    assert "on the command line" in trucban("timeline", number, "--lang", "en").out
    first = trucban("timeline", number, "--json").json[0]
    assert (first["seq"], first["fact"]) == (1, "IncidentOpened")


def test_reading_asks_for_the_right_to_read(trucban: Trucban, number: str) -> None:
    for words in (["status"], ["timeline", number], ["verify", number]):
        assert trucban(*words, "--as", "kien").code == 1
        assert trucban(*words, "--as", "lan").code == 0


def test_an_unknown_number_is_no(trucban: Trucban, office: Cast) -> None:
    for command in ("timeline", "verify"):
        said = trucban(command, "2026-0999")
        assert said.code == 1
        assert "2026-0999" in said.err


@pytest.mark.parametrize("command", ["status", "verify", "flag"])
def test_without_a_desk_a_command_says_how_to_make_one(trucban: Trucban, command: str) -> None:
    said = trucban(command, *(["x", "--as", "lan"] if command == "flag" else []))
    assert said.code == 1
    assert "trucban migrate" in said.err


def test_migrate_makes_the_database_and_may_be_repeated(trucban: Trucban) -> None:
    assert trucban("migrate").code == 0
    assert trucban("migrate").code == 0
    said = trucban("status")
    assert said.code == 1
    assert "--as" in said.err


def test_a_setting_that_cannot_be_is_named(trucban: Trucban) -> None:
    said = trucban("status", TRUCBAN_PORT="tám nghìn")
    assert said.code == 2
    assert "TRUCBAN_PORT" in said.err
