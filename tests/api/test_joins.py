"""Merging, splitting and taking up again from outside: every number keeps answering."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.intake import claims, signals
from incidents.intake.signals import Nature
from incidents.matter.incidents import Incident, Status
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.answers import signing
from incidents.response.ending import closing_reports
from incidents.response.ending.closing_words import Remarks
from incidents.response.life import lifecycle, merging
from tests import ending
from tests.api.conftest import Browser, Program
from tests.cast import PASSWORD, filled
from tests.harness import CODE, Desk, minutes

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY]
CONCLUDED: dict[str, Any] = {"summary": "Tin sai.", "library_updated": "true"}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def resolved(desk: Desk, incident: Incident) -> None:
    binh = desk.cast.binh
    slots = filled(desk.time)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)
    desk.plan(incident, "conclude", Role.LEAD, form="Conclusion")
    desk.answer("conclude", by=binh, **CONCLUDED)
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=binh)
    desk.do(lifecycle.resolve, incident.id, by=binh)


def closed(desk: Desk, incident: Incident) -> None:
    resolved(desk, incident)
    ending.close(desk, incident)
    desk.set_aside()


def test_a_program_merges_and_the_old_number_says_where_it_went(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    other = desk.opened(level=3)
    lan = program("lan")
    here = f"/incidents/{incident.number}"
    asked = {"into": other.number, "reason": "Cùng một tin"}
    assert program("ha").post(f"{here}/merge", asked).status_code == 403
    assert lan.post(f"{here}/merge", asked).json()["number"] == other.number
    gone = lan.get(here).json()
    assert (gone["status"], gone["merged_into"]) == ("merged", other.number)
    listed = {i["number"]: i["merged_into"] for i in lan.get("/incidents").json()["items"]}
    assert listed == {other.number: None, incident.number: other.number}
    (tie,) = lan.get(f"/incidents/{other.number}/ties").json()["items"]
    assert (tie["number"], tie["kind"], tie["outgoing"]) == (
        incident.number,
        "merged_into",
        False,
    )
    again = lan.post(f"{here}/merge", asked)
    assert (again.status_code, again.json()["type"]) == (409, "guard-failed")
    assert lan.get(f"{here}/verify").json()["intact"]
    desk.set_aside()


def test_a_program_splits_part_of_it_off(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    with database.reading() as session:
        (flag,) = signals.of_incident(session, incident.id)
    desk.do(claims.state, incident.id, ["Đập vỡ"], nature=Nature.CLAIM, by=desk.cast.khoi)
    lan = program("lan")
    asked = {
        "signals": [flag.code],
        "playbook": CODE,
        "level": 2,
        "title": "Giá gạo",
        "reason": "Việc khác",
    }
    made = lan.post(f"/incidents/{incident.number}/split", asked)
    assert (made.status_code, made.json()["number"]) == (201, "2026-0002")
    assert lan.get(f"/signals/{flag.code}").json()["incident_id"] == made.json()["id"]
    desk.set_aside()


def test_leadership_reopens_with_a_fresh_proof_or_opens_what_follows(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    closed(desk, incident)
    here = f"/incidents/{incident.number}"
    asked = {"playbook": CODE, "reason": "Tin lan lại"}
    assert program("lan").post(f"{here}/reopen", asked).status_code == 403
    binh = program("binh")
    follow = {**asked, "level": 2, "title": "Lần hai"}
    assert binh.post(f"{here}/follow", follow).status_code == 409
    assert binh.post(f"{here}/reopen", asked).json()["status"] == "active"
    grown = {"cause": "reach", "reason": "Lan lại"}
    early = program("ha").post(f"{here}/flare-up", grown)
    assert early.json()["missing"] == ["Vụ việc chưa ở trạng thái tạm ổn."]
    desk.set_aside()


def test_the_room_merges_and_shows_where_it_went(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    other = desk.opened(level=3)
    lan = new_browser("lan")
    path = f"/vu-viec/{incident.number}"
    page = lan.get(path).text
    assert f'<option value="{other.number}"' in page
    again = lan.post(f"{path}/gop", into=other.number, reason="")
    assert again.status_code == 409
    assert "Chưa nêu lý do." in again.text
    page = lan.post(f"{path}/gop", into=other.number, reason="Cùng một tin")
    assert f"<h1>{other.title}</h1>" in page.text
    assert "Vụ việc đã gộp vào đây:" in page.text
    gone = lan.get(path).text
    assert "Vụ việc này đã gộp vào:" in gone
    assert f'href="/vu-viec/{other.number}"' in gone
    desk.set_aside()


def test_the_room_splits_what_was_ticked(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    first, second = desk.do(
        claims.state, incident.id, ["Đập vỡ", "Gạo lên"], nature=Nature.CLAIM, by=desk.cast.khoi
    )
    lan = new_browser("lan")
    path = f"/vu-viec/{incident.number}"
    nothing = lan.post(f"{path}/tach", title="Gạo", playbook=CODE, level="2", reason="Khác")
    assert "Chọn ít nhất một tin báo" in nothing.text
    sent = {f"claims.{each.id}": "true" for each in (first, second)}
    sent |= {"title": "Giá gạo", "playbook": CODE, "level": "2"}
    refused = lan.post(f"{path}/tach", **sent, reason="")
    assert len(re.findall(r'name="claims\.[\w-]+" value="true" checked>', refused.text)) == 2
    page = lan.post(f"{path}/tach", **sent, reason="Việc khác")
    assert "<h1>Giá gạo</h1>" in page.text
    assert "Tách từ vụ việc:" in page.text
    assert "Gạo lên" in page.text
    desk.set_aside()


def test_the_room_flares_up_reopens_and_is_followed(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    closed(desk, incident)
    binh, path = new_browser("binh"), f"/vu-viec/{incident.number}"
    assert "Mở lại vụ việc" in binh.get(path).text
    assert "Mở lại vụ việc" not in new_browser("lan").get(path).text
    page = binh.post(f"{path}/mo-lai", playbook=CODE, reason="Lan lại", password=PASSWORD)
    assert page.status_code == 200, page.text
    assert desk.reload(incident).status is Status.ACTIVE
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=desk.cast.binh)
    assert "Bùng phát trở lại" in binh.get(path).text
    binh.post(f"{path}/bung-phat-lai", cause="reach", reason="Lan lại")
    assert desk.reload(incident).status is Status.ACTIVE
    desk.set_aside()


def test_the_room_takes_back_what_waits_for_its_report(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    binh, path = new_browser("binh"), f"/vu-viec/{incident.number}"
    resolved(desk, incident)
    made = desk.do(closing_reports.submit, incident.id, Remarks(), by=desk.cast.ha)
    assert "trở lại tạm ổn" not in new_browser("lan").get(path).text
    assert "trở lại tạm ổn" in binh.get(path).text
    refused = binh.post(f"{path}/tro-lai-tam-on", reason="")
    assert "Nêu lý do" in refused.text
    assert "Bùng phát trở lại" in binh.post(f"{path}/tro-lai-tam-on", reason="Lan lại").text
    desk.fast_forward(minutes(1))
    desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)
    report = binh.get(f"{path}/bao-cao-tong-ket/{made.number}").text
    assert "phải trình bản mới" in report
    assert "Duyệt đúng văn bản này" not in report
    assert "chưa trình" in binh.get(path).text
    desk.set_aside()


def test_a_year_later_the_room_offers_a_new_incident(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    closed(desk, incident)
    desk.time += timedelta(days=366)
    binh, path = new_browser("binh"), f"/vu-viec/{incident.number}"
    page = binh.get(path).text
    assert "Mở vụ việc mới nối tiếp" in page
    assert "/mo-lai" not in page
    sent = {"title": "Lần hai", "playbook": CODE, "level": "2", "reason": "Quay lại"}
    page = binh.post(f"{path}/noi-tiep", **sent, password=PASSWORD).text
    assert "<h1>Lần hai</h1>" in page
    assert "Nối tiếp vụ việc:" in page
    desk.set_aside()


def test_a_link_to_a_step_says_where_its_incident_went(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    from incidents.record import links

    desk.plan(incident, "must", Role.SECRETARY)
    told = desk.messages(to=desk.cast.ha, kind="step_assigned")[-1]
    other = desk.opened(level=3)
    desk.do(merging.merge, incident.id, other.id, reason="Cùng một tin", by=desk.cast.lan)
    desk.set_aside()
    page = new_browser().get(f"/t/{links.token(told.id)}")
    assert page.status_code == 200
    assert f"đã gộp vào vụ việc {other.number}" in page.text
