"""Timings by level from outside: over REST, on the administrators' page, and in the room."""

from collections.abc import Callable

from incidents.matter import level_timings
from incidents.record import database
from tests.api.conftest import Browser, Program
from tests.harness import Desk

PAGE = "/quan-tri/moc-thoi-gian"


def test_a_program_of_an_administrator_makes_another_version(
    desk: Desk, program: Callable[..., Program]
) -> None:
    an, lan = program("an"), program("lan")
    (first,) = lan.get("/level-timings").json()["items"]
    assert (first["version"], first["in_force"], first["slower"]) == (1, True, [])
    assert first["levels"][3]["acknowledge_minutes"] == 30
    quick = first["levels"][4] | {"acknowledge_minutes": 10}
    asked = {
        "effective_from": "2026-11-23",
        "levels": [*first["levels"][:4], quick],
        "basis": "QĐ 91",
    }
    assert lan.post("/level-timings", asked).status_code == 403
    made = an.post("/level-timings", asked)
    assert (made.status_code, made.json()["version"], made.json()["in_force"]) == (201, 2, True)
    assert made.json()["flag"] == first["flag"]
    slower_flags = asked | {"flag": first["flag"] | {"acknowledge_minutes": 20}}
    assert an.post("/level-timings", slower_flags).json()["flag"]["acknowledge_minutes"] == 20
    slow = asked | {"levels": [*first["levels"][:4], first["levels"][0]]}
    refused = an.post("/level-timings", slow)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["slower_meant"])
    meant = an.post("/level-timings", slow | {"slower_meant": True})
    assert (meant.status_code, meant.json()["slower"]) == (201, [4])


def test_an_administrator_edits_the_timings_on_their_page(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    an = new_browser("an")
    assert "Bản có sẵn khi cài đặt" in an.get(PAGE).text
    with database.reading() as session:
        rows = level_timings.rows(session, level_timings.listed(session)[0])
    sent = {
        f"{name}.{level}": "" if getattr(row, name) is None else str(getattr(row, name))
        for level, row in rows.items()
        for name in level_timings.FIGURES
    }
    sent |= {"flag.acknowledge_minutes": "12", "flag.remind_percent": "50"}
    sent |= {"flag.next_tier_percent": "150"}
    sent |= {"effective_from": "2026-11-23", "basis": "QĐ 91", "acknowledge_minutes.4": "10"}
    wrong = an.post(PAGE, **sent | {"remind_percent.2": "120", "review_minutes.1": "nhanh"})
    assert wrong.status_code == 422
    wrong = an.post(PAGE, **sent | {"remind_percent.2": "120"})
    assert "Cấp 2: nhắc phải trước khi chuyển cấp phó" in wrong.text
    assert 'value="120"' in wrong.text
    slower = an.post(PAGE, **sent | {"review_minutes.4": "600"})
    assert slower.status_code == 422
    assert 'name="slower_meant"' in slower.text
    page = an.post(PAGE, **sent | {"review_minutes.4": "600", "slower_meant": "true"})
    assert page.status_code == 200, page.text
    assert "cấp 4 chậm hơn cấp dưới" in page.text
    assert "10 phút" in page.text
    assert "12 phút" in page.text
    assert new_browser("lan").get(PAGE).status_code == 403


def test_the_room_says_until_when_the_five_scores_are_aimed_at(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(level=3)
    page = new_browser("lan").get(f"/vu-viec/{incident.number}")
    assert "chấm xong trước 03:30" in page.text
