"""Levels from outside: how one came about in the room and over REST, and the rules' own page."""

import re
from collections.abc import Callable

import pytest

from incidents.matter import level_rules
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from tests.api.conftest import Browser, Program
from tests.cast import PASSWORD
from tests.harness import Desk

SCORES = {"reach": 2, "velocity": 1, "harm": 3, "credibility": 1, "duty": 1}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=2, roles=[Role.LEAD, Role.SPOKESPERSON])


def test_a_program_scores_with_floors_and_reads_how_the_level_came_about(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    lan = program("lan")
    here = f"/incidents/{incident.number}"
    before = lan.get(f"{here}/level").json()
    assert (before["provisional"], before["points"], before["override"]) == (True, None, None)
    graded = lan.post(f"{here}/score", SCORES | {"floors": ["LIFE_SAFETY"]})
    assert graded.json()["level"] == 3
    lan.post(f"{here}/level", {"level": 4, "reason": "Dân bỏ chạy"})
    after = lan.get(f"{here}/level").json()
    assert (after["level"], after["points"], after["band"], after["version"]) == (4, 45, 2, 1)
    assert [f["code"] for f in after["applying"]] == ["LIFE_SAFETY"]
    assert after["override"]["reason"] == "Dân bỏ chạy"
    assert (after["worked_out"], after["raised_to"]) == (3, 4)
    assert "mức đã nâng lên cấp 4 vẫn giữ. Muốn hạ thì đề nghị" in after["held"]
    slight = lan.post(f"{here}/score", dict.fromkeys(SCORES, 1)).json()
    assert (slight["level"], slight["waiting"]) == (4, None)
    assert slight["held"].startswith("Điểm và mức sàn ứng với cấp 1")
    english = lan.headers | {"Accept-Language": "en"}
    came = lan.client.get(f"/api/v1{here}/level", headers=english).json()
    assert came["held"].startswith("Scores and floors come to level 1")
    told = lan.client.get(f"/api/v1{here}/timeline", headers=english).json()["items"]
    assert told[-1]["text"] == "Level 4 stays (25 points)."
    assert lan.get(f"{here}/timeline").json()["items"][-1]["text"] == "Giữ cấp độ 4 (25 điểm)."
    most = lan.post(f"{here}/score", dict.fromkeys(SCORES, 4)).json()
    assert (most["level"], most["held"]) == (4, None)
    assert lan.get(f"{here}/level").json()["override"]["reason"] == "Dân bỏ chạy"
    lan.post(f"{here}/score", SCORES | {"floors": ["LIFE_SAFETY"]})
    assert {b["criterion"]: (b["weight"], b["score"]) for b in after["bars"]}["harm"] == (30, 3)
    desk.set_aside()


def test_a_program_asks_for_a_lower_level_and_another_agrees_with_a_fresh_proof(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    lan, binh, ha = program("lan"), program("binh"), program("ha")
    here = f"/incidents/{incident.number}"
    asked = lan.post(f"{here}/level", {"level": 1, "reason": "Đã yên"}).json()
    waits = asked["waiting"]
    assert (asked["level"], waits["level"], waits["state"]) == (2, 1, "waiting")
    assert lan.get(f"{here}/level").json()["waiting"] == waits
    at = f"{here}/level-requests/{waits['id']}"
    assert lan.post(f"{at}/agree").status_code == 403
    assert binh.post(f"{at}/refuse", {}).status_code == 422
    assert binh.post(f"{at}/refuse", {"reason": "Còn lan"}).json()["level"] == 2
    assert binh.post(f"{at}/agree").json()["title"].endswith("người thứ hai không đồng ý.")
    scores = dict.fromkeys(SCORES, 0)
    # The first scores bring a provisional level down by themselves; what was graded they do not.
    assert lan.post(f"{here}/score", SCORES).json()["waiting"] is None
    waits = lan.post(f"{here}/score", scores).json()["waiting"]
    assert (waits["before"], waits["level"], waits["scores"]["points"]) == (2, 0, 0)
    at = f"{here}/level-requests/{waits['id']}"
    assert lan.post(f"{at}/withdraw").status_code == 200
    waits = lan.post(f"{here}/score", scores).json()["waiting"]
    other = program("tung").post(f"{here[:-1]}9/level-requests/{waits['id']}/agree")
    assert other.status_code == 404
    at = f"{here}/level-requests/{waits['id']}"
    assert ha.post(f"{at}/agree").json()["level"] == 0
    again = ha.post(f"{at}/agree")
    assert (again.status_code, again.json()["type"].endswith("already-settled")) == (409, True)
    states = [each["state"] for each in lan.get(f"{here}/level-requests").json()["items"]]
    assert states == ["refused", "withdrawn", "agreed"]
    assert lan.get(f"{here}/level").json()["waiting"] is None
    desk.set_aside()


def test_the_room_shows_what_waits_and_each_answers_by_a_form(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    lan, binh, minh = (new_browser(name) for name in ("lan", "binh", "minh"))
    path = f"/vu-viec/{incident.number}"
    named = {"second": str(desk.cast.tung.id)}
    page = lan.post(f"{path}/cap-do", level="1", reason="Đã yên", **named).text
    waits = f"Đang chờ {desk.cast.tung.name} hoặc người khác được xếp cấp độ đồng ý hạ cấp 2 → 1"
    assert waits in page
    at = f"{path}/ha-cap/{desk.asked(incident).id}"
    assert (f'action="{at}/rut"' in page, f'action="{at}/dong-y"' in page) == (True, False)
    assert "Trả lời đề nghị hạ cấp 2 → 1" not in lan.get("/").text
    assert "Trả lời đề nghị hạ cấp 2 → 1" in binh.get("/").text
    seen = minh.get(path).text
    assert (waits in seen, at in seen) == (True, False)
    assert f'action="{at}/dong-y"' in binh.get(path).text
    page = binh.post(f"{at}/khong-dong-y", reason="")
    assert (page.status_code, "Nêu lý do." in page.text) == (422, True)
    page = binh.post(f"{at}/khong-dong-y", reason="Còn lan")
    assert waits not in page.text
    assert "Còn lan" in page.text
    lan.post(f"{path}/cap-do", level="1", reason="Yên hẳn")
    at = f"{path}/ha-cap/{desk.asked(incident).id}"
    lan.post(f"{at}/rut")
    page = lan.post(f"{path}/cham-diem", **dict.fromkeys(SCORES, "3")).text
    assert "Đang chờ" not in page
    page = lan.post(f"{path}/cham-diem", **dict.fromkeys(SCORES, "0")).text
    assert "Chấm lại: 0 điểm trên 100" in page
    at = f"{path}/ha-cap/{desk.asked(incident).id}"
    page = binh.post(f"{at}/dong-y", password=PASSWORD)
    assert page.status_code == 200
    assert "Đang chờ người thứ hai" not in page.text
    assert desk.reload(incident).level == 0
    again = binh.post(f"{at}/dong-y")
    assert (again.status_code, "không còn chờ" in again.text) == (409, True)
    desk.set_aside()


def test_a_program_of_an_administrator_makes_another_version(
    desk: Desk, program: Callable[..., Program]
) -> None:
    an, lan = program("an"), program("lan")
    (first,) = lan.get("/level-rules").json()["items"]
    assert (first["version"], first["in_force"]) == (1, True)
    asked = {
        "effective_from": "2026-11-23",
        "weights": first["weights"] | {"reach": 10, "harm": 40},
        "bands": [0, 15, 35, 55, 75],
        "floors": [{"code": "OWN", "level": 2, "vi": "Đê yếu", "en": "Weak dyke"}],
        "basis": "QĐ 90",
    }
    assert lan.post("/level-rules", asked).status_code == 403
    made = an.post("/level-rules", asked)
    assert (made.status_code, made.json()["version"], made.json()["in_force"]) == (201, 2, True)
    wrong = an.post("/level-rules", asked | {"bands": [0, 15, 10, 55, 75]})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["bands"])


def test_the_room_draws_how_the_level_came_about(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    lan = new_browser("lan")
    path = f"/vu-viec/{incident.number}"
    assert "Rủi ro thiên tai cấp 3 trở lên" in lan.get(path).text
    scores = {name: str(value) for name, value in SCORES.items()}
    ticked = {"floors.LIFE_SAFETY": "true", "floors.DISASTER_AREA": "true"}
    refused = lan.post(f"{path}/cham-diem", **scores | ticked | {"reach": "5"})
    assert refused.status_code == 422
    assert len(re.findall(r'name="floors\.\w+" value="true" checked>', refused.text)) == 2
    page = lan.post(f"{path}/cham-diem", **scores | ticked)
    assert page.text.count('class="bar-fill"') == 5
    assert "45 điểm trên 100" in page.text
    form = page.text[page.text.index('/cham-diem"') : page.text.index('/cap-do"')]
    assert re.findall(r'value="(\d)" selected', form) == list(scores.values())
    assert form.count('" checked>') == 2
    assert page.text.count("Mức sàn cấp 3</span>") == 2
    page = lan.post(f"{path}/cap-do", level="4", reason="Dân bỏ chạy")
    assert "Nâng 3 → 4" in page.text
    assert "Dân bỏ chạy" in page.text
    assert "mức đã nâng lên cấp 4 vẫn giữ" in page.text
    desk.set_aside()


def test_the_room_offers_as_second_person_only_who_may_grade_too(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    page = new_browser("lan").get(f"/vu-viec/{incident.number}").text
    asked = re.findall(r'<select[^>]*name="second".*?</select>', page, re.DOTALL)
    assert len(asked) == 1  # scores of a provisional level need nobody else
    cast = desk.cast
    for offered in asked:
        assert [str(p.id) in offered for p in (cast.binh, cast.ha, cast.tung)] == [True] * 3
        assert [str(p.id) in offered for p in (cast.lan, cast.minh, cast.khoi)] == [False] * 3


def test_an_administrator_edits_the_rules_on_their_page(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    an = new_browser("an")
    page = an.get("/quan-tri/cap-do")
    assert "Bản có sẵn khi cài đặt" in page.text
    with database.reading() as session:
        rule = level_rules.listed(session)[0]
    sent = {f"weights.{name}": str(percent) for name, percent in rule.weights.items()}
    sent |= {f"bands.{level}": str(rule.bands[level]) for level in range(1, 5)}
    for floor in rule.listed:
        sent[f"floor_level.{floor.code}"] = str(floor.level)
        sent[f"floor_vi.{floor.code}"] = floor.vi
        sent[f"floor_en.{floor.code}"] = floor.en
    sent |= {"floor_vi.DISASTER_AREA": "", "floor_en.DISASTER_AREA": ""}
    sent |= {"floor_level.F2_1": "2", "floor_vi.F2_1": "Đê yếu", "floor_en.F2_1": "Weak dyke"}
    sent |= {"floor_level.F2_2": "3"}
    sent |= {"effective_from": "2026-11-23", "basis": "QĐ 90"}
    again = an.post("/quan-tri/cap-do", **sent | {"weights.harm": "31"})
    assert again.status_code == 422
    assert "hiện là 101" in again.text
    assert 'value="Đê yếu"' in again.text
    page = an.post("/quan-tri/cap-do", **sent)
    assert page.status_code == 200, page.text
    assert "Bản 2" in page.text
    with database.reading() as session:
        made = level_rules.listed(session)[0]
    assert [f.code for f in made.listed][-2:] == ["RUN_OR_CROWD", "F2_1"]
    assert new_browser("lan").get("/quan-tri/cap-do").status_code == 403
