"""Work is answered on a real Matrix server: replied to, marked with a sign, or by its code."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import ValidationError
from sqlmodel import select

from incidents.people.directory import chat_accounts
from incidents.people.persons import ContactKind, ContactPoint
from incidents.people.roles import Role
from incidents.record import database, inbox, settings
from incidents.record.inbox import IncomingState, Verb, Why
from incidents.record.outbox import MessageState
from incidents.response.steps.steps import StepState
from notifications import delivery
from notifications.channels import matrix_events
from notifications.channels.chat import ChatText
from notifications.channels.matrix import Matrix
from notifications.outcomes import FailedForGood, FailedForNow, Sent
from tests.matrix_server import DOMAIN, Account, MatrixServer
from tests.notifications import on_matrix
from tests.notifications.conftest import Stage
from tests.notifications.on_matrix import OnMatrix, came, messages


@pytest.fixture
def matrix(
    stage: Stage, matrix_server: MatrixServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OnMatrix]:
    made = on_matrix.run(matrix_server, monkeypatch)
    yield made
    made.chat.close()


def test_an_account_is_bound_where_its_person_opened_the_room_and_work_comes_there(
    matrix: OnMatrix, stage: Stage
) -> None:
    phuc, room = matrix.join(stage.cast.phuc)
    assert "Đã gắn tài khoản này" in phuc.reads(room)[-1]
    step = stage.ask()
    matrix.exchange()
    assert phuc.rooms() == [room]
    assert phuc.invited() == []
    assert f"NHẬN {step.code}" in phuc.reads(room)[-1]
    written = phuc.write(room, f"nhận {step.code.lower()}")
    matrix.exchange()
    assert stage.step(step.id).acknowledged_by == stage.cast.phuc.id
    outcome = phuc.events(room)[-1]["content"]
    assert "Đã ghi nhận" in outcome["body"]
    assert outcome["m.relates_to"]["m.in_reply_to"]["event_id"] == written


_ANSWERS: dict[str, Callable[[Account, str, str], object]] = {
    "a reply": lambda who, room, to: who.reply(room, to, "nhận"),
    "a reply that quotes": lambda who, room, to: who.reply(
        room, to, "Đã nhận", quoting="Việc 1: xác minh\n> xong thì báo"
    ),
    "a thread": lambda who, room, to: who.answer_in_thread(room, to, "ok, em nhận"),
    "a sign": lambda who, room, to: who.react(room, to),
    "a thumb": lambda who, room, to: who.react(room, to, "👍🏻"),
}


@pytest.mark.parametrize("answer", _ANSWERS.values(), ids=_ANSWERS.keys())
def test_an_answer_to_the_message_needs_no_code(
    matrix: OnMatrix, stage: Stage, answer: Callable[[Account, str, str], object]
) -> None:
    phuc, room = matrix.join(stage.cast.phuc)
    other, step = stage.ask("another"), stage.ask()
    matrix.exchange()
    (message,) = messages(step)
    answer(phuc, room, matrix.event_of(message))
    matrix.exchange()
    assert stage.step(step.id).acknowledged_by == stage.cast.phuc.id
    assert stage.step(other.id).state is StepState.OPEN


def test_the_same_sync_read_again_does_nothing(matrix: OnMatrix, stage: Stage) -> None:
    phuc, room = matrix.join(stage.cast.phuc)
    step = stage.ask()
    matrix.exchange()
    with database.reading() as session:
        before = inbox.cursor(session, matrix.chat.name)
    phuc.reply(room, matrix.event_of(messages(step)[0]), "nhận")
    found, _ = matrix.chat.poll(before)
    matrix.exchange()
    rows, words = came(), phuc.reads(room)
    again, _ = matrix.chat.poll(before)
    assert [each.provider_id for each in again] == [each.provider_id for each in found]
    with database.transaction() as session:
        inbox.reached(session, matrix.chat.channel, matrix.chat.name, cursor=str(before))
    matrix.again()
    matrix.exchange()
    assert (came(), phuc.reads(room)) == (rows, words)


def test_a_name_proves_nothing(matrix: OnMatrix, stage: Stage) -> None:
    matrix.join(stage.cast.phuc)
    step = stage.ask()
    matrix.exchange()
    with database.transaction() as session:  # so that a stranger's invitation is taken at all
        chat_accounts.ask(session, stage.cast.lan.id, ContactKind.MATRIX)
    stranger = matrix.server.account("phuc", shown_as=stage.cast.phuc.name)
    room = stranger.talk_to(matrix.account)
    matrix.exchange()
    stranger.write(room, f"nhận {step.code}")
    stranger.reply(room, matrix.event_of(messages(step)[0]), "xong")
    matrix.exchange()
    assert stage.step(step.id).state is StepState.OPEN
    assert [row.why for row in came() if row.state is IncomingState.IGNORED] == [
        Why.UNKNOWN_SENDER
    ] * 2
    told = "\n".join(stranger.reads(room))
    assert "chưa biết tài khoản" in told
    assert stage.incident.title not in told


def test_nobody_answers_from_their_room_what_another_was_asked(
    matrix: OnMatrix, stage: Stage
) -> None:
    matrix.join(stage.cast.phuc)
    binh, room = matrix.join(stage.cast.binh)
    step = stage.ask()
    matrix.exchange()
    binh.reply(room, matrix.event_of(messages(step)[0]), f"nhận {step.code}")
    matrix.exchange()
    assert stage.step(step.id).state is StepState.OPEN
    assert "không phải việc của đồng chí" in binh.reads(room)[-1]


def test_a_server_that_slows_us_down_is_waited_for_as_long_as_it_says(
    matrix: OnMatrix, stage: Stage
) -> None:
    phuc, room = matrix.join(stage.cast.phuc)
    matrix.server.slow_down(matrix.account)
    asked = [stage.ask(f"ask {n}", form="Done") for n in range(3)]
    delivery.deliver_due()
    sent = [messages(step)[0] for step in asked]
    waiting = [each for each in sent if each.state is MessageState.QUEUED]
    assert waiting
    assert {each.state for each in sent} <= {MessageState.QUEUED, MessageState.SENT}
    assert all("M_LIMIT_EXCEEDED" in str(each.reason) for each in waiting)
    assert all(each.due_at - stage.now <= timedelta(seconds=3) for each in waiting)
    for _ in range(10):
        stage.pass_time(timedelta(seconds=3))
        time.sleep(1.1)
        if not delivery.deliver_due():
            break
    assert [sum(step.code in words for words in phuc.reads(room)) for step in asked] == [1, 1, 1]


@pytest.mark.timeout(180)
def test_nothing_is_lost_or_said_twice_while_the_server_is_down(
    matrix: OnMatrix, stage: Stage
) -> None:
    phuc, room = matrix.join(stage.cast.phuc)
    first = stage.ask()
    matrix.exchange()
    phuc.reply(room, matrix.event_of(messages(first)[0]), "nhận")
    matrix.server.stop()
    try:
        second = stage.ask("another", form="Done")
        delivery.deliver_due()
        with pytest.raises(OSError, match="Matrix"):
            matrix.desk.receive()
        (waiting,) = messages(second)
        assert waiting.state is MessageState.QUEUED
        assert stage.step(first.id).state is StepState.OPEN
    finally:
        matrix.server.start()
    stage.pass_time(timedelta(minutes=1))
    matrix.exchange()
    assert stage.step(first.id).acknowledged_by == stage.cast.phuc.id
    assert sum(second.code in words for words in phuc.reads(room)) == 1
    assert sum("Đã ghi nhận" in words for words in phuc.reads(room)) == 1


def test_a_server_that_hangs_is_left_after_a_while(
    matrix: OnMatrix, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    phuc, _ = matrix.join(stage.cast.phuc)
    monkeypatch.setattr("notifications.channels.homeserver.TIMEOUT", 0.5)
    matrix.server.hang()
    try:
        began = time.monotonic()
        outcome = matrix.chat.send(ChatText("Việc"), to=phuc.id, key="hang")
        assert time.monotonic() - began < 3
    finally:
        matrix.server.go_on()
    assert isinstance(outcome, FailedForNow)
    assert outcome.whole_channel


def test_what_was_on_its_way_when_the_desk_died_is_not_said_twice(
    matrix: OnMatrix, stage: Stage
) -> None:
    somebody = matrix.server.account("mai")
    first = matrix.chat.send(ChatText("Việc 1"), to=somebody.id, key="one")
    matrix.again()
    assert matrix.chat.send(ChatText("Việc 1"), to=somebody.id, key="one") == first
    assert isinstance(matrix.chat.send(ChatText("Việc 2"), to=somebody.id, key="two"), Sent)
    (room,) = somebody.join_all()
    assert somebody.reads(room) == ["Việc 1", "Việc 2"]


def test_many_messages_at_once_open_one_room_a_person(matrix: OnMatrix, stage: Stage) -> None:
    people = [matrix.server.account(f"nguoi-{n}") for n in range(4)]
    with ThreadPoolExecutor(8) as hands:
        sent = list(
            hands.map(
                lambda n: matrix.chat.send(
                    ChatText(f"tin {n}"), to=people[n % 4].id, key=f"at once {n}"
                ),
                range(16),
            )
        )
    assert all(isinstance(each, Sent) for each in sent)
    for number, each in enumerate(people):
        (room,) = each.join_all()
        assert sorted(each.reads(room)) == sorted(f"tin {n}" for n in range(number, 16, 4))


def test_whoever_left_the_room_is_asked_in_again(matrix: OnMatrix, stage: Stage) -> None:
    somebody = matrix.server.account("mai")
    matrix.chat.send(ChatText("Việc 1"), to=somebody.id, key="one")
    (room,) = somebody.join_all()
    somebody.leave(room)
    matrix.chat.send(ChatText("Việc 2"), to=somebody.id, key="two")
    assert somebody.join_all() == [room]
    assert somebody.reads(room)[-1] == "Việc 2"


def test_an_account_that_is_no_more_is_passed_over(matrix: OnMatrix, stage: Stage) -> None:
    gone = matrix.chat.send(ChatText("Việc"), to=f"@khong-co:{DOMAIN}", key="a")
    assert gone == FailedForGood("máy chủ Matrix không có tài khoản này", address_dead=True)
    assert isinstance(matrix.chat.send(ChatText("Việc"), to="phuc", key="b"), FailedForGood)
    phuc, room = matrix.join(stage.cast.phuc)
    matrix.server.deactivate(phuc)
    while matrix.account.state(room, "m.room.member", phuc.id)["membership"] == "join":
        time.sleep(0.05)
    step = stage.ask()
    matrix.exchange()
    (message,) = messages(step)
    assert message.state is MessageState.FAILED
    with database.reading() as session:
        wanted = select(ContactPoint).where(ContactPoint.address == phuc.id)
        assert session.exec(wanted).one().bounced_at


def test_only_people_it_knows_may_talk_to_it_alone(matrix: OnMatrix, stage: Stage) -> None:
    stranger = matrix.server.account("la")
    stranger.talk_to(matrix.account)
    matrix.exchange()
    binh, room = matrix.join(stage.cast.binh)
    binh.invite_to_a_room(matrix.account, stranger)
    matrix.exchange()
    assert matrix.account.rooms() == [room]
    assert matrix.account.invited() == []


def test_an_encrypted_room_is_said_once_to_be_one_and_left_for_another(
    matrix: OnMatrix, stage: Stage
) -> None:
    phuc, _ = matrix.join(stage.cast.phuc)
    room = phuc.talk_to(matrix.account, encrypted=True)
    for _ in range(2):
        matrix.exchange()
    assert room not in matrix.account.rooms()
    (said,) = phuc.reads(room)
    assert "mã hóa đầu cuối" in said
    assert "end-to-end encrypted" in said
    plain, before = matrix.join(stage.cast.binh)
    plain.put_state(before, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    matrix.exchange()
    step = stage.ask("another", form="Done", role=Role.LEAD)
    matrix.exchange()
    (fresh,) = [room for room in plain.join_all() if room != before]
    assert "mã hóa đầu cuối" in plain.reads(before)[-1]
    assert step.code in plain.reads(fresh)[-1]


def test_nothing_is_left_out_of_what_came_while_nobody_read(
    matrix: OnMatrix, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.channels.matrix._AT_ONCE", 10)
    phuc, room = matrix.join(stage.cast.phuc)
    with database.reading() as session:
        before = inbox.cursor(session, matrix.chat.name)
    words = [str(n) for n in range(33)]
    for each in words:
        phuc.write(room, each)
    found, after = matrix.chat.poll(before)
    assert [each.text for each in found] == words
    assert list(matrix.chat.poll(after)[0]) == []


def test_nothing_of_before_the_first_time_is_taken(
    stage: Stage, matrix_server: MatrixServer
) -> None:
    desk, phuc = matrix_server.account("truc"), matrix_server.account("phuc")
    room = phuc.talk_to(desk)
    desk.join(room)
    phuc.write(room, "cũ")
    chat = Matrix(matrix_server.url(desk))
    found, place = chat.poll(None)
    assert list(found) == []
    phuc.write(room, "mới")
    assert [each.text for each in chat.poll(place)[0]] == ["mới"]
    chat.close()


def test_whoever_writes_is_heard_at_once_and_our_own_words_wake_nobody(
    matrix: OnMatrix, stage: Stage
) -> None:
    phuc, room = matrix.join(stage.cast.phuc)
    matrix.exchange()
    matrix.chat.poll(_cursor(matrix))
    matrix.chat.send(ChatText("Việc"), to=phuc.id, key="own")
    began = time.monotonic()
    assert not matrix.chat.wait(0.6)
    assert time.monotonic() - began >= 0.5
    later = threading.Timer(0.2, phuc.write, (room, "nhận"))
    later.start()
    began = time.monotonic()
    assert matrix.chat.wait(5)
    assert time.monotonic() - began < 1.5
    later.join()


def _cursor(matrix: OnMatrix) -> str | None:
    with database.reading() as session:
        return inbox.cursor(session, matrix.chat.name)


def test_a_wrong_password_waits_and_shows_nowhere(
    matrix: OnMatrix, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    account = matrix.account
    wrong = Matrix(f"matrix://{account.local}:s3cr3t-%2F@127.0.0.1:{matrix.server.port}")
    outcome = wrong.send(ChatText("Việc"), to=account.id, key="a")
    wrong.close()
    assert isinstance(outcome, FailedForNow)
    assert (outcome.whole_channel, outcome.retry_in) == (True, timedelta(minutes=5))
    assert "s3cr3t" not in outcome.reason + wrong.name + caplog.text


def test_a_token_lets_in_as_a_password_does(matrix: OnMatrix, stage: Stage) -> None:
    account = matrix.account
    name = quote(account.id)
    by_token = Matrix(f"matrix://{name}:{account.token}@127.0.0.1:{matrix.server.port}")
    assert by_token.title() == account.id
    by_token.close()


def test_signed_out_from_elsewhere_it_signs_in_again(matrix: OnMatrix, stage: Stage) -> None:
    matrix.chat.title()
    matrix.server.sign_out_everywhere(matrix.account)
    somebody = matrix.server.account("mai")
    assert isinstance(matrix.chat.send(ChatText("Việc"), to=somebody.id, key="a"), Sent)


@pytest.mark.parametrize(
    "url",
    [
        "http://truc:x@may.test",
        "matrixs://may.test",
        "matrixs://truc@may.test",
        "matrixs://truc:x@",
        "matrixs://truc:x@may.test:doi",
        "matrix://truc:x@may.test",
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUCBAN_MATRIX_URL", url)
    with pytest.raises(ValidationError, match="homeserver_"):
        settings.Settings()


ME = "@truc:binhkhe.test"
_WRITTEN = {"msgtype": "m.text", "body": "nhận"}


def _event(content: Any = _WRITTEN, **more: Any) -> dict[str, Any]:
    usual = {"type": "m.room.message", "sender": "@phuc:binhkhe.test", "event_id": "$a"}
    return {**usual, "content": content, **more}


@pytest.mark.parametrize(
    "event",
    [
        _event(sender=ME),
        _event({"msgtype": "m.notice", "body": "nhận"}),
        _event({**_WRITTEN, "m.relates_to": {"rel_type": "m.replace", "event_id": "$b"}}),
        _event({}),
        _event(None),
        _event([]),
        _event(sender=None),
        _event(event_id=7),
        _event(type="m.room.topic"),
        _event({"m.relates_to": []}, type="m.reaction"),
        _event({"m.relates_to": {"rel_type": "m.annotation", "key": "✅"}}, type="m.reaction"),
        _event(
            {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$b", "key": "x" * 99}},
            type="m.reaction",
        ),
        {},
    ],
)
def test_what_says_nothing_to_us_is_left_alone(event: dict[str, Any]) -> None:
    assert matrix_events.read("!r", event, me=ME) is None


def test_odd_words_are_read_as_far_as_they_go() -> None:
    odd = _event(
        {"msgtype": "m.text", "body": 7, "m.relates_to": {"m.in_reply_to": {"event_id": []}}},
        sender="@Phuc:BinhKhe.test",
    )
    found = matrix_events.read("!r", odd, me=ME)
    assert found
    assert (found.text, found.reply_to, found.sender) == ("", (), "@Phuc:binhkhe.test")
    long = matrix_events.read("!r", _event({"msgtype": "m.text", "body": "x" * 100_000}), me=ME)
    assert long
    assert len(long.text) < 20_000
    file = {"msgtype": "m.file", "body": "xong", "filename": "bao-cao.pdf"}
    with_words = matrix_events.read("!r", _event(file), me=ME)
    assert with_words
    assert (with_words.text, with_words.files) == ("xong", 1)
    alone = matrix_events.read("!r", _event({"msgtype": "m.image", "body": "xong.jpg"}), me=ME)
    assert alone
    assert (alone.text, alone.files) == ("", 1)


def test_a_file_with_words_counts_by_its_words(matrix: OnMatrix, stage: Stage) -> None:
    phuc, room = matrix.join(stage.cast.phuc)
    step = stage.ask(form="Done")
    matrix.exchange()
    phuc.put(
        room,
        "m.room.message",
        {
            "msgtype": "m.file",
            "body": f"xong {step.code} đã kiểm tra",
            "filename": "bao-cao.pdf",
            "url": f"mxc://{DOMAIN}/x",
        },
    )
    matrix.exchange()
    assert stage.step(step.id).state is StepState.DONE
    assert came()[-1].verb is Verb.COMPLETE
    assert "Tệp đính kèm không được giữ" in phuc.reads(room)[-1]
