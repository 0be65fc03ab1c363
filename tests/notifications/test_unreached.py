"""An alert nobody accepted in five minutes goes on by another way, and at last to a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from flows.duties import audit, carry_out, escalate
from incidents.insight import reading
from incidents.intake import signals
from incidents.intake.signals import Signal
from incidents.matter import incidents
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import clock, database, settings
from incidents.record.language import Language
from incidents.record.moments import nearest
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from incidents.response.answers import answering
from incidents.response.reaching import calling
from incidents.response.steps import steps
from incidents.response.steps.steps import Step, StepState
from notifications import delivery, rendering
from tests.cast import Cast
from tests.chat_servers import No, ZaloService
from tests.conftest import BOTH_DATABASES
from tests.mail_server import MailServer
from tests.notifications.conftest import Stage, by

PHUC = "phuc@binhkhe.test"
BUSY = "450 4.2.1 mailbox busy"


@pytest.fixture(params=BOTH_DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def zalo(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZaloService]:
    """Zalo's service, which delivers to whoever bound an account."""
    service = ZaloService()
    monkeypatch.setenv("TRUCBAN_ZALO_TOKEN", service.token)
    monkeypatch.setenv("TRUCBAN_ZALO_API", service.url)
    settings.current.cache_clear()
    yield service
    service.stop()


@pytest.fixture
def ready(stage: Stage, mails: MailServer) -> Stage:
    """All that was said before is out."""
    go_round()
    return stage


def go_round() -> None:
    """What the engine does about silence and the outbox, until there is nothing."""
    while carry_out(escalate.STEPS, escalate.UNREACHED) + delivery.deliver_due():
        pass


def later(stage: Stage, minutes: float) -> None:
    """Time passes, with a round at every moment that something is due."""
    until = stage.now + timedelta(minutes=minutes)
    while True:
        with database.reading() as session:
            moment = nearest(session, *escalate.COMING[:1], escalate.unreached.COMING, _MAIL)
        if moment is None or moment > until:
            break
        stage.now = max(stage.now, moment)
        go_round()
    stage.now = until


_MAIL = delivery.dispatch.COMING


def give(
    person: Person,
    address: str,
    *,
    channel: ContactKind = ContactKind.ZALO_CHAT,
    after: int | None = None,
    verified: bool = True,
) -> None:
    """One more way to reach somebody; never used by their own choice unless said."""
    point = ContactPoint(
        person_id=person.id,
        channel=channel,
        address=address,
        position=2,
        verified_at=clock.now() if verified else None,
    )
    with database.transaction() as session:
        session.add(point)
        session.flush()
        point.after_minutes = point.grave_after_minutes = after


def sent(kind: str, to: Person, channel: Channel = Channel.MAIL) -> list[OutgoingMessage]:
    with database.reading() as session:
        wanted = select(OutgoingMessage).where(
            OutgoingMessage.kind == kind,
            OutgoingMessage.recipient_id == to.id,
            OutgoingMessage.channel == channel,
        )
        return list(session.exec(wanted.order_by(col(OutgoingMessage.id))))


def states(kind: str, to: Person, channel: Channel = Channel.MAIL) -> list[MessageState]:
    return [message.state for message in sent(kind, to, channel)]


def told(stage: Stage, fact: str, language: Language = Language.VI) -> list[str]:
    with database.reading() as session:
        lines = reading.story(session, stage.incident.id, language)
    return [line.text for line in lines if line.fact == fact]


def calls(stage: Stage) -> list[Step]:
    with database.reading() as session:
        found = steps.of_incident(session, stage.incident.id)
    return [step for step in found if step.calls_about]


def test_while_mail_is_away_the_step_comes_by_zalo_after_five_minutes_and_only_so(
    ready: Stage, mails: MailServer, zalo: ZaloService
) -> None:
    phuc = ready.cast.phuc
    give(phuc, "71")
    mails.stop()
    step = ready.ask()
    later(ready, 4.9)
    assert zalo.texts_to("71") == []
    later(ready, 0.1)
    (text,) = zalo.texts_to("71")
    assert step.code in text
    # The server is back: what was meant for the mailbox is told already.
    mails.start()
    later(ready, 9)
    assert states("step_assigned", phuc) == [MessageState.CANCELLED]
    assert mails.mails_to(PHUC) == []
    assert len(zalo.texts_to("71")) == 1
    assert told(ready, "PersonNotReached") == []
    assert sent("not_reached", ready.cast.lan) == []


def test_a_dead_address_waits_for_nothing(
    ready: Stage, mails: MailServer, zalo: ZaloService
) -> None:
    give(ready.cast.phuc, "71")
    mails.answer("RCPT", PHUC, "550 5.1.1 no such user")
    ready.ask()
    go_round()
    assert len(zalo.texts_to("71")) == 1
    assert told(ready, "PersonNotReached") == []


def test_what_was_for_later_is_used_now_and_not_twice(
    ready: Stage, mails: MailServer, zalo: ZaloService
) -> None:
    give(ready.cast.phuc, "71", after=30)
    mails.answer("RCPT", PHUC, BUSY)
    ready.ask(due=timedelta(hours=9))
    later(ready, 4)
    assert zalo.texts_to("71") == []
    later(ready, 1)
    assert len(zalo.texts_to("71")) == 1
    later(ready, 9)
    assert len(zalo.texts_to("71")) == 1


def test_whoever_was_reached_in_time_hears_nothing_by_another_way(
    ready: Stage, zalo: ZaloService
) -> None:
    give(ready.cast.phuc, "71")
    ready.ask()
    later(ready, 14)
    assert states("step_assigned", ready.cast.phuc) == [MessageState.SENT]
    assert zalo.texts_to("71") == []


def test_an_address_nobody_verified_is_used_when_there_is_nothing_else(
    ready: Stage, mails: MailServer, zalo: ZaloService
) -> None:
    mine = "phuc.rieng@binhkhe.test"
    give(ready.cast.phuc, mine, channel=ContactKind.MAIL, verified=False)
    give(ready.cast.phuc, "71")
    mails.answer("RCPT", PHUC, BUSY)
    zalo.refusals += [No(500, "later")] * 99
    ready.ask()
    later(ready, 5)
    assert mails.mails_to(mine) == [], "Zalo was verified: it comes first"
    later(ready, 5)
    assert len(mails.mails_to(mine)) == 1
    assert told(ready, "PersonNotReached") == []


def test_with_no_way_left_the_room_says_so_and_somebody_on_shift_telephones(
    ready: Stage, mails: MailServer
) -> None:
    lan, phuc = ready.cast.lan, ready.cast.phuc
    mails.answer("RCPT", PHUC, BUSY)
    step = ready.ask()
    later(ready, 4)
    assert calls(ready) == []
    later(ready, 1)
    (line,) = told(ready, "PersonNotReached")
    assert line == (
        "Không gửi được tới Đặng Hồng Phúc về việc 1 «Xác minh tại cơ quan chủ quản» "
        f"(thư điện tử): {BUSY}"
    )
    (line,) = told(ready, "PersonNotReached", Language.EN)
    assert line.startswith("Nothing reached Đặng Hồng Phúc about step 1 «Verify with the agency")
    assert states("not_reached", lan) == [MessageState.SENT]
    (call,) = calls(ready)
    assert (call.assignee_id, call.state, call.mandatory) == (lan.id, StepState.OPEN, False)
    task = next(m for m in mails.mails_to("lan@binhkhe.test") if "Gọi điện thoại cho" in m.subject)
    assert "Gọi cho: đồng chí Đặng Hồng Phúc, về việc 1" in task.text
    # The reminder reaches nobody either: that is known.
    later(ready, 24)
    assert len(sent("not_reached", lan)) == 1
    assert len(told(ready, "PersonNotReached")) == 1
    assert len(calls(ready)) == 1
    with database.transaction() as session:
        answering.acknowledge(session, step.id, by=by(phuc))
    assert ready.step(call.id).state is StepState.CANCELLED
    assert ready.step(step.id).unreached_at is None


def test_below_level_3_the_alarm_is_all(ready: Stage, mails: MailServer) -> None:
    with database.transaction() as session:
        incidents.get(session, ready.incident.id, lock=True).level = 2
    mails.answer("RCPT", PHUC, BUSY)
    ready.ask(due=timedelta(hours=9))
    later(ready, 6)
    assert states("not_reached", ready.cast.lan) == [MessageState.SENT]
    assert calls(ready) == []


def test_a_step_that_passed_on_is_told_of_once_more_only_where_that_fails_too(
    ready: Stage, mails: MailServer
) -> None:
    yen = ready.cast.yen
    mails.answer("RCPT", PHUC, BUSY)
    step = ready.ask(due=timedelta(hours=9))
    later(ready, 31)
    assert ready.step(step.id).assignee_id == yen.id
    assert states("step_passed", yen) == [MessageState.SENT]
    assert ready.step(calls(ready)[0].id).state is StepState.CANCELLED
    mails.answer("RCPT", "tung@binhkhe.test", "550 5.1.1 no such user")
    later(ready, 15)
    lines = told(ready, "PersonNotReached")
    assert len(lines) == 2
    assert "Hoàng Thanh Tùng" in lines[1]


def test_a_flag_whose_officer_is_out_of_reach_is_told_to_the_others(
    flagged: Signal, cast: Cast, mails: MailServer
) -> None:
    mails.answer("RCPT", "lan@binhkhe.test", "550 5.1.1 no such user")
    go_round()
    with database.reading() as session:
        lines = reading.story(session, flagged.id, Language.VI)
    assert "Không gửi được tin báo" in lines[-1].text
    assert states("not_reached", cast.lan) == []
    assert [mails.mails_to(f"{name}@binhkhe.test") != [] for name in ("long", "duc", "hoa")] == [
        True,
        True,
        True,
    ]


def test_a_flag_somebody_took_meanwhile_is_sent_no_other_way(
    flagged: Signal, cast: Cast, mails: MailServer, zalo: ZaloService
) -> None:
    give(cast.lan, "73")
    mails.stop()
    go_round()
    with database.transaction() as session:
        signals.acknowledge(session, flagged.id, by=by(cast.long))
    now = clock.now()
    clock.set_source(lambda: now + timedelta(minutes=6))
    go_round()
    assert zalo.texts_to("73") == []
    assert sent("not_reached", cast.long) == []


def test_with_zalo_alone_set_up_nobody_waits_for_a_mail_server_there_is_not(
    stage: Stage, zalo: ZaloService
) -> None:
    give(stage.cast.phuc, "71")
    stage.ask()
    go_round()
    assert len(zalo.texts_to("71")) == 1


def test_a_desk_that_sends_nothing_alarms_nobody_about_it(stage: Stage) -> None:
    stage.ask()
    later(stage, 6)
    assert sent("not_reached", stage.cast.lan) == []
    assert calls(stage) == []
    assert told(stage, "PersonNotReached") == []


def test_the_audit_speaks_of_notices_and_of_what_nobody_followed(
    ready: Stage, mails: MailServer
) -> None:
    mails.answer("RCPT", PHUC, "550 5.1.1 no such user")
    ready.ask()
    delivery.deliver_due()
    ready.pass_time(timedelta(minutes=6))
    # The engine was away: nobody followed it.
    assert audit.audit() == 1
    assert audit.audit() == 0
    go_round()
    assert len(sent("not_reached", ready.cast.lan)) == 1
    with database.reading() as session:
        found = audit.findings(session, clock.now() - audit.GRACE)
    assert found == [], "what was followed and told is not raised again"


def test_the_words_of_the_alarm_are_in_the_readers_language(
    ready: Stage, mails: MailServer
) -> None:
    with database.transaction() as session:
        session.get_one(Person, ready.cast.lan.id).language = Language.EN
    mails.stop()
    ready.ask()
    later(ready, 5)
    (alarm,) = sent("not_reached", ready.cast.lan)
    with database.reading() as session:
        mail = rendering.message(session, alarm)
    assert "could not send a message to Đặng Hồng Phúc (e-mail)" in mail.text
    (call,) = calls(ready)
    assert call.own_title == calling.TITLE
