"""Released is the approved text and no other; it is withdrawn once, and posted as it stands."""

from uuid import UUID

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound
from incidents.record.outbox import Channel
from incidents.response.answers import signing
from incidents.response.life import grading, lifecycle
from incidents.response.steps.steps import StepKind
from incidents.words import publications, statements
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementKind, StatementVersion
from tests.cast import filled
from tests.harness import Desk
from tests.incidents.signatures import ALL, SIGN, checked, published, to_sign


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ALL)


def _release(
    desk: Desk, statement: Statement, version: StatementVersion, sha256: str
) -> Publication:
    return desk.do(
        publications.release,
        statement,
        version,
        Channel.PUBLIC_PAGE,
        sha256=sha256,
        by=desk.cast.minh,
    )


def test_only_the_approved_hash_is_ever_published(desk: Desk, incident: Incident) -> None:
    statement, version = to_sign(desk, incident)
    with desk.refused(Conflict, "chưa đủ chữ duyệt"):
        _release(desk, statement, version, version.sha256)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    with desk.refused(Conflict, "thay đổi kể từ khi được duyệt"):
        _release(desk, statement, version, "f" * 64)
    slipped = version.model_copy(update={"text": "Lời khác"})
    with desk.refused(Conflict, "không khớp mã băm"):
        _release(desk, statement, slipped, version.sha256)
    assert _release(desk, statement, version, version.sha256).id == published(incident)[0].id


def test_a_raised_level_may_ask_for_more_signatures_before_it_is_released(
    desk: Desk, incident: Incident
) -> None:
    statement, _ = to_sign(desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD)
    checked(desk, incident, statement)
    desk.do(grading.override, incident.id, 4, reason="Lan rộng", by=desk.cast.binh)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.sign(f"{SIGN} (lead)", by=desk.cast.binh)
    desk.set_aside()
    assert published(incident) == []


def test_withdrawing_needs_a_reason_and_happens_once(desk: Desk, incident: Incident) -> None:
    to_sign(desk, incident)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    (publication,) = published(incident)
    with desk.refused(Invalid, "lý do rút"):
        desk.do(publications.withdraw, publication.id, reason="", by=desk.cast.binh)
    desk.do(publications.withdraw, publication.id, reason="Sai tên phường", by=desk.cast.binh)
    assert published(incident)[0].withdrawn_reason == "Sai tên phường"
    assert {m.values["purpose"] for m in desk.messages(kind="publication")} == {
        "release",
        "withdraw",
    }
    with desk.refused(AlreadySettled, "đã được rút"):
        desk.do(publications.withdraw, publication.id, reason="lần nữa", by=desk.cast.binh)
    with desk.refused(NotFound, "nội dung đã đăng"):
        desk.do(publications.withdraw, UUID(int=1), reason="x", by=desk.cast.binh)


def test_a_statement_needs_words_and_not_too_many(desk: Desk, incident: Incident) -> None:
    statement, _ = desk.drafted(incident)
    with desk.refused(Invalid, "tiêu đề và nội dung"):
        desk.do(signing.revise, statement.id, title=" ", text="x", by=desk.cast.ha)
    with desk.refused(Invalid, "quá 20.000 ký tự"):
        desk.do(signing.revise, statement.id, title="T", text="x" * 20_001, by=desk.cast.ha)
    with desk.refused(NotFound, "văn bản phát ngôn"):
        desk.do(signing.revise, UUID(int=1), title="T", text="x", by=desk.cast.ha)


def test_after_the_end_nothing_is_signed_or_edited(desk: Desk, incident: Incident) -> None:
    statement, _ = to_sign(desk, incident)
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=desk.cast.lan)
    desk.set_aside()
    with desk.refused(Conflict, "không nhận chữ duyệt"):
        desk.sign(SIGN, by=desk.cast.minh)
    with desk.refused(Conflict, "không sửa được"):
        desk.do(signing.revise, statement.id, title="T", text="x", by=desk.cast.ha)
    with desk.refused(Conflict, "đang được xử lý"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)


def test_a_legal_check_is_about_a_statement(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, "loose", Role.LEGAL, kind=StepKind.CHECK, form="LegalCheck")
    desk.set_aside()
    with desk.refused(Conflict, "không gắn với văn bản"):
        desk.answer("loose", by=desk.cast.dung, verdict="granted")


def test_what_is_posted_by_hand_is_what_was_released_and_nothing_written_since(
    desk: Desk, incident: Incident
) -> None:
    statement, version = to_sign(desk, incident)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.expect_published(StatementKind.HOLDING)
    desk.do(signing.revise, statement.id, title="Khác", text="Khác hẳn.", by=desk.cast.ha)
    desk.plan(
        incident,
        "post it",
        Role.PUBLISHER,
        kind=StepKind.PUBLISH,
        form="Posted",
        statement_id=statement.id,
    )
    with database.reading() as session:
        current = statements.get(session, statement.id)
        assert statements.current(session, current).number == 2
        assert publications.to_post(session, current).id == version.id
    with desk.refused(Invalid):
        desk.answer("post it", by=desk.cast.mai, channels="Zalo 13:50", unchanged=False)
    desk.answer("post it", by=desk.cast.mai, channels="Zalo 13:50", unchanged=True)
    desk.set_aside()
