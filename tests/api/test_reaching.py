"""The page and the REST answers on which people say how they are reached."""

from collections.abc import Callable

import pytest

from incidents.people.directory import chat_accounts, reaching
from incidents.people.persons import ContactKind
from incidents.record import database, settings
from incidents.record.actors import Via
from tests.api.conftest import Browser, Program
from tests.harness import Desk


def way_of(desk: Desk, name: str) -> str:
    with database.reading() as session:
        return str(reaching.of(session, getattr(desk.cast, name).id)[0].id)


def test_the_page_keeps_ways_and_quiet_hours_and_says_what_is_wrong(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    khoi, path, way = new_browser("khoi"), "/cach-nhan-tin", way_of(desk, "khoi")
    assert path in khoi.get("/").text
    refused = khoi.post(f"{path}/thu-tu", **{f"ordinary.{way}": "5", f"grave.{way}": ""})
    assert (refused.status_code, "Ít nhất một cách" in refused.text) == (422, True)
    page = khoi.post(f"{path}/thu-tu", **{f"ordinary.{way}": "0", f"grave.{way}": "0"})
    assert "Đã ghi nhận" in page.text
    refused = khoi.post(f"{path}/yen-tinh", begins="22:00", ends="25:00")
    assert refused.status_code == 422
    refused = khoi.post(f"{path}/yen-tinh", begins="22:00", ends="06:00")
    assert (refused.status_code, "Chọn ít nhất một ngày" in refused.text) == (422, True)
    page = khoi.post(f"{path}/yen-tinh", **{"begins": "22:30", "ends": "05:00", "on.SA": "true"})
    assert "22:30–05:00" in page.text
    assert "Bỏ giờ không làm phiền" in page.text
    page = khoi.post(f"{path}/yen-tinh/bo")
    assert "22:30" not in page.text
    khoi.post(f"{path}/{way}/thu")
    desk.settle()
    desk.expect_message(to=desk.cast.khoi, kind="contact_test")
    assert khoi.post(f"{path}/{way_of(desk, 'binh')}/thu").status_code == 403


def test_a_program_reads_and_sets_how_its_person_is_reached(
    desk: Desk, program: Callable[..., Program]
) -> None:
    khoi, way = program("khoi"), way_of(desk, "khoi")
    found = khoi.get("/me/ways").json()
    assert [(w["id"], w["after_minutes"]) for w in found["ways"]] == [(way, 0)]
    assert found["quiet"] is None
    assert khoi.post("/me/ways", {"ordinary": {way: 7}}).status_code == 422
    night = {"begins": "22:00", "ends": "06:00", "on": ["MO", "SU"], "holidays": True}
    quiet = khoi.post("/me/quiet-hours", night).json()["quiet"]
    assert (quiet["begins"], quiet["on"], quiet["holidays"]) == ("22:00:00", ["MO", "SU"], True)
    assert khoi.post("/me/quiet-hours/lift").json()["quiet"] is None
    assert khoi.post("/me/quiet-hours/lift").status_code == 409
    sent = khoi.post(f"/contact-points/{way}/test-message")
    assert sent.json()["state"] == "queued"
    desk.settle()
    desk.expect_message(to=desk.cast.khoi, kind="contact_test")


def test_a_chat_is_bound_by_a_code_the_page_shows(
    desk: Desk,
    new_browser: Callable[..., Browser],
    program: Callable[..., Program],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    khoi, path = new_browser("khoi"), "/cach-nhan-tin"
    assert "Nhận việc qua chat" not in khoi.get(path).text, "no chat is set up"
    assert khoi.post(f"{path}/ma", chat="zalo_chat").status_code == 409
    monkeypatch.setenv("TRUCBAN_ZALO_TOKEN", "8123:secret")
    settings.current.cache_clear()
    assert khoi.post(f"{path}/ma", chat="telegram").status_code == 409
    page = khoi.post(f"{path}/ma", chat="zalo_chat").text
    with database.reading() as session:
        (code,) = chat_accounts.waiting(session, desk.cast.khoi.id)
    assert code.text in page
    assert "8123" not in page
    assert code.text not in new_browser("binh").get(path).text
    given = program("khoi").post("/me/chat-codes", {"chat": "zalo_chat"}).json()
    assert given["code"] != code.text
    with database.transaction() as session:
        typed = chat_accounts.found(session, ContactKind.ZALO_CHAT, given["code"])
        assert typed
        chat_accounts.bind(session, typed, "71", via=Via.ZALO)
    with database.reading() as session:
        (bound,) = [w for w in reaching.of(session, desk.cast.khoi.id) if w.address == "71"]
    assert "Gỡ tài khoản này" in khoi.get(path).text
    assert new_browser("binh").post(f"{path}/{bound.id}/go").status_code == 403
    assert "Gỡ tài khoản này" not in khoi.post(f"{path}/{bound.id}/go").text
    own = way_of(desk, "khoi")
    assert khoi.post(f"{path}/{own}/go").status_code == 409, "a mail address is not bound by a code"
    desk.settle()
