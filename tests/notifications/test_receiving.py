"""A reply to a mail does the deed, once; its author is told what became of it."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from imap_tools.message import MailMessage
from sqlmodel import select

from flows.duties.receive import Receiving
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.roles import Role
from incidents.record import database, inbox, links, settings, timeline
from incidents.record.actors import Via
from incidents.record.inbox import IncomingMessage, IncomingState, IncomingText, Verb, Why
from incidents.record.outbox import OutgoingMessage
from incidents.response.life import lifecycle
from incidents.response.staffing import directing
from incidents.response.steps.steps import StepKind, StepState
from notifications import delivery
from notifications.channels.mailbox import Mailbox
from notifications.receiving import letters, taking
from tests.mail_server import MailServer
from tests.notifications.conftest import Stage, by

DESK = "truc@binhkhe.test"


@pytest.fixture
def post(mails: MailServer, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator["Post"]:
    """The desk reads the mailbox that its mails name."""
    monkeypatch.setenv("TRUCBAN_IMAP_URL", mails.imap_url())
    settings.current.cache_clear()
    office = Post(mails, stage)
    office.desk.receive()
    yield office
    office.desk.source.close()


class Post:
    """Everybody's mailboxes, and the desk's."""

    def __init__(self, server: MailServer, stage: Stage) -> None:
        self.server, self.stage = server, stage
        self.desk = Receiving(Mailbox(settings.current().imap_url.get_secret_value()))

    def deliver(self) -> None:
        while delivery.deliver_due():
            pass

    def got(self, who: Person) -> list[MailMessage]:
        """What lies in somebody's mailbox after everything has left."""
        self.deliver()
        return self.server.mails_to(_address(who))

    def reply(
        self, who: Person, words: str, *, to: MailMessage | None = None, name: str = ""
    ) -> None:
        """Reply as a mail program does: to its Reply-To, naming it, quoting it below."""
        self.send(answer_to(to or self.got(who)[-1], words, sender=_address(who), name=name))

    def send(self, letter: EmailMessage) -> None:
        """Hand it in, and let the desk look."""
        self.hand_in(letter)
        self.desk.receive()

    def hand_in(self, letter: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.server.smtp_port) as smtp:
            smtp.send_message(letter, to_addrs=[str(letter["To"])])

    def came(self) -> list[IncomingMessage]:
        with database.reading() as session:
            return list(session.exec(select(IncomingMessage).order_by(IncomingMessage.id)))  # type: ignore[arg-type]


def _address(who: Person) -> str:
    return f"{who.username}@binhkhe.test"


def answer_to(
    mail: MailMessage, words: str, *, sender: str, to: str = "", name: str = ""
) -> EmailMessage:
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = sender
    letter["To"] = to or mail.headers["reply-to"][0]
    letter["Subject"] = f"Re: {mail.subject}"
    letter["Message-ID"] = name or f"<{abs(hash((words, sender, mail.uid)))}@may.{sender}>"
    letter["In-Reply-To"] = letter["References"] = mail.headers["message-id"][0]
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    letter.set_content(f"{words}\n\nVào 02:31, 23 thg 11, 2026, Trực Ban đã viết:\n\n{quoted}\n")
    return letter


def _facts(stage: Stage, name: str) -> list[Any]:
    with database.reading() as session:
        return [e for e, _ in timeline.entries_of(session, stage.incident.id) if e.fact == name]


def test_a_reply_takes_the_step_and_its_author_is_told(post: Post, stage: Stage) -> None:
    step = stage.ask()
    post.reply(stage.cast.phuc, "Dạ em nhận ạ")
    taken = stage.step(step.id)
    assert (taken.state, taken.acknowledged_by) == (StepState.ACKNOWLEDGED, stage.cast.phuc.id)
    (entry,) = _facts(stage, "StepAcknowledged")
    assert (entry.actor_id, entry.via) == (stage.cast.phuc.id, Via.MAIL)
    (row,) = post.came()
    assert (row.state, row.verb) == (IncomingState.ANSWERED, Verb.ACKNOWLEDGE)
    *_, asked, told = post.got(stage.cast.phuc)
    assert "nhận việc 1" in told.text
    assert told.headers["auto-submitted"] == ("auto-replied",)
    assert told.headers["in-reply-to"] == (row.provider_id,)
    assert told.headers["reply-to"] == asked.headers["reply-to"]


def test_the_mail_says_how_to_reply_only_where_replies_are_read(
    post: Post, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.ask()
    read = post.got(stage.cast.phuc)[-1]
    assert "KHÔNG NHẬN" in read.text
    assert "KHÔNG NHẬN" in read.html
    assert read.headers["reply-to"][0].startswith("truc+")
    monkeypatch.delenv("TRUCBAN_IMAP_URL")
    settings.current.cache_clear()
    stage.ask("another", role=Role.LEAD)
    unread = post.got(stage.cast.binh)[-1]
    assert "KHÔNG NHẬN" not in unread.text
    assert unread.headers["reply-to"] == (DESK,)


def test_the_same_mail_twice_counts_once_and_another_one_is_already_recorded(
    post: Post, stage: Stage
) -> None:
    stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    for name in ("<a@may.test>", "<a@may.test>", "<b@may.test>"):
        post.reply(stage.cast.phuc, "nhận", to=mail, name=name)
    assert [row.state for row in post.came()] == [IncomingState.ANSWERED] * 2
    assert len(_facts(stage, "StepAcknowledged")) == 1
    assert "từ trước" in post.got(stage.cast.phuc)[-1].text


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("KHÔNG NHẬN vì đang đi công tác", "StepPassed"),
        ("XIN THÊM 30 chờ số liệu", "StepTimeAsked"),
        ("ghi chú: cần ảnh vệ tinh", "StepCommented"),
        ("Để tôi hỏi lại đã", "StepCommented"),
        ("chưa xong đâu", "StepCommented"),
    ],
)
def test_what_a_reply_can_do(post: Post, stage: Stage, words: str, fact: str) -> None:
    stage.ask()
    post.reply(stage.cast.phuc, words)
    (entry,) = _facts(stage, fact)
    assert entry.via is Via.MAIL
    assert not _facts(stage, "StepAcknowledged")


def test_more_time_is_asked_of_whoever_leads_and_moves_nothing(post: Post, stage: Stage) -> None:
    step = stage.ask()
    post.reply(stage.cast.phuc, "Em nhận, xin thêm 30 phút vì đường ngập")
    asked = post.got(stage.cast.binh)[-1]
    assert "30 phút" in asked.subject
    assert "đường ngập" in asked.text
    assert f"/nhiem-vu/{step.id}" in asked.text
    assert stage.step(step.id).due_at == step.due_at
    assert stage.step(step.id).state is StepState.ACKNOWLEDGED


def test_done_with_a_note_completes_what_asks_for_no_more(post: Post, stage: Stage) -> None:
    step = stage.ask(form="Done")
    post.reply(stage.cast.phuc, "XONG đã gọi cả ba xã")
    done = stage.step(step.id)
    assert (done.state, done.answer) == (StepState.DONE, {"note": "đã gọi cả ba xã"})


def test_done_is_refused_with_the_fields_that_are_missing(post: Post, stage: Stage) -> None:
    step = stage.ask()
    post.reply(stage.cast.phuc, "xong")
    assert stage.step(step.id).state is StepState.OPEN
    told = post.got(stage.cast.phuc)[-1]
    assert "Kết quả, Sự thật và căn cứ" in told.text
    assert "/t/" in told.text


def test_a_signature_is_never_given_by_mail(post: Post, stage: Stage) -> None:
    step = stage.ask("sign", role=Role.LEAD, kind=StepKind.APPROVE, form="SignOff")
    mail = post.got(stage.cast.binh)[-1]
    for words in ("Duyệt", "XONG"):
        post.reply(stage.cast.binh, words, to=mail)
        assert "đăng nhập" in post.got(stage.cast.binh)[-1].text
    assert stage.step(step.id).state is StepState.OPEN
    assert {row.state for row in post.came()} == {IncomingState.REFUSED}


def test_who_has_it(post: Post, stage: Stage) -> None:
    stage.ask()
    post.reply(stage.cast.phuc, "AI?")
    assert stage.cast.phuc.name in post.got(stage.cast.phuc)[-1].text


def test_a_forwarded_mail_is_answered_by_nobody_else(post: Post, stage: Stage) -> None:
    step = stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    post.send(answer_to(mail, "nhận", sender=_address(stage.cast.yen)))
    assert stage.step(step.id).state is StepState.OPEN
    told = post.got(stage.cast.yen)[-1].text
    assert stage.cast.phuc.name in told
    assert "2026-0001" not in told
    (row,) = post.came()
    assert (row.state, row.incident_id) == (IncomingState.REFUSED, None)


def test_a_stranger_with_the_token_gets_no_answer_and_leaves_nothing(
    post: Post, stage: Stage
) -> None:
    stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    post.send(answer_to(mail, "nhận", sender="Phuc <phuc@noi-khac.test>"))
    (row,) = post.came()
    assert (row.why, row.sender) == (Why.UNKNOWN_SENDER, "")
    assert not post.server.mails_to("phuc@noi-khac.test")


def test_an_address_nobody_verified_proves_nothing(post: Post, stage: Stage) -> None:
    step = stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    with database.transaction() as session:
        point = session.exec(
            select(ContactPoint).where(ContactPoint.person_id == stage.cast.phuc.id)
        ).one()
        point.verified_at = None
    post.send(answer_to(mail, "nhận", sender=_address(stage.cast.phuc)))
    assert stage.step(step.id).state is StepState.OPEN


def test_a_code_alone_is_refused_and_told(post: Post, stage: Stage) -> None:
    step = stage.ask()
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"], letter["To"] = _address(stage.cast.phuc), DESK
    letter["Subject"], letter["Message-ID"] = "việc", "<x@may.test>"
    with database.transaction() as session:
        kept = session.get_one(type(step), step.id)
        kept.code = "4K7Q"
    letter.set_content("nhận 4K7Q")
    post.send(letter)
    assert stage.step(step.id).state is StepState.OPEN
    assert "mã việc" in post.got(stage.cast.phuc)[-1].text


def test_mail_of_citizens_is_left_alone_and_nothing_of_it_kept(post: Post, stage: Stage) -> None:
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"], letter["To"], letter["Subject"] = "dan@nha.test", DESK, "Hỏi về nước sạch"
    letter.set_content("nhận xét của tôi về bài viết")
    post.send(letter)
    (row,) = post.came()
    assert (row.state, row.why, row.sender) == (IncomingState.IGNORED, Why.NOT_OURS, "")
    with database.reading() as session:
        assert session.exec(select(IncomingText)).all() == []
    (lies,) = post.server.mails_to(DESK)
    assert "\\Seen" not in lies.flags


@pytest.mark.parametrize(
    "headers",
    [{"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List-Id": "<nhom.test>"}],
)
def test_what_a_machine_wrote_is_no_answer(
    post: Post, stage: Stage, headers: dict[str, str]
) -> None:
    step = stage.ask()
    letter = answer_to(post.got(stage.cast.phuc)[-1], "nhận", sender=_address(stage.cast.phuc))
    for name, value in headers.items():
        letter[name] = value
    before = len(post.got(stage.cast.phuc))
    post.send(letter)
    (row,) = post.came()
    assert row.why is Why.AUTOMATIC
    assert stage.step(step.id).state is StepState.OPEN
    assert len(post.got(stage.cast.phuc)) == before


def test_our_own_mail_never_answers_itself(post: Post, stage: Stage) -> None:
    stage.ask()
    post.send(answer_to(post.got(stage.cast.phuc)[-1], "nhận", sender=DESK))
    (row,) = post.came()
    assert row.why is Why.LOOP


def test_after_so_many_answers_an_hour_there_are_no_more(
    post: Post, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_ANSWERS", 2)
    stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    for number in range(4):
        post.reply(stage.cast.phuc, f"Ghi chú: lần {number}", to=mail)
    assert len(_facts(stage, "StepCommented")) == 4
    assert len(_outcomes(post, stage)) == 2
    stage.pass_time(timedelta(hours=2))
    post.reply(stage.cast.phuc, "Ghi chú: lần nữa", to=mail)
    assert len(_outcomes(post, stage)) == 3


def _outcomes(post: "Post", stage: Stage) -> list[MailMessage]:
    return [m for m in post.got(stage.cast.phuc) if "thư trả lời" in m.subject]


def test_who_lost_the_step_is_told_why(post: Post, stage: Stage) -> None:
    step = stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    with database.transaction() as session:
        directing.replace_member(
            session,
            stage.incident.id,
            step.role,
            outgoing=stage.cast.phuc.id,
            incoming=stage.cast.khoi.id,
            reason="Nghỉ ốm",
            by=by(stage.cast.binh),
        )
    post.reply(stage.cast.phuc, "nhận", to=mail)
    assert "hết hiệu lực" in post.got(stage.cast.phuc)[-1].text


def test_a_reply_after_the_incident_ended_says_so(post: Post, stage: Stage) -> None:
    stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    with database.transaction() as session:
        lifecycle.stand_down(
            session, stage.incident.id, reason="Không đúng việc", by=by(stage.cast.binh)
        )
    post.reply(stage.cast.phuc, "nhận", to=mail)
    assert "Vụ việc 2026-0001" in post.got(stage.cast.phuc)[-1].text


def test_an_old_mailbox_is_not_read_again(post: Post, stage: Stage, mails: MailServer) -> None:
    stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    post.hand_in(answer_to(mail, "nhận", sender=_address(stage.cast.phuc)))
    with database.transaction() as session:
        session.delete(session.exec(select(inbox.IncomingSource)).one())
    assert post.desk.receive() == 0
    assert post.came() == []
    post.reply(stage.cast.phuc, "nhận", to=mail, name="<sau@may.test>")
    assert [row.state for row in post.came()] == [IncomingState.ANSWERED]


def test_killed_between_fetching_and_keeping_it_is_fetched_again(
    post: Post, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = stage.ask()
    mail = post.got(stage.cast.phuc)[-1]

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(taking, "_tell", killed)
        post.hand_in(answer_to(mail, "nhận", sender=_address(stage.cast.phuc)))
        with pytest.raises(KeyboardInterrupt):
            post.desk.receive()
    assert (post.came(), stage.step(step.id).state) == ([], StepState.OPEN)
    post.desk.receive()
    assert stage.step(step.id).state is StepState.ACKNOWLEDGED
    assert len(post.came()) == 1


def test_only_the_head_of_a_huge_mail_is_fetched(
    post: Post, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "LARGEST", 20_000)
    step = stage.ask()
    letter = answer_to(post.got(stage.cast.phuc)[-1], "nhận", sender=_address(stage.cast.phuc))
    letter.add_attachment(b"x" * 40_000, maintype="image", subtype="png", filename="anh.png")
    post.send(letter)
    assert stage.step(step.id).state is StepState.OPEN
    assert "lớn quá" in post.got(stage.cast.phuc)[-1].text


def test_files_are_not_kept_and_that_is_said(post: Post, stage: Stage) -> None:
    stage.ask()
    letter = answer_to(post.got(stage.cast.phuc)[-1], "nhận", sender=_address(stage.cast.phuc))
    letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bb.pdf")
    post.send(letter)
    told = post.got(stage.cast.phuc)[-1].text
    assert "nhận việc 1" in told
    assert "Tệp đính kèm" in told


def _bounce(mail: MailMessage, status: str = "5.1.1", action: str = "failed") -> EmailMessage:
    name = mail.headers["message-id"][0]
    raw = (
        "From: MAILER-DAEMON@binhkhe.test\r\nTo: truc@binhkhe.test\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{status}@may.test>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "MIME-Version: 1.0\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {mail.to[0]}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {name}\r\nSubject: x\r\n\r\n--b--\r\n"
    )
    return message_from_bytes(raw.encode(), policy=policy.SMTP)  # type: ignore[return-value]


def test_a_mail_that_came_back_goes_to_their_next_address(post: Post, stage: Stage) -> None:
    stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    with database.transaction() as session:
        session.add(
            ContactPoint(
                person_id=stage.cast.phuc.id,
                channel=ContactKind.MAIL,
                address="phuc.rieng@binhkhe.test",
                position=2,
                verified_at=stage.now,
            )
        )
    post.send(_bounce(mail))
    post.deliver()
    (again,) = post.server.mails_to("phuc.rieng@binhkhe.test")
    assert again.subject == mail.subject
    post.send(answer_to(again, "nhận", sender="phuc.rieng@binhkhe.test"))
    assert len(_facts(stage, "StepAcknowledged")) == 1


def test_a_mail_that_came_back_sends_the_later_way_at_once(post: Post, stage: Stage) -> None:
    phuc = stage.cast.phuc
    with database.transaction() as session:
        session.add(
            ContactPoint(
                person_id=phuc.id,
                channel=ContactKind.MAIL,
                address="phuc.rieng@binhkhe.test",
                position=2,
                verified_at=stage.now,
                after_minutes=30,
                grave_after_minutes=30,
            )
        )
    stage.ask()
    mail = post.got(phuc)[-1]
    assert post.server.mails_to("phuc.rieng@binhkhe.test") == []
    post.send(_bounce(mail))
    post.deliver()
    (again,) = post.server.mails_to("phuc.rieng@binhkhe.test")
    assert again.subject == mail.subject


def test_without_another_address_a_mail_that_came_back_counts_as_failed(
    post: Post, stage: Stage
) -> None:
    stage.ask()
    mail = post.got(stage.cast.phuc)[-1]
    post.send(_bounce(mail, "4.2.2", "delayed"))
    with database.reading() as session:
        name = mail.headers["message-id"][0]
        asked = select(OutgoingMessage).where(OutgoingMessage.provider_id == name)
        assert session.exec(asked).one().state.value == "sent"
    post.send(_bounce(mail))
    with database.reading() as session:
        assert session.exec(asked).one().state.value == "failed"
        point = session.exec(
            select(ContactPoint).where(ContactPoint.person_id == stage.cast.phuc.id)
        ).one()
        assert point.bounced_at


def test_the_token_in_the_address_is_lower_case_and_stored_hashed(post: Post, stage: Stage) -> None:
    stage.ask()
    address = post.got(stage.cast.phuc)[-1].headers["reply-to"][0]
    token = address.partition("+")[2].partition("@")[0]
    assert len(token) == 32
    assert token == token.lower()
    with database.reading() as session:
        assert token not in repr(session.exec(select(links.AnswerLink)).all())
