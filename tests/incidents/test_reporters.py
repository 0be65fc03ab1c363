"""Whoever flagged hears of receipt and outcome, in kind words and nothing else."""

from collections.abc import Iterator
from datetime import date

import pytest

from incidents.intake import merging, reporters, triage
from incidents.intake.signals import Ground, Signal
from incidents.intake.triage import Transfer
from incidents.record.language import Language, speech
from incidents.record.outbox import OutgoingMessage
from incidents.response.life import lifecycle, opening
from tests.harness import Desk, hours, read

CITIZEN = "ba.con@vamla.test"
INSIDE = ("2026-0001", "Tin đồn", "hội nhóm kín", "Lượt tiếp cận", "Cấp độ", "Đập hồ chứa")


@pytest.fixture
def listening(desk: Desk) -> Iterator[Desk]:
    desk.reporters_listen = True
    yield desk
    for message in desk.messages(kind=reporters.KIND):
        words = read(message)
        assert not [each for each in INSIDE if each in words], words


def heard(desk: Desk, address: str = CITIZEN) -> list[str]:
    return [m.values["outcome"] for m in desk.messages(kind=reporters.KIND) if m.address == address]


def last(desk: Desk) -> OutgoingMessage:
    return desk.messages(kind=reporters.KIND)[-1]


def reported(desk: Desk, text: str = "Đập hồ chứa sắp vỡ!", **values: object) -> Signal:
    values = {"reporter": "Bà con", "reporter_contact": f" {CITIZEN} ", **values}
    signal = desk.flag(text, seen_where="hội nhóm kín", reach=900, **values)
    desk.take(signal)
    desk.set_aside()
    return signal


def test_receipt_and_opening_and_end_are_heard_by_account_and_by_address(listening: Desk) -> None:
    desk, cast = listening, listening.cast
    signal = desk.flag(reporter="Bà con", reporter_contact=CITIZEN, seen_where="hội nhóm kín")
    desk.expect_messages("signal_flagged", cast.lan)
    desk.expect_nothing()
    desk.take(signal)
    words = read(last(desk))
    assert signal.code in words
    assert "http" not in words, "no page of the desk is open to a citizen"
    incident = desk.open(signal)
    desk.do(lifecycle.stand_down, incident.id, reason="Xong", by=cast.binh)
    assert heard(desk) == ["taken", "opened", "ended"]
    assert heard(desk, "khoi@binhkhe.test") == ["taken", "opened", "ended"]
    assert f"/tin-bao/{signal.code}" in read(desk.messages(to=cast.khoi)[-1])
    desk.set_aside()


def test_whoever_did_it_and_whoever_left_no_address_hear_nothing(listening: Desk) -> None:
    desk, lan = listening, listening.cast.lan
    for contact in ("0900 000 123", "không", "a@b@c.test", "hai@dia.test, ba@chi.test"):
        signal = desk.flag(reporter_contact=contact, by=lan)
        desk.take(signal, by=lan)
    assert not desk.messages(kind=reporters.KIND)
    desk.set_aside()


def test_one_address_in_two_roles_is_written_to_once(listening: Desk) -> None:
    desk = listening
    reported(desk, reporter_contact="KHOI@binhkhe.test")
    assert len(desk.messages(kind=reporters.KIND)) == 1


@pytest.mark.parametrize("ground", list(Ground))
def test_every_ground_has_kind_words_in_both_languages(listening: Desk, ground: Ground) -> None:
    desk = listening
    signal = reported(desk, by=desk.cast.kien)
    transfer = Transfer("UBND phường Tân Hưng", "18/PC", date(2026, 11, 22))
    desk.do(
        triage.dismiss,
        signal.id,
        ground=ground,
        reason="Lý do nội bộ",
        transfer=transfer,
        by=desk.cast.lan,
    )
    citizen, kien = (
        next(read(m) for m in desk.messages(kind=reporters.KIND)[::-1] if m.address == address)
        for address in (CITIZEN, "kien@binhkhe.test")
    )
    assert "nội bộ" not in citizen + kien
    assert ("18/PC" in citizen) is (ground is Ground.COMPLAINT)
    assert speech(Language.EN).text("Khi liên hệ lại, xin nêu mã tin báo.") in kien
    assert heard(desk) == ["taken", "dismissed"]
    desk.set_aside()


def test_watching_on_is_told_once_and_what_was_merged_hears_of_the_rest(listening: Desk) -> None:
    desk, lan = listening, listening.cast.lan
    first = reported(desk)
    second = reported(desk, "Vỡ đập!", reporter_contact="nguoi.khac@vamla.test")
    for _ in range(2):
        desk.do(triage.watch, first.id, review_at=desk.time + hours(1), by=lan)
    assert heard(desk) == ["taken", "watched"]
    desk.do(merging.merge, second.id, first.code, by=lan)
    incident = desk.open(first)
    desk.do(lifecycle.stand_down, incident.id, reason="Xong", by=desk.cast.binh)
    assert heard(desk, "nguoi.khac@vamla.test") == ["taken", "merged", "opened", "ended"]
    desk.set_aside()


def test_a_wrong_opening_is_ours_to_know_and_the_next_one_is_told_again(listening: Desk) -> None:
    desk, lan = listening, listening.cast.lan
    signal = reported(desk)
    incident = desk.open(signal)
    desk.do(opening.undo, incident.id, reason="Nhầm", by=lan)
    desk.open(signal)
    assert heard(desk) == ["taken", "opened", "opened"]
    desk.set_aside()


def test_of_an_exercise_nothing_leaves_the_office(listening: Desk) -> None:
    desk, cast = listening, listening.cast
    desk.open(exercise=True, title="Diễn tập quý bốn")
    signal = reported(desk, exercise=True)
    other = reported(desk, "Vỡ đập!", reporter_contact="x@vamla.test", exercise=True)
    incident = desk.open(signal, exercise=True)
    desk.do(merging.merge, other.id, incident.number, by=cast.lan)
    desk.do(lifecycle.stand_down, incident.id, reason="Xong", by=cast.binh)
    assert heard(desk) == heard(desk, "x@vamla.test") == []
    inside = desk.messages(to=cast.khoi, kind=reporters.KIND)
    assert {m.values["outcome"] for m in inside} == {"taken", "opened", "merged", "ended"}
    assert all("DIỄN TẬP" in read(m) for m in inside)
    desk.set_aside()
