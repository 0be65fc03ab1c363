"""Shells on their page and over REST."""

from collections.abc import Callable
from typing import Any

from tests.api.conftest import Browser, Program
from tests.harness import Desk

PAGE = "/mau-duyet-san"
ASKED: dict[str, Any] = {
    "code": "LU-DE",
    "title": "Thông tin ban đầu",
    "frame": "Lúc {gio}, đã tiếp nhận tin; đang xác minh.",
    "from_level": 3,
}
ENGLISH = {"title_en": "First information", "frame_en": "At {gio} a report came in."}


def test_written_approved_and_withdrawn_over_rest(
    desk: Desk, program: Callable[..., Program]
) -> None:
    ha, minh = program("ha"), program("minh")
    assert program("lan").post("/shell-drafts", ASKED).status_code == 403
    made = ha.post("/shell-drafts", ASKED | ENGLISH)
    assert (made.status_code, made.json()["state"]) == (201, "waiting"), made.text
    assert made.json()["frame_en"] == ENGLISH["frame_en"]
    (waiting,) = minh.get("/shell-drafts").json()["items"]
    path = f"/shell-drafts/{waiting['id']}"
    asked = {"decision": "95/QĐ-VP", "decided_on": "2026-11-20", "sha256": waiting["frame_sha256"]}
    assert ha.post(f"{path}/approve", asked).status_code == 403
    signed = minh.post(f"{path}/approve", asked)
    assert signed.json()["slots"] == ["gio"], signed.text
    assert minh.post(f"{path}/refuse", {"reason": "x"}).status_code == 409
    gone = minh.post("/shells/LU-DE/withdraw", {"reason": "Sai"})
    assert gone.json()["withdrawn_at"], gone.text
    codes = [s["code"] for s in ha.get("/shells").json()["items"]]
    assert codes == ["BAN-DAU", "LU-DE"]
    desk.settle()
    desk.set_aside()


def test_written_approved_and_withdrawn_on_the_page(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    ha, minh = new_browser("ha"), new_browser("minh")
    refused = ha.post(PAGE, **ASKED | {"frame": "Theo {nguon}."})
    assert (refused.status_code, "chỉ dùng: {gio}, {dia_ban}" in refused.text) == (422, True)
    page = ha.post(PAGE, **ASKED, **ENGLISH)
    assert page.status_code == 200, page.text
    shown = page.text.partition('id="da-duyet"')[0]
    assert shown.index(ASKED["frame"]) < shown.index(ENGLISH["frame_en"])
    assert "chỉ có tiếng Việt" not in shown
    assert "Rút lại mẫu chờ duyệt" in page.text
    assert "/duyet" not in page.text
    page = minh.get(PAGE)
    action = page.text.partition('/duyet"')[0].rpartition('action="')[2] + "/duyet"
    sha256 = page.text.partition('name="sha256" value="')[2].partition('"')[0]
    empty = minh.post(action, sha256=sha256, decision="", decided_on="2026-11-20")
    assert empty.status_code == 422
    page = minh.post(action, sha256=sha256, decision="95/QĐ-VP", decided_on="2026-11-20")
    assert "Lê Quang Minh (Người phát ngôn) duyệt theo 95/QĐ-VP ngày 20/11/2026" in page.text
    page = minh.post(f"{PAGE}/ma/LU-DE/rut", reason="Sai số máy")
    assert "đã rút" in page.text
    again = ha.post(PAGE, **ASKED | {"code": "LU-DE-2"})
    assert again.status_code == 200, again.text
    action = again.text.partition("/khong-duyet")[0].rpartition('action="')[2] + "/khong-duyet"
    assert "LU-DE-2" not in ha.post(action, reason="Viết lại").text
    desk.settle()
    desk.set_aside()
