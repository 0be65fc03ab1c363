"""Lessons from outside: over REST, in the room, and on the register's page."""

from collections.abc import Callable

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.response.learning import lessons
from incidents.response.learning.lessons import Learnt
from tests.api.conftest import Browser, Program
from tests.harness import Desk, hours


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY])


def test_a_program_keeps_the_register(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    ha, minh, kien = program("ha"), program("minh"), program("kien")
    here = f"/incidents/{incident.number}/lessons"
    asked = {"improvement": "Cập nhật danh bạ", "cause": "Chưa sửa"}
    assert minh.post(here, asked).status_code == 403
    made = ha.post(here, asked)
    assert (made.status_code, made.json()["code"]) == (201, f"{incident.number}/1")
    assert made.json()["wanting"] is True
    lesson = f"/lessons/{made.json()['id']}"
    given = {"owner_id": str(desk.cast.kien.id), "due_on": "2026-12-01"}
    assert kien.get("/lessons").status_code == 403
    taken = ha.post(f"{lesson}/assign", given).json()
    assert (taken["due_on"], taken["wanting"]) == ("2026-12-01", False)
    assert [x["code"] for x in kien.get("/lessons").json()["items"]] == [made.json()["code"]]
    assert kien.post(f"{lesson}/drop", {"reason": "Thôi"}).status_code == 403
    desk.fast_forward(hours(1))
    other = desk.opened(level=1)
    again = ha.post(f"/incidents/{other.number}/lessons", asked).json()
    assert len(kien.get("/lessons").json()["items"]) == 1
    linked = ha.post(f"/lessons/{again['id']}/link", {"earlier": made.json()["id"]}).json()
    assert linked["earlier_id"] == made.json()["id"]
    back = ha.get("/lessons", params={"state": "came_back"}).json()["items"]
    assert [x["returns"] for x in back] == [1, 0]
    done = kien.post(f"{lesson}/finish", {"proof": "Danh bạ mới"}).json()
    assert (done["state"], done["proof"]) == ("done", "Danh bạ mới")
    assert ha.get("/lessons", params={"mine": "true"}).json()["items"] == []
    assert ha.get("/lessons", params={"state": "x"}).status_code == 422
    assert len(ha.get(here).json()["items"]) == 1
    desk.set_aside()


def first_of(page: str, improvement: str) -> str:
    """The id of the lesson a page says this of."""
    before = page.partition(f'<p class="strong said">{improvement}')[0]
    return before.rpartition('id="bai-hoc-')[2].partition('"')[0]


def test_the_room_writes_one_and_the_register_follows_it(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    room, ha = f"/vu-viec/{incident.number}", new_browser("ha")
    form = {"improvement": "Cập nhật <b>danh bạ</b>", "cause": "Chưa sửa", "due_on": "2026-12-01"}
    assert ha.post(f"{room}/ghi-bai-hoc", cause="x").status_code == 422
    assert ha.post(f"{room}/ghi-bai-hoc", **form).status_code == 200
    assert "Cập nhật &lt;b&gt;danh bạ" in ha.get(room).text
    page = ha.get("/bai-hoc").text
    assert f"{incident.number}/1" in page
    assert "chưa giao" in page
    assert "1 bài học chưa có người phụ trách hoặc chưa có hạn" in page
    assert "chưa có người phụ trách" not in ha.get("/bai-hoc?loc=unassigned").text
    ha.post(f"{room}/ghi-bai-hoc", improvement="Gọi sớm hơn", owner_name="Người lạ")
    undated = ha.get("/bai-hoc?loc=unassigned").text
    assert "chưa có trong danh bạ" in undated
    assert "chưa có hạn" in undated
    assert "chưa có hạn" in ha.get(room).text
    ha.post(f"/bai-hoc/{first_of(undated, 'Gọi sớm hơn')}/bo", reason="Thôi")
    lesson_id = page.split('id="bai-hoc-')[1].split('"')[0]
    refused = ha.post(f"/bai-hoc/{lesson_id}/giao", owner_id=str(desk.cast.khoi.id), due_on="x")
    assert refused.status_code == 422
    given = {"owner_id": str(desk.cast.khoi.id), "due_on": "2026-12-02"}
    assert ha.post(f"/bai-hoc/{lesson_id}/giao", **given).status_code == 200
    assert "Lý Anh Khôi" in ha.get("/bai-hoc").text
    khoi = new_browser("khoi")
    assert "Giao, đổi người" not in khoi.get("/bai-hoc?cua_toi=true").text
    assert khoi.post(f"/bai-hoc/{lesson_id}/bo", reason="Thôi").status_code == 403
    assert khoi.post(f"/bai-hoc/{lesson_id}/xong", proof="").status_code == 422
    assert khoi.post(f"/bai-hoc/{lesson_id}/xong", proof="Danh bạ mới").status_code == 200
    assert "Không có bài học nào như vậy" in ha.get("/bai-hoc").text
    assert "Danh bạ mới" in ha.get("/bai-hoc?loc=done").text
    assert ha.post(f"/bai-hoc/{lesson_id}/gi-do").status_code == 404
    desk.set_aside()


def test_the_room_offers_what_was_taught_before_and_counts_how_often_it_came_back(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    by = desk.cast.ha
    first = desk.do(lessons.learn, incident.id, Learnt("Cập nhật danh bạ"), by=by)
    desk.fast_forward(hours(1))
    other = desk.opened(level=1)
    room, ha = f"/vu-viec/{other.number}", new_browser("ha")
    assert f"[Tương tự] {incident.number}/1: Cập nhật danh bạ" in ha.get(room).text
    recorded = ha.post(f"{room}/ghi-bai-hoc", improvement="Sửa danh bạ")
    assert "1 bài học tương tự" in recorded.text
    again = desk.do(lessons.learn, other.id, Learnt("Lại danh bạ"), by=by)
    link = {"lesson": str(again.id), "earlier": str(first.id)}
    elsewhere = ha.post(f"/vu-viec/{incident.number}/bai-hoc-lap-lai", **link)
    assert elsewhere.status_code == 404
    assert new_browser("minh").post(f"{room}/bai-hoc-lap-lai", **link).status_code == 403
    linked = ha.post(f"{room}/bai-hoc-lap-lai", **link)
    assert linked.url.path == room
    assert f"lặp lại bài học {incident.number}/1" in linked.text
    assert "lặp lại 1 lần" in linked.text
    assert ha.post(f"{room}/bai-hoc-lap-lai", **link).status_code == 409
    offered = ha.get(room).text
    assert f"{incident.number}/1 (×2): Cập nhật danh bạ" in offered
    desk.set_aside()


def test_an_owner_without_a_role_sees_their_own_alone_in_their_language(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    kien = new_browser("kien")
    assert kien.get("/bai-hoc").status_code == 403
    by = desk.cast.ha
    desk.do(lessons.learn, incident.id, Learnt("Mine", owner_id=desk.cast.kien.id), by=by)
    desk.do(lessons.learn, incident.id, Learnt("Theirs"), by=by)
    page = kien.get("/bai-hoc")
    assert "Mine" in page.text
    assert "Theirs" not in page.text
    assert "Lessons" in page.text
    assert incident.title not in page.text
    desk.set_aside()
