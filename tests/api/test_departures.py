"""People who leave, over REST and on the administrators' pages."""

from collections.abc import Callable

from incidents.people.roles import Role
from incidents.record import links
from tests.api.conftest import Browser, Program
from tests.harness import Desk


def test_listed_and_confirmed_over_rest(desk: Desk, program: Callable[..., Program]) -> None:
    desk.opened(level=3, roles=[Role.SECRETARY])
    cast = desk.cast
    path = f"/people/{cast.ha.id}"
    theirs = program("ha")
    seen = program("an").get(f"{path}/holdings").json()
    assert {"seat", "role", "sign_in"} <= {each["kind"] for each in seen["items"]}
    body = {"left_on": "2026-11-22", "successor_id": str(cast.kien.id)}
    wrong = program("an").post(f"{path}/leave", body | {"confirmed": "0" * 64})
    assert wrong.status_code == 409
    done = program("an").post(f"{path}/leave", body | {"confirmed": seen["fingerprint"]})
    assert done.status_code == 201, done.text
    after = program("an").get(f"{path}/holdings").json()
    assert (after["active"], after["items"]) == (False, [])
    # Their program is signed out, and they cannot sign in again.
    assert theirs.get("/steps").status_code == 401
    again = Program(theirs.client).post("/sessions", {"username": "ha", "password": "x"})
    assert again.status_code == 403
    desk.settle()
    desk.set_aside()


def test_listed_and_confirmed_on_the_page(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    incident = desk.opened(level=3, roles=[Role.SECRETARY])
    desk.plan(incident, "write", Role.SECRETARY)
    told = desk.expect_message(to=desk.cast.ha, kind="step_assigned")
    an, cast = new_browser("an"), desk.cast
    assert f"/quan-tri/thoi-viec/{cast.ha.id}" in an.get("/quan-tri/thoi-viec").text
    page = an.get(f"/quan-tri/thoi-viec/{cast.ha.id}").text
    assert f'<span class="strong">{incident.number}</span> · việc 1' in page
    confirmed = page.partition('name="confirmed" value="')[2].partition('"')[0]
    late = an.post(f"/quan-tri/thoi-viec/{cast.ha.id}", left_on="2027-01-01", confirmed=confirmed)
    assert late.status_code == 422
    assert "Chỉ ghi khi người đó đã thôi" in late.text
    done = an.post(
        f"/quan-tri/thoi-viec/{cast.ha.id}",
        left_on="2026-11-22",
        successor_id=str(cast.kien.id),
        confirmed=confirmed,
    )
    assert "Đã thôi từ 22/11/2026" in done.text
    assert "Tô Trung Kiên" in done.text
    assert "Không giữ việc gì" in done.text
    # The old link answers kindly that it is no longer valid.
    old = new_browser().get(f"/t/{links.token(told.id)}")
    assert old.status_code == 404
    assert "đã hết hiệu lực. Hãy gọi cán bộ trực" in old.text
    desk.settle()
    desk.set_aside()


def test_a_person_marked_by_mistake_is_let_back_in_over_rest(
    desk: Desk, program: Callable[..., Program]
) -> None:
    desk.opened(level=3, roles=[Role.SECRETARY])
    cast = desk.cast
    path, an = f"/people/{cast.ha.id}", program("an")
    assert an.get(f"{path}/return").status_code == 404
    seen = an.get(f"{path}/holdings").json()
    body = {"left_on": "2026-11-22", "successor_id": str(cast.kien.id)}
    an.post(f"{path}/leave", body | {"confirmed": seen["fingerprint"]})
    listed = an.get(f"{path}/return").json()
    fates = {each["kind"]: each["fate"] for each in listed["items"]}
    assert fates == {"seat": "takeable", "role": "takeable"}
    take = [each["id"] for each in listed["items"] if each["kind"] == "role"]
    asked = {"reason": "Nhầm người", "confirmed": listed["fingerprint"], "take": take}
    stale = an.post(f"{path}/return", asked | {"confirmed": "0" * 64})
    assert stale.status_code == 409
    assert program("tung").post(f"{path}/return", asked).status_code == 403
    done = an.post(f"{path}/return", asked)
    assert done.status_code == 200, done.text
    assert done.json()["returned_at"]
    assert program("ha").get("/steps").status_code == 200
    assert an.post(f"{path}/return", asked).status_code == 409
    desk.settle()
    desk.set_aside()


def test_a_person_marked_by_mistake_is_let_back_in_on_the_page(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(level=3, roles=[Role.SECRETARY])
    desk.plan(incident, "write", Role.SECRETARY)
    an, cast = new_browser("an"), desk.cast
    path = f"/quan-tri/thoi-viec/{cast.ha.id}"
    seen = an.get(path).text.partition('name="confirmed" value="')[2].partition('"')[0]
    left = {"left_on": "2026-11-22", "successor_id": str(cast.kien.id), "confirmed": seen}
    page = an.post(path, **left).text
    assert "Lấy lại những mục được chọn" in page
    assert "đang ở Tô Trung Kiên" in page
    assert "ha@binhkhe.test" in page
    assert "Phải cấp mới" in page
    confirmed = page.partition('name="confirmed" value="')[2].partition('"')[0]
    (step,) = {each.partition('"')[0] for each in page.split('name="take.')[1:2]}
    refused = an.post(f"{path}/tro-lai", confirmed=confirmed, **{f"take.{step}": "true"})
    assert refused.status_code == 422
    assert f'name="take.{step}" value="true" checked' in refused.text
    done = an.post(
        f"{path}/tro-lai", confirmed=confirmed, reason="Nhầm", **{f"take.{step}": "true"}
    )
    assert "Đã ghi làm việc lại" in done.text
    assert "Xác nhận đã thôi" in done.text
    assert desk.step("write").assignee_id == cast.ha.id
    new_browser("ha")
    desk.settle()
    desk.set_aside()
