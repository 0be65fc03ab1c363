"""A task force over REST and on its pages: proposed, appraised, decided, joined, handed over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from incidents.matter.incidents import Incident
from incidents.matter.taskforces import FoundingDecision
from incidents.people.roles import Role
from incidents.record import database
from tests.api.conftest import Browser, Program
from tests.harness import Desk

PAPER = {"document": "1207/QĐ-UBND", "signed_on": "2026-11-22", "signer": "Phan Đình Chương"}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    with database.transaction() as session:
        decision = session.exec(select(FoundingDecision)).one()
        decision.valid_to = desk.time.date() - timedelta(days=1)
        session.add(decision)
    return desk.opened(level=3)


def _seats(desk: Desk) -> list[dict[str, Any]]:
    cast = desk.cast
    return [
        {"role": "lead", "person_id": str(cast.binh.id), "mandate": "Chỉ đạo chung"},
        {"role": "spokesperson", "person_id": str(cast.minh.id)},
        {"role": "secretary", "person_id": str(cast.ha.id)},
    ]


def test_the_whole_road_over_rest(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    path = f"/incidents/{incident.number}/task-force"
    body = {"reason": "Tin lan rộng", "seats": _seats(desk)}
    made = program("tung").post(f"{path}/proposals", body)
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "proposed"
    about = f"{path}/proposals/{made.json()['id']}"
    assert program("ha").post(f"{about}/appraise", {"opinion": "x"}).status_code == 403
    appraised = program("hoa").post(f"{about}/appraise", {"opinion": "Đủ điều kiện"})
    assert appraised.json()["opinion"] == "Đủ điều kiện"
    decided = program("ha").post(
        f"{path}/decisions", PAPER | {"proposal_id": made.json()["id"]}, key="one"
    )
    assert decided.status_code == 201, decided.text
    assert decided.json()["decisions"][0]["document"] == "1207/QĐ-UBND"
    assert {s["basis"] for s in decided.json()["seats"]} == {"decision"}
    joined = program("lan").post(
        f"/incidents/{incident.number}/members",
        {"role": "secretary", "person_id": str(desk.cast.nga.id), "deputy": True},
    )
    assert (joined.status_code, joined.json()["rank"]) == (201, 2)
    desk.time += timedelta(minutes=1)
    handed = program("ha").post(
        f"/incidents/{incident.number}/members/hand-over",
        {
            "role": "secretary",
            "outgoing": str(desk.cast.ha.id),
            "incoming": str(desk.cast.nga.id),
            "handed_over": "Bản thảo 2",
        },
    )
    assert handed.status_code == 200, handed.text
    now = program("lan").get(path).json()["seats"]
    assert [(s["person_id"], s["basis"]) for s in now if s["role"] == "secretary"] == [
        (str(desk.cast.nga.id), "hand_over")
    ]
    kept = program("lan").post(f"{path}/decisions", PAPER | {"kind": "keeps"})
    assert kept.json()["kept_at"]
    too_early = program("lan").post(f"{path}/decisions", PAPER | {"kind": "dissolves"})
    assert too_early.status_code == 409
    desk.settle()
    desk.set_aside()


def test_the_whole_road_on_pages(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    room = f"/vu-viec/{incident.number}"
    tung, hoa, ha = (new_browser(name) for name in ("tung", "hoa", "ha"))
    assert "Trình thành lập Tổ công tác" in tung.get(room).text
    form = tung.get(f"{room}/to-trinh").text
    assert "holder.lead" in form
    cast = desk.cast
    given = {
        "reason": "Tin lan rộng",
        "holder.lead": str(cast.binh.id),
        "mandate.lead": "Chỉ đạo chung",
        "holder.spokesperson": str(cast.minh.id),
        "deputy.spokesperson": str(cast.thao.id),
    }
    refused = tung.post(f"{room}/to-trinh", **given)
    assert refused.status_code == 409
    assert "Chưa cử Thư ký Tổ công tác" in refused.text
    assert "Tin lan rộng" in refused.text
    sent = tung.post(f"{room}/to-trinh", **given, **{"holder.secretary": str(cast.ha.id)})
    assert "chờ Văn phòng thẩm tra" in sent.text
    assert 'name="opinion"' not in sent.text
    page = hoa.get(room).text
    proposal = page.partition('name="proposal" value="')[2].partition('"')[0]
    hoa.post(f"{room}/tham-tra", proposal=proposal, opinion="Đủ điều kiện")
    assert "Nhập quyết định đã ký" in ha.get(room).text
    decided = ha.post(f"{room}/quyet-dinh", kind="founds", proposal_id=proposal, **PAPER)
    assert "Theo Quyết định 1207/QĐ-UBND ngày 22/11/2026" in decided.text
    assert "Chỉ đạo chung" in decided.text
    assert "UBND tỉnh Bình Khê" in decided.text
    added = new_browser("lan").post(
        f"{room}/cu-bo-sung", role="legal", person_id=str(cast.dung.id), mandate="Soát pháp lý"
    )
    assert "Soát pháp lý" in added.text
    handed = ha.post(
        f"{room}/ban-giao-vai",
        role="secretary",
        outgoing=str(cast.ha.id),
        incoming=str(cast.nga.id),
        handed_over="Bản thảo 2",
    )
    assert handed.status_code == 200
    assert "nhận bàn giao vai" in handed.text
    desk.settle()
    desk.set_aside()


def test_the_secretary_hands_the_signature_to_nobody(
    desk: Desk, program: Callable[..., Program], new_browser: Callable[..., Browser]
) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON, Role.SECRETARY])
    here = f"/incidents/{incident.number}/members"
    spoken = {"role": "spokesperson", "outgoing": str(cast.minh.id)}
    asked = spoken | {"incoming": str(cast.long.id), "handed_over": "x"}
    assert program("ha").post(f"{here}/hand-over", asked).status_code == 403
    led = {"role": "lead", "outgoing": str(cast.binh.id), "reason": "x"}
    own = program("lan").post(f"{here}/replace", led | {"incoming": str(cast.lan.id)})
    assert own.status_code == 403
    assert "Không ai tự nhận vai Tổ trưởng" in own.text
    added = {"role": "chair", "person_id": str(cast.nga.id)}
    assert program("ha").post(here, added).status_code == 403
    refused = new_browser("ha").post(f"/vu-viec/{incident.number}/ban-giao-vai", **asked)
    assert refused.status_code == 403
    assert f"{cast.long.name} không giữ chức trách" in refused.text
    assert program("minh").post(f"{here}/hand-over", asked).status_code == 200
    desk.settle()
    desk.set_aside()


def test_a_proposal_goes_back_on_the_page(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    from incidents.response.staffing import founding
    from incidents.response.staffing.founding import Seat

    seats = [
        Seat(Role(s["role"]), getattr(desk.cast, name).id)
        for s, name in zip(_seats(desk), ("binh", "minh", "ha"), strict=True)
    ]
    row = desk.do(founding.propose, incident.id, reason="Gấp", seats=seats, by=desk.cast.tung)
    room = f"/vu-viec/{incident.number}"
    empty = new_browser("hoa").post(f"{room}/tra-lai", proposal=str(row.id), reason="")
    assert empty.status_code == 422
    page = new_browser("hoa").post(f"{room}/tra-lai", proposal=str(row.id), reason="Thiếu")
    assert "đã trả lại" in page.text
    desk.settle()
    desk.set_aside()
