"""The decision log from outside: over REST, in the room, and on its own page."""

from collections.abc import Callable

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from tests.api.conftest import Browser, Program
from tests.harness import Desk

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]
ASKED = {
    "question": "Cho học sinh nghỉ học hay không?",
    "options": "Nghỉ cả tỉnh\nNghỉ hai xã",
    "chosen": "Nghỉ hai xã",
    "reason": "Chỉ hai xã có đường ngập",
}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def test_a_program_logs_a_decision_and_replaces_it(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    ha, minh = program("ha"), program("minh")
    here = f"/incidents/{incident.number}/decisions"
    assert minh.post(here, ASKED).status_code == 403
    assert list(ha.post(here, ASKED | {"reason": ""}).json()["fields"]) == ["reason"]
    first = ha.post(here, ASKED | {"decided_by": str(desk.cast.binh.id)})
    assert (first.status_code, first.json()["number"]) == (201, 1)
    second = ha.post(here, ASKED | {"chosen": "Nghỉ cả tỉnh", "replaces": 1}).json()
    assert (second["number"], second["replaces"]) == (2, 1)
    assert ha.post(here, ASKED | {"replaces": 1}).status_code == 409
    assert ha.post(here, ASKED | {"replaces": 9}).status_code == 404
    listed = minh.get(here).json()["items"]
    assert [(d["number"], d["replaced_by"]) for d in listed] == [(1, 2), (2, None)]
    desk.set_aside()


def test_the_room_logs_one_and_its_page_shows_all(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    room, ha = f"/vu-viec/{incident.number}", new_browser("ha")
    late = ha.post(f"{room}/ghi-quyet-dinh", **ASKED, decided_at="2030-01-01T00:00")
    assert late.status_code == 422
    assert "thời điểm chưa tới" in late.text
    assert "Chỉ hai xã có đường ngập" in late.text
    dissent = {"dissent": "Đồng chí Phúc: <b>nghỉ cả huyện</b>"}
    back = {"decided_at": "2026-11-23T02:30"}
    assert ha.post(f"{room}/ghi-quyet-dinh", **ASKED, **dissent, **back).status_code == 200
    replaced = {"chosen": "Nghỉ cả tỉnh", "replaces": "1"}
    assert ha.post(f"{room}/ghi-quyet-dinh", **(ASKED | replaced)).status_code == 200
    page = ha.get(room).text
    assert "1. Cho học sinh nghỉ học hay không?</summary>" not in page
    assert "2. Cho học sinh nghỉ học hay không?</summary>" in page
    log = ha.get(f"{room}/quyet-dinh").text
    assert log.index("thay quyết định 1") < log.index("đã thay bằng quyết định 2")
    assert "&lt;b&gt;nghỉ cả huyện" in log
    assert 'id="ghi-quyet-dinh"' not in new_browser("minh").get(room).text
    assert "không có" in log
    desk.set_aside()


def test_the_log_reads_in_english(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    ha = new_browser("ha")
    ha.post(f"/vu-viec/{incident.number}/ghi-quyet-dinh", **ASKED)
    ha.post("/ngon-ngu", language="en", tiep="/")
    assert "Options considered" in ha.get(f"/vu-viec/{incident.number}/quyet-dinh").text
    desk.set_aside()
