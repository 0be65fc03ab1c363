"""A server down for an hour: the others go on, nothing is dropped, the gravest come first."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from incidents.matter import incidents
from incidents.record import database, dispatch, outbox
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from notifications import delivery
from tests.chat_servers import ZaloService
from tests.conftest import BOTH_DATABASES
from tests.mail_server import MailServer
from tests.notifications.conftest import Stage
from tests.notifications.test_unreached import give, zalo

__all__ = ["zalo"]

LOW, MATTERS = 60, "level_changed"


@pytest.fixture(params=BOTH_DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


def _drain() -> None:
    while delivery.deliver_due():
        pass


def _sixty(stage: Stage) -> None:
    """Sixty notices of a matter of level 1, to as many addresses."""
    with database.transaction() as session:
        outbox.queue_all(
            session,
            [
                OutgoingMessage(
                    key=f"low:{n}",
                    channel=Channel.MAIL,
                    kind=MATTERS,
                    address=f"xa{n}@binhkhe.test",
                    recipient_id=stage.cast.khoi.id,
                    incident_id=stage.incident.id,
                    values={"level": 1, "reason": f"lần {n}"},
                )
                for n in range(LOW)
            ],
        )


def _waiting() -> list[OutgoingMessage]:
    with database.reading() as session:
        wanted = select(OutgoingMessage).where(OutgoingMessage.channel == Channel.MAIL)
        found = session.exec(wanted.where(OutgoingMessage.state == MessageState.QUEUED))
        return list(found)


def test_an_hour_without_mail(stage: Stage, mails: MailServer, zalo: ZaloService) -> None:
    phuc = stage.cast.phuc
    give(phuc, "71", after=0)
    _drain()
    before = len(mails.mails_to("phuc@binhkhe.test"))
    assert before
    mails.stop()
    _sixty(stage)
    end = stage.now + timedelta(hours=1)
    while stage.now < end:
        _drain()
        stage.pass_time(timedelta(minutes=3))
    # Chat goes on meanwhile: the step comes at once by Zalo, and waits for the mailbox as well.
    step = stage.ask(due=timedelta(hours=9))
    _drain()
    assert any(step.code in text for text in zalo.texts_to("71"))
    waiting = _waiting()
    assert len(waiting) == LOW + 1
    assert all(stage.now < m.due_at <= stage.now + timedelta(minutes=15) for m in waiting)
    assert max(m.attempts for m in waiting) < 15, "the pauses have doubled"
    mails.start()
    # The first of them to try again finds the server there; the others need not wait any longer.
    stage.now = min(m.due_at for m in waiting)
    _drain()
    assert _waiting() == []
    assert all(len(mails.mails_to(f"xa{n}@binhkhe.test")) == 1 for n in range(LOW))
    assert step.code in mails.mails_to("phuc@binhkhe.test")[-1].text


def test_the_first_alerts_of_level_4_overtake_what_is_older_and_low(
    stage: Stage, mails: MailServer
) -> None:
    _drain()
    mails.stop()
    _sixty(stage)
    _drain()
    stage.pass_time(timedelta(minutes=20))
    with database.transaction() as session:
        incidents.get(session, stage.incident.id, lock=True).level = 4
    stage.ask()
    with database.transaction() as session:
        claimed = dispatch.claim_due(session, claim=uuid4(), limit=50)
    grave = [m for m in claimed if m.kind != MATTERS]
    assert grave
    assert claimed[: len(grave)] == grave
    assert claimed[0].kind == "step_assigned"
    assert len(claimed) == 50
