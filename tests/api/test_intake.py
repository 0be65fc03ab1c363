"""Flags and claims on pages and over REST: triaged, merged, worded, settled."""

from collections.abc import Callable

from incidents.intake.signals import Signal
from incidents.people.roles import Role
from tests.api.conftest import Browser, Program
from tests.harness import Desk

New = Callable[..., Browser]
Speak = Callable[..., Program]


def taken(desk: Desk, text: str = "Đập hồ chứa sắp vỡ!", **values: object) -> Signal:
    signal = desk.flag(text, **values)
    desk.take(signal)
    desk.set_aside()
    return desk.reload(signal)


def test_a_complaint_is_passed_on_from_the_page_of_its_flag(desk: Desk, new_browser: New) -> None:
    signal, lan = taken(desk, "Đường hỏng mãi"), new_browser("lan")
    path = f"/tin-bao/{signal.code}"
    refused = lan.post(f"{path}/khong-xu-ly", ground="complaint", reason="Hạ tầng")
    assert refused.status_code == 422
    assert "Phản ánh phải có số phiếu chuyển." in refused.text
    done = lan.post(
        f"{path}/khong-xu-ly",
        ground="complaint",
        reason="Hạ tầng",
        transferred_to="UBND phường Tân Hưng",
        transfer_number="18/PC",
        transferred_on="2026-11-22",
    )
    assert "UBND phường Tân Hưng, phiếu số 18/PC ngày 22/11/2026" in done.text
    assert "Mở vụ việc" not in done.text


def test_a_watched_flag_is_its_owners_to_decide(desk: Desk, new_browser: New) -> None:
    signal, cast = taken(desk), desk.cast
    lan, khoi = new_browser("lan"), new_browser("khoi")
    path = f"/tin-bao/{signal.code}"
    assert "Theo dõi, xem lại sau" not in khoi.get(path).text
    shown = lan.post(
        f"{path}/theo-doi",
        review_at="2026-11-23T05:00",
        owner_id=str(cast.khoi.id),
        reason="Đếm lượt",
    )
    assert "Lý Anh Khôi" in shown.text
    assert "Theo dõi tiếp, hẹn giờ xem lại" in khoi.get(path).text
    gone = khoi.post(f"{path}/khong-xu-ly", ground="opinion", reason="Chỉ là ý kiến")
    assert "ý kiến, không phải khẳng định về sự việc" in gone.text
    desk.set_aside()


def test_merged_flags_lead_to_where_they_went(desk: Desk, new_browser: New, program: Speak) -> None:
    address = "https://mang.test/bai/1"
    first, second, third = (
        taken(desk, text, url=address) for text in ("Vỡ đập", "Đập vỡ rồi", "Sắp vỡ")
    )
    lan = new_browser("lan")
    page = lan.get(f"/tin-bao/{second.code}").text
    assert f"[Trùng nội dung] {first.code}" in page
    after = lan.post(f"/tin-bao/{second.code}/gop", into=first.code)
    assert f'href="/tin-bao/{first.code}"' in after.text
    assert "Gộp vào tin báo, vụ việc cùng nội dung" not in after.text
    assert f'href="/tin-bao/{second.code}"' in lan.get(f"/tin-bao/{first.code}").text
    incident = desk.open(first)
    desk.set_aside()
    assert f"[Trùng nội dung] {incident.number}" in lan.get(f"/tin-bao/{third.code}").text
    rest = program("lan")
    merged = rest.post(f"/signals/{third.code}/merge", {"into": incident.number}).json()
    assert (merged["state"], merged["incident_id"]) == ("merged", str(incident.id))
    listed = rest.get(f"/incidents/{incident.number}/signals").json()["items"]
    assert {each["code"] for each in listed} == {first.code, second.code, third.code}
    room = lan.get(f"/vu-viec/{incident.number}").text
    assert room.count("Tin báo gộp vào") == 2


def test_a_flag_merged_by_mistake_is_taken_out_on_its_page_and_over_rest(
    desk: Desk, new_browser: New, program: Speak
) -> None:
    first, second = taken(desk, "Vỡ đập"), taken(desk, "Cầu sập")
    lan = new_browser("lan")
    path = f"/tin-bao/{second.code}"
    lan.post(f"{path}/gop", into=first.code)
    assert "Gộp nhầm: tách tin báo này ra" in lan.get(path).text
    assert "Gộp nhầm" not in lan.get(f"/tin-bao/{first.code}").text
    refused = lan.post(f"{path}/tach-ra", reason=" ")
    assert refused.status_code == 422
    assert "Nêu lý do." in refused.text
    out = lan.post(f"{path}/tach-ra", reason="Hai nơi khác nhau")
    assert "Đã tách ra. Tin báo chờ sàng lọc lại" in out.text
    assert "Mở vụ việc và gọi Tổ công tác" in out.text
    assert "Hai nơi khác nhau" in lan.get(f"/tin-bao/{first.code}").text
    incident = desk.open(first)
    desk.set_aside()
    rest = program("lan")
    rest.post(f"/signals/{second.code}/merge", {"into": incident.number})
    # Out of an incident it is taken by whoever may split that: the office on duty only triages.
    hoa = program("hoa")
    assert hoa.post(f"/signals/{second.code}/unmerge", {"reason": "x"}).status_code == 403
    assert "Gộp nhầm" not in new_browser("hoa").get(path).text
    assert rest.post(f"/signals/{second.code}/unmerge").status_code == 422
    parted = rest.post(f"/signals/{second.code}/unmerge", {"reason": "Nhầm"}).json()
    assert (parted["state"], parted["incident_id"]) == ("triage", None)
    again = rest.post(f"/signals/{second.code}/unmerge", {"reason": "Nhầm"})
    assert again.status_code == 409


def test_claims_are_stated_worded_and_linked_on_both_pages(desk: Desk, new_browser: New) -> None:
    signal, lan = taken(desk), new_browser("lan")
    path = f"/tin-bao/{signal.code}"
    refused = lan.post(f"{path}/noi-dung", text="một\nhai")
    assert refused.status_code == 422
    assert "Mỗi nội dung là một câu" in refused.text
    added = lan.post(
        f"{path}/noi-dung", text="Đập nứt", nature="claim", subject="disaster", tags="T0087.002"
    )
    assert "video bị cắt ghép" in added.text
    incident = desk.open(signal, level=1)
    desk.set_aside()
    room = lan.get(f"/vu-viec/{incident.number}").text
    assert "Đập nứt" in room
    with_claims = new_browser("binh").get(f"/vu-viec/{incident.number}").text
    assert "Kết luận nội dung này" in with_claims
    assert "Kết luận nội dung này" not in room


def test_claims_over_rest_from_stating_to_settling(
    desk: Desk, program: Speak, new_browser: New
) -> None:
    incident = desk.opened(roles=[Role.LEAD])
    flag = taken(desk, "Lại chuyện đập")
    lan, binh = program("lan"), program("binh")
    made = lan.post(
        f"/incidents/{incident.number}/claims",
        {"text": "Đập nứt", "content_type": "fabricated", "tags": ["T0023"]},
    )
    assert made.status_code == 201, made.text
    claim = made.json()
    assert claim["places"] == [{"kind": "incident", "name": incident.number}]
    linked = lan.post(f"/claims/{claim['id']}/link", {"to": flag.code}).json()
    assert {"kind": "signal", "name": flag.code} in linked["places"]
    page = new_browser("lan").get(f"/vu-viec/{incident.number}").text
    assert f'href="/tin-bao/{flag.code}">{flag.code}</a>' in page
    assert lan.get(f"/signals/{flag.code}/claims").json()["items"][0]["id"] == claim["id"]
    edited = lan.post(f"/claims/{claim['id']}/edit", {"text": "Thân đập nứt"}).json()
    assert (edited["text"], edited["tags"], edited["content_type"]) == ("Thân đập nứt", [], None)
    finding = {"finding": "false", "explanation": "Có biên bản"}
    assert lan.post(f"/claims/{claim['id']}/settle", finding).status_code == 403
    unlinked = lan.post(f"/claims/{claim['id']}/unlink", {"where": flag.code}).json()
    assert [place["name"] for place in unlinked["places"]] == [incident.number]
    settled = binh.post(f"/claims/{claim['id']}/settle", finding).json()
    assert (settled["finding"], settled["verified_by"]) == ("false", str(desk.cast.binh.id))
    wrong = binh.post(f"/incidents/{desk.opened().number}/claims/{claim['id']}/settle", finding)
    assert wrong.status_code == 404
    tags = lan.get("/claim-tags").json()
    assert tags["licence"] == "CC BY-SA 4.0"
    assert {"code": "T0023", "name": "bóp méo sự việc"} in tags["items"]


def test_who_reported_and_has_no_part_at_the_desk_sees_how_it_stands_and_no_more(
    desk: Desk, new_browser: New
) -> None:
    signal, lan = taken(desk, by=desk.cast.kien), new_browser("lan")
    path = f"/tin-bao/{signal.code}"
    lan.post(f"{path}/noi-dung", text="Đập nứt")
    lan.post(f"{path}/khong-xu-ly", ground="not_ours", reason="Lý do nội bộ")
    own = new_browser("kien").get(path)
    assert own.status_code == 200
    assert "Đập hồ chứa sắp vỡ!" in own.text
    assert "not ours to handle" in own.text
    assert "nội bộ" not in own.text
    assert "Đập nứt" not in own.text


def test_not_to_respond_is_decided_on_both_pages(
    desk: Desk, new_browser: New, program: Speak
) -> None:
    signal, lan = taken(desk), new_browser("lan")
    no = dict.fromkeys(("spreading", "silence_harms", "fact_held", "without_repeating"), "false")
    path = f"/tin-bao/{signal.code}"
    unsure = lan.post(f"{path}/tra-loi-hay-theo-doi", **no, course="watch", reason="Ít người xem")
    assert unsure.status_code == 422
    assert "Ghi giờ xem lại quyết định." in unsure.text
    decided = {**no, "course": "watch", "reason": "Ít người xem", "review_at": "2026-11-23T06:00"}
    shown = lan.post(f"{path}/tra-loi-hay-theo-doi", **decided)
    assert "Chưa trả lời: Ít người xem" in shown.text
    assert "xem lại 06:00" in shown.text
    incident = desk.opened()
    room = lan.post(f"/vu-viec/{incident.number}/tra-loi-hay-theo-doi", **decided)
    assert "Chưa trả lời: Ít người xem" in room.text
    rest = program("lan")
    (silence,) = rest.get(f"/incidents/{incident.number}/silences").json()["items"]
    assert (silence["spreading"], silence["ended_at"]) == (False, None)
    over = {**no, "course": "answer", "reason": "Báo chí hỏi"}
    answered = rest.post(f"/incidents/{incident.number}/answer-or-watch", over).json()
    assert answered == {"course": "answer", "silence": None}
    after = lan.get(f"/vu-viec/{incident.number}").text
    assert "không còn hiệu lực" in after
    assert rest.get(f"/signals/{signal.code}/silences").json()["items"][0]["ended_at"] is None
