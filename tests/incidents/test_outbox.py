"""The outbox: one message a key, one claimer at a time, and no failure that is not tried again."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text
from sqlmodel import select

from incidents.intake import reporters
from incidents.people.persons import ContactKind, ContactPoint
from incidents.people.roles import Role
from incidents.record import database, dispatch, outbox
from incidents.record.outbox import (
    AttemptOutcome,
    Channel,
    DeliveryAttempt,
    MessageState,
    OutgoingMessage,
)
from tests.harness import Desk


def _queue(desk: Desk, key: str = "k") -> OutgoingMessage | None:
    message = OutgoingMessage(key=key, channel=Channel.MAIL, kind="test", address="a@b.test")
    with database.transaction() as session:
        return outbox.queue(session, message)


def _claim() -> list[OutgoingMessage]:
    with database.transaction() as session:
        return dispatch.claim_due(session, claim=uuid4())


def _mark(message: OutgoingMessage, outcome: AttemptOutcome, detail: str = "") -> None:
    with database.transaction() as session:
        dispatch.mark(session, message, outcome, detail=detail)


def test_a_key_is_queued_once_and_a_message_claimed_once(desk: Desk) -> None:
    assert _queue(desk)
    assert _queue(desk) is None
    (message,) = _claim()
    assert _claim() == []
    _mark(message, AttemptOutcome.SENT)
    sent = desk.reload(message)
    assert (sent.state, sent.sent_at, sent.attempts) == (MessageState.SENT, desk.time, 1)
    assert _claim() == []


def test_a_dead_claimers_message_is_claimed_again_and_the_attempt_shows_it(desk: Desk) -> None:
    _queue(desk)
    (first,) = _claim()
    desk.time += dispatch.LEASE
    (second,) = _claim()
    _mark(second, AttemptOutcome.SENT)
    # The first claimer wakes up: its word is too late and changes nothing.
    _mark(first, AttemptOutcome.FAILED_FOR_NOW, "timeout")
    assert desk.reload(first).state is MessageState.SENT
    with database.reading() as session:
        attempts = session.exec(select(DeliveryAttempt).order_by(text("number"))).all()
    assert [a.number for a in attempts] == [1, 2]
    assert attempts[1].outcome is AttemptOutcome.SENT


def test_failures_are_tried_again_with_doubling_pauses(desk: Desk) -> None:
    _queue(desk)
    pauses: list[float] = []
    for _ in range(10):
        (message,) = _claim()
        _mark(message, AttemptOutcome.FAILED_FOR_NOW, "421 busy")
        later = desk.reload(message)
        assert (later.state, later.reason) == (MessageState.QUEUED, "421 busy")
        pauses.append((later.due_at - desk.time).total_seconds())
        assert _claim() == []
        desk.time = later.due_at
    whole = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    # Up to a fifth is left off, so that those that failed together do not come back together.
    assert all(0.8 * most <= pause <= most for pause, most in zip(pauses, whole, strict=True))
    (message,) = _claim()
    _mark(message, AttemptOutcome.FAILED_FOR_GOOD, "550 unknown")
    assert desk.reload(message).state is MessageState.FAILED


def test_those_that_failed_together_come_back_one_by_one(desk: Desk) -> None:
    for number in range(40):
        _queue(desk, f"k{number}")
    for message in _claim():
        _mark(message, AttemptOutcome.FAILED_FOR_NOW, "421 busy")
    with database.reading() as session:
        due = sorted(session.exec(select(OutgoingMessage.due_at)).all())
    assert len(set(due)) > 30
    assert due[0] - desk.time >= timedelta(seconds=4)
    assert due[-1] - desk.time <= timedelta(seconds=5)


def test_a_grave_matter_and_a_flag_leave_before_older_low_ones(desk: Desk) -> None:
    desk.mail_works = False
    low = desk.opened(level=1, roles=[Role.LEAD])
    desk.time += timedelta(minutes=1)
    dyke = desk.flag("Đê Vàm Lá sạt lở!")
    desk.take(dyke)
    grave = desk.open(dyke, level=4)
    desk.activate(grave, Role.LEAD)
    desk.time += timedelta(minutes=1)
    flag = desk.flag("Cống Vàm Lá đã gãy!")
    desk.time += timedelta(minutes=1)
    claimed = _claim()
    # Whoever reported it hears what becomes of it in their turn.
    told = [m for m in claimed if m.kind != reporters.KIND]
    urgent = [m for m in told if m.signal_id or m.incident_id == grave.id]
    assert {grave.id, None} == {m.incident_id for m in urgent}
    assert flag.id in {m.signal_id for m in urgent}
    assert claimed[: len(urgent)] == urgent
    assert low.id in {m.incident_id for m in claimed[len(urgent) :]}
    desk.mail_works = True
    desk.set_aside()


def test_a_message_cancelled_under_way_stays_cancelled(desk: Desk) -> None:
    incident = desk.opened()
    with database.transaction() as session:
        outbox.queue(
            session,
            OutgoingMessage(
                key="x", channel=Channel.MAIL, kind="t", address="a@b.test", incident_id=incident.id
            ),
        )
    (message,) = _claim()
    with database.transaction() as session:
        assert message.claim
        assert dispatch.held(session, message.claim) == {message.id}
        assert outbox.cancel(session, incident_id=incident.id, kinds=["other"]) == 0
        assert outbox.cancel(session, incident_id=incident.id) == 1
        assert dispatch.held(session, message.claim) == set()
    _mark(message, AttemptOutcome.SENT)
    assert desk.reload(message).state is MessageState.CANCELLED


def test_what_failed_for_one_reason_leaves_at_once_when_it_is_gone(desk: Desk) -> None:
    _queue(desk)
    (message,) = _claim()
    _mark(message, AttemptOutcome.FAILED_FOR_NOW, "no account")
    with database.transaction() as session:
        assert not dispatch.anything_due(session)
        assert dispatch.hurry(session, reason="other") == 0
        assert dispatch.hurry(session, reason="no account") == 1
        assert dispatch.anything_due(session)
    assert len(_claim()) == 1


def test_a_bounced_address_is_used_only_while_it_is_all_there_is(desk: Desk) -> None:
    with database.transaction() as session:
        point = session.exec(
            select(ContactPoint).where(ContactPoint.person_id == desk.cast.lan.id)
        ).one()
        point.bounced_at = desk.time
        session.add(point)
    desk.flag()
    desk.expect_message(to=desk.cast.lan, kind="signal_flagged")
    with database.transaction() as session:
        session.add(
            ContactPoint(
                person_id=desk.cast.lan.id,
                channel=ContactKind.MAIL,
                address="lan2@binhkhe.test",
                position=2,
                verified_at=desk.time,
            )
        )
    desk.flag("lần hai")
    assert desk.expect_message(to=desk.cast.lan, kind="signal_flagged").address.startswith("lan2")
