"""Plain SQL touches the record, and ``trucban verify`` names the entry."""

import hashlib

import pytest
from sqlalchemy import text

from incidents.intake import evidence, signals
from incidents.intake.evidence import EvidenceKind
from incidents.intake.signals import Signal
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database, guards, proof, timeline
from incidents.record.actors import Actor, Via
from incidents.response.answers import journal
from incidents.response.life import opening
from incidents.words import approvals, statements
from incidents.words.statements import StatementKind, StatementVersion
from tests.cast import Cast
from tests.conftest import BOTH_DATABASES
from tests.trucban.conftest import PLAYBOOK, Trucban


@pytest.fixture(params=BOTH_DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def matter(office: Cast) -> tuple[Signal, Incident]:
    """A flag of three entries, and an incident of five."""
    by = Actor(office.lan.id, Via.DESK)
    with database.transaction() as session:
        signal = signals.flag(session, text="Đập sắp vỡ", seen_where="Chợ", by=by)
        signals.acknowledge(session, signal.id, by=by)
        incident = opening.open(
            session, playbook=PLAYBOOK, level=0, title="Vỡ đập", signal_id=signal.id, by=by
        )
        for number in range(1, 5):
            journal.note(session, incident.id, f"Ghi chú {number}", by=by)
    return signal, incident


def by_plain_sql(*statements: str, **values: object) -> None:
    """What an intruder with the database does: drop the guards, then write."""
    with database.writing_engine().begin() as connection:
        for table, deeds in guards.GUARDED.items():
            for deed in deeds:
                name = f"{table}_no_{deed.lower()}"
                on = "" if database.is_sqlite() else f" ON {table}"
                connection.execute(text(f"DROP TRIGGER {name}{on}"))
        for statement in statements:
            connection.execute(text(statement), values)


def chain_of(row: Incident | Signal) -> object:
    return row.id.hex if database.is_sqlite() else row.id


def test_an_untouched_record_is_intact(trucban: Trucban, matter: tuple[Signal, Incident]) -> None:
    said = trucban("verify", matter[1].number)
    assert said.code == 0
    assert f"{matter[1].number}: toàn vẹn, 5 mục" in said.out
    assert f"{matter[0].code}: toàn vẹn, 3 mục" in said.out
    whole = trucban("verify", "--json").json
    assert whole["intact"]
    assert {c["about"] for c in whole["chains"]} == {"desk", matter[0].code, matter[1].number}


@pytest.mark.parametrize(
    ("deed", "vi", "en"),
    [
        (
            (
                "UPDATE timeline_entry SET happened_at = recorded_at, payload = '[]'"
                " WHERE chain = :chain AND seq = 3"
            ),
            "Mục 3 đã bị sửa sau khi ghi.",
            "Entry 3 was altered after it was recorded.",
        ),
        (
            "DELETE FROM timeline_entry WHERE chain = :chain AND seq = 3",
            "Mục 3 đã bị xóa.",
            "Entry 3 was removed.",
        ),
        (
            "DELETE FROM timeline_entry WHERE chain = :chain AND seq > 3",
            "Các mục từ 4 trở đi đã bị cắt bỏ.",
            "The entries from 4 on were cut off.",
        ),
        (
            (
                "UPDATE timeline_text SET said = '{}' WHERE entry_id IN"
                " (SELECT id FROM timeline_entry WHERE chain = :chain AND seq = 2)"
            ),
            "Nội dung kèm theo mục 2 đã bị sửa.",
            "The text beside entry 2 was altered.",
        ),
    ],
    ids=["altered", "removed", "cut off", "text altered"],
)
def test_plain_sql_is_found_and_the_entry_named(
    trucban: Trucban, matter: tuple[Signal, Incident], deed: str, vi: str, en: str
) -> None:
    _, incident = matter
    clear = (
        "DELETE FROM timeline_text WHERE entry_id IN (SELECT id FROM timeline_entry WHERE "
        "chain = :chain AND seq >= 3)"
    )
    by_plain_sql(*([clear] if "DELETE" in deed else []), deed, chain=chain_of(incident))
    said = trucban("verify", incident.number)
    assert said.code == 1
    assert vi in said.out
    assert en in trucban("verify", incident.number, "--lang", "en").out
    assert not trucban("verify", incident.number, "--json").json["intact"]


def test_an_entry_nobody_can_read_any_more_is_named(
    trucban: Trucban, matter: tuple[Signal, Incident]
) -> None:
    _, incident = matter
    by_plain_sql(
        "UPDATE timeline_entry SET fact = 'NothingOfOurs' WHERE chain = :chain AND seq = 4",
        chain=chain_of(incident),
    )
    said = trucban("verify", incident.number)
    assert said.code == 1
    assert "Mục 4 đã bị sửa sau khi ghi." in said.out
    assert "Mục 3" not in said.out


def test_a_dropped_guard_is_named_though_nothing_was_written(
    trucban: Trucban, matter: tuple[Signal, Incident]
) -> None:
    by_plain_sql()
    said = trucban("verify", "--json")
    assert said.code == 1
    assert "timeline_entry_no_update" in said.json["missing_guards"]
    assert all(chain["intact"] for chain in said.json["chains"])


def test_a_chain_removed_whole_is_remembered_by_its_witness(
    trucban: Trucban, matter: tuple[Signal, Incident]
) -> None:
    signal, _ = matter
    with database.transaction() as session:
        made = proof.checkpoint(session)
    proof.witness(made)
    by_plain_sql(
        "DELETE FROM timeline_text",
        "DELETE FROM checkpoint WHERE chain = :chain",
        "DELETE FROM timeline_entry WHERE chain = :chain",
        "DELETE FROM timeline_head WHERE chain = :chain",
        chain=chain_of(signal),
    )
    said = trucban("verify", "--lang", "en")
    assert said.code == 1
    assert f"{signal.code}: NOT intact" in said.out
    assert "The entries from 1 on were cut off." in said.out


def test_every_guard_of_the_database_is_known(matter: object) -> None:
    look = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite()
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.reading_engine().connect() as connection:
        standing = {name for (name,) in connection.execute(text(look))}
    with database.reading() as session:
        assert guards.missing(session) == []
    known = {f"{t}_no_{deed.lower()}" for t, deeds in guards.GUARDED.items() for deed in deeds}
    assert standing == known


@pytest.fixture
def words(office: Cast, matter: tuple[Signal, Incident]) -> StatementVersion:
    """A statement of two versions, the second signed."""
    by = Actor(office.ha.id, Via.DESK)
    with database.transaction() as session:
        statement = statements.draft(
            session,
            matter[1].id,
            key="holding",
            kind=StatementKind.HOLDING,
            title="Thông báo",
            text="Đang xác minh.",
            by=by,
        )
        version = statements.add_version(
            session, statement, title="Thông báo", text="Đập an toàn.", by=by
        )
        fact = approvals.SignedOff(
            statement=statement.kind,
            version=version.number,
            sha256=version.sha256,
            kind=approvals.ApprovalKind.SIGN_OFF,
            verdict=approvals.Verdict.GRANTED,
            role=Role.SPOKESPERSON,
            authorisation="",
            comment="",
        )
        timeline.record(session, matter[1].id, fact, by=Actor(office.minh.id, Via.DESK))
    return version


def test_a_signed_text_that_was_rewritten_is_named_with_both_hashes(
    trucban: Trucban, matter: tuple[Signal, Incident], words: StatementVersion
) -> None:
    assert trucban("verify", matter[1].number).code == 0
    by_plain_sql("UPDATE statement_version SET text = 'Đập sắp vỡ.' WHERE number = 2")
    said = trucban("verify", matter[1].number)
    now = statements.digest("Thông báo", "Đập sắp vỡ.")
    assert said.code == 1
    assert (
        f"Thông tin ban đầu bản 2 đã ký: nhật ký ghi mã {words.sha256}, văn bản đang lưu mang "
        f"mã {now}."
    ) in said.out
    assert "bản 1" not in said.out
    (incident, _) = trucban("verify", matter[1].number, "--json").json["chains"]
    assert (incident["intact"], incident["findings"]) == (False, [])
    (only,) = incident["differing"]
    assert (only["difference"], only["recorded"], only["kept"]) == ("text", words.sha256, now)


def test_a_text_whose_hash_was_rewritten_with_it_or_that_is_gone_is_named_too(
    trucban: Trucban, matter: tuple[Signal, Incident], words: StatementVersion
) -> None:
    now = statements.digest("Thông báo", "Khác.")
    by_plain_sql(
        "UPDATE statement_version SET text = 'Khác.', sha256 = :now WHERE number = 2", now=now
    )
    assert now in trucban("verify", matter[1].number).out
    with database.writing_engine().begin() as connection:
        connection.execute(text("DELETE FROM statement_version WHERE number = 2"))
    said = trucban("verify", matter[1].number, "--lang", "en")
    assert f"version 2, signed: the text with {words.sha256} is gone." in said.out
    assert said.code == 1


def test_a_file_of_evidence_that_was_changed_or_lost_is_named(
    trucban: Trucban, office: Cast, matter: tuple[Signal, Incident]
) -> None:
    by = Actor(office.lan.id, Via.DESK)
    with database.transaction() as session:
        kept = evidence.keep(
            session,
            b"as it was",
            filename="ảnh.png",
            media_type="image/png",
            kind=EvidenceKind.FILE,
            incident_id=matter[1].id,
            by=by,
        )
    assert trucban("verify", matter[1].number).code == 0
    path = evidence.path_of(kept.sha256)
    path.write_bytes(b"as it is not")
    now = hashlib.sha256(b"as it is not").hexdigest()
    said = trucban("verify", matter[1].number)
    assert said.code == 1
    assert (
        f"Tư liệu «ảnh.png»: nhật ký ghi mã {kept.sha256}, tệp đang lưu mang mã {now}" in said.out
    )
    path.unlink()
    assert "không còn" in trucban("verify", matter[1].number).out
    path.write_bytes(b"as it was")
    with database.writing_engine().begin() as connection:
        connection.execute(text("DELETE FROM evidence WHERE sha256 = :s"), {"s": kept.sha256})
    assert "không còn trong danh mục" in trucban("verify").out
