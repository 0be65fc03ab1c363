"""Many replies at once, two engines on one mailbox, and a mailbox that goes away."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select

from flows.duties import receive
from flows.duties.receive import Receiving
from incidents.people.roles import Role
from incidents.record import database, links, settings
from incidents.record.inbox import IncomingMessage, IncomingState
from incidents.record.outbox import Channel, OutgoingMessage
from incidents.response.steps.steps import StepState
from notifications.channels.mailbox import Mailbox
from notifications.receiving import taking
from notifications.receiving.inbound import Inbound
from tests.conftest import BOTH_DATABASES
from tests.mail_server import MailServer
from tests.notifications.conftest import Stage
from tests.notifications.test_receiving import answer_to


@pytest.fixture(params=BOTH_DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def read(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies are read, from wherever."""
    monkeypatch.setenv("TRUCBAN_IMAP_URL", "imap://truc:pw@127.0.0.1/INBOX")
    settings.current.cache_clear()


def _reply(message: OutgoingMessage, name: str, words: str = "nhận") -> Inbound:
    return Inbound(
        channel=Channel.MAIL,
        provider_id=name,
        sender=message.address,
        text=words,
        tokens=(links.reply_token(message.id),),
    )


def _together(deeds: list[Callable[[], object]]) -> list[object]:
    ready = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        ready.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as hands:
        return list(hands.map(do, deeds))


def _rows() -> list[IncomingMessage]:
    with database.reading() as session:
        return list(session.exec(select(IncomingMessage)))


def test_ten_replies_at_once_take_the_step_once(stage: Stage, read: None) -> None:
    step = stage.ask()
    message = stage.message("step_assigned", stage.cast.phuc)
    _together([lambda n=n: taking.take(_reply(message, f"<{n}@may.test>")) for n in range(10)])
    assert {row.state for row in _rows()} == {IncomingState.ANSWERED}
    assert stage.step(step.id).state is StepState.ACKNOWLEDGED
    assert sum("từ trước" in row.told[0].sentence for row in _rows()) == 9


def test_engines_that_fetch_the_same_mail_take_it_once(stage: Stage, read: None) -> None:
    stage.ask()
    message = stage.message("step_assigned", stage.cast.phuc)
    inbound = _reply(message, "<a@may.test>", "Ghi chú: đang đi")
    done = _together([lambda: taking.take(inbound) for _ in range(6)])
    assert sorted(map(str, done)) == ["None"] * 5 + ["answered"]
    assert len(_rows()) == 1


def test_ten_people_answer_at_once_each_their_own(stage: Stage, read: None) -> None:
    roles = (Role.SUBJECT_LEAD, Role.LEAD, Role.SPOKESPERSON)
    asked = [stage.ask(f"ask {n}", role=roles[n % 3], form="Done") for n in range(10)]
    with database.reading() as session:
        messages = [
            session.exec(
                select(OutgoingMessage).where(
                    OutgoingMessage.step_id == step.id, OutgoingMessage.kind == "step_assigned"
                )
            ).one()
            for step in asked
        ]
    _together([lambda m=m: taking.take(_reply(m, f"<{m.id}@may.test>", "xong")) for m in messages])
    assert {stage.step(step.id).state for step in asked} == {StepState.DONE}


def test_whatever_cannot_be_taken_does_not_hold_the_others_back(
    stage: Stage, read: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = stage.ask()
    message = stage.message("step_assigned", stage.cast.phuc)
    broken, whole = _reply(message, "<xau@may.test>"), _reply(message, "<tot@may.test>")
    real = taking.take

    def take(inbound: Inbound) -> IncomingState | None:
        if inbound is broken:
            raise LookupError("nobody thought of this")
        return real(inbound)

    monkeypatch.setattr(taking, "take", take)
    reading = Receiving(Mailbox("imap://truc:pw@127.0.0.1/INBOX"))
    monkeypatch.setattr(reading.source, "poll", lambda _: ((broken, whole), "1/2"))
    for _ in range(2):
        with pytest.raises(LookupError):
            reading.receive()
    assert reading.receive() == 1
    assert stage.step(step.id).state is StepState.ACKNOWLEDGED
    assert {row.why and row.why.value for row in _rows()} == {"unreadable", None}


@pytest.fixture
def running(mails: MailServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiving]:
    """The loop, on a mailbox of its own."""
    monkeypatch.setenv("TRUCBAN_IMAP_URL", mails.imap_url())
    settings.current.cache_clear()
    monkeypatch.setattr(receive, "POLL_EVERY", 1.0)
    (found,) = receive.all_of_the_settings()
    found.start()
    yield found
    found.stop()
    found.join()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.05)


def test_the_loop_outlives_a_mailbox_that_was_away_and_stops_at_once(
    stage: Stage, running: Receiving, mails: MailServer
) -> None:
    import smtplib

    from incidents.record import inbox
    from notifications import delivery

    step = stage.ask()

    def known() -> bool:
        with database.reading() as session:
            return inbox.last_reached(session) is not None

    _until(known)
    mails.stop()
    time.sleep(1.5)
    mails.start()
    while delivery.deliver_due():
        pass
    mail = mails.mails_to("phuc@binhkhe.test")[-1]
    with smtplib.SMTP("127.0.0.1", mails.smtp_port) as smtp:
        letter = answer_to(mail, "nhận", sender="phuc@binhkhe.test")
        smtp.send_message(letter, to_addrs=[str(letter["To"])])
    _until(lambda: stage.step(step.id).state is StepState.ACKNOWLEDGED)
    began = time.monotonic()
    running.stop()
    running.join()
    assert time.monotonic() - began < 3
