"""The record: nobody rewrites it unseen; the outbox, links and sign-ins keep their promises."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from incidents.matter.incidents import Incident
from incidents.people import sign_ins
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.roles import Role
from incidents.record import clock, database, links, outbox, proof, timeline
from incidents.record.database import is_sqlite
from incidents.record.errors import Conflict, Invalid, NotFound, NotPermitted
from incidents.record.links import AnswerLink
from incidents.record.outbox import (
    AttemptOutcome,
    Channel,
    DeliveryAttempt,
    MessageState,
    OutgoingMessage,
)
from incidents.record.proof import Fault
from incidents.record.timeline import TimelineEntry, TimelineHead, TimelineText
from incidents.response import journal
from tests.cast import PASSWORD
from tests.harness import Desk, hours

# --- tampering --------------------------------------------------------------------------------


@pytest.fixture
def incident(desk: Desk) -> Incident:
    opened = desk.opened(level=3)
    for number in range(1, 6):
        desk.do(journal.note, opened.id, f"ghi chú {number}", by=desk.cast.lan)
    with database.transaction() as session:
        made = proof.checkpoint(session)
    proof.witness(made)
    return opened


def _unguard(session: Session) -> None:
    """What somebody with the database's own password can do: take the triggers away first."""
    for table in ("timeline_entry", "timeline_text", "checkpoint"):
        if is_sqlite():
            for deed in ("update", "delete"):
                session.connection().execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{deed}"))
        else:
            session.connection().execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def _entry(session: Session, chain: UUID, seq: int) -> TimelineEntry:
    return session.exec(
        select(TimelineEntry).where(TimelineEntry.chain == chain, TimelineEntry.seq == seq)
    ).one()


def _beside(session: Session, chain: UUID, seq: int) -> TimelineText:
    return session.get_one(TimelineText, _entry(session, chain, seq).id)


def _alter(session: Session, chain: UUID) -> None:
    _entry(session, chain, 3).happened_at += timedelta(hours=1)


def _rehash(session: Session, chain: UUID) -> None:
    entry = _entry(session, chain, 3)
    entry.happened_at += timedelta(hours=1)
    entry.hash = timeline.digest(entry)


def _remove(session: Session, chain: UUID) -> None:
    session.delete(_beside(session, chain, 3))
    session.delete(_entry(session, chain, 3))


def _swap(session: Session, chain: UUID) -> None:
    second, third = _entry(session, chain, 2), _entry(session, chain, 3)
    second.seq = 99
    session.flush()
    third.seq = 2
    session.flush()
    second.seq = 3


def _cut_off(session: Session, chain: UUID) -> None:
    for seq in (5, 6):
        session.delete(_beside(session, chain, seq))
        session.delete(_entry(session, chain, seq))


def _cut_off_with_head(session: Session, chain: UUID) -> None:
    _cut_off(session, chain)
    session.connection().execute(text("DELETE FROM checkpoint"))
    head = session.get_one(TimelineHead, chain)
    head.seq, head.hash = 4, _entry(session, chain, 4).hash


def _reword(session: Session, chain: UUID) -> None:
    _beside(session, chain, 4).said = {"text": "chưa từng nói"}


def _erase(session: Session, chain: UUID) -> None:
    session.delete(_beside(session, chain, 4))


def _other_head(session: Session, chain: UUID) -> None:
    session.get_one(TimelineHead, chain).hash = "f" * 64


def _forge(session: Session, chain: UUID) -> None:
    session.connection().execute(text("UPDATE checkpoint SET signature = 'AAAA'"))


def _rewrite_to_the_end(session: Session, chain: UUID) -> None:
    """The whole chain hashed anew from the lie on, head included: only signatures tell."""
    previous = ""
    for seq in range(3, 7):
        entry = _entry(session, chain, seq)
        if seq == 3:
            entry.actor_id = None
        else:
            entry.previous = previous
        entry.hash = previous = timeline.digest(entry)
    session.get_one(TimelineHead, chain).hash = previous


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_alter, {(Fault.ALTERED, 3)}),
        (_rehash, {(Fault.ALTERED, 3)}),
        (_remove, {(Fault.REMOVED, 3)}),
        (_swap, {(Fault.ALTERED, 2), (Fault.ALTERED, 3)}),
        (_cut_off, {(Fault.CUT_OFF, 5)}),
        (_cut_off_with_head, {(Fault.CUT_OFF, 5)}),
        (_reword, {(Fault.TEXT_ALTERED, 4)}),
        (_erase, {(Fault.TEXT_REMOVED, 4)}),
        (_other_head, {(Fault.HEAD_ALTERED, 6)}),
        (_forge, {(Fault.FORGED_CHECKPOINT, 6)}),
        (_rewrite_to_the_end, {(Fault.ALTERED, 6)}),
    ],
)
def test_each_kind_of_tampering_is_found_where_it_happened(
    desk: Desk,
    incident: Incident,
    tamper: Callable[[Session, UUID], None],
    found: set[tuple[Fault, int]],
) -> None:
    with database.reading() as session:
        assert proof.verify(session, incident.id).intact
    with database.transaction() as session:
        _unguard(session)
        tamper(session, incident.id)
        session.flush()
        outcome = proof.verify(session, incident.id)
        assert {(f.fault, f.seq) for f in outcome.findings} == found
        session.rollback()  # the story ends with a whole record


def test_a_line_of_the_witness_file_somebody_invented_is_found(
    desk: Desk, incident: Incident
) -> None:
    path = proof.witness_file()
    lines = path.read_text().splitlines()
    forged = [json.loads(line) | {"hash": "f" * 64} for line in lines]
    path.write_text("\n".join(json.dumps(line) for line in forged) + '\n{"cut')
    with database.reading() as session:
        outcome = proof.verify(session, incident.id)
    assert {f.fault for f in outcome.findings} == {Fault.FORGED_CHECKPOINT}
    path.write_text("\n".join(lines) + "\n")


def test_a_chain_that_did_not_grow_is_signed_once(desk: Desk, incident: Incident) -> None:
    with database.transaction() as session:
        assert proof.checkpoint(session) == []
    desk.do(journal.note, incident.id, "thêm", by=desk.cast.lan)
    with database.transaction() as session:
        assert [c.seq for c in proof.checkpoint(session)] == [7]
    assert incident.id in proof.witnessed_chains()
    assert len(proof.public_key()) == 44


@pytest.mark.parametrize(
    ("table", "deed"),
    [
        ("timeline_entry", "UPDATE timeline_entry SET fact = 'X'"),
        ("timeline_entry", "DELETE FROM timeline_entry"),
        ("timeline_text", "UPDATE timeline_text SET salt = 'X'"),
        ("checkpoint", "UPDATE checkpoint SET hash = 'X'"),
        ("checkpoint", "DELETE FROM checkpoint"),
        ("statement_version", "UPDATE statement_version SET text = 'X'"),
        ("statement_version", "DELETE FROM statement_version"),
    ],
)
def test_the_database_itself_refuses_to_change_the_record(
    desk: Desk, incident: Incident, table: str, deed: str
) -> None:
    desk.drafted(incident)
    with pytest.raises(DBAPIError, match=f"append-only: .* on {table} refused"):
        _run(deed)


def _run(command: str) -> None:
    with database.transaction() as session:
        session.connection().execute(text(command))


def test_a_moment_without_its_zone_is_never_stored(desk: Desk, incident: Incident) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - exactly what must be refused
    with pytest.raises(TypeError, match="offset-naive"):
        desk.do(journal.note, incident.id, "x", happened_at=naive, by=desk.cast.lan)


# --- outbox -----------------------------------------------------------------------------------


def _queue(desk: Desk, key: str = "k") -> OutgoingMessage | None:
    message = OutgoingMessage(key=key, channel=Channel.MAIL, kind="test", address="a@b.test")
    with database.transaction() as session:
        return outbox.queue(session, message)


def _claim() -> list[OutgoingMessage]:
    with database.transaction() as session:
        return outbox.claim_due(session, claim=uuid4())


def _mark(message: OutgoingMessage, outcome: AttemptOutcome, detail: str = "") -> None:
    with database.transaction() as session:
        outbox.mark(session, message, outcome, detail=detail)


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
    desk.time += outbox.LEASE
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
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    (message,) = _claim()
    _mark(message, AttemptOutcome.FAILED_FOR_GOOD, "550 unknown")
    assert desk.reload(message).state is MessageState.FAILED


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
        assert outbox.held(session, message.claim) == {message.id}
        assert outbox.cancel(session, incident_id=incident.id, kinds=["other"]) == 0
        assert outbox.cancel(session, incident_id=incident.id) == 1
        assert outbox.held(session, message.claim) == set()
    _mark(message, AttemptOutcome.SENT)
    assert desk.reload(message).state is MessageState.CANCELLED


def test_what_failed_for_one_reason_leaves_at_once_when_it_is_gone(desk: Desk) -> None:
    _queue(desk)
    (message,) = _claim()
    _mark(message, AttemptOutcome.FAILED_FOR_NOW, "no account")
    with database.transaction() as session:
        assert not outbox.anything_due(session)
        assert outbox.hurry(session, reason="other") == 0
        assert outbox.hurry(session, reason="no account") == 1
        assert outbox.anything_due(session)
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


# --- links ------------------------------------------------------------------------------------


def _link(desk: Desk) -> OutgoingMessage:
    desk.flag()
    return desk.expect_message(to=desk.cast.lan, kind="signal_flagged")


def _try(message: OutgoingMessage, number: str) -> tuple[bool, AnswerLink]:
    with database.transaction() as session:
        link = links.find(session, links.token(message.id))
        return links.spend_try(session, link, number), link


def test_a_link_is_found_by_its_token_alone_and_stored_only_as_a_hash(desk: Desk) -> None:
    message = _link(desk)
    token = links.token(message.id)
    assert len(token) * 5 >= 128
    with database.reading() as session:
        assert links.find(session, token).message_id == message.id
        assert token not in repr(session.exec(select(AnswerLink)).all())
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), "", token.upper()):
        with desk.refused(NotFound, "hết hiệu lực"), database.reading() as session:
            links.find(session, wrong)


def test_five_wrong_numbers_lock_the_link(desk: Desk) -> None:
    message = _link(desk)
    right = links.number(message.id)
    wrong = "10" if right != "10" else "11"
    for left in (4, 3, 2, 1, 0):
        accepted, link = _try(message, wrong)
        assert (accepted, link.tries_left) == (False, left)
        with desk.refused(Invalid, f"Còn {left} lần"):
            raise links.wrong_number(link)
    with desk.refused(Conflict, "liên kết bị khóa"):
        _try(message, right)


def test_the_right_number_costs_no_try(desk: Desk) -> None:
    message = _link(desk)
    for _ in range(7):
        accepted, link = _try(message, f" {links.number(message.id)} ")
        assert (accepted, link.tries_left) == (True, 5)


def test_a_link_of_a_flag_ends_after_a_day(desk: Desk) -> None:
    message = _link(desk)
    desk.time += hours(24)
    with desk.refused(NotFound, "hết hiệu lực"):
        _try(message, links.number(message.id))


# --- sign-in ----------------------------------------------------------------------------------


def test_sign_in_gives_one_answer_to_every_mistake(desk: Desk) -> None:
    with database.transaction() as session:
        assert sign_ins.check(session, "lan", PASSWORD).id == desk.cast.lan.id
        long = session.get_one(Person, desk.cast.long.id)
        long.active = False
        session.add(long)
    for username, password in (("lan", "sai"), ("khong-co", PASSWORD), ("long", PASSWORD)):
        with desk.refused(NotPermitted, "Tên đăng nhập hoặc mật khẩu"):
            _check(username, password)


def _check(username: str, password: str) -> None:
    with database.reading() as session:
        sign_ins.check(session, username, password)


def test_a_session_is_fresh_for_five_minutes_and_ends_by_itself(desk: Desk) -> None:
    with database.transaction() as session:
        token = sign_ins.begin(session, desk.cast.minh)
    with database.transaction() as session:
        found = sign_ins.find(session, token)
        assert found
        sign_in, person = found
        assert person.id == desk.cast.minh.id
        assert sign_in.token_hash != token
        assert sign_ins.fresh(sign_in)
        desk.time += sign_ins.FRESH + timedelta(seconds=1)
        assert not sign_ins.fresh(sign_in)
        with pytest.raises(NotPermitted):
            sign_ins.prove(session, sign_in, "sai")
        sign_ins.prove(session, sign_in, PASSWORD)
        assert sign_ins.fresh(sign_in)
    with database.reading() as session:
        assert sign_ins.find(session, token + "x") is None
        desk.time += hours(13)
        assert sign_ins.find(session, token) is None


def test_signing_out_or_leaving_ends_the_session(desk: Desk) -> None:
    with database.transaction() as session:
        tokens = [sign_ins.begin(session, p) for p in (desk.cast.minh, desk.cast.binh)]
    with database.transaction() as session:
        signed_in = sign_ins.find(session, tokens[0])
        assert signed_in
        sign_ins.end(session, signed_in[0])
        binh = session.get_one(Person, desk.cast.binh.id)
        binh.active = False
        session.add(binh)
    with database.reading() as session:
        assert [sign_ins.find(session, token) for token in tokens] == [None, None]


def test_a_time_told_in_the_province_s_zone_proves_as_well(desk: Desk, incident: Incident) -> None:
    told = (desk.time - hours(1)).astimezone(clock.LOCAL)
    desk.do(journal.note, incident.id, "Kể lại sau", happened_at=told, by=desk.cast.lan)
    with database.reading() as session:
        assert proof.verify(session, incident.id).intact


def test_times_come_back_as_they_went_in(desk: Desk) -> None:
    signal = desk.flag(seen_at=datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC))
    desk.set_aside()
    assert desk.reload(signal).seen_at == datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)


def test_holding_a_role_opens_only_its_own_doors(desk: Desk) -> None:
    from incidents.rights.permissions import Deed, allowed, deeds

    incident = desk.opened(roles=[Role.LEAD, Role.SECRETARY])
    cast = desk.cast
    expected = {
        ("lan", Deed.TRIAGE): True,
        ("lan", Deed.OPEN): True,
        ("long", Deed.OPEN): True,
        ("minh", Deed.OPEN): False,
        ("ha", Deed.EDIT_STATEMENT): True,
        ("ha", Deed.CLOSE): False,
        ("binh", Deed.CLOSE): True,
        ("lan", Deed.CLOSE): False,
        ("lan", Deed.STAND_DOWN): True,
        ("minh", Deed.WITHDRAW): True,
        ("dung", Deed.WITHDRAW): False,
        ("kien", Deed.FLAG): True,
        ("kien", Deed.SEE_DESK): False,
        ("kien", Deed.SEE_INCIDENT): False,
        ("an", Deed.ADMINISTER): True,
        ("an", Deed.CLOSE): False,
        ("binh", Deed.ADMINISTER): False,
    }
    with database.reading() as session:
        for (name, deed), yes in expected.items():
            person = getattr(cast, name)
            assert allowed(session, person, deed, incident) is yes, (name, deed)
            assert (deed in deeds(session, person, incident)) is yes, (name, deed)
        assert not allowed(session, None, Deed.FLAG)
