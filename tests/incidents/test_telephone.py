"""An approver without a device: called by the duty officer, read back, witnessed, confirmed."""

from uuid import UUID

import pytest

from incidents.intake import evidence
from incidents.intake.evidence import EvidenceKind
from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.errors import AlreadySettled, Invalid, NotFound, NotPermitted
from incidents.response.answers import signing, telephone
from incidents.response.steps.steps import Step
from incidents.words import approvals
from incidents.words.approvals import Approval, Verdict
from incidents.words.statements import StatementKind, StatementVersion
from tests.harness import Desk, hours
from tests.incidents.signatures import ALL, SIGN, to_sign


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ALL)


def _by_telephone(desk: Desk, version: StatementVersion, **changed: object) -> Approval:
    cast = desk.cast
    values: dict[str, object] = {
        "verdict": Verdict.GRANTED,
        "approver_id": cast.minh.id,
        "witness_id": cast.long.id,
        "number_called": cast.minh.telephone,
        "read_back": version.code.lower(),
        "by": cast.lan,
    }
    values |= changed
    return desk.do(telephone.approve, version.id, **values)  # type: ignore[arg-type]


def test_an_approver_without_a_device_signs_through_the_duty_officer(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _, version = to_sign(desk, incident)
    with desk.refused(Invalid, "số trong danh bạ"):
        _by_telephone(desk, version, number_called="0900 999 999")
    with desk.refused(Invalid, "đọc lại không khớp"):
        _by_telephone(desk, version, read_back="ABCDEF")
    for same in (cast.lan.id, cast.minh.id):
        with desk.refused(Invalid, "phải khác nhau"):
            _by_telephone(desk, version, witness_id=same)
    with desk.refused(NotFound, "người này"):
        _by_telephone(desk, version, witness_id=UUID(int=1))
    with database.transaction() as session:
        session.get_one(Person, cast.khoi.id).active = False
    with desk.refused(Invalid, "không còn làm việc"):
        _by_telephone(desk, version, witness_id=cast.khoi.id)
    with desk.refused(NotPermitted, "không cùng nghe"):
        _by_telephone(desk, version, witness_id=cast.ha.id)
    approval = _by_telephone(desk, version)
    desk.expect_message(to=cast.minh, kind="confirm_telephone")
    desk.set_aside()
    desk.expect_published(StatementKind.HOLDING)
    assert approval.confirm_by == desk.time + hours(24)
    assert (approval.recorded_by, approval.person_id) == (cast.lan.id, cast.minh.id)
    with database.reading() as session:
        assert [a.id for a in approvals.unconfirmed(session)] == [approval.id]
    with desk.refused(NotPermitted, "Chỉ người đã duyệt"):
        desk.do(telephone.confirm, approval.id, by=cast.binh)
    desk.do(telephone.confirm, approval.id, by=cast.minh)
    with desk.refused(AlreadySettled, "Đã xác nhận"):
        desk.do(telephone.confirm, approval.id, by=cast.minh)
    with desk.refused(NotFound, "lần duyệt qua điện thoại"):
        desk.do(telephone.confirm, UUID(int=1), by=cast.minh)
    with database.reading() as session:
        assert approvals.unconfirmed(session) == []


def test_a_scan_of_the_handwriting_confirms_as_well_if_it_is_of_this_incident(
    desk: Desk, incident: Incident
) -> None:
    _, version = to_sign(desk, incident)
    approval = _by_telephone(desk, version)
    other = desk.open(exercise=True)

    def scan(of: Incident) -> evidence.Evidence:
        return desk.do(
            evidence.keep,
            b"but phe",
            filename="but-phe.png",
            media_type="image/png",
            kind=EvidenceKind.FILE,
            incident_id=of.id,
            by=desk.cast.lan,
        )

    wrong, right = scan(other), scan(incident)
    desk.set_aside()
    with desk.refused(Invalid, "phải thuộc vụ việc này"):
        desk.do(telephone.confirm, approval.id, scan=wrong, by=desk.cast.lan)
    desk.do(telephone.confirm, approval.id, scan=right, by=desk.cast.lan)
    assert right.sha256 in desk.timeline(incident)[-1].text


def test_a_text_changed_after_an_approval_by_telephone_goes_back_to_the_approver(
    desk: Desk, incident: Incident
) -> None:
    statement, version = to_sign(desk, incident)
    _by_telephone(desk, version)
    answered = desk.step(SIGN)
    assert (answered.assignee_id, answered.settled_by) == (desk.cast.minh.id, desk.cast.lan.id)
    desk.set_aside()
    desk.do(signing.revise, statement.id, title="Thông báo", text="Sửa.", by=desk.cast.ha)
    assert desk.step(SIGN).assignee_id == desk.cast.minh.id
    desk.expect_messages("step_reopened", desk.cast.minh)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()


def test_a_signature_is_asked_for_again_only_of_whoever_may_give_it(
    desk: Desk, incident: Incident
) -> None:
    statement, version = to_sign(desk, incident)
    _by_telephone(desk, version)
    desk.set_aside()
    with database.transaction() as session:
        step = session.get_one(Step, desk.step(SIGN).id)
        step.assignee_id, step.holder_ids = desk.cast.lan.id, []
        session.add(step)
    desk.do(signing.revise, statement.id, title="Thông báo", text="Sửa.", by=desk.cast.ha)
    assert desk.step(SIGN).assignee_id == desk.cast.minh.id
    desk.set_aside()


def test_a_no_by_telephone_says_what_has_to_change(desk: Desk, incident: Incident) -> None:
    _, version = to_sign(desk, incident)
    with desk.refused(Invalid, "ghi chỗ phải sửa"):
        _by_telephone(desk, version, verdict=Verdict.REFUSED, comment=" ")
    _by_telephone(desk, version, verdict=Verdict.REFUSED, comment="Chưa rõ giờ cập nhật")
    assert (desk.step(SIGN).answer or {})["comment"] == "Chưa rõ giờ cập nhật"
    assert desk.timeline(incident)[-2].text.endswith("Chưa rõ giờ cập nhật")
    desk.set_aside()


def test_the_author_does_not_call_for_their_own_text(desk: Desk, incident: Incident) -> None:
    _, version = to_sign(desk, incident, by="lan")
    with desk.refused(NotPermitted, "bản của mình"):
        _by_telephone(desk, version)


def test_a_deputy_without_a_paper_signs_by_telephone_as_little(
    desk: Desk, incident: Incident
) -> None:
    _, version = to_sign(desk, incident)
    thao = desk.cast.thao
    with desk.refused(NotPermitted, "giấy ủy quyền"):
        _by_telephone(desk, version, approver_id=thao.id, number_called=thao.telephone)
