"""Situation reports from outside: over REST, and on pages as of any moment."""

import hashlib
from collections.abc import Callable

import pytest

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from tests.api.conftest import Browser, Program
from tests.harness import Desk, minutes

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    found = desk.opened(level=3, roles=ROLES)
    desk.fast_forward(minutes(10))
    desk.do(claims.state, found.id, ["Đập nứt"], nature=Nature.CLAIM, by=desk.cast.lan)
    desk.plan(found, "write it down", Role.SECRETARY)
    desk.set_aside()
    return found


def test_a_program_reads_the_situation_and_issues_reports(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    ha, minh = program("ha"), program("minh")
    here = f"/incidents/{incident.number}"
    now = minh.get(f"{here}/situation").json()
    assert (now["level"], now["status"], now["no_history"]) == (3, "active", "")
    assert [(w["number"], w["title"], w["state"]) for w in now["waiting"]] == [
        (1, "write it down", "open")
    ]
    assert now["figures"]["claims_open"] == 1
    assert {s["role"] for s in now["task_force"]} >= {"lead", "secretary"}
    then = minh.get(f"{here}/situation", params={"at": incident.opened_at.isoformat()}).json()
    assert (then["waiting"], then["claims"], then["status"]) == ([], [], "active")
    assert "không lưu lịch sử" in then["no_history"]
    early = minh.get(f"{here}/situation", params={"at": "2026-01-01T00:00:00Z"})
    assert (early.status_code, list(early.json()["fields"])) == (422, ["at"])
    assert minh.post(f"{here}/situation-reports", {}).status_code == 403
    made = ha.post(f"{here}/situation-reports", {"proposals": "Dùng loa"}, key="once")
    assert (made.status_code, made.json()["number"]) == (201, 1)
    assert ha.post(f"{here}/situation-reports", {"proposals": "Dùng loa"}, key="once").json() == (
        made.json()
    )
    assert hashlib.sha256(made.json()["text"].encode()).hexdigest() == made.json()["sha256"]
    assert minh.get(f"{here}/situation-reports/1").json() == made.json()
    assert minh.get(f"{here}/situation-reports/2").status_code == 404
    assert len(minh.get(f"{here}/situation-reports").json()["items"]) == 1


def test_the_page_shows_now_then_and_what_changed(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    page, ha = f"/vu-viec/{incident.number}/bao-cao-nhanh", new_browser("ha")
    seen = ha.get(page).text
    assert "Đập nứt: đang xác minh" in seen
    assert "Phát hành báo cáo này" in seen
    assert f'href="{page}"' in ha.get(f"/vu-viec/{incident.number}").text
    past = ha.get(page, params={"luc": "2026-11-23T02:31"}).text
    assert "như lúc 02:31" in past
    assert "Đập nứt" not in past
    early = ha.get(page, params={"luc": "2020-01-01T00:00"})
    assert early.status_code == 422
    assert "vụ việc chưa mở" in early.text
    assert ha.get(page, params={"luc": "x"}).status_code == 422
    made = ha.post(f"{page}/phat-hanh", assessment="<b>Ổn</b>")
    assert made.status_code == 200
    assert made.url.path == f"{page}/1"
    assert "&lt;b&gt;Ổn" in made.text
    assert "BÁO CÁO NHANH SỐ 1" in made.text
    assert "Không có gì thay đổi" in ha.get(page).text
    desk.do(claims.state, incident.id, ["Cống vỡ"], nature=Nature.CLAIM, by=desk.cast.lan)
    changed = ha.get(page).text
    assert "<ins>+ Cống vỡ: đang xác minh</ins>" in changed
    assert "1 → <b>2</b>" in changed
    ha.post("/ngon-ngu", language="en", tiep="/")
    assert "SITUATION REPORT 1" in ha.get(f"{page}/1").text
    assert "Objectives, next steps" in ha.get(page).text


def test_whoever_only_reads_is_offered_no_form(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    page, minh = f"/vu-viec/{incident.number}/bao-cao-nhanh", new_browser("minh")
    assert "Phát hành báo cáo này" not in minh.get(page).text
    assert minh.post(f"{page}/phat-hanh").status_code == 403
    kien = new_browser("kien")
    assert kien.get(page).status_code == 403
    desk.set_aside()
