"""The closing report on its page and over REST: read, put forward, sent back, approved."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.response.answers import signing
from incidents.response.life import lifecycle
from tests.api.conftest import Browser, Program
from tests.cast import PASSWORD, filled
from tests.harness import Desk, hours

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    found = desk.opened(level=3, roles=ROLES)
    slots = filled(desk.time)
    desk.do(signing.release_shell, found.id, "BAN-DAU", slots, by=desk.cast.lan)
    desk.plan(found, "conclude", Role.SECRETARY, form="Conclusion")
    said: dict[str, Any] = {"summary": "Đã nói rõ <b>ngay</b>.", "library_updated": "true"}
    desk.answer("conclude", by=desk.cast.ha, **said)
    desk.do(lifecycle.stabilise, found.id, reason="Đã yên", by=desk.cast.binh)
    desk.do(lifecycle.resolve, found.id, by=desk.cast.binh)
    desk.set_aside()
    return desk.reload(found)


def test_a_program_puts_a_report_forward_and_another_approves_it(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    ha, binh, minh = program("ha"), program("binh"), program("minh")
    here = f"/incidents/{incident.number}/closing-reports"
    assert minh.post(here, {}).status_code == 403
    made = ha.post(here, {"effect": "Nói sớm"}, key="once")
    assert (made.status_code, made.json()["approved"]) == (201, None)
    assert ha.post(here, {"effect": "Nói sớm"}, key="once").json() == made.json()
    text = made.json()["text"]
    assert hashlib.sha256(text.encode()).hexdigest() == made.json()["sha256"]
    wrong = {"reason": "Thiếu số liệu"}
    assert binh.post(f"{here}/1/return", wrong).json()["type"] == "sign-in-again"
    binh.prove()
    back = binh.post(f"{here}/1/return", wrong)
    assert (back.json()["approved"], back.json()["reason"]) == (False, "Thiếu số liệu")
    ha.post(here, {"effect": "Nói sớm"})
    sha = ha.get(f"{here}/2").json()["sha256"]
    # The proof was spent on the verdict before, however short ago that was.
    assert binh.post(f"{here}/2/approve", {"sha256": sha}).json()["type"] == "sign-in-again"
    binh.prove()
    unread = binh.post(f"{here}/2/approve", {"sha256": "x"})
    assert unread.status_code == 409
    for other in (ha, minh):
        other.prove()
        assert other.post(f"{here}/2/approve", {"sha256": sha}).status_code == 403, other.name
    done = binh.post(f"{here}/2/approve", {"sha256": sha}).json()
    assert (done["approved"], done["judged_by"]) == (True, str(desk.cast.binh.id))
    assert [r["approved"] for r in minh.get(here).json()["items"]] == [False, True]
    assert minh.get(f"{here}/3").status_code == 404
    desk.set_aside()


def test_the_page_shows_the_draft_the_text_and_the_verdict(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    page, room = f"/vu-viec/{incident.number}/bao-cao-tong-ket", f"/vu-viec/{incident.number}"
    ha, binh, minh = new_browser("ha"), new_browser("binh"), new_browser("minh")
    told = ha.get(room).text
    assert "chưa trình" in told
    assert "Họp rút kinh nghiệm" in told
    assert "chưa ghi nhận" in told
    draft = ha.get(page).text
    assert "Đã nói rõ &lt;b&gt;ngay&lt;/b&gt;." in draft
    assert "Trình duyệt" in draft
    assert "Trình duyệt" not in minh.get(page).text
    made = ha.post(f"{page}/trinh", effect="Nói sớm", work_to_come="Bổ sung danh bạ")
    assert made.url.path == f"{page}/1"
    assert "BÁO CÁO TỔNG KẾT (lần trình 1)" in made.text
    assert "Duyệt đúng văn bản này" not in made.text  # its author
    assert "chờ duyệt" in binh.get(room).text
    asked = binh.get(page).text
    assert "Duyệt đúng văn bản này" in asked
    desk.fast_forward(hours(1))
    back = binh.post(f"{page}/1/tra-lai", reason="Thiếu số liệu", password=PASSWORD)
    assert "Lý do trả lại: Thiếu số liệu" in back.text
    # What she had added is not written again.
    assert all(words in ha.get(page).text for words in (">Nói sớm</t", ">Bổ sung danh bạ</t"))
    ha.post(f"{page}/trinh")
    unread = binh.post(f"{page}/2/duyet", sha256="x", password=PASSWORD)
    assert unread.status_code == 409
    assert "đã đọc" in unread.text
    with_hash = ha.get(f"{page}/2").text.split('wrap-code">')[1][:64]
    # However short ago the password was given, and not with another one.
    for password, status in (("", 401), ("sai", 403)):
        answer = binh.post(f"{page}/2/duyet", sha256=with_hash, password=password)
        assert answer.status_code == status
        assert 'name="password"' in answer.text
    done = binh.post(f"{page}/2/duyet", sha256=with_hash, password=PASSWORD)
    assert "đã duyệt" in done.text
    assert "Các lần trình" in done.text
    assert "đã duyệt" in binh.get(room).text
    desk.set_aside()


def test_the_room_asks_why_counts_are_not_waited_for(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    found = desk.opened(level=1)
    desk.plan(found, "count", Role.MONITORING, form="Measurement", mandatory=False)
    desk.do(lifecycle.stabilise, found.id, reason="Không lan", by=desk.cast.binh)
    desk.set_aside()
    room, binh = f"/vu-viec/{found.number}", new_browser("binh")
    assert "Kịch bản còn chờ:" in binh.get(room).text
    refused = binh.post(f"{room}/cho-tong-ket")
    assert refused.status_code == 409
    assert "«count»" in refused.text
    assert binh.post(f"{room}/cho-tong-ket", uncounted="Bài đã gỡ").status_code == 200
    assert "Không chờ «count»" in binh.get(room).text
    desk.set_aside()
