"""Shells of the office's own: written by one, approved by another who signs, withdrawn."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.answers import signing
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import shell_drafts, shells, statements
from incidents.words.approvals import Approval
from incidents.words.shell_drafts import DraftState, ShellDraft
from incidents.words.shells import Shell
from incidents.words.slots import Slot
from incidents.words.statements import StatementKind
from tests.cast import filled
from tests.harness import Desk

FRAME_EN = "At {gio} a report on {dia_ban} came in; we verify it. More at {gio_ke_tiep}."
FRAME = "Lúc {gio}, đã nhận tin về {dia_ban}; đang xác minh. Cập nhật lúc {gio_ke_tiep}."


def written(desk: Desk, *, by: Person | None = None, **more: Any) -> ShellDraft:
    values: dict[str, Any] = {
        "code": "lu-de",
        "title": "Thông tin  ban đầu",
        "frame": FRAME,
        "from_level": 3,
    }
    return desk.do(shell_drafts.write, **values | more, by=by or desk.cast.ha)


def approve(desk: Desk, draft: ShellDraft, *, by: Person, **more: Any) -> Shell:
    values: dict[str, Any] = {
        "sha256": draft.frame_sha256,
        "decision": "95/QĐ-VP",
        "decided_on": date(2026, 11, 20),
    }
    return desk.do(shell_drafts.approve, draft.id, **values | more, by=by)


def test_a_shell_is_written_approved_and_released_at_night(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3)
    draft = written(desk)
    # Minh speaks, Bình leads, Tùng holds Bình's paper, Chương is the chairman.
    desk.expect_messages("shell_changed", cast.minh, cast.binh, cast.tung, cast.chuong)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "LU-DE", filled(desk.time), by=cast.lan)
    shell = approve(desk, draft, by=cast.minh)
    desk.expect_messages("shell_changed", cast.ha, cast.lan)
    assert (shell.code, shell.approved_by, shell.decision) == ("LU-DE", cast.minh.id, "95/QĐ-VP")
    assert shell.slots == [Slot.RECEIVED, Slot.PLACE, Slot.NEXT]
    desk.do(signing.release_shell, incident.id, "LU-DE", filled(desk.time), by=cast.lan)
    desk.expect_published(StatementKind.HOLDING, "phường Tân Hưng")
    desk.set_aside()
    assert desk.facts(DESK)[-2:] == ["ShellWritten", "ShellSigned"]
    assert "95/QĐ-VP ngày 20/11/2026" in desk.timeline(DESK, Language.VI)[-1].text


def test_what_is_approved_covers_both_languages(desk: Desk) -> None:
    one = written(desk)
    both = written(desk, code="LU-SONG", title_en="First information", frame_en=FRAME_EN)
    assert len({one.frame_sha256, both.frame_sha256}) == 2
    with desk.refused(Conflict, "đã đọc"):
        approve(desk, both, by=desk.cast.minh, sha256=one.frame_sha256)
    incident = desk.opened(level=3)
    for draft, said in ((one, ["vi"]), (both, ["en", "vi"])):
        shell = approve(desk, draft, by=desk.cast.minh)
        assert [each.language for each in shell.wordings(Language.EN)] == said
        desk.do(signing.release_shell, incident.id, shell.code, filled(desk.time), by=desk.cast.lan)
    with database.reading() as session:
        texts = [v.text_en for _, v in statements.of_incident(session, incident.id)]
    assert texts[0] == ""
    assert "a report on Tân Hưng Ward came in; we verify it. More at " in texts[1]
    desk.set_aside()


def test_a_paper_lets_its_holder_approve_but_nobody_approves_their_own(desk: Desk) -> None:
    cast = desk.cast
    own = written(desk, by=cast.minh)
    with desk.refused(NotPermitted, "không tự duyệt"):
        approve(desk, own, by=cast.minh)
    for stranger in (cast.ha, cast.thao, cast.an, cast.lan):
        with desk.refused(NotPermitted, "Chỉ Người phát ngôn"):
            approve(desk, own, by=stranger)
    approve(desk, own, by=cast.tung)
    with desk.refused(AlreadySettled, "đã duyệt"):
        approve(desk, own, by=cast.binh)
    desk.set_aside()


def test_a_shell_is_signed_in_the_part_its_approver_really_had(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3)
    by_chair = approve(desk, written(desk), by=cast.chuong)
    by_paper = approve(desk, written(desk, code="LU-SONG"), by=cast.tung)
    assert (by_chair.approved_as, by_chair.authorisation_id) == (Role.CHAIR, None)
    assert by_paper.approved_as is Role.LEAD
    told = [line.text for line in desk.timeline(DESK, Language.VI)]
    assert "Duyệt mẫu LU-DE với vai Chủ tịch UBND theo 95/QĐ-VP" in told[-3]
    assert told[-1].endswith("Giấy ủy quyền: lead/tung/GUQ-UBND")
    for shell in (by_chair, by_paper):
        desk.do(signing.release_shell, incident.id, shell.code, filled(desk.time), by=cast.lan)
    desk.set_aside()
    with database.reading() as session:
        given = session.exec(select(Approval).order_by(col(Approval.given_at))).all()
    assert {(a.person_id, a.role, a.authorisation_id) for a in given} == {
        (cast.chuong.id, Role.CHAIR, None),
        (cast.tung.id, Role.LEAD, by_paper.authorisation_id),
    }


def test_what_was_read_is_what_is_signed_under_a_numbered_decision(desk: Desk) -> None:
    draft = written(desk)
    with desk.refused(Conflict, "đã đọc"):
        approve(desk, draft, by=desk.cast.minh, sha256="0" * 64)
    for wrong, field in (
        ({"decision": " "}, "decision"),
        ({"decided_on": date(2026, 12, 1)}, "decided_on"),
    ):
        with desk.refused(Invalid) as caught:
            approve(desk, draft, by=desk.cast.minh, **wrong)
        assert list(caught.value.fields) == [field]
    desk.set_aside()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "lũ đê"}, "code"),
        ({"title": " "}, "title"),
        ({"frame": " "}, "frame"),
        ({"frame": "từ " * 181}, "frame"),
        ({"frame": FRAME + " {"}, "frame"),
        ({"frame": FRAME + " Theo {nguon}."}, "frame"),
        ({"from_level": 2}, "from_level"),
        ({"valid_to": date(2026, 11, 22)}, "valid_to"),
        ({"frame_en": FRAME_EN}, "title_en"),
        ({"title_en": "First information"}, "frame_en"),
        ({"title_en": "First", "frame_en": "Nothing to fill in."}, "frame_en"),
        ({"title_en": "First", "frame_en": FRAME_EN + " {nguon}"}, "frame_en"),
        ({"title_en": "First", "frame_en": "word " * 181}, "frame_en"),
    ],
)
def test_a_frame_that_could_not_be_filled_is_refused(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    with desk.refused(Invalid) as caught:
        written(desk, **wrong)
    assert list(caught.value.fields) == [field]


def test_a_code_is_used_once(desk: Desk) -> None:
    cast = desk.cast
    with desk.refused(Conflict, "BAN-DAU đã dùng"):
        written(desk, code="BAN-DAU")
    draft = written(desk)
    with desk.refused(Conflict, "LU-DE đã dùng"):
        written(desk)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(shell_drafts.refuse, draft.id, reason=" ", by=cast.minh)
    with desk.refused(NotPermitted):
        desk.do(shell_drafts.refuse, draft.id, reason="Dài", by=cast.dung)
    desk.set_aside()
    desk.do(shell_drafts.refuse, draft.id, reason="Dài", by=cast.minh)
    desk.expect_messages("shell_changed", cast.ha)
    assert desk.reload(draft).state is DraftState.REFUSED
    again = written(desk)
    desk.do(shell_drafts.refuse, again.id, reason="Viết lại", by=cast.ha)
    with database.reading() as session:
        assert shell_drafts.waiting(session) == []
    desk.set_aside()


def test_a_withdrawn_shell_is_released_no_more(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=4)
    with desk.refused(NotPermitted):
        desk.do(shell_drafts.withdraw, "BAN-DAU", reason="Sai số máy", by=cast.lan)
    with desk.refused(NotFound):
        desk.do(shell_drafts.withdraw, "KHONG-CO", reason="x", by=cast.minh)
    with desk.refused(Invalid):
        desk.do(shell_drafts.withdraw, "BAN-DAU", reason=" ", by=cast.minh)
    desk.do(shell_drafts.withdraw, "ban-dau", reason="Sai số máy", by=cast.binh)
    desk.expect_messages("shell_changed", cast.minh, cast.lan)
    with database.reading() as session:
        assert shells.on_offer(session, 4, date(2026, 11, 23)) == []
        assert session.exec(select(Shell)).one().withdrawn_at == desk.time
    values = filled(desk.time)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", values, by=cast.lan)
    with desk.refused(AlreadySettled, "đã rút"):
        desk.do(shell_drafts.withdraw, "BAN-DAU", reason="x", by=cast.minh)


def test_who_writes_and_who_approves(desk: Desk) -> None:
    cast = desk.cast
    with database.reading() as session:
        for person, writes, approves in (
            (cast.ha, True, False),
            (cast.minh, True, True),
            (cast.thao, True, False),
            (cast.tung, True, True),
            (cast.lan, False, False),
            (cast.an, False, False),
        ):
            assert permissions.allowed(session, person, Deed.WRITE_SHELL) is writes
            assert permissions.allowed(session, person, Deed.APPROVE_SHELL) is approves
