"""Messages leave by a real mail server, whatever it does, and each leaves its trace."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select

from incidents.intake.signals import Signal
from incidents.people.persons import ContactPoint, Person
from incidents.record import clock, database, dispatch, ids, links, outbox, settings
from incidents.record.outbox import AttemptOutcome, Channel, MessageState, OutgoingMessage
from incidents.response.answers import answering
from notifications import delivery, rendering
from notifications.channels import mail as mail_channel
from notifications.channels.mail import Account, MailServer
from notifications.outcomes import FailedForGood, FailedForNow, Sent
from tests import mail_server
from tests.cast import Cast
from tests.notifications.conftest import Stage, by


def _drain() -> None:
    while delivery.deliver_due():
        pass


def test_one_mail_a_step_with_link_number_and_code(
    stage: Stage, mails: mail_server.MailServer
) -> None:
    _drain()
    before = len(mails.mails_to("phuc@binhkhe.test"))
    step = stage.ask()
    assert delivery.deliver_due() == 1
    message = stage.message("step_assigned", stage.cast.phuc)
    assert message.state is MessageState.SENT
    received = mails.mails_to("phuc@binhkhe.test")[before:]
    assert len(received) == 1
    (mail,) = received
    assert mail.subject.startswith("[2026-0001] Việc 1: Xác minh tại cơ quan chủ quản")
    link = f"https://truc.binhkhe.test/t/{links.token(message.id)}"
    for form in (mail.text, mail.html):
        assert link in form
        assert links.number(message.id) in form
        assert step.code in form
    assert mail.headers["auto-submitted"] == ("auto-generated",)
    assert mail.headers["reply-to"] == ("truc@binhkhe.test",)
    assert mail.headers["list-id"] == ("<truc-ban.binhkhe.test>",)
    assert mail.headers["message-id"] == (message.provider_id,)
    assert mail.from_values
    assert mail.from_values.name == "Trực Ban tỉnh Bình Khê"
    assert mail.date == stage.now


def test_mails_of_an_incident_form_one_thread(stage: Stage, mails: mail_server.MailServer) -> None:
    stage.ask()
    stage.ask("another", due=timedelta(hours=2))
    _drain()
    threads = {m.headers["references"] for m in mails.mails_to("phuc@binhkhe.test")}
    assert threads == {(f"<{stage.incident.id}@binhkhe.test>",)}


def test_each_recipient_reads_in_their_own_language(
    stage: Stage, mails: mail_server.MailServer
) -> None:
    from incidents.people import persons

    with database.transaction() as session:
        for person in (stage.cast.kien, stage.cast.khoi):
            persons.tell(
                session, person.id, "incident_opened", key="x", incident_id=stage.incident.id
            )
    _drain()
    assert "Incident opened" in mails.mails_to("kien@binhkhe.test")[0].subject
    # Khôi flagged, so he heard of the outcome as well.
    assert [m for m in mails.mails_to("khoi@binhkhe.test") if "Mở vụ việc" in m.subject]


def test_a_desk_that_died_between_send_and_mark_sends_again_under_the_same_name(
    flagged: Signal, mails: mail_server.MailServer, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    class Died(BaseException):
        """The process is gone."""

    def die(*_: object) -> None:
        raise Died

    now = clock.now()
    with monkeypatch.context() as dying:
        dying.setattr(delivery, "_mark_all", die)
        with pytest.raises(Died):
            delivery.deliver_due()
    assert delivery.deliver_due() == 0, "the lease of the dead one still runs"
    clock.set_source(lambda: now + dispatch.LEASE + timedelta(seconds=1))
    assert delivery.deliver_due() == 1
    received = mails.mails_to("lan@binhkhe.test")
    assert len(received) == 2
    assert len({m.headers["message-id"] for m in received}) == 1
    stage = Stage(cast, incident=None)  # type: ignore[arg-type]
    first, second = stage.attempts(stage.message("signal_flagged", cast.lan))
    assert (first.outcome, second.outcome) == (None, AttemptOutcome.SENT)


@pytest.mark.parametrize(
    ("command", "says", "state"),
    [
        ("RCPT", "450 4.2.1 mailbox busy", MessageState.QUEUED),
        ("RCPT", "550 5.1.1 no such user", MessageState.FAILED),
        ("DATA", "451 4.3.0 later", MessageState.QUEUED),
        ("DATA", "554 5.7.1 not wanted", MessageState.FAILED),
        ("MAIL", "451 4.3.0 later", MessageState.QUEUED),
        ("MAIL", "550 5.7.1 we do not know you", MessageState.QUEUED),
    ],
)
def test_a_refusal_is_for_now_or_for_good(
    flagged: Signal,
    cast: Cast,
    mails: mail_server.MailServer,
    command: str,
    says: str,
    state: MessageState,
) -> None:
    whom = "truc@binhkhe.test" if command == "MAIL" else "lan@binhkhe.test"
    mails.answer(command, whom, says)
    stage = Stage(cast, incident=None)  # type: ignore[arg-type]
    assert delivery.deliver_due() == 1
    message = stage.message("signal_flagged", cast.lan)
    assert (message.state, message.reason) == (state, says)
    with database.reading() as session:
        point = session.exec(
            select(ContactPoint).where(ContactPoint.person_id == cast.lan.id)
        ).one()
    assert bool(point.bounced_at) == (command == "RCPT" and state is MessageState.FAILED)
    if state is MessageState.QUEUED:
        mails.relent()
        clock.set_source(lambda: message.due_at)
        assert delivery.deliver_due() == 1
        assert len(mails.mails_to("lan@binhkhe.test")) == 1


def test_a_dead_address_does_not_stop_the_others(
    stage: Stage, mails: mail_server.MailServer
) -> None:
    mails.answer("RCPT", "minh@binhkhe.test", "550 5.1.1 no such user")
    _drain()
    for person in (stage.cast.binh, stage.cast.phuc):
        assert mails.mails_to(f"{person.username}@binhkhe.test")
    assert not mails.mails_to("minh@binhkhe.test")


def test_with_the_server_away_everything_waits_and_leaves_when_it_is_back(
    stage: Stage, mails: mail_server.MailServer
) -> None:
    mails.stop()
    tried = delivery.deliver_due()
    message = stage.message("called_out", stage.cast.minh)
    assert tried > 1
    assert message.state is MessageState.QUEUED
    assert message.reason
    assert "ConnectionRefusedError" in message.reason
    mails.start()
    stage.pass_time(timedelta(minutes=1))
    _drain()
    assert stage.reload(message).state is MessageState.SENT
    assert len(mails.mails_to("minh@binhkhe.test")) == 1


def test_a_hanging_server_costs_one_pause_for_the_whole_batch(
    stage: Stage, mails: mail_server.MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_channel, "TIMEOUT", 0.3)
    for number in range(6):
        stage.ask(f"step {number}", due=timedelta(hours=2))
    mails.hang()
    reasons = set()
    delivery.deliver_due()
    with database.reading() as session:
        for message in session.exec(select(OutgoingMessage)):
            reasons.add(message.reason)
            assert message.state in (MessageState.QUEUED, MessageState.CANCELLED)
    assert reasons <= {"máy chủ thư không trả lời", None}
    assert "máy chủ thư không trả lời" in reasons
    mails.go_on()
    stage.pass_time(timedelta(minutes=1))
    _drain()
    assert stage.message("called_out", stage.cast.phuc).state is MessageState.SENT


def test_a_restarted_server_is_met_with_a_new_connection(
    stage: Stage, mails: mail_server.MailServer
) -> None:
    _drain()
    mails.stop()
    mails.start()
    stage.ask()
    assert delivery.deliver_due() == 1
    assert stage.message("step_assigned", stage.cast.phuc).state is MessageState.SENT


def test_a_cancelled_message_is_not_sent(stage: Stage, mails: mail_server.MailServer) -> None:
    step = stage.ask()
    with database.transaction() as session:
        answering.acknowledge(session, step.id, by=by(stage.cast.phuc))
    _drain()
    assert stage.message("step_assigned", stage.cast.phuc).state is MessageState.CANCELLED
    subjects = [m.subject for m in mails.mails_to("phuc@binhkhe.test")]
    assert not [s for s in subjects if "Việc 1" in s]


def test_a_message_cancelled_after_it_was_claimed_is_not_sent_either(
    stage: Stage, mails: mail_server.MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _drain()
    step = stage.ask()
    gather = delivery.briefing.gather

    def answered_meanwhile(session: object, messages: list[OutgoingMessage]) -> object:
        with database.transaction() as other:
            answering.acknowledge(other, step.id, by=by(stage.cast.phuc))
        return gather(session, messages)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery.briefing, "gather", answered_meanwhile)
    delivery.deliver_due()
    assert stage.message("step_assigned", stage.cast.phuc).state is MessageState.CANCELLED
    assert not [m for m in mails.mails_to("phuc@binhkhe.test") if "Việc 1" in m.subject]


def _fifty(cast: Cast, stage: Stage, to: Callable[[int], str]) -> None:
    with database.transaction() as session:
        outbox.queue_all(
            session,
            [
                OutgoingMessage(
                    key=f"fifty:{n}",
                    channel=Channel.MAIL,
                    kind="level_changed",
                    address=to(n),
                    recipient_id=cast.phuc.id,
                    incident_id=stage.incident.id,
                    values={"level": 4, "reason": f"lần {n}"},
                )
                for n in range(50)
            ],
        )


def test_one_recipient_gets_fifty_mails_in_their_order(
    stage: Stage, cast: Cast, mails: mail_server.MailServer
) -> None:
    _drain()
    _fifty(cast, stage, lambda _: "tap.thu@binhkhe.test")
    _drain()
    order = [
        m.text.split("Lý do: lần ")[1].split()[0] for m in mails.mails_to("tap.thu@binhkhe.test")
    ]
    assert order == [str(n) for n in range(50)]


def test_fifty_recipients_get_one_mail_each_and_connections_are_kept(
    stage: Stage,
    cast: Cast,
    mails: mail_server.MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = []
    connect = MailServer._connect
    monkeypatch.setattr(MailServer, "_connect", lambda self: (opened.append(1), connect(self))[1])
    _fifty(cast, stage, lambda n: f"thu{n}@binhkhe.test")
    _drain()
    assert all(len(mails.mails_to(f"thu{n}@binhkhe.test")) == 1 for n in range(50))
    assert len(opened) <= 4


def test_a_message_without_words_fails_alone(
    stage: Stage, cast: Cast, mails: mail_server.MailServer
) -> None:
    with database.transaction() as session:
        outbox.queue(
            session,
            OutgoingMessage(
                key="unknown",
                channel=Channel.MAIL,
                kind="no_such_kind",
                address="lan@binhkhe.test",
                recipient_id=cast.lan.id,
            ),
        )
    _drain()
    message = stage.message("no_such_kind", cast.lan)
    assert message.state is MessageState.FAILED
    assert message.reason
    assert "TemplateNotFound" in message.reason
    assert stage.message("called_out", cast.minh).state is MessageState.SENT


@pytest.mark.parametrize(
    "address", ["", "lan", "lan@binhkhe.test\r\nBcc: ai@khac.test", "a b@c.test", "lân@c.test"]
)
def test_an_address_that_is_none_reaches_no_server(address: str) -> None:
    server = MailServer("smtp://127.0.0.1:1", "truc@binhkhe.test")
    mail = rendering.Mail("s", "t", "h", settings.current().language)
    outcome = server.send(mail, to=address, key="k")
    assert outcome == FailedForGood("địa chỉ thư không hợp lệ", address_dead=True)


def test_without_a_mail_server_messages_wait_and_are_named(flagged: Signal, cast: Cast) -> None:
    stage = Stage(cast, incident=None)  # type: ignore[arg-type]
    assert delivery.deliver_due() == 1
    message = stage.message("signal_flagged", cast.lan)
    assert (message.state, message.reason) == (MessageState.QUEUED, delivery.NO_SERVER)
    assert message.due_at >= clock.now() + timedelta(minutes=15)
    assert delivery.deliver_due() == 0


def test_what_waited_for_a_mail_server_leaves_as_soon_as_there_is_one(
    flagged: Signal, cast: Cast, request: pytest.FixtureRequest
) -> None:
    delivery.deliver_due()
    server = request.getfixturevalue("mails")
    assert delivery.deliver_due() == 1
    assert len(server.mails_to("lan@binhkhe.test")) == 1


def test_a_password_is_not_sent_in_the_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mail_channel, "_LOOPBACK", ())
    with mail_server.running(tmp_path) as plain:
        mail = rendering.Mail("s", "t", "h", settings.current().language)
        url = plain.smtp_url.replace("smtp://", "smtp://truc:mat-khau@")
        refused = MailServer(url, "truc@b.test").send(mail, to="lan@b.test", key="k")
        assert refused == FailedForNow("máy chủ thư không mã hóa đường truyền", whole_channel=True)
        server = MailServer(plain.smtp_url, "truc@b.test")
        assert isinstance(server.send(mail, to="lan@b.test", key="k"), Sent)
        server.close()


@pytest.mark.parametrize(
    ("url", "port", "user"),
    [
        ("smtp://may.test", 25, ""),
        ("smtp://truc%40b.test:p%2Fw@may.test", 587, "truc@b.test"),
        ("smtps://truc:pw@may.test", 465, "truc"),
        ("smtp://may.test:2525?starttls=require", 2525, ""),
    ],
)
def test_the_account_is_read_from_its_url(url: str, port: int, user: str) -> None:
    account = Account.of(url)
    assert (account.host, account.port, account.user) == ("may.test", port, user)


@pytest.mark.parametrize("url", ["imap://x", "smtp://", "may.test:25"])
def test_a_url_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        Account.of(url)


def test_the_claim_of_another_is_left_alone(
    stage: Stage, mails: mail_server.MailServer, cast: Cast
) -> None:
    with database.transaction() as session:
        taken = dispatch.claim_due(session, claim=uuid4())
    assert taken
    assert delivery.deliver_due() == 0
    assert not mails.mails_to("minh@binhkhe.test")
    person: Person = cast.minh
    assert stage.message("called_out", person).attempts == 1
    assert ids.new() != taken[0].claim
