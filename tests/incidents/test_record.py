"""The record: nobody rewrites it unseen, and times stand in it as they were told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from incidents.matter.incidents import Incident
from incidents.record import clock, database, proof, timeline
from incidents.record.database import is_sqlite
from incidents.record.proof import Fault
from incidents.record.timeline import TimelineEntry, TimelineHead, TimelineText
from incidents.response.answers import journal
from tests.harness import Desk, hours


@pytest.fixture
def incident(desk: Desk) -> Incident:
    opened = desk.opened(level=3)  # two entries: it was opened, and those above were told
    for number in range(1, 5):
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


def test_a_time_told_in_the_province_s_zone_proves_as_well(desk: Desk, incident: Incident) -> None:
    told = (desk.time - hours(1)).astimezone(clock.LOCAL)
    desk.do(journal.note, incident.id, "Kể lại sau", happened_at=told, by=desk.cast.lan)
    with database.reading() as session:
        assert proof.verify(session, incident.id).intact


def test_times_come_back_as_they_went_in(desk: Desk) -> None:
    signal = desk.flag(seen_at=datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC))
    desk.set_aside()
    assert desk.reload(signal).seen_at == datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
