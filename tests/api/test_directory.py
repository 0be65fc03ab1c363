"""The directory on pages and over REST: a town's officers keep, verify and read it."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from incidents.people.directory import contacts
from incidents.people.roles import Role
from tests.api.conftest import Browser, Program
from tests.harness import Desk

SYT = "/danh-ba/co-quan/SYT"
BACK = {"follow_redirects": True}


def test_a_renamed_agency_is_shown_by_the_name_of_each_day(
    desk: Desk, program: Callable[..., Program], new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(level=2, roles=[Role.SUBJECT_LEAD])
    desk.time = desk.time.replace(month=12, day=20)
    keeper = program("tung")
    answer = keeper.post(
        "/organisations/SYT/change",
        {"name": "Sở Y tế và Dân số", "starts_on": "2026-12-20", "basis": "12/NQ-HĐND"},
    )
    assert answer.status_code == 200, answer.text
    browser = new_browser("tung")
    assert "Sở Y tế và Dân số" in browser.get("/danh-ba").text
    before = browser.get("/danh-ba?ngay=2026-12-19").text
    assert "Sở Y tế tỉnh Bình Khê" in before
    assert "Sở Y tế và Dân số" not in before
    page = browser.get(SYT).text
    assert "<h1>Sở Y tế và Dân số</h1>" in page
    assert "Tên ban đầu: Sở Y tế tỉnh Bình Khê" in page
    room = browser.get(f"/vu-viec/{incident.number}").text
    assert "Sở Y tế tỉnh Bình Khê" in room, "the incident keeps the names of its own date"
    assert "Sở Y tế và Dân số" not in room
    (force,) = keeper.get("/task-forces").json()["items"]
    assert {m["agency"] for m in force["members"]} == {"Sở Y tế tỉnh Bình Khê"}
    names = {o["code"]: o["name"] for o in keeper.get("/organisations").json()["items"]}
    assert names["SYT"] == "Sở Y tế và Dân số"
    then = keeper.get("/organisations?on=2026-12-01").json()["items"]
    assert {o["code"]: o["name"] for o in then}["SYT"] == "Sở Y tế tỉnh Bình Khê"


def test_two_agencies_merge_on_the_page(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    browser = new_browser("tung")
    made = browser.post(
        "/danh-ba",
        code="SVHYT",
        name="Sở Văn hóa và Y tế",
        kind="department",
        parent="UBND",
        valid_from="2026-11-23",
    )
    assert "Sở Văn hóa và Y tế" in made.text
    merged = browser.post(
        f"{SYT}/ke-thua", successors="SVHYT", happened_on="2026-11-23", ends="true", basis="NQ 30"
    )
    assert "Cơ quan này không còn hoạt động." in merged.text
    assert "hãy chuyển họ sang cơ quan mới" in merged.text
    assert "được kế thừa bởi" in merged.text
    assert SYT not in browser.get("/danh-ba").text
    assert "kế thừa" in browser.get("/danh-ba/co-quan/SVHYT").text
    refused = browser.post(f"{SYT}/ket-thuc", last_day="2026-11-24")
    assert refused.status_code == 409
    assert "đã kết thúc sau ngày 22/11/2026" in refused.text


def test_an_address_is_verified_with_the_code_from_the_mail(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    browser = new_browser("tung")
    page = browser.post(f"{SYT}/them-lien-he", kind="mail", address="syt@binhkhe.test").text
    assert "chưa kiểm chứng" in page
    listed = program("tung").get("/organisations/SYT").json()["contacts"]
    (added,) = [c for c in listed if c["address"] == "syt@binhkhe.test"]
    sent = browser.post(f"{SYT}/gui-ma", id=added["id"])
    assert "Đã gửi mã" in sent.text
    (message,) = desk.messages(kind="contact_code")
    digits = contacts.code(message.values["nonce"])
    shown = browser.client.get(f"/hop-thu-di/{message.id}").text
    assert digits not in shown, "the outbox never shows the code"
    wrong = browser.post(
        f"{SYT}/nhap-ma", id=added["id"], code="000000" if digits != "000000" else "1"
    )
    assert "Mã chưa đúng" in wrong.text
    answer = program("tung").post(f"/contact-points/{added['id']}/confirm", {"code": digits})
    assert answer.json()["verified_at"]
    assert not answer.json()["stale"]
    desk.set_aside()


def test_a_focal_point_is_named_and_tested(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    keeper, officer = new_browser("tung"), new_browser("lan")
    person = str(desk.cast.phuc.id)
    keeper.post(f"{SYT}/dau-moi", person_id=person, standing="focal")
    stale = program("lan").get("/organisations/stale").json()["items"]
    assert [len(s["untested"]) for s in stale if s["code"] == "SYT"] == [1]
    assert "chưa thử" in officer.get("/danh-ba").text
    (focal,) = program("lan").get("/organisations/SYT").json()["focal_points"]
    nothing_said = officer.post(f"{SYT}/thu-dau-moi", id=focal["id"], reached="true", how=" ")
    assert nothing_said.status_code == 422
    page = officer.post(
        f"{SYT}/thu-dau-moi", id=focal["id"], reached="true", how="gọi 0900 000 012"
    ).text
    assert re.search(r"Trần Thị Lan thử lúc .*: gọi 0900 000 012", page)
    assert officer.post(f"{SYT}/dau-moi", person_id=person, standing="deputy").status_code == 403


def test_a_person_enters_moves_and_stays_known(
    desk: Desk, program: Callable[..., Program], new_browser: Callable[..., Browser]
) -> None:
    keeper = program("tung")
    made = keeper.post("/people", {"name": "Lê Thị Sen", "organisation": "SYT", "post": "Y sĩ"})
    assert made.status_code == 201
    moved = {"organisation": "UBP", "post": "Công chức", "starts_on": "2026-11-23"}
    assert keeper.post(f"/people/{made.json()['id']}/move", moved).status_code == 200
    names = {p["name"] for p in keeper.get("/organisations/UBP").json()["people"]}
    assert "Lê Thị Sen" in names
    browser = new_browser("tung")
    page = browser.post(f"{SYT}/them-nguoi", organisation="SYT", name="Hồ Văn Tí", post="Y sĩ").text
    assert "Hồ Văn Tí" in page


def test_rules_are_laid_down_and_ended_on_the_page(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    browser = new_browser("tung")
    given: dict[str, Any] = {"role": "commune", "organisation": "UBP", "valid_from": "2026-11-01"}
    refused = browser.post("/danh-ba/phan-cong", **given)
    assert refused.status_code == 422
    assert "Ghi ít nhất một điều" in refused.text
    page = browser.post("/danh-ba/phan-cong", area="phường Tân Hưng", basis="QĐ 5", **given).text
    assert "phường Tân Hưng" in page
    (rule,) = program("lan").get("/routing-rules").json()["items"]
    page = browser.post("/danh-ba/phan-cong/ket-thuc", id=rule["id"], last_day="2026-11-20").text
    assert "hết hiệu lực" in page


def test_the_number_of_questions_does_not_grow_with_the_tree(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    from sqlalchemy import event

    from incidents.record import database

    browser, keeper = new_browser("tung"), program("tung")
    counted: list[str] = []
    engine = database.reading_engine()
    event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    browser.get("/danh-ba")
    few = len(counted)
    for number in range(12):
        body = {"code": f"X{number}", "name": f"Xã {number}", "kind": "commune", "parent": "UBND"}
        assert keeper.post("/organisations", body).status_code == 201
    counted.clear()
    assert "Xã 11" in browser.get("/danh-ba").text
    assert len(counted) == few


SHEET = "Họ tên;Mã cơ quan;Chức vụ\nLê Thị Sen;SYT;Y sĩ\nHồ Văn Tí;KHONG;\n"


def test_a_sheet_is_looked_at_on_the_page_and_then_read_in(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    browser = new_browser("tung")
    file = ("nguoi.csv", SHEET.encode("utf-8-sig"), "text/csv")
    page = browser.post("/danh-ba/nhap-xuat/xem-thu", kind="people", files={"file": file}).text
    assert "Dòng 3: Không có cơ quan mã «KHONG»." in page
    assert "vào danh bạ</button>" not in page
    assert "Lê Thị Sen" not in browser.get(SYT).text
    good = SHEET.replace("KHONG", "SYT")
    page = browser.post("/danh-ba/nhap-xuat/xem-thu", kind="people", csv=good).text
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    assert "Ghi 2 thay đổi vào danh bạ" in page
    sent = {"kind": "people", "csv": good.replace("\n", "\r\n")}
    assert browser.post("/danh-ba/nhap-xuat/ghi", seen="x", **sent).status_code == 409
    assert browser.post("/danh-ba/nhap-xuat/ghi", seen=found[1], **sent).status_code == 200
    assert "Lê Thị Sen" in browser.get(SYT).text
    out = browser.get("/danh-ba/nhap-xuat/people.csv")
    assert out.headers["content-type"] == "text/csv; charset=utf-8"
    assert "trucban-people.csv" in out.headers["content-disposition"]
    again = program("tung").post("/directory/people/look", {"csv": out.text}).json()
    assert (again["changes"], again["faults"]) == ([], [])
    wrong = ("x.csv", b"\xff\xfe", "text/csv")
    page = browser.post("/danh-ba/nhap-xuat/xem-thu", kind="people", files={"file": wrong})
    assert page.status_code == 422
    assert "không phải UTF-8" in page.text


def test_a_sheet_over_rest_speaks_the_caller_s_language_and_confirms_what_was_seen(
    desk: Desk, program: Callable[..., Program]
) -> None:
    keeper = program("an")
    seen = keeper.post("/directory/people/look", {"csv": SHEET}).json()
    assert seen["faults"] == [{"line": 3, "detail": "Không có cơ quan mã «KHONG»."}]
    body = {"csv": SHEET, "seen": seen["digest"]}
    assert keeper.post("/directory/people/import", body).status_code == 422
    good = {"csv": SHEET.replace("KHONG", "SYT")}
    seen = keeper.post("/directory/people/look", good).json()
    done = keeper.post("/directory/people/import", good | {"seen": seen["digest"]}).json()
    assert [(c["line"], c["deed"]) for c in done["changes"]] == [(2, "created"), (3, "created")]
    assert keeper.get("/directory/people.csv").text.count("SYT") >= 2


def test_files_that_were_read_in_are_listed_with_their_sha256(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    tung = new_browser("tung")
    assert "Chưa gửi tệp nào" in tung.get("/danh-ba/nhap-xuat").text
    data = SHEET.replace("KHONG", "SYT").replace("\n", "\r\n").encode("utf-8-sig")
    sha256 = hashlib.sha256(data).hexdigest()
    file = ("người mới.csv", data, "text/csv")
    page = tung.post("/danh-ba/nhap-xuat/xem-thu", kind="people", files={"file": file}).text
    assert sha256 in page
    sent = dict(re.findall(r'type="hidden" name="(seen|name|kept)" value="([^"]*)"', page))
    listed = tung.post("/danh-ba/nhap-xuat/ghi", kind="people", **sent)
    assert listed.status_code == 200, listed.text
    assert "người mới.csv" in listed.text
    assert sha256 in listed.text
    bad = ("hỏng.csv", SHEET.encode(), "text/csv")
    refused = tung.post("/danh-ba/nhap-xuat/xem-thu", kind="people", files={"file": bad}).text
    assert "bị từ chối" in refused
    last, one = program("an").get("/directory/imports").json()["items"]
    assert (last["name"], last["created"], last["refused"]) == ("hỏng.csv", 0, 1)
    assert (one["name"], one["sha256"], one["created"]) == ("người mới.csv", sha256, 2)
    assert one["imported_by"] == str(desk.cast.tung.id)
    assert program("lan").get("/directory/imports").status_code == 403


def test_a_wrong_kind_and_first_day_are_put_right_on_the_page_and_over_rest(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    tung, keeper = new_browser("tung"), program("tung")
    page = tung.post(f"{SYT}/sua-thanh-lap", kind="office", valid_from="2020-01-01", reason="")
    assert page.status_code == 422
    assert "Nêu lý do" in page.text
    sent = {"kind": "office", "valid_from": "2020-01-01", "reason": "Ghi nhầm"}
    assert tung.post(f"{SYT}/sua-thanh-lap", **sent).status_code == 200
    found = keeper.get("/organisations/SYT").json()
    assert (found["kind"], found["valid_from"]) == ("office", "2020-01-01")
    shown = new_browser("lan").get(SYT).text
    assert "Loại: Sở, ban, ngành → Văn phòng" in shown
    assert "Ghi nhầm" not in shown
    for who, reason in (("tung", "Ghi nhầm"), ("lan", None)):
        (made,) = program(who).get("/organisations/SYT/corrections").json()["items"]
        assert (made["by"], made["reason"]) == (str(desk.cast.tung.id), reason)
    incident = desk.opened(level=3, roles=[Role.SUBJECT_LEAD])
    asked = {"kind": "department", "valid_from": "2026-12-01", "reason": "Ghi nhầm"}
    refused = keeper.post("/organisations/SYT/correct", asked)
    assert refused.status_code == 409
    assert incident.number in refused.json()["missing"][-1]
    shown = tung.post(f"{SYT}/sua-thanh-lap", **asked)
    assert incident.number in shown.text
    assert program("lan").post("/organisations/SYT/correct", asked).status_code == 403
    assert new_browser("lan").post(f"{SYT}/sua-thanh-lap", **asked).status_code == 403
    desk.set_aside()
