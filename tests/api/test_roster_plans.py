"""The keeper's pages of the rosters, and the look before a rotation over REST."""

import re
from collections.abc import Callable

import pytest

from incidents.people import rosters
from incidents.people.duty import rotations
from incidents.record import database
from tests import cast as the_cast
from tests.api.conftest import Browser, Program
from tests.harness import START, Desk

PAGE = "/lich-truc/cac-lich"
DAYS = {f"weekdays.{day}": "true" for day in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")}
TURNS = DAYS | {
    "begins": "06:00",
    "ends": "14:00",
    "each_day": "3",
    "shifts_each": "1",
    "valid_from": "2026-11-24",
}


@pytest.fixture
def tung(new_browser: Callable[..., Browser]) -> Browser:
    """The standing deputy, who keeps the rosters."""
    return new_browser("tung")


@pytest.fixture
def path(desk: Desk, tung: Browser) -> str:
    """The page of a roster that was just drawn up there."""
    made = tung.post(
        PAGE,
        name="Trực bàn",
        role="duty_officer",
        organisation="SVHTT",
        around_the_clock="true",
        notes="false",
    )
    assert made.status_code == 200, made.text
    assert "chưa có vòng trực nào" in made.text
    return str(made.url.path)


def people(desk: Desk) -> dict[str, str]:
    """Lan before Long, with a row between them left empty."""
    return {
        "people.1": str(desk.cast.lan.id),
        "people.2": "",
        "people.3": str(desk.cast.long.id),
    }


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, page
    return found[1]


def test_a_keeper_draws_a_roster_up_and_lays_a_rotation_down_after_a_look(
    desk: Desk, tung: Browser, path: str
) -> None:
    assert "Trực bàn" in tung.get(PAGE).text
    page = tung.post(f"{path}/xem-thu", **TURNS | people(desk))
    assert page.status_code == 200, page.text
    assert page.text.count('<li class="sheet') == 14
    assert "Ngày Văn hóa Việt Nam" in page.text
    assert "Không có chỗ trống" in page.text
    with database.reading() as session:
        (roster,) = rosters.every(session)
        assert rotations.of_roster(session, roster.id) == []
    stale = tung.post(f"{path}/vong", **TURNS | people(desk) | {"seen": "x"})
    assert stale.status_code == 409
    assert "xem thử lại" in stale.text
    done = tung.post(f"{path}/vong", **TURNS | people(desk) | {"seen": seen(page.text)})
    assert done.status_code == 200, done.text
    assert "1. Trần Thị Lan, 2. Đỗ Văn Long" in done.text
    with database.reading() as session:
        ((rotation, turn),) = rotations.of_roster(session, roster.id)
    assert (rotation.rule, rotation.shift_minutes) == ("FREQ=DAILY;BYHOUR=6,14,22", 480)
    assert turn == [desk.cast.lan.id, desk.cast.long.id]


def test_the_form_goes_on_from_the_rotation_that_runs_and_replaces_it(
    desk: Desk, tung: Browser, path: str
) -> None:
    first = tung.post(f"{path}/xem-thu", **TURNS | people(desk))
    page = tung.post(f"{path}/vong", **TURNS | people(desk) | {"seen": seen(first.text)}).text
    assert f'<option value="{desk.cast.lan.id}" selected>' in page
    assert 'name="each_day" type="number" value="3"' in page
    found = re.search(r'name="(replaces\.[\w-]+)" value="true" checked', page)
    assert found
    sent = TURNS | {"people.1": str(desk.cast.nga.id), found[1]: "true"}
    early = tung.post(f"{path}/xem-thu", **sent | {"valid_from": "2026-11-23"})
    assert early.status_code == 422
    assert "sớm nhất từ ngày mai" in early.text
    look = tung.post(f"{path}/xem-thu", **sent | {"valid_from": "2026-11-28"})
    assert "Vũ Hằng Nga" in look.text
    sent |= {"valid_from": "2026-11-28", "seen": seen(look.text)}
    done = tung.post(f"{path}/vong", **sent)
    assert "từ 24/11/2026 đến hết 27/11/2026" in done.text


def test_a_shift_entered_by_hand_is_named_on_the_look_and_may_be_ended(
    desk: Desk, tung: Browser, path: str
) -> None:
    with database.transaction() as session:
        session.add(the_cast.on_shift(desk.cast.nga, START, 24 * 20))
    page = tung.post(f"{path}/xem-thu", **TURNS | people(desk)).text
    assert "Ca nhập tay vẫn đứng cạnh vòng mới" in page
    found = re.search(r'name="(ends_by_hand\.[\w-]+)" value="true">', page)
    assert found
    chosen = TURNS | people(desk) | {found[1]: "true"}
    again = tung.post(f"{path}/xem-thu", **chosen).text
    assert f'name="{found[1]}" value="true" checked' in again
    assert tung.post(f"{path}/vong", **chosen | {"seen": seen(again)}).status_code == 200
    assert "Ca nhập tay vẫn đứng" not in tung.post(f"{path}/xem-thu", **TURNS | people(desk)).text


def test_a_refused_plan_is_shown_again_as_it_was_filled_in(
    desk: Desk, tung: Browser, path: str
) -> None:
    wrong = tung.post(f"{path}/xem-thu", **TURNS | {"each_day": "4"} | people(desk))
    assert wrong.status_code == 422
    assert "quá 24 giờ" in wrong.text
    assert f'<option value="{desk.cast.long.id}" selected>' in wrong.text
    nobody = tung.post(f"{path}/xem-thu", **TURNS)
    assert "Cần ít nhất một người" in nobody.text
    rule = tung.post(f"{path}/xem-thu", **TURNS | people(desk) | {"rule": "FREQ=HOURLY"})
    assert "Quy tắc lặp không dùng được" in rule.text
    assert 'value="FREQ=HOURLY"' in rule.text


def test_a_rotation_is_ended_on_the_page(desk: Desk, tung: Browser, path: str) -> None:
    look = tung.post(f"{path}/xem-thu", **TURNS | people(desk))
    page = tung.post(f"{path}/vong", **TURNS | people(desk) | {"seen": seen(look.text)}).text
    found = re.search(r'name="id" value="([\w-]+)"', page)
    assert found
    late = tung.post(f"{path}/ket-thuc", id=found[1], last_day="2026-11-20")
    assert late.status_code == 422
    assert "Ngày cuối không thể đã qua" in late.text
    done = tung.post(f"{path}/ket-thuc", id=found[1], last_day="2026-12-24")
    assert "đến hết 24/12/2026" in done.text


def test_only_the_keeper_plans(
    desk: Desk, path: str, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    lan = new_browser("lan")
    assert "/lich-truc/cac-lich" not in lan.get("/lich-truc").text
    assert lan.get(path).status_code == 403
    assert lan.post(f"{path}/xem-thu", **TURNS | people(desk)).status_code == 403
    assert lan.post(f"{path}/vong", **TURNS | people(desk)).status_code == 403
    roster = path.rpartition("/")[2]
    asked = {
        "people": [str(desk.cast.lan.id)],
        "rule": "FREQ=DAILY",
        "hand_over": "06:00",
        "shift_minutes": 720,
        "valid_from": "2026-11-24",
    }
    assert program("lan").post(f"/rosters/{roster}/rotations/look", asked).status_code == 403
    keeper = program("tung")
    found = keeper.post(f"/rosters/{roster}/rotations/look", asked).json()
    assert [f["kind"] for f in found["faults"]] == ["gap"] * 14
    assert len(found["shifts"]) == 14
    assert keeper.get(f"/rosters/{roster}/rotations").json()["items"] == []
    made = keeper.post(f"/rosters/{roster}/rotations", asked | {"seen": found["digest"]})
    assert made.status_code == 201
