"""Signatures: each is asked for by itself, with the password, however short ago one signed in."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record.outbox import Channel
from incidents.response.steps.steps import StepKind, StepState
from incidents.words import approvals
from incidents.words.approvals import Approval, ApprovalKind, Verdict
from incidents.words.statements import Statement, StatementVersion
from tests.api.conftest import Browser, Program
from tests.cast import PASSWORD
from tests.harness import Desk

New = Callable[..., Browser]


def _by_telephone(desk: Desk, version: StatementVersion) -> Approval:
    return desk.do(
        approvals.give,
        version,
        Verdict.GRANTED,
        kind=ApprovalKind.SIGN_OFF,
        person_id=desk.cast.minh.id,
        role=Role.SPOKESPERSON,
        witness_id=desk.cast.long.id,
        by=desk.cast.lan,
    )


def _asked(desk: Desk, incident: Incident, key: str) -> tuple[Statement, StatementVersion]:
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        key,
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    return statement, version


def test_signing_asks_for_the_password_and_loses_nothing(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(roles=[Role.SPOKESPERSON])
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        "approve",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
        release_to=(Channel.PUBLIC_PAGE,),
    )
    minh = new_browser("minh")
    # However short ago one signed in.
    page = minh.get(f"/phat-ngon/{statement.id}").text
    assert version.sha256[:6].upper() in page
    assert 'name="password"' in page
    verdict = {"target": str(version.id), "sha256": version.sha256, "verdict": "granted"}
    asked = minh.post(f"/phat-ngon/{statement.id}/duyet", comment="Được", **verdict)
    assert asked.status_code == 401
    assert 'value="Được"' in asked.text
    wrong = minh.post(f"/phat-ngon/{statement.id}/duyet", password="không phải", **verdict)
    assert wrong.status_code == 403
    assert desk.step("approve").state is StepState.OPEN
    done = minh.post(f"/phat-ngon/{statement.id}/duyet", password=PASSWORD, **verdict)
    assert done.status_code == 200, done.text
    assert desk.step("approve").state is StepState.DONE
    desk.set_aside()


def test_a_scan_of_the_handwriting_is_kept_and_confirms_the_telephone(
    desk: Desk, new_browser: New
) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    statement, version = desk.drafted(incident)
    approval = _by_telephone(desk, version)
    desk.set_aside()
    lan, path = new_browser("lan"), f"/phat-ngon/{statement.id}"
    assert "Có bản chụp bút phê" in lan.get(path).text

    nothing = lan.post(f"{path}/but-phe", target=str(approval.id))
    assert (nothing.status_code, "Chọn một tệp." in nothing.text) == (422, True)
    scan = {"file": ("but-phe.png", b"\x89PNG but phe", "image/png")}
    unproved = lan.post(f"{path}/but-phe", target=str(approval.id), files=scan)
    assert unproved.status_code == 401
    own = {"target": str(approval.id), "password": PASSWORD}
    answer = lan.post(f"{path}/but-phe", **own, files=scan)

    assert "đã xác nhận" in answer.text
    assert "Có bản chụp bút phê" not in answer.text
    said = desk.timeline(incident)[-1].text
    assert hashlib.sha256(b"\x89PNG but phe").hexdigest() in said


def test_a_proof_over_rest_opens_one_signature_within_five_minutes(
    desk: Desk, program: Callable[..., Program]
) -> None:
    incident = desk.opened(roles=[Role.SPOKESPERSON, Role.SECRETARY])
    statement, version = _asked(desk, incident, "approve")
    path = f"/statements/{statement.id}/versions/{version.id}/sign-off"
    verdict = {"verdict": "granted", "sha256": version.sha256}
    minh = program("minh")
    assert minh.post(path, verdict).json()["type"] == "sign-in-again"
    minh.prove()
    desk.fast_forward(timedelta(minutes=6))
    assert minh.post(path, verdict).status_code == 401, "the proof is too old"
    minh.prove()
    # What is refused spends nothing.
    assert minh.post(path, verdict | {"sha256": "0" * 64}).status_code == 409
    assert minh.post(path, verdict).status_code == 200
    ha = program("ha")
    words = {"title": "Thông báo", "text": "Bản mới"}
    again = ha.post(f"/statements/{statement.id}/versions", words).json()
    second = f"/statements/{statement.id}/versions/{again['id']}/sign-off"
    anew = {"verdict": "granted", "sha256": again["sha256"]}
    assert minh.post(second, anew).json()["type"] == "sign-in-again"
    minh.prove()
    assert minh.post(second, anew).status_code == 200
    desk.set_aside()


def test_a_no_on_the_telephone_says_why_on_the_page_and_over_rest(
    desk: Desk, new_browser: New, program: Callable[..., Program]
) -> None:
    cast, incident = desk.cast, desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    statement, version = _asked(desk, incident, "approve")
    said = {
        "verdict": "refused",
        "approver_id": str(cast.minh.id),
        "witness_id": str(cast.long.id),
        "number_called": cast.minh.telephone,
        "read_back": version.code,
    }
    lan, path = new_browser("lan"), f"/phat-ngon/{statement.id}"
    form = {"target": str(version.id), "password": PASSWORD, **said}
    bare = lan.post(f"{path}/dien-thoai", **form)
    assert (bare.status_code, "ghi chỗ phải sửa." in bare.text) == (422, True)

    rest, over_rest = program("lan"), f"/statements/{statement.id}/versions/{version.id}/telephone"
    rest.prove()
    assert [*rest.post(over_rest, said).json()["fields"]] == ["comment"]
    assert rest.post(over_rest, said | {"comment": "Thiếu giờ hẹn"}).status_code == 200
    assert "Thiếu giờ hẹn" in lan.get(path).text
    desk.set_aside()


def test_what_was_said_on_the_telephone_is_confirmed_with_the_password(
    desk: Desk, new_browser: New, program: Callable[..., Program]
) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    statement, version = desk.drafted(incident)
    approval = _by_telephone(desk, version)
    desk.set_aside()
    minh, path = new_browser("minh"), f"/phat-ngon/{statement.id}"
    assert 'name="password"' in minh.get(path).text
    assert minh.post(f"{path}/xac-nhan", target=str(approval.id)).status_code == 401
    assert program("minh").post(f"/approvals/{approval.id}/confirm").status_code == 401
    assert desk.reload(approval).confirmed_at is None
    done = minh.post(f"{path}/xac-nhan", target=str(approval.id), password=PASSWORD)
    assert "đã xác nhận" in done.text
    assert desk.reload(approval).confirmed_at == desk.time


def test_a_no_asks_what_has_to_change_and_the_page_says_it(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(roles=[Role.SPOKESPERSON])
    statement, version = _asked(desk, incident, "approve")
    minh, page = new_browser("minh"), f"/phat-ngon/{statement.id}"
    no = {"verdict": "refused", "sha256": version.sha256, "password": PASSWORD}
    refused = minh.post(f"{page}/duyet", target=str(version.id), **no)
    assert (refused.status_code, "ghi chỗ phải sửa" in refused.text) == (422, True)
    minh.post(f"{page}/duyet", target=str(version.id), comment="Thiếu giờ cập nhật", **no)
    assert "Thiếu giờ cập nhật" in new_browser("ha").get(page).text
    desk.set_aside()
