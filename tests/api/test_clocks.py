"""Statutory clocks from outside: over REST, in the room, and on the administrators' page."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from incidents.matter import calendar, clock_rules
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.clocks import clocks
from incidents.response.clocks.clocks import Clock, ClockState
from tests.api.conftest import Browser, Program
from tests.harness import Desk, hours

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.SUBJECT_LEAD]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def only(incident: Incident) -> Clock:
    with database.reading() as session:
        return clocks.of_incident(session, incident.id)[-1]


def rule_id(code: str) -> str:
    with database.reading() as session:
        return str([r for r in clock_rules.listed(session) if r.code == code][-1].id)


def test_a_program_proposes_starts_and_ends_clocks(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    lan, an = program("lan"), program("an")
    here = f"/incidents/{incident.number}/clocks"
    said = {"verified_by": "Bùi Phương Dung", "verified_on": "2026-11-20"}
    vouched = an.post(f"/clock-rules/{rule_id('FIRST_INFORMATION')}/verify", said)
    assert vouched.json()["verified"] is True
    proposed = lan.post(here, {"code": "FIRST_INFORMATION"})
    assert proposed.status_code == 201
    assert proposed.json()["state"] == "proposed"
    assert proposed.json()["title"] == "Thông tin chính thức đầu tiên"
    again = lan.post(here, {"code": "FIRST_INFORMATION"})
    assert (again.status_code, again.json()["type"]) == (409, "already-settled")
    clock = f"{here}/{proposed.json()['id']}"
    unsaid = lan.post(f"{clock}/start", {})
    assert (unsaid.status_code, list(unsaid.json()["fields"])) == (422, ["confirmed"])
    since = (desk.time - hours(6)).isoformat()
    started = lan.post(f"{clock}/start", {"confirmed": True, "triggered_at": since}).json()
    assert (started["state"], started["share"], started["verified"]) == ("running", 25, True)
    assert started["owner_id"] == str(desk.cast.minh.id)
    met = lan.post(f"{clock}/meet", {"kind": "number", "proof": "12/TB-UBND"}).json()
    assert (met["state"], met["proof"]) == ("met", "12/TB-UBND")
    other = lan.post(here, {"code": "DATA_BREACH"}).json()
    gone = lan.post(f"{here}/{other['id']}/not-applicable", {"reason": "Không có dữ liệu lộ"})
    assert gone.json()["state"] == "not_applicable"
    listed = lan.get(here).json()["items"]
    assert [(c["number"], c["state"]) for c in listed] == [(1, "met"), (2, "not_applicable")]
    early = lan.post(f"{here}/{other['id']}/explain", {"explanation": "x"})
    assert early.status_code == 409
    elsewhere = lan.post(f"/incidents/2026-0099/clocks/{other['id']}/start", {"confirmed": True})
    assert elsewhere.status_code == 404
    desk.set_aside()


def test_a_program_of_an_administrator_keeps_rules_and_calendar(
    desk: Desk, program: Callable[..., Program]
) -> None:
    an, lan = program("an"), program("lan")
    rules = {r["code"]: r for r in lan.get("/clock-rules").json()["items"]}
    assert rules["ACCESS_SIMPLE"]["amount"] == 5
    assert not any(r["verified"] for r in rules.values())
    figures = {
        "amount": 7,
        "unit": "working_days",
        "legal_basis": "Luật sửa đổi",
        "effective_from": "2027-01-01",
    }
    where = f"/clock-rules/{rules['ACCESS_SIMPLE']['id']}"
    assert lan.post(f"{where}/figures", figures).status_code == 403
    coming = an.post(f"{where}/figures", figures).json()
    assert (coming["amount"], coming["effective_to"], coming["verified"]) == (7, None, False)

    def kept(**asked: bool) -> list[tuple[int, str | None]]:
        found = lan.get("/clock-rules", params=asked).json()["items"]
        return [(r["amount"], r["effective_to"]) for r in found if r["code"] == "ACCESS_SIMPLE"]

    assert kept() == [(5, "2026-12-31"), (7, None)]
    again = an.post(f"{where}/figures", figures)
    assert (again.status_code, list(again.json()["fields"])) == (422, ["effective_from"])
    fewer = figures | {"amount": 6}
    unsaid = an.post(f"{where}/correct", fewer | {"effective_from": "2018-07-01"})
    assert (unsaid.status_code, list(unsaid.json()["fields"])) == (422, ["reason"])
    row = f"/clock-rules/{coming['id']}"
    corrected = an.post(f"{row}/correct", fewer | {"reason": "Gõ nhầm"}).json()
    assert (corrected["id"], corrected["amount"]) == (coming["id"], 6)
    ended = {"last_day": "2027-06-30", "legal_basis": "Luật 9"}
    assert an.post(f"{row}/repeal", ended).json()["end_basis"] == "Luật 9"
    gone = an.post(f"{row}/withdraw", {"reason": "Không ban hành"})
    assert gone.json()["withdrawn_at"]
    assert kept() == [(5, None)]
    assert len(kept(withdrawn=True)) == 2
    new = figures | {"code": "PRESS_REPLY", "role": "spokesperson", "title": "Báo đăng phản hồi"}
    unsaid = an.post("/clock-rules", new)
    assert (unsaid.status_code, sorted(unsaid.json()["fields"])) == (
        422,
        ["consequence", "trigger"],
    )
    new |= {"title_en": "Right of reply", "trigger": "Đã nhận", "consequence": "Phạt"}
    made = an.post("/clock-rules", new)
    assert (made.status_code, made.json()["title"], made.json()["verified"]) == (
        *(201, "Báo đăng phản hồi"),
        False,
    )
    assert an.post("/clock-rules", new).json()["fields"].keys() == {"code"}
    day = {"day": "2026-12-26", "kind": "working", "reason": "Làm bù", "decision": "TB 88"}
    assert an.post("/swap-days", day).status_code == 201
    assert lan.get("/swap-days").json()["items"] == [day]
    left = an.post("/swap-days/2026-12-26/remove", {"reason": "Nhầm"}).json()
    assert left["items"] == []


def test_what_is_proposed_shows_the_row_it_would_start_by(
    desk: Desk, program: Callable[..., Program], new_browser: Callable[..., Browser]
) -> None:
    an, lan = program("an"), program("lan")
    incident = desk.opened(level=2)
    desk.set_aside()
    where = f"/incidents/{incident.number}/clocks"
    proposed = lan.post(where, {"code": "ACCESS_SIMPLE"}).json()
    says = {
        "amount": 2,
        "unit": "working_days",
        "legal_basis": "Luật đúng",
        "reason": "Nhầm",
        "effective_from": "2018-07-01",
        "title": "Tên mới",
    }
    assert an.post(f"/clock-rules/{proposed['rule_id']}/correct", says).status_code == 200
    (shown,) = lan.get(where).json()["items"]
    assert (shown["title"], shown["length"], shown["legal_basis"]) == (
        *("Tên mới", "2 ngày làm việc"),
        "Luật đúng",
    )
    room = new_browser("lan").get(f"/vu-viec/{incident.number}").text
    assert "2 ngày làm việc · Luật đúng" in room
    assert "5 ngày làm việc" not in room
    (rule,) = [r for r in lan.get("/clock-rules").json()["items"] if r["code"] == "ACCESS_SIMPLE"]
    ended = {"last_day": "2026-11-01", "legal_basis": "Luật 9"}
    assert an.post(f"/clock-rules/{rule['id']}/repeal", ended).status_code == 200
    late = lan.post(f"{where}/{shown['id']}/start", {"confirmed": True})
    assert (late.status_code, "ghi không áp dụng" in late.text) == (409, True)


def test_the_owner_tends_a_clock_whatever_their_role(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    lan, phuc = program("lan"), program("phuc")
    here = f"/incidents/{incident.number}/clocks"
    ours, theirs = (
        lan.post(here, {"code": c}).json()["id"] for c in ("DATA_BREACH", "ACCOUNT_LOCK")
    )
    lan.post(f"{here}/{ours}/start", {"confirmed": True, "owner_id": str(desk.cast.phuc.id)})
    lan.post(f"{here}/{theirs}/start", {"confirmed": True})
    proof = {"kind": "text", "proof": "Đã báo"}
    assert phuc.post(f"{here}/{theirs}/meet", proof).status_code == 403
    assert phuc.post(f"{here}/{ours}/meet", proof).json()["state"] == "met"
    desk.set_aside()


def test_the_room_shows_what_is_left_and_takes_every_form(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    lan, room = new_browser("lan"), f"/vu-viec/{incident.number}"

    def send(deed: str, **fields: str) -> Any:
        return lan.post(f"{room}/{deed}", **fields)

    page = send("de-xuat-thoi-han", code="FIRST_INFORMATION")
    assert "đề xuất, chờ xác nhận" in page.text
    assert "Chỉ có tin đồn thì chưa phát sinh" in page.text
    clock = only(incident)
    refused = send("bat-dau-thoi-han", clock=str(clock.id), note="chưa tick")
    assert refused.status_code == 422
    assert 'value="chưa tick"' in refused.text
    assert re.search(r'<details class="more" open><summary>Xác nhận, bắt đầu', refused.text)
    page = send(
        "bat-dau-thoi-han",
        clock=str(clock.id),
        confirmed="true",
        triggered_at="2026-11-22T20:30",
    )
    assert only(incident).share == 25
    assert 'max="100" value="25"' in page.text
    assert "còn 18 giờ" in page.text
    assert "chưa thẩm định" in page.text
    refused = send("hoan-thanh-thoi-han", clock=str(clock.id))
    assert (refused.status_code, "Ghi minh chứng" in refused.text) == (422, True)
    page = send("hoan-thanh-thoi-han", clock=str(clock.id), document_number="12/TB-UBND")
    assert "số văn bản: 12/TB-UBND" in page.text
    assert only(incident).state is ClockState.MET
    send("de-xuat-thoi-han", code="DATA_BREACH")
    send("khong-ap-dung-thoi-han", clock=str(only(incident).id), reason="Không lộ gì")
    assert only(incident).state is ClockState.NOT_APPLICABLE
    desk.set_aside()


def test_the_room_offers_kept_evidence_as_proof_and_asks_for_an_explanation(
    desk: Desk,
    incident: Incident,
    new_browser: Callable[..., Browser],
    program: Callable[..., Program],
) -> None:
    said = {"verified_by": "Dung", "verified_on": "2026-11-20"}
    program("an").post(f"/clock-rules/{rule_id('ACCOUNT_LOCK')}/verify", said)
    lan, room = new_browser("lan"), f"/vu-viec/{incident.number}"
    lan.post(f"{room}/de-xuat-thoi-han", code="DATA_BREACH")
    lan.post(f"{room}/bat-dau-thoi-han", clock=str(only(incident).id), confirmed="true")
    offered = re.findall(r'<option value="(evidence:[^"]+)"', lan.get(room).text)
    assert offered
    lan.post(f"{room}/hoan-thanh-thoi-han", clock=str(only(incident).id), chosen=offered[0])
    assert only(incident).proof == offered[0].removeprefix("evidence:")
    lan.post(f"{room}/de-xuat-thoi-han", code="ACCOUNT_LOCK")
    lan.post(f"{room}/bat-dau-thoi-han", clock=str(only(incident).id), confirmed="true")
    desk.fast_forward(hours(25))
    browser = new_browser("lan")
    assert "Giải trình quá hạn" in browser.get(room).text
    browser.post(
        f"{room}/giai-trinh-thoi-han", clock=str(only(incident).id), explanation="Nền tảng im lặng"
    )
    assert only(incident).state is ClockState.EXPLAINED
    desk.set_aside()


def test_the_room_asks_for_the_time_of_an_event_and_says_when_the_term_had_ended(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    lan, room = new_browser("lan"), f"/vu-viec/{incident.number}"

    def start(**fields: str) -> Any:
        lan.post(f"{room}/de-xuat-thoi-han", code="PRESS_CONFERENCE_NOTICE")
        clock = str(only(incident).id)
        return lan.post(f"{room}/bat-dau-thoi-han", clock=clock, confirmed="true", **fields)

    refused = start()
    assert refused.status_code == 422
    assert "Ghi giờ diễn ra sự kiện" in refused.text
    lan.post(f"{room}/khong-ap-dung-thoi-han", clock=str(only(incident).id), reason="Chưa có giờ")
    page = start(triggered_at="2026-11-25T09:00")
    assert "sự kiện lúc 09:00 ngày 25/11/2026" in page.text
    assert "còn 1 ngày 6 giờ" in page.text
    assert "hạn đã qua" not in page.text
    page = start(triggered_at="2026-11-23T12:00")
    assert "Khi bắt đầu tính thì hạn đã qua: sự kiện diễn ra quá gần." in page.text
    desk.set_aside()


def test_a_program_reads_from_which_event_a_clock_counts_back(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    lan, an = program("lan"), program("an")
    here = f"/incidents/{incident.number}/clocks"
    clock = lan.post(here, {"code": "PRESS_CONFERENCE_NOTICE"}).json()
    unsaid = lan.post(f"{here}/{clock['id']}/start", {"confirmed": True})
    assert (unsaid.status_code, list(unsaid.json()["fields"])) == (422, ["triggered_at"])
    event = {"confirmed": True, "triggered_at": "2026-11-25T09:00:00+07:00"}
    started = lan.post(f"{here}/{clock['id']}/start", event).json()
    assert (started["counts_back"], started["due_at"]) == (True, "2026-11-24T09:00:00+07:00")
    figures = {
        "amount": 2,
        "unit": "hours_before",
        "legal_basis": "Quy chế",
        "effective_from": "2026-01-01",
    }
    changed = an.post(f"/clock-rules/{rule_id('ACCOUNT_LOCK')}/figures", figures)
    assert changed.json()["unit"] == "hours_before"
    assert [(c["length"], c["verified"]) for c in lan.get(here).json()["items"]] == [
        ("24 giờ trước sự kiện", False)
    ]
    desk.set_aside()


def test_an_administrator_verifies_terms_and_keeps_the_calendar_on_a_page(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    an, path = new_browser("an"), "/quan-tri/thoi-han"
    page = an.get(path)
    assert "15 quy định chưa thẩm định" in page.text
    assert path in an.get("/").text
    assert path not in new_browser("lan").get("/").text
    assert "24 giờ trước sự kiện" in page.text
    rule = rule_id("DATA_BREACH")
    refused = an.post(f"{path}/{rule}/tham-dinh", verified_by="Dung", verified_on="2027-01-01")
    assert (refused.status_code, "tương lai" in refused.text) == (422, True)
    page = an.post(f"{path}/{rule}/tham-dinh", verified_by="Dung", verified_on="2026-11-20")
    assert "thẩm định: Dung, 20/11/2026" in page.text
    changed = {"amount": "48", "unit": "hours", "legal_basis": "Nghị định mới"}
    refused = an.post(f"{path}/{rule}/doi", effective_from="2026-01-01", **changed)
    assert refused.status_code == 422
    assert re.search(r'<details class="more" open><summary>Luật đổi: ghi bản mới', refused.text)
    page = an.post(f"{path}/{rule}/doi", effective_from="2027-01-01", **changed)
    assert "Từ ngày 01/01/2027: 48 giờ" in page.text
    assert "sắp có hiệu lực" in page.text
    assert "15 quy định chưa thẩm định" in page.text
    coming = rule_id("DATA_BREACH")
    an.post(f"{path}/{coming}/go", reason="Không ban hành")
    assert "48 giờ" not in an.get(path).text
    right = {"effective_from": "2026-01-01", "reason": "Đọc nhầm", **changed}
    page = an.post(f"{path}/{rule}/sua", **right)
    assert "ghi sai, đã gỡ" in page.text
    ended = {"last_day": "2026-11-01", "legal_basis": "Luật 9"}
    page = an.post(f"{path}/{rule_id('DATA_BREACH')}/bai-bo", **ended)
    assert "bãi bỏ theo Luật 9" in page.text
    new = {"code": "PRESS_REPLY", "role": "spokesperson", "title": "Báo đăng phản hồi", **changed}
    refused = an.post(f"{path}/them", effective_from="2026-01-01", **new)
    assert refused.status_code == 422
    assert re.search(r'<details class="more" open><summary>Thêm thời hạn luật', refused.text)
    new |= {"trigger": "Đã nhận", "consequence": "Phạt"}
    page = an.post(f"{path}/them", effective_from="2026-01-01", **new)
    assert "Khi quá hạn: Phạt" in page.text
    an.post(f"{path}/{rule_id('PRESS_REPLY')}/go", reason="Nhầm")
    assert "Báo đăng phản hồi" not in an.get(path).text
    day = {"day": "2026-12-26", "kind": "working"}
    refused = an.post(f"{path}/ngay", decision="TB 88", **day)
    assert refused.status_code == 422
    page = an.post(f"{path}/ngay", decision="TB 88", reason="Làm bù", **day)
    assert "26/12/2026" in page.text
    an.post(f"{path}/ngay/2026-12-26/bo", reason="Nhầm")
    with database.reading() as session:
        assert calendar.swap_days(session) == []
