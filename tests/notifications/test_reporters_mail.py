"""Somebody without an account reads what became of their flag in their own mailbox."""

from incidents.intake import signals
from incidents.record import database
from notifications import delivery
from tests import mail_server
from tests.cast import Cast
from tests.notifications.conftest import by


def test_a_citizen_reads_that_the_flag_was_taken(cast: Cast, mails: mail_server.MailServer) -> None:
    with database.transaction() as session:
        signal = signals.flag(
            session,
            text="Nghe nói hồ Suối Trầm sắp vỡ!",
            reporter="Bà con",
            reporter_contact="ba.con@gotram.test",
            by=by(cast.lan),
        )
        signals.acknowledge(session, signal.id, by=by(cast.lan))
    while delivery.deliver_due():
        pass
    (mail,) = mails.mails_to("ba.con@gotram.test")
    assert mail.subject == f"[{signal.code}] Đã tiếp nhận tin báo"
    assert "Suối Trầm" not in mail.text + mail.html
    assert "/tin-bao/" not in mail.text + mail.html
