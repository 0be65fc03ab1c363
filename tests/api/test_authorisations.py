"""Authorisations to sign, over REST and on the page of whoever keeps them."""

from collections.abc import Callable

from tests.api.conftest import Browser, Program
from tests.harness import Desk

PAGE = "/quan-tri/uy-quyen"


def _paper(desk: Desk) -> dict[str, str]:
    return {
        "number": "19/GUQ-UBND",
        "role": "spokesperson",
        "grantor_id": str(desk.cast.minh.id),
        "grantee_id": str(desk.cast.thao.id),
        "scope": "Khi Người phát ngôn vắng mặt",
        "valid_from": "2026-11-23T00:00",
        "valid_to": "2030-01-01T00:00",
    }


def test_recorded_listed_and_ended_over_rest(desk: Desk, program: Callable[..., Program]) -> None:
    hoa, asked = program("hoa"), _paper(desk)
    assert program("minh").post("/authorisations", asked).status_code == 403
    wrong = hoa.post("/authorisations", asked | {"grantor_id": str(desk.cast.ha.id)})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["grantor_id"])
    made = hoa.post("/authorisations", asked)
    assert (made.status_code, made.json()["number"]) == (201, "19/GUQ-UBND"), made.text
    assert hoa.post("/authorisations", asked).status_code == 409
    listed = program("lan").get("/authorisations").json()["items"]
    assert (listed[0]["id"], listed[0]["valid_from"]) == (made.json()["id"], "2026-11-22T17:00:00Z")
    path = f"/authorisations/{made.json()['id']}/end"
    assert program("minh").post(path, {"reason": "Đã về"}).status_code == 403
    ended = hoa.post(path, {"reason": "Đã về"})
    assert ended.json()["valid_to"] < made.json()["valid_to"]
    assert hoa.post(path, {"reason": "Đã về"}).status_code == 409
    desk.settle()
    desk.set_aside()


def test_recorded_and_ended_on_the_page(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    asked = _paper(desk)
    an = new_browser("an")
    refused = an.post(PAGE, **asked | {"valid_to": "2026-11-22T00:00"})
    assert refused.status_code == 422
    assert "Ngày hết hạn phải sau ngày bắt đầu" in refused.text
    assert 'value="19/GUQ-UBND"' in refused.text
    page = an.post(PAGE, **asked)
    assert page.status_code == 200, page.text
    assert "Lê Quang Minh ủy quyền cho Ngô Thanh Thảo: Người phát ngôn" in page.text
    action = page.text.partition("/cham-dut")[0].rpartition('action="')[2] + "/cham-dut"
    empty = an.post(action, reason="")
    assert (empty.status_code, "Nêu lý do." in empty.text) == (422, True)
    ended = an.post(action, reason="Đã về")
    assert "19/GUQ-UBND" in ended.text
    assert "hết hiệu lực" in ended.text
    desk.settle()
    desk.set_aside()


def test_the_menu_leads_whoever_keeps_them_to_the_page(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(level=3)
    for path in ("/", f"/vu-viec/{incident.number}"):
        for name, offered in (("an", True), ("hoa", True), ("lan", False)):
            assert (f'href="{PAGE}"' in new_browser(name).get(path).text) is offered
    desk.set_aside()
