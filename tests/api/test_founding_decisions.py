"""The decisions that found the standing task force, over REST and on their page."""

from collections.abc import Callable

from tests.api.conftest import Browser, Program
from tests.harness import Desk

PAGE = "/quan-tri/to-cong-tac"
ASKED = {
    "number": "509/QĐ-UBND",
    "signed_on": "2026-11-20",
    "signer": "Phan Đình Chương",
    "automatic_from_level": 3,
    "valid_from": "2026-11-20",
}


def test_recorded_listed_and_ended_over_rest(desk: Desk, program: Callable[..., Program]) -> None:
    an = program("an")
    assert program("binh").post("/founding-decisions", ASKED).status_code == 403
    made = an.post("/founding-decisions", ASKED)
    assert (made.status_code, made.json()["in_force"]) == (201, True), made.text
    assert an.post("/founding-decisions", ASKED).status_code == 409
    items = program("lan").get("/founding-decisions").json()["items"]
    assert [(i["number"], i["in_force"]) for i in items] == [
        ("509/QĐ-UBND", True),
        ("412/QĐ-UBND", False),
    ]
    path = f"/founding-decisions/{made.json()['id']}/end"
    ended = an.post(path, {"last_day": "2026-12-01", "reason": "Thay"})
    assert ended.json()["valid_to"] == "2026-12-01"
    assert an.post(path, {"last_day": "2027-12-01", "reason": "Thay"}).status_code == 422
    desk.settle()
    desk.set_aside()


def test_recorded_and_ended_on_the_page(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    an = new_browser("an")
    refused = an.post(PAGE, **ASKED | {"valid_from": "2026-11-01"})
    assert (refused.status_code, "trước ngày ký" in refused.text) == (422, True)
    assert 'value="509/QĐ-UBND"' in refused.text
    page = an.post(PAGE, **ASKED)
    assert page.status_code == 200, page.text
    assert "Tự kích hoạt từ cấp 3" in page.text
    action = page.text.partition("/het-hieu-luc")[0].rpartition('action="')[2] + "/het-hieu-luc"
    empty = an.post(action, last_day="2026-12-01", reason="")
    assert (empty.status_code, "Nêu lý do." in empty.text) == (422, True)
    ended = an.post(action, last_day="2026-12-01", reason="Thay")
    assert "đến hết 01/12/2026" in ended.text
    assert f'href="{PAGE}"' in an.get("/").text
    desk.settle()
    desk.set_aside()
