"""An exercise on the pages and by REST: marked on each, scored, apart from real matters."""

import re
from collections.abc import Callable

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import links
from incidents.response.answers import signing
from incidents.response.life import lifecycle
from incidents.response.steps.steps import StepKind
from tests import shelf
from tests.api.conftest import Browser, Program
from tests.cast import filled
from tests.harness import Desk, minutes

BANNER = '<p class="drill" role="note">DIỄN TẬP – không phải sự việc thật</p>'
ROLES = (Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL)


@pytest.fixture
def drill(desk: Desk) -> Incident:
    """The second exercise of this playbook: one step late, first words out after 20 minutes."""
    first = desk.open(level=3, exercise=True, title="Diễn tập quý một")
    desk.do(lifecycle.stand_down, first.id, reason="Xong", by=desk.cast.binh)
    incident = desk.open(level=3, exercise=True, title="Diễn tập quý hai")
    desk.activate(incident, *ROLES)
    desk.plan(incident, "write it down", Role.SECRETARY, due=minutes(15))
    desk.fast_forward(minutes(20))
    values = filled(desk.time)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", values, by=desk.cast.lan)
    desk.set_aside()
    return desk.reload(incident)


def test_every_page_about_an_exercise_says_so_and_no_other(
    desk: Desk, drill: Incident, new_browser: Callable[..., Browser]
) -> None:
    real = desk.opened(level=3)
    lan = new_browser("lan")
    statement, _ = desk.drafted(drill)
    asked = desk.plan(drill, "sign", Role.SPOKESPERSON, kind=StepKind.APPROVE, form="SignOff",
                      statement_id=statement.id)  # fmt: skip
    here = f"/vu-viec/{drill.number}"
    for path in (here, f"{here}/kiem-tra", f"/nhiem-vu/{asked.id}", f"/phat-ngon/{statement.id}"):
        page = lan.get(path).text
        assert BANNER in page, path
        assert "<title>[DIỄN TẬP] " in page, path
    assert "DIỄN TẬP" not in lan.get(f"/vu-viec/{real.number}").text
    desk.set_aside()


def test_the_desk_and_the_lists_keep_exercises_apart(
    desk: Desk,
    drill: Incident,
    new_browser: Callable[..., Browser],
    program: Callable[..., Program],
) -> None:
    real = desk.opened(level=3)
    home = new_browser("lan").get("/").text
    assert home.index(real.title) < home.index(drill.title)
    assert "diễn tập: 1" in home
    assert 'tag-drill">Diễn tập' in new_browser("lan").get("/vu-viec").text
    assert 'tag-drill">Diễn tập' in new_browser("lan").get("/hop-thu-di").text

    lan = program("lan")
    for asked, expected in (("false", [real.number]), ("true", [drill.number])):
        found = lan.get(f"/incidents?live=true&exercise={asked}").json()["items"]
        assert [i["number"] for i in found] == expected
    figures = lan.get("/metrics").text
    assert "trucban_incidents_live 1.0" in figures
    assert "trucban_exercises_live 1.0" in figures
    assert "trucban_corrections 0.0" in figures


def test_a_flag_of_an_exercise_is_marked_by_page_and_rest_until_it_turns_out_real(
    desk: Desk,
    drill: Incident,
    new_browser: Callable[..., Browser],
    program: Callable[..., Program],
) -> None:
    mai, lan, rest = new_browser("mai"), new_browser("lan"), program("lan")
    assert "không phải sự việc thật</label>" in mai.get("/bao-tin").text
    sent = mai.post("/bao-tin", text="Cống gãy", exercise="true")
    assert BANNER in sent.text
    code = rest.get("/signals?exercise=true").json()["items"][0]["code"]
    real = rest.post("/signals", {"text": "Đập vỡ"}).json()
    assert real["exercise"] is False
    assert [s["code"] for s in rest.get("/signals?exercise=false").json()["items"]] == [
        real["code"]
    ]
    home = lan.get("/").text
    assert home.index("Đập vỡ") < home.index("Cống gãy"), "what is real comes first"
    assert "trucban_flags_new 1.0" in rest.get("/metrics").text
    told = desk.messages(to=desk.cast.lan, kind="signal_flagged")[0]
    assert BANNER in new_browser().get(f"/t/{links.token(told.id)}").text

    here = f"/tin-bao/{code}"
    lan.post(f"{here}/tiep-nhan")
    offered = lan.get(here).text
    assert drill.number in offered
    assert real["code"] not in offered
    refused = rest.post(
        "/incidents", {"signal": code, "playbook": "TIN_GIA_MXH", "level": 1, "title": "Cống"}
    )
    assert refused.status_code == 409
    assert "chỉ mở được vụ việc diễn tập" in refused.text
    assert program("ha").post(f"/signals/{code}/real", {"reason": "x"}).status_code == 403
    assert mai.post(f"{here}/viec-that", reason=" ").status_code == 422
    found = mai.post(f"{here}/viec-that", reason="Nước tràn thật")
    assert BANNER not in found.text
    assert "vì là việc thật" in found.text
    assert rest.get(f"/signals/{code}").json()["state"] == "new"
    assert rest.post(f"/signals/{code}/real", {"reason": "x"}).status_code == 409
    desk.do(lifecycle.stand_down, drill.id, reason="Xong", by=desk.cast.binh)
    assert 'name="exercise"' not in mai.get("/bao-tin").text
    late = rest.post("/signals", {"text": "x", "exercise": True})
    assert late.status_code == 422
    desk.set_aside()


def test_the_room_of_an_exercise_shows_its_score_beside_the_last_one(
    desk: Desk, drill: Incident, new_browser: Callable[..., Browser]
) -> None:
    page = new_browser("lan").get(f"/vu-viec/{drill.number}").text
    assert "Điểm diễn tập" in page
    assert "20 phút" in page
    assert "Việc trễ hạn: 1" in page
    assert 'href="/vu-viec/2026-0001"' in page
    assert "chỉ phát hành trong diễn tập" in page
    assert "/cong-bo/" not in page
    real = desk.opened(level=3)
    assert "Điểm diễn tập" not in new_browser("lan").get(f"/vu-viec/{real.number}").text


def test_nothing_of_an_exercise_is_under_the_public_address(
    drill: Incident, new_browser: Callable[..., Browser]
) -> None:
    assert new_browser().get(f"/cong-bo/{drill.number}-holding").status_code == 404


def test_the_score_by_rest(desk: Desk, drill: Incident, program: Callable[..., Program]) -> None:
    found = program("lan").get(f"/incidents/{drill.number}/exercise-score").json()
    assert found["score"] | {"began_at": ""} == {
        "number": "2026-0002",
        "level": 3,
        "began_at": "",
        "steps_asked": 1,
        "taken_in_time": 0,
        "typical_taking_minutes": None,
        "taking_allowed_minutes": 30.0,
        "first_text_minutes": 20.0,
        "first_text_allowed_minutes": 120.0,
        "steps_due": 1,
        "done_in_time": 0,
        "requests_asked": 0,
        "requests_answered": 0,
        "typical_answer_minutes": None,
        "late": [
            {
                "number": 1,
                "key": "write it down",
                "title": "write it down",
                "minutes": 5.0,
                "done": False,
            }
        ],
    }
    assert found["last"]["number"] == "2026-0001"

    real = desk.opened(level=3)
    refused = program("lan").get(f"/incidents/{real.number}/exercise-score")
    assert refused.status_code == 409
    assert "không phải diễn tập" in refused.text


@pytest.fixture
def handbooks(desk: Desk) -> None:
    """The playbooks as the engine publishes them."""
    from incidents.record import database
    from incidents.response.steps import catalog
    from playbooks.catalog import PLAYBOOKS

    with database.transaction() as session:
        for playbook in PLAYBOOKS:
            catalog.publish(session, shelf.row(playbook))


def test_the_handbook_page_draws_the_steps_and_is_found_where_playbooks_are_chosen(
    desk: Desk, handbooks: None, new_browser: Callable[..., Browser]
) -> None:
    signal = desk.flag()
    desk.take(signal)
    desk.set_aside()
    lan = new_browser("lan")
    offered = lan.get(f"/tin-bao/{signal.code}").text
    assert 'href="/kich-ban/TIN_GIA_MXH"' in offered
    assert 'href="/kich-ban/DIEN_TAP"' not in offered, "a real flag opens no exercise"

    page = lan.get("/kich-ban/tin_gia_mxh").text
    assert 'href="/kich-ban/DIEN_TAP"' in page
    assert page.count('class="box ') == 41  # 57 steps, 16 of them further rounds
    assert "tối đa 2 lần" in page
    for words in ("Phiếu xác minh", "Hạn theo cấp độ", "«Trả lời hay theo dõi» – Quyết định"):
        assert words in page
    anchors = set(re.findall(r'href="#(buoc-[^"]+)"', page))
    assert anchors <= set(re.findall(r'id="(buoc-[^"]+)"', page))
    assert "<script" not in page.split("<main")[1]

    english = new_browser("lan")
    english.post("/ngon-ngu", language="en", tiep="/")
    assert "Draft the " in english.get("/kich-ban/TIN_GIA_MXH").text
    assert lan.get("/kich-ban/KHONG_CO").status_code == 404
    assert new_browser("kien").get("/kich-ban/TIN_GIA_MXH").status_code == 403


def test_the_offices_own_words_stand_on_the_handbook_page(
    desk: Desk, handbooks: None, new_browser: Callable[..., Browser]
) -> None:
    from incidents.record import database
    from incidents.record.language import Language
    from incidents.response.steps.catalog import PlaybookWording

    with database.transaction() as session:
        path = "steps/write the plan/title"
        session.add(
            PlaybookWording(
                code="DIEN_TAP", language=Language.VI, path=path, words="Lập <kịch bản>"
            )
        )
    assert "Lập &lt;kịch bản&gt;" in new_browser("lan").get("/kich-ban/DIEN_TAP").text


def test_an_exercise_is_opened_from_the_handbook_page_and_needs_no_flag(
    desk: Desk, handbooks: None, new_browser: Callable[..., Browser]
) -> None:
    lan = new_browser("lan")
    page = lan.post("/kich-ban/DIEN_TAP/dien-tap", title="Diễn tập quý ba", level="3")
    desk.set_aside()
    assert page.status_code == 200
    assert BANNER in page.text
    assert "Diễn tập quý ba" in page.text
    again = lan.post("/kich-ban/DIEN_TAP/dien-tap", title="", level="3")
    assert again.status_code == 422
    assert 'class="box ' in again.text


def test_without_the_mark_the_exercise_playbook_is_refused_in_words(
    desk: Desk, handbooks: None, program: Callable[..., Program]
) -> None:
    asked = {"playbook": "DIEN_TAP", "level": 3, "title": "Diễn tập"}
    refused = program("lan").post("/incidents", asked)
    assert refused.status_code == 422
    assert "chỉ mở để diễn tập" in refused.text
    assert program("lan").post("/incidents", asked | {"exercise": True}).status_code == 201
    desk.set_aside()
