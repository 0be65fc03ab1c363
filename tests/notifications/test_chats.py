"""Work is answered where people chat: an account is bound by a code, and a short line does it."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Generic, TypeVar
from uuid import UUID

import pytest
from sqlmodel import col, select

from flows.duties import deliver, receive
from flows.duties.receive import Receiving
from incidents.people.directory import chat_accounts
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.roles import Role
from incidents.record import database, inbox, settings, timeline
from incidents.record.actors import Via
from incidents.record.inbox import IncomingMessage, IncomingState, Why
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from incidents.response.steps.steps import Step, StepState
from notifications import delivery
from notifications.receiving import taking
from tests.chat_servers import BotService, No, TelegramService, ZaloService
from tests.notifications.conftest import Stage, by

PHUC, BINH, LAN = "71", "72", "73"


S = TypeVar("S", bound=BotService)


class Chatting(Generic[S]):
    """One chat service, the desk behind it, and what people write there."""

    def __init__(self, stage: Stage, service: S) -> None:
        self.stage, self.service = stage, service
        (self.desk,) = receive.all_of_the_settings()

    def exchange(self) -> None:
        """Everything that waits goes out, and whatever was written is taken."""
        while delivery.deliver_due():
            pass
        self.desk.receive()
        while delivery.deliver_due():
            pass

    def bind(self, who: Person, account: str) -> None:
        with database.transaction() as session:
            kind = ContactKind(self.desk.source.channel.value)
            code = chat_accounts.ask(session, who.id, kind).text
        self.write(account, code)
        self.exchange()

    def write(self, account: str, text: str) -> None:
        raise NotImplementedError(account, text)

    def say(self, account: str, text: str) -> str:
        """What the desk answers somebody."""
        before = len(self.service.texts_to(account))
        self.write(account, text)
        self.exchange()
        return "\n".join(self.service.texts_to(account)[before:])

    def came(self) -> list[IncomingMessage]:
        with database.reading() as session:
            return list(session.exec(select(IncomingMessage).order_by(col(IncomingMessage.id))))


class OnZalo(Chatting[ZaloService]):
    def write(self, account: str, text: str) -> None:
        self.service.write(account, text)


class OnTelegram(Chatting[TelegramService]):
    def write(self, account: str, text: str) -> None:
        self.service.write(int(account), text)


def _run(service: BotService, name: str, patch: pytest.MonkeyPatch) -> None:
    patch.setenv(f"TRUCBAN_{name}_TOKEN", service.token)
    patch.setenv(f"TRUCBAN_{name}_API", service.url)
    patch.setenv("TRUCBAN_PUBLIC_URL", "https://truc.binhkhe.test")
    settings.current.cache_clear()


@pytest.fixture
def zalo(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnZalo]:
    service = ZaloService()
    _run(service, "ZALO", monkeypatch)
    chatting = OnZalo(stage, service)
    chatting.desk.receive()
    yield chatting
    chatting.desk.source.close()
    service.stop()


@pytest.fixture
def telegram(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnTelegram]:
    service = TelegramService()
    _run(service, "TELEGRAM", monkeypatch)
    chatting = OnTelegram(stage, service)
    chatting.desk.receive()
    yield chatting
    chatting.desk.source.close()
    service.stop()


def messages(step: Step, channel: Channel) -> list[OutgoingMessage]:
    with database.reading() as session:
        wanted = select(OutgoingMessage).where(
            OutgoingMessage.step_id == step.id, OutgoingMessage.channel == channel
        )
        return list(session.exec(wanted.order_by(col(OutgoingMessage.id))))


def _called(step: Step, code: str) -> None:
    """Codes are drawn by lot, also from letters alone."""
    step.code = code
    with database.transaction() as session:
        session.get_one(Step, step.id).code = code


def taken_by(stage: Stage, step_id: UUID) -> UUID | None:
    return stage.step(step_id).acknowledged_by


def test_a_code_typed_in_the_chat_binds_the_account_once(zalo: OnZalo, stage: Stage) -> None:
    phuc = stage.cast.phuc
    assert "chưa biết tài khoản" in zalo.say(PHUC, "alo")
    with database.transaction() as session:
        code = chat_accounts.ask(session, phuc.id, ContactKind.ZALO_CHAT).text
    first, second = code.lower().split("-")
    assert phuc.name in zalo.say(PHUC, f"mã của tôi {first} {second}")
    with database.reading() as session:
        owner = chat_accounts.owner(session, ContactKind.ZALO_CHAT, PHUC)
        facts = [e for e, _ in timeline.entries_of(session, timeline.DESK)]
    assert owner == phuc
    (bound,) = [e for e in facts if e.fact == "ChatAccountBound"]
    assert (bound.actor_id, bound.via) == (phuc.id, Via.ZALO)
    assert "chưa biết" in zalo.say("99", code), "a code counts once"


def test_a_code_does_not_outlive_half_an_hour_nor_another_one(zalo: OnZalo, stage: Stage) -> None:
    with database.transaction() as session:
        old = chat_accounts.ask(session, stage.cast.phuc.id, ContactKind.ZALO_CHAT).text
    with database.transaction() as session:
        new = chat_accounts.ask(session, stage.cast.phuc.id, ContactKind.ZALO_CHAT).text
    assert "chưa biết" in zalo.say(PHUC, old)
    stage.pass_time(timedelta(minutes=31))
    assert "chưa biết" in zalo.say(PHUC, new)


def test_an_account_is_one_persons_until_they_let_it_go(zalo: OnZalo, stage: Stage) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    with database.transaction() as session:
        code = chat_accounts.ask(session, stage.cast.binh.id, ContactKind.ZALO_CHAT).text
    assert "đã gắn với người khác" in zalo.say(PHUC, code)
    with database.transaction() as session:
        kind = ContactPoint.channel == ContactKind.ZALO_CHAT
        (point,) = session.exec(select(ContactPoint).where(kind))
        chat_accounts.let(session, point.id, by=by(stage.cast.phuc))
    assert stage.cast.binh.name in zalo.say(PHUC, code)


def test_a_step_comes_by_zalo_and_a_line_with_its_code_takes_it(zalo: OnZalo, stage: Stage) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    zalo.exchange()
    asked = zalo.service.texts_to(PHUC)[-1]
    assert f"NHẬN {step.code}" in asked
    assert "https://truc.binhkhe.test/t/" in asked
    assert "Tư Xóm Gò" not in asked, "nothing of what was seen leaves the desk"
    assert "nhận việc 1" in zalo.say(PHUC, f"da nhan {step.code.lower()}")
    assert taken_by(stage, step.id) == stage.cast.phuc.id
    with database.reading() as session:
        entries = [e for e, _ in timeline.entries_of(session, stage.incident.id)]
    (entry,) = [e for e in entries if e.fact == "StepAcknowledged"]
    assert (entry.actor_id, entry.via) == (stage.cast.phuc.id, Via.ZALO)
    (sent, *_) = messages(step, Channel.ZALO)
    assert (sent.state, sent.provider_id) == (MessageState.SENT, "out2")


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("{code} nhận", StepState.ACKNOWLEDGED),
        ("Nhận.", StepState.ACKNOWLEDGED),
        ("nhan 1", StepState.ACKNOWLEDGED),
        ("👍", StepState.ACKNOWLEDGED),
        ("OK {code}", StepState.ACKNOWLEDGED),
        ("AI {code}?", StepState.OPEN),
        ("không nhận {code} đang đi công tác", StepState.OPEN),
        ("bao giờ họp", StepState.OPEN),
    ],
)
def test_many_ways_to_say_it(zalo: OnZalo, stage: Stage, words: str, state: StepState) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    assert zalo.say(PHUC, words.format(code=step.code))
    after = stage.step(step.id)
    assert after.state is state
    if "không nhận" in words:
        assert after.assignee_id != stage.cast.phuc.id


def test_who_has_several_things_is_asked_which(zalo: OnZalo, stage: Stage) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    one, two = stage.ask(), stage.ask("another")
    said = zalo.say(PHUC, "nhận")
    assert one.code in said
    assert two.code in said
    assert taken_by(stage, one.id) is None
    zalo.say(PHUC, "nhận việc 2")
    assert taken_by(stage, two.id) == stage.cast.phuc.id
    zalo.say(PHUC, "nhận")
    assert taken_by(stage, one.id) == stage.cast.phuc.id, "only one is not taken yet"
    assert "số 7" in zalo.say(PHUC, "nhận 7")


def test_nobody_answers_for_another_not_even_with_the_right_code(
    zalo: OnZalo, stage: Stage
) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    zalo.bind(stage.cast.binh, BINH)
    step = stage.ask()
    stage.ask("another", role=Role.LEAD)
    _called(step, "TTXH")
    assert "không phải việc của đồng chí" in zalo.say(BINH, f"nhận {step.code}")
    assert "chưa rõ" in zalo.say(BINH, "đã hỏi Sở TTTT").lower(), "no step is called so"
    assert "chưa biết" in zalo.say("666", f"nhận {step.code}")
    assert taken_by(stage, step.id) is None
    assert zalo.came()[-1].why is Why.UNKNOWN_SENDER
    for _ in range(5):
        zalo.say("666", f"nhận {step.code}")
    assert len(zalo.service.texts_to("666")) == 3, "a stranger is told a few times, not for ever"


def test_an_update_that_comes_twice_counts_once_and_groups_are_not_read(
    zalo: OnZalo, stage: Stage
) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    zalo.exchange()
    zalo.service.write(PHUC, f"ghi chú: đang xem {step.code}", twice=3)
    zalo.service.write(PHUC, f"nhận {step.code}", chat_type="GROUP")
    zalo.service.write(PHUC, None)
    for _ in range(6):
        zalo.exchange()
    assert taken_by(stage, step.id) is None
    with database.reading() as session:
        entries = [e for e, _ in timeline.entries_of(session, stage.incident.id)]
    assert len([e for e in entries if e.fact == "StepCommented"]) == 1
    assert "không có chữ nào" in zalo.service.texts_to(PHUC)[-1]


def test_what_cannot_be_taken_now_is_taken_the_next_time(
    zalo: OnZalo, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    zalo.exchange()
    whole = taking.take

    def broken(_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(taking, "take", broken)
    zalo.write(PHUC, f"nhận {step.code}")
    with pytest.raises(OSError, match="the disk is full"):
        zalo.desk.receive()
    monkeypatch.setattr(taking, "take", whole)
    zalo.desk.receive()
    assert taken_by(stage, step.id) == stage.cast.phuc.id


def test_the_service_is_away_says_wait_or_no_and_the_token_shows_nowhere(
    zalo: OnZalo, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    zalo.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    zalo.service.refusals.append(No(429, "Quota exceeded", retry_after=90))
    delivery.deliver_due()
    (message,) = messages(step, Channel.ZALO)
    assert message.state is MessageState.QUEUED
    assert message.due_at == stage.now + timedelta(seconds=90)
    zalo.service.garbage = True
    stage.pass_time(timedelta(seconds=90))
    delivery.deliver_due()
    (message,) = messages(step, Channel.ZALO)
    assert message.state is MessageState.QUEUED
    assert str(message.reason).startswith("sendMessage: ")
    with pytest.raises(OSError, match="getUpdates"):
        zalo.desk.receive()
    zalo.service.garbage = False
    zalo.service.refusals.append(No(400, "Bad Request"))
    stage.pass_time(timedelta(minutes=15))
    delivery.deliver_due()
    (message,) = messages(step, Channel.ZALO)
    assert message.state is MessageState.FAILED
    assert "s3cr3t" not in caplog.text
    assert "s3cr3t" not in str(message.reason)


def test_a_chat_that_hangs_holds_no_mail_up(zalo: OnZalo) -> None:
    names = {duty.name: duty.coming for duty in deliver.duties(receive.chats())}
    assert set(names) == {"deliver", "deliver zalo_chat"}
    assert {duty.name for duty in deliver.duties(frozenset())} == {"deliver"}


def test_without_its_service_a_message_waits_and_says_why(zalo: OnZalo, stage: Stage) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRUCBAN_ZALO_TOKEN")
        settings.current.cache_clear()
        delivery.deliver_due()
        (message,) = messages(step, Channel.ZALO)
        assert (message.state, message.reason) == (MessageState.QUEUED, delivery.NO_CHAT)
    settings.current.cache_clear()


def test_whoever_writes_is_heard_at_once(zalo: OnZalo, stage: Stage) -> None:
    zalo.bind(stage.cast.phuc, PHUC)
    later = threading.Timer(0.2, zalo.service.write, (PHUC, "nhận"))
    later.start()
    assert zalo.desk.source.wait(4)
    later.join()
    assert not zalo.desk.source.wait(0)
    asked = len(zalo.service.asked)
    found, _ = zalo.desk.source.poll("1")
    assert [each.text for each in found] == ["nhận"]
    assert len(zalo.service.asked) == asked, "what was heard is not asked for again"


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("make", [ZaloService, TelegramService])
def test_nothing_of_before_the_first_time_is_taken(
    make: type[ZaloService | TelegramService], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make()
    _run(service, make.__name__.removesuffix("Service").upper(), monkeypatch)
    for _ in range(3):
        if isinstance(service, TelegramService):
            service.write(71, "cũ")
        else:
            service.write(PHUC, "cũ")
    (desk,) = receive.all_of_the_settings()
    assert (desk.receive(), desk.receive()) == (0, 0)
    desk.source.close()
    service.stop()


def test_abroad_goes_a_code_and_a_time_and_a_button_takes_the_step(
    telegram: OnTelegram, stage: Stage
) -> None:
    telegram.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    telegram.exchange()
    sent = telegram.service.sent[-1]
    assert f"NHẬN {step.code}" in sent["text"]
    for secret in ("Suối Trầm", stage.cast.phuc.name, "/t/", "Vụ việc:"):
        assert secret not in sent["text"]
    button = sent["reply_markup"]["inline_keyboard"][0][0]
    telegram.service.press(71, button["callback_data"], on=sent["message_id"])
    telegram.exchange()
    assert taken_by(stage, step.id) == stage.cast.phuc.id
    assert "answerCallbackQuery" in telegram.service.asked
    answer = telegram.service.sent[-1]
    assert answer["text"] == "Đã ghi nhận."
    assert "Suối Trầm" not in str(telegram.service.sent)


def test_a_reply_or_a_sign_on_the_message_needs_no_code(telegram: OnTelegram, stage: Stage) -> None:
    telegram.bind(stage.cast.phuc, PHUC)
    one, two = stage.ask(), stage.ask("another")
    telegram.exchange()
    first, second = (
        next(s for s in telegram.service.sent if step.code in s["text"])["message_id"]
        for step in (one, two)
    )
    telegram.service.react(71, "👍", on=second)
    telegram.exchange()
    assert (taken_by(stage, one.id), taken_by(stage, two.id)) == (None, stage.cast.phuc.id)
    telegram.service.write(71, "em nhận", reply_to=first)
    telegram.exchange()
    assert taken_by(stage, one.id) == stage.cast.phuc.id
    telegram.service.press(99, f"XONG {one.code}", on=first)
    telegram.service.write(71, "nhận", kind="group")
    telegram.service.happen({"message": {"message_id": 3}})
    telegram.service.happen({"poll": {}})
    telegram.exchange()
    assert stage.step(one.id).state is StepState.ACKNOWLEDGED
    ignored = [row.why for row in telegram.came() if row.state is IncomingState.IGNORED]
    assert ignored == [Why.UNKNOWN_SENDER]


def test_whoever_blocked_the_bot_is_not_written_to_by_it_again(
    telegram: OnTelegram, stage: Stage
) -> None:
    telegram.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    telegram.service.refusals.append(No(403, "Forbidden: bot was blocked by the user"))
    delivery.deliver_due()
    (message,) = messages(step, Channel.TELEGRAM)
    assert message.state is MessageState.FAILED
    with database.reading() as session:
        kind = ContactPoint.channel == ContactKind.TELEGRAM
        (point,) = session.exec(select(ContactPoint).where(kind))
    assert point.bounced_at == stage.now


def test_the_loop_reads_titles_and_outlives_an_outage(
    zalo: OnZalo, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "_LONGEST_PAUSE", 0.2)
    zalo.bind(stage.cast.phuc, PHUC)
    step = stage.ask()
    zalo.exchange()
    loop = Receiving(zalo.desk.source)
    zalo.service.garbage = True
    loop.start()
    time.sleep(0.3)
    zalo.service.garbage = False
    zalo.write(PHUC, f"nhận {step.code}")
    end = time.monotonic() + 20
    while taken_by(stage, step.id) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    loop.stop()
    loop.join()
    with database.reading() as session:
        assert inbox.titles(session) == {Channel.ZALO: "Bot Trực ban Bình Khê"}
