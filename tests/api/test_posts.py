"""Posts over REST and on the administrators' page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from incidents.people.roles import Role
from tests.api.conftest import Browser, Program
from tests.harness import Desk
from tests.incidents.shifts import on

PAGE = "/quan-tri/chuc-trach"


def _asked(desk: Desk, **more: Any) -> dict[str, Any]:
    return {
        "role": "spokesperson",
        "person_id": str(desk.cast.kien.id),
        "rank": 3,
        "valid_from": "2026-11-23T00:00",
        "document": "91/QĐ-UBND",
        "signed_on": "2026-11-20",
        "signer": "Phan Đình Chương",
    } | more


def test_given_listed_and_ended_over_rest(desk: Desk, program: Callable[..., Program]) -> None:
    an, asked = program("an"), _asked(desk)
    assert program("minh").post("/posts", asked).status_code == 403
    wrong = an.post("/posts", asked | {"signer": ""})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["signer"])
    made = an.post("/posts", asked)
    assert (made.status_code, made.json()["rank"]) == (201, 3), made.text
    assert an.post("/posts", asked).status_code == 409
    items = program("lan").get("/posts").json()["items"]
    assert [i["rank"] for i in items if i["role"] == "spokesperson"] == [1, 2, 3]
    path = f"/posts/{made.json()['id']}/end"
    assert program("minh").post(path, {"reason": "Đi học"}).status_code == 403
    ended = an.post(path, {"reason": "Đi học", "successor_id": str(desk.cast.yen.id)})
    assert ended.json()["valid_to"], ended.text
    assert an.post(path, {"reason": "Đi học"}).status_code == 409
    items = program("lan").get("/posts").json()["items"]
    assert items[-1]["role"] != "spokesperson"
    assert str(desk.cast.yen.id) in [i["person_id"] for i in items if i["role"] == "spokesperson"]
    desk.settle()
    desk.set_aside()


def test_given_and_ended_on_the_page(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    an = new_browser("an")
    refused = an.post(PAGE, **_asked(desk, rank=1))
    assert refused.status_code == 409
    assert "Lê Quang Minh đang giữ vai Người phát ngôn" in refused.text
    assert 'value="91/QĐ-UBND"' in refused.text
    page = an.post(PAGE, **_asked(desk))
    assert page.status_code == 200, page.text
    section = page.text.partition('id="spokesperson"')[2].partition("</section>")[0]
    assert "Tô Trung Kiên" in section
    assert "91/QĐ-UBND ngày 20/11/2026, Phan Đình Chương ký" in section
    path = PAGE + section.rpartition(f'href="{PAGE}')[2].partition('"')[0]
    assert "Tô Trung Kiên" in an.get(path).text
    empty = an.post(path, reason="")
    assert (empty.status_code, "Nêu lý do." in empty.text) == (422, True)
    ended = an.post(path, reason="Đi học")
    section = ended.text.partition('id="spokesperson"')[2].partition("</section>")[0]
    assert "Tô Trung Kiên" in section.partition("Người giữ trước đây")[2]
    desk.settle()
    desk.set_aside()


def test_the_duty_that_goes_with_a_post_is_listed_and_confirmed(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    an, rest = new_browser("an"), program("an")
    items = rest.get("/posts").json()["items"]
    (lan,) = [i["id"] for i in items if i["person_id"] == str(desk.cast.lan.id)]
    listed = rest.get(f"/posts/{lan}/duty").json()
    assert [i["kind"] for i in listed["items"]] == ["shift"]
    page = an.get(f"{PAGE}/{lan}").text
    assert "Ca trực <span" in page
    assert f'name="confirmed" value="{listed["fingerprint"]}"' in page
    stale = an.post(f"{PAGE}/{lan}", reason="Chuyển đi", confirmed="0")
    assert (stale.status_code, "đã thay đổi" in stale.text) == (409, True)
    asked = {"successor_id": str(desk.cast.kien.id), "confirmed": listed["fingerprint"]}
    assert an.post(f"{PAGE}/{lan}", reason="Chuyển đi", **asked).status_code == 200
    assert on(desk, desk.time, Role.DUTY_OFFICER) == ["kien"]
    assert rest.get(f"/posts/{lan}/duty").json()["items"] == []
    desk.settle()
    desk.set_aside()


def test_the_menu_leads_administrators_there_and_nobody_else(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    for name, offered in (("an", True), ("hoa", False)):
        assert (f'href="{PAGE}"' in new_browser(name).get("/").text) is offered
    assert new_browser("hoa").get(PAGE).status_code == 403


def test_the_desk_tells_administrators_which_part_nobody_has(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    an, rest = new_browser("an"), program("an")
    missing = "Chưa có người giữ: Đầu mối Công an."
    assert "Chưa có người giữ" not in an.get("/").text
    (held,) = [p for p in rest.get("/posts").json()["items"] if p["role"] == "police_liaison"]
    assert rest.post(f"/posts/{held['id']}/end", {"reason": "Chuyển đi"}).status_code == 200
    (founded,) = rest.get("/founding-decisions").json()["items"]
    ended = {"last_day": "2026-11-23", "reason": "Thay"}
    assert rest.post(f"/founding-decisions/{founded['id']}/end", ended).status_code == 200
    assert missing in an.get("/").text
    assert missing not in new_browser("lan").get("/").text
    desk.time += timedelta(days=1)
    again = new_browser("an").get("/").text
    assert "Chưa có quyết định nào đang áp dụng" in again
    desk.settle()
    desk.set_aside()
