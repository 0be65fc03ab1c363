"""Rosters over REST and on the page: kept by the keeper, read by everybody inside."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.people.roles import Role
from tests.api.conftest import Browser, Program
from tests.harness import START, Desk

New = Callable[..., Program]
Open = Callable[..., Browser]
DAILY = {
    "rule": "FREQ=DAILY;BYHOUR=6,14,22",
    "hand_over": "06:00",
    "shift_minutes": 480,
    "valid_from": "2026-11-22",
}


@pytest.fixture
def roster(desk: Desk, program: New) -> str:
    """Đức and Hoa take turns as the department's duty leaders."""
    tung, cast = program("tung"), desk.cast
    drawn = tung.post(
        "/rosters",
        {"name": "Trực lãnh đạo sở", "role": "department_duty_leader", "organisation": "SVHTT"},
    )
    assert drawn.status_code == 201, drawn.text
    made = tung.post(
        f"/rosters/{drawn.json()['id']}/rotations",
        DAILY | {"people": [str(cast.duc.id), str(cast.hoa.id)]},
    )
    assert made.status_code == 201, made.text
    assert made.json()["people"] == [str(cast.duc.id), str(cast.hoa.id)]
    return drawn.json()["id"]


def shifts(program: Program, roster: str) -> list[dict[str, Any]]:
    return program.get(f"/rosters/{roster}/shifts").json()["items"]


def test_a_roster_is_drawn_up_read_and_ended(
    desk: Desk, program: New, roster: str, new_browser: Open
) -> None:
    ha, tung = program("ha"), program("tung")
    duty = {d["role"]: d for d in ha.get("/on-duty").json()["items"]}
    assert [p["name"] for p in duty["duty_officer"]["people"]] == [desk.cast.lan.name]
    leaders = duty["department_duty_leader"]
    assert leaders["now"][0]["ends_at"] == leaders["next"][0]["starts_at"]

    listed = ha.get("/rosters").json()["items"]
    assert [r["id"] for r in listed] == [roster]
    assert ha.get(f"/rosters/{roster}").json()["name"] == "Trực lãnh đạo sở"
    found = shifts(ha, roster)
    assert len(found) >= 42
    culture = [s for s in found if s["holiday"]]
    assert {s["holiday"] for s in culture} == {"Ngày Văn hóa Việt Nam"}
    assert not any(s["tet"] for s in found)
    (turn,) = ha.get(f"/rosters/{roster}/rotations").json()["items"]
    ended = tung.post(f"/rotations/{turn['id']}/end", {"last_day": "2026-11-24"})
    assert ended.json()["valid_to"] == "2026-11-24"
    faults = ha.get("/rosters/faults").json()["items"]
    assert [f["kind"] for f in faults] == ["gap"]
    alone = DAILY | {"people": [str(desk.cast.duc.id)], "valid_from": "2026-11-25"}
    look = tung.post(f"/rosters/{roster}/rotations/look", alone).json()["faults"]
    (tired,) = [f for f in look if f["kind"] == "rest"]
    assert (tired["person_id"], tired["rest"]) == (str(desk.cast.duc.id), "PT0S")
    tung.post(f"/rosters/{roster}/rotations", alone)
    assert "hai ca sát nhau, không đủ giờ nghỉ" in new_browser("ha").get("/lich-truc").text
    assert "không nghỉ giữa hai ca" in new_browser("ha").get("/lich-truc").text


def test_on_duty_at_a_moment_far_ahead(program: New, roster: str) -> None:
    far = (START + timedelta(days=150)).isoformat()
    duty = {d["role"]: d for d in program("ha").get("/on-duty", params={"at": far}).json()["items"]}
    (shift,) = duty["department_duty_leader"]["now"]
    assert shift["id"] is None
    assert duty["duty_officer"]["now"] == []


def test_a_stand_in_is_set_and_taken_back(desk: Desk, program: New, roster: str) -> None:
    tung = program("tung")
    first = shifts(tung, roster)[1]
    body = {
        "person_id": str(desk.cast.kien.id),
        "starts_at": first["starts_at"],
        "ends_at": first["ends_at"],
        "reason": "Họp",
    }
    made = tung.post(f"/rosters/{roster}/overrides", body)
    assert made.status_code == 201, made.text
    now = shifts(tung, roster)[1]
    assert now["person"]["name"] == desk.cast.kien.name
    assert now["stands_in_for"]["name"] == first["person"]["name"]
    back = tung.post(f"/overrides/{made.json()['id']}/cancel")
    assert back.json()["cancelled_at"]
    assert shifts(tung, roster)[1]["person"] == first["person"]
    desk.set_aside()


def test_a_swap_is_asked_and_accepted(desk: Desk, program: New, roster: str) -> None:
    by_name = {p.name: p for p in (desk.cast.duc, desk.cast.hoa)}
    one, two = shifts(program("tung"), roster)[1:3]
    asker, other = (by_name[s["person"]["name"]] for s in (one, two))
    body = {"shift_id": one["id"], "other_id": str(other.id), "in_return": two["id"]}
    asked = program(asker.username).post("/swaps", body)
    assert asked.status_code == 201, asked.text
    answering = program(other.username)
    assert [s["id"] for s in answering.get("/swaps").json()["items"]] == [asked.json()["id"]]
    taken = answering.post(f"/swaps/{asked.json()['id']}/accept")
    assert taken.json()["state"] == "accepted"
    after = shifts(answering, roster)[1:3]
    assert [s["person"]["name"] for s in after] == [other.name, asker.name]
    assert answering.post(f"/swaps/{asked.json()['id']}/decline").status_code == 409
    desk.set_aside()


def test_whoever_takes_turns_without_a_post_is_asked_and_answers_and_nobody_else_is(
    desk: Desk, program: New, new_browser: Open, roster: str
) -> None:
    cast = desk.cast
    kien = program("kien")
    assert kien.get("/swaps").status_code == 403
    later = DAILY | {"people": [str(cast.kien.id)], "valid_from": "2027-06-01"}
    program("tung").post(f"/rosters/{roster}/rotations", later)
    belonging = program("ha").get(f"/rosters/{roster}/members").json()["items"]
    assert {p["name"] for p in belonging} == {cast.duc.name, cast.hoa.name, cast.kien.name}
    assert belonging[0].keys() == {"id", "name", "post"}

    one = shifts(program("tung"), roster)[1]
    asker = cast.duc if one["person"]["name"] == cast.duc.name else cast.hoa
    body = {"shift_id": one["id"], "other_id": str(cast.nga.id)}
    refused = program(asker.username).post("/swaps", body)
    assert refused.status_code == 409
    assert "Vũ Hằng Nga không trực theo «Trực lãnh đạo sở»" in refused.json()["title"]
    page = new_browser(asker.username)
    form = (
        page.get("/lich-truc")
        .text.partition('action="/lich-truc/doi-ca"')[2]
        .partition("</form")[0]
    )
    assert f'<option value="{cast.kien.id}">' in form
    assert f'<option value="{cast.nga.id}">' not in form
    assert f'<option value="{asker.id}">' not in form

    program(asker.username).post("/swaps", body | {"other_id": str(cast.kien.id)})
    (swap,) = kien.get("/swaps").json()["items"]
    assert kien.post(f"/swaps/{swap['id']}/accept").json()["state"] == "accepted"
    assert kien.get("/rosters").status_code == 200
    desk.set_aside()


def test_the_reason_of_an_absence_is_for_the_keeper_and_oneself(
    desk: Desk, program: New, roster: str
) -> None:
    span = {"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2026-11-26T00:00:00Z"}
    duc = program("duc")
    made = duc.post("/absences", span | {"reason": "Đi khám"})
    assert made.status_code == 201, made.text
    seen = {
        name: program(name).get("/absences").json()["items"][0]["reason"]
        for name in ("duc", "tung", "an", "ha")
    }
    assert seen == {"duc": "Đi khám", "tung": "Đi khám", "an": "Đi khám", "ha": ""}
    kinds = {f["kind"] for f in program("ha").get("/rosters/faults").json()["items"]}
    assert kinds == {"gap", "away"}
    assert program("ha").post(f"/absences/{made.json()['id']}/cancel").status_code == 403
    assert duc.post(f"/absences/{made.json()['id']}/cancel").json()["cancelled_at"]


def test_whoever_has_only_a_shift_to_come_reads_the_roster(
    desk: Desk, program: New, roster: str
) -> None:
    kien = program("kien")
    assert kien.get("/rosters").status_code == 403
    program("tung").post(
        f"/rosters/{roster}/overrides",
        {
            "person_id": str(desk.cast.kien.id),
            "starts_at": "2026-12-25T00:00:00Z",
            "ends_at": "2026-12-25T08:00:00Z",
            "reason": "Nghỉ phép",
        },
    )
    assert kien.get("/rosters").status_code == 200
    assert kien.get("/swaps").status_code == 200
    assert kien.get("/incidents").status_code == 403
    desk.set_aside()


def test_a_shift_is_handed_over_and_acknowledged(desk: Desk, program: New) -> None:
    lan, long_ = program("lan"), program("long")
    draft = lan.get("/hand-overs/draft").json()
    note = lan.post("/hand-overs", {k: draft[k] for k in ("open_work", "deadlines", "unknown")})
    assert note.status_code == 201, note.text
    desk.settle()
    desk.expect_message(to=desk.cast.long, kind="shift_handed_over", containing="/lich-truc")
    assert program("ha").post(f"/hand-overs/{note.json()['id']}/acknowledge").status_code == 403
    taken = long_.post(f"/hand-overs/{note.json()['id']}/acknowledge")
    assert taken.json()["acknowledged_by"] == str(desk.cast.long.id)
    assert lan.get("/hand-overs").json()["items"][0]["id"] == note.json()["id"]


def test_what_makes_no_sense_is_refused_with_its_field(
    desk: Desk, program: New, roster: str
) -> None:
    tung = program("tung")
    asked = {
        f"/rosters/{roster}/shifts?from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z": "to",
        "/rosters/faults?from=2020-01-01T00:00:00Z&to=2026-11-24T00:00:00Z": "to",
    }
    for path, field in asked.items():
        answer = tung.get(path)
        assert answer.status_code == 422, path
        assert field in answer.json()["fields"]
    wrong = DAILY | {"people": [str(desk.cast.duc.id)], "rule": "FREQ=MINUTELY"}
    answer = tung.post(f"/rosters/{roster}/rotations", wrong)
    assert answer.status_code == 422
    assert "rule" in answer.json()["fields"]
    nowhere = {"name": "x", "role": "legal", "organisation": "KHONG"}
    assert tung.post("/rosters", nowhere).status_code == 404


def test_an_administrator_may_keep_the_roster(program: New) -> None:
    drawn = program("an").post(
        "/rosters", {"name": "Pháp chế", "role": Role.LEGAL, "organisation": "UBND"}
    )
    assert drawn.status_code == 201


def test_a_calendar_is_read_without_signing_in_until_revoked(
    desk: Desk, program: New, roster: str, new_browser: Callable[..., Browser]
) -> None:
    duc = program("duc")
    made = duc.post("/calendar-feeds", {}).json()
    path = "/" + made["address"].split("/", 3)[3]
    somebody = new_browser()
    answer = somebody.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")
    assert [f["id"] for f in duc.get("/calendar-feeds").json()["items"]] == [made["id"]]
    assert program("ha").post(f"/calendar-feeds/{made['id']}/revoke").status_code == 403
    assert duc.post(f"/calendar-feeds/{made['id']}/revoke").json()["revoked_at"]
    assert somebody.get(path).status_code == 404
    assert somebody.get("/lich/khong-co.ics").status_code == 404


def test_the_week_shows_who_when_holes_and_feasts(
    desk: Desk, program: New, roster: str, new_browser: Open
) -> None:
    program("duc").post(
        "/absences",
        {
            "starts_at": "2026-11-25T00:00:00+07:00",
            "ends_at": "2026-11-26T00:00:00+07:00",
            "reason": "Đi khám",
        },
    )
    ha = new_browser("ha")
    week = ha.get("/lich-truc").text
    assert "Tuần 23/11/2026 – 29/11/2026" in week
    assert "Ngày Văn hóa Việt Nam" in week
    assert "hôm nay" in week
    assert 'class="duty hole"' in week
    assert "Đi khám" not in week
    assert "Hồ Trọng Đức" in week
    assert "Bố trí người trực thay" not in week
    assert "Đi khám" in new_browser("tung").get("/lich-truc").text
    tet = ha.get("/lich-truc", params={"ngay": "2027-02-06"}).text
    assert "Mùng hai Tết Nguyên Đán" in tet
    assert "Hồ Trọng Đức" in tet
    for odd in ("0001-01-01", "9999-12-31"):
        assert ha.get("/lich-truc", params={"ngay": odd}).status_code == 200
    assert ha.get("/lich-truc", params={"ngay": "mai"}).status_code == 422


def test_the_keeper_puts_somebody_in_and_a_refused_form_comes_back_filled_in(
    desk: Desk, roster: str, new_browser: Open
) -> None:
    tung = new_browser("tung")
    sent = {
        "roster_id": roster,
        "person_id": str(desk.cast.kien.id),
        "starts_at": "2026-11-24T08:00",
        "ends_at": "2026-11-24T07:00",
        "reason": "Họp giao ban tỉnh",
    }
    refused = tung.post("/lich-truc/truc-thay", **sent)
    assert refused.status_code == 422
    assert "Giờ kết thúc phải sau giờ bắt đầu." in refused.text
    assert 'value="Họp giao ban tỉnh"' in refused.text
    done = tung.post("/lich-truc/truc-thay", **sent | {"ends_at": "2026-11-24T10:00"})
    assert done.status_code == 200
    assert "Tô Trung Kiên" in done.text
    assert "08:00" in done.text
    assert new_browser("lan").post("/lich-truc/truc-thay", **sent).status_code == 403
    assert tung.post("/lich-truc/xoa-het").status_code == 404
    desk.set_aside()


def test_two_swap_on_the_page(desk: Desk, program: New, roster: str, new_browser: Open) -> None:
    by_name = {p.name: p for p in (desk.cast.duc, desk.cast.hoa)}
    one = shifts(program("tung"), roster)[1]
    asker = by_name.pop(one["person"]["name"])
    (other,) = by_name.values()
    asked = new_browser(asker.username).post(
        "/lich-truc/doi-ca", shift_id=one["id"], other_id=str(other.id), reason="Giỗ"
    )
    assert "đang chờ trả lời" in asked.text
    answering = new_browser(other.username)
    page = answering.get("/lich-truc").text
    assert "Giỗ" in page
    swap_id = program(other.username).get("/swaps").json()["items"][0]["id"]
    assert "Nhận ca" not in answering.post("/lich-truc/nhan-ca", id=swap_id).text
    assert shifts(program("tung"), roster)[1]["person"]["name"] == other.name
    desk.set_aside()


def test_a_shift_is_handed_over_on_the_page(desk: Desk, new_browser: Open) -> None:
    waiting = desk.flag("Đập sắp vỡ")
    desk.set_aside()
    lan, long_ = new_browser("lan"), new_browser("long")
    assert f"Tin báo {waiting.code} chưa ai tiếp nhận" in lan.get("/lich-truc").text
    said = {"open_work": "Một tin báo", "deadlines": "03:00", "unknown": "Ai đăng trước"}
    assert "Đã ghi nhận" in lan.post("/lich-truc/ban-giao", **said).text
    page = long_.get("/lich-truc").text
    assert "Trần Thị Lan bàn giao cho đồng chí" in page
    assert "Ai đăng trước" in page
    note_id = page.split('name="id" value="')[1].split('"')[0]
    assert "Đỗ Văn Long đã nhận" in long_.post("/lich-truc/nhan-ban-giao", id=note_id).text
    assert "Bàn giao ca" not in lan.get("/lich-truc").text
    desk.set_aside()


def test_a_calendar_address_is_made_and_revoked_on_the_page(desk: Desk, new_browser: Open) -> None:
    lan = new_browser("lan")
    page = lan.post("/lich-truc/dia-chi-lich").text
    path = "/lich/" + page.split("/lich/")[1].split("<")[0]
    assert lan.get(path).status_code == 200
    feed_id = page.split('action="/lich-truc/thu-hoi-lich"')[1].split('name="id" value="')[1]
    lan.post("/lich-truc/thu-hoi-lich", id=feed_id.split('"')[0])
    assert lan.get(path).status_code == 404
