"""Conflicts of interest over REST and in the room."""

from collections.abc import Callable

from incidents.people.roles import Role
from incidents.response.steps.steps import StepKind
from tests.api.conftest import Browser, Program
from tests.harness import Desk

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY]


def test_declared_and_lifted_over_rest(desk: Desk, program: Callable[..., Program]) -> None:
    incident = desk.opened(level=3, roles=ROLES)
    path = f"/incidents/{incident.number}/conflicts"
    cast = desk.cast
    neither = program("ha").post(path, {"reason": "x"})
    assert neither.status_code == 422
    made = program("ha").post(path, {"person_id": str(cast.binh.id), "reason": "Bị nêu tên"})
    assert made.status_code == 201, made.text
    # Whoever is named does not see the room any more, nor declare anything there.
    assert program("binh").get(f"/incidents/{incident.number}").status_code == 403
    body = {"organisation_id": str(cast.phuc.organisation_id), "reason": "Cơ quan soạn thảo"}
    assert program("lan").post(path, body).status_code == 201
    listed = program("ha").get(path).json()["items"]
    assert [bool(r["person_id"]) for r in listed] == [True, False]
    lift = f"{path}/{made.json()['id']}/lift"
    assert program("tung").post(lift, {"reason": "x"}).status_code == 403
    lifted = program("chuong").post(lift, {"reason": "Trùng tên"})
    assert lifted.json()["lift_reason"] == "Trùng tên"
    assert program("binh").get(f"/incidents/{incident.number}").status_code == 200
    desk.settle()
    desk.set_aside()


def test_declared_and_lifted_in_the_room(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    incident = desk.opened(level=3, roles=ROLES)
    room, cast = f"/vu-viec/{incident.number}", desk.cast
    ha, chuong = new_browser("ha"), new_browser("chuong")
    page = ha.post(
        f"{room}/khai-lien-quan", about=f"person:{cast.binh.id}", reason="Bị nêu trong bài"
    )
    assert page.status_code == 200
    assert "Bị nêu trong bài" in page.text
    assert "không tham gia" in page.text
    assert "Gỡ khai báo" not in page.text
    empty = ha.post(f"{room}/khai-lien-quan", about=f"person:{cast.kien.id}", reason=" ")
    assert empty.status_code == 422
    wrong = ha.post(f"{room}/khai-lien-quan", about="ai do", reason="x")
    assert wrong.status_code == 422
    seen = chuong.get(room).text
    recusal = seen.partition('name="recusal" value="')[2].partition('"')[0]
    done = chuong.post(f"{room}/go-lien-quan", recusal=recusal, reason="Trùng tên")
    assert "đã gỡ" in done.text
    desk.settle()
    desk.set_aside()


def test_nobody_concerned_is_offered_for_what_they_would_be_refused(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(level=3, roles=ROLES)
    room, cast, tung = f"/vu-viec/{incident.number}", desk.cast, new_browser("tung")
    step = desk.plan(incident, "write", Role.SECRETARY)
    statement, _ = desk.drafted(incident)
    desk.plan(
        incident,
        "sign",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    path, why = f"{room}/khai-lien-quan", "Bị nêu trong bài"
    tung.post(path, about=f"person:{cast.khoi.id}", reason=why)
    tung.post(path, about=f"body:{cast.yen.organisation_id}", reason=why)

    page = tung.get(room).text
    _, _, on_step = tung.get(f"/nhiem-vu/{step.id}").text.partition("/phan-cong-lai")
    on_text = new_browser("lan").get(f"/phat-ngon/{statement.id}").text
    # Of a body that is concerned nobody decides or signs; for facts its people may still be asked.
    for where, name, body in (
        *((page, "decided_by", False), (page, "incoming", True), (page, "person_id", True)),
        *((on_step, "person_id", True), (on_text, "approver_id", False)),
    ):
        offered = where.partition(f'name="{name}"')[2].partition("</select>")[0]
        assert str(cast.ha.id) in offered, name
        assert str(cast.khoi.id) not in offered, name
        assert (str(cast.yen.id) in offered) is body, name
    about = page.partition('name="about"')[2].partition("</select>")[0]
    assert str(cast.khoi.id) in about
    desk.settle()
    desk.set_aside()


def test_whoever_declares_themselves_is_led_out_of_the_room(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(level=3, roles=[*ROLES, Role.SUBJECT_LEAD])
    room, phuc = f"/vu-viec/{incident.number}", new_browser("phuc")
    assert "Tôi là người liên quan" in phuc.get(room).text
    other = phuc.post(f"{room}/khai-lien-quan", about=f"person:{desk.cast.binh.id}", reason="x")
    assert other.status_code == 403
    out = phuc.post(
        f"{room}/khai-lien-quan", about=f"person:{desk.cast.phuc.id}", reason="Tôi ký văn bản"
    )
    assert (out.status_code, out.url.path) == (200, "/")
    assert phuc.get(room).status_code == 403
    desk.settle()
    desk.set_aside()
