"""The page and the REST answers on which people say how they are reached."""

from collections.abc import Callable

from incidents.people.directory import reaching
from incidents.record import database
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
