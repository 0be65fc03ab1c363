"""Accounts over REST and on pages; a one-time password opens one page only."""

import re
from collections.abc import Callable

from sqlmodel import select
from starlette.testclient import TestClient

from incidents.record import database
from incidents.record.idempotency import IdempotentAnswer
from tests.api.conftest import FORM_TOKEN, Browser, Program
from tests.cast import PASSWORD
from tests.harness import Desk

PAGE = "/quan-tri/tai-khoan"
OWN = "đò xưa bến cũ"
ONE_TIME = re.compile(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b")


def signed_in(client: TestClient, username: str, password: str) -> Program:
    fresh = TestClient(client.app, base_url="http://127.0.0.1:8000")
    answer = Program(fresh).post("/sessions", {"username": username, "password": password})
    assert answer.status_code == 201, answer.text
    return Program(fresh, answer.json()["token"], username)


def test_given_used_once_and_closed_over_rest(
    desk: Desk, client: TestClient, program: Callable[..., Program]
) -> None:
    an, kien = program("an"), f"/people/{desk.cast.kien.id}"
    assert program("hoa").get("/accounts").status_code == 403
    assert an.post(f"{kien}/account", {"username": "kien.to"}).status_code == 409
    made = an.post(f"{kien}/account/reset", key="one")
    assert (made.status_code, made.json()["state"]) == (200, "waiting"), made.text
    one_time = made.json()["one_time_password"]
    with database.reading() as session:
        kept = session.exec(select(IdempotentAnswer)).all()
    assert one_time not in str([each.body for each in kept])
    his = signed_in(client, "kien", one_time)
    refused = his.post("/signals", {"text": "Đập sắp vỡ"})
    assert (refused.status_code, refused.json()["type"]) == (403, "own-password-first")
    asked = {"current": one_time, "new_password": "ngắn"}
    assert his.post("/sessions/password", asked).status_code == 422
    assert his.post("/sessions/password", asked | {"current": "sai"}).status_code == 403
    assert his.post("/sessions/password", asked | {"new_password": OWN}).status_code == 204
    assert his.post("/signals", {"text": "Đập sắp vỡ"}).status_code == 201
    closed = an.post(f"{kien}/account/close", {"reason": "Mất máy"})
    assert closed.json()["state"] == "off"
    assert his.post("/signals", {"text": "Nữa"}).status_code == 401
    named = an.post(f"{kien}/administrator", {"administrator": True, "reason": "Thay nhau"})
    assert named.json()["administrator"] is True
    shown = {row["username"]: row for row in an.get("/accounts").json()["items"]}
    assert (shown["kien"]["state"], shown["minh"]["state"]) == ("off", "on")
    desk.settle()
    desk.set_aside()


def test_the_password_is_shown_once_and_leads_to_one_page(
    desk: Desk, client: TestClient, new_browser: Callable[..., Browser]
) -> None:
    an, hers = new_browser("an"), f"{PAGE}/{desk.cast.yen.id}"
    assert "yen" in an.get(PAGE).text
    page = an.post(f"{hers}/cap-lai")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    found = ONE_TIME.findall(page.text)
    assert len(found) == 1
    assert ONE_TIME.findall(an.get(hers).text) == []

    his = Browser(TestClient(client.app, base_url="http://127.0.0.1:8000"))
    page = his.client.post("/dang-nhap", data={"username": "yen", "password": found[0]})
    assert page.url.path == "/mat-khau"
    his.form_token = FORM_TOKEN.search(page.text)[1].partition(".")[0]  # type: ignore[index]
    assert his.get("/bao-tin").url.path == "/mat-khau"
    fields = {"password": found[0], "new_password": OWN, "again": OWN}
    unlike = his.post("/mat-khau", **fields | {"again": "khác"})
    assert (unlike.status_code, "chưa giống nhau" in unlike.text) == (422, True)
    assert OWN not in unlike.text
    wrong = his.post("/mat-khau", **fields | {"password": "sai"})
    assert (wrong.status_code, "mật khẩu không đúng" in wrong.text) == (403, True)
    done = his.post("/mat-khau", **fields)
    assert (done.status_code, done.url.path) == (200, "/"), done.text
    assert his.get("/bao-tin").url.path == "/bao-tin"
    desk.settle()
    desk.set_aside()


def test_ones_own_password_is_changed_with_the_one_in_use(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    minh, elsewhere = new_browser("minh"), new_browser("minh")
    assert 'href="/mat-khau"' in minh.get("/").text
    missing = minh.post("/mat-khau", new_password=OWN, again=OWN)
    assert (missing.status_code, "Nhập mật khẩu đang dùng" in missing.text) == (422, True)
    done = minh.post("/mat-khau", password=PASSWORD, new_password=OWN, again=OWN)
    assert "Đã đổi mật khẩu" in done.text
    assert minh.get("/").url.path == "/"
    assert elsewhere.get("/").url.path == "/dang-nhap"
    desk.settle()
    desk.set_aside()


def test_given_closed_and_named_on_the_page(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    from incidents.people.directory import postings

    cast = desk.cast
    body = cast.kien.organisation_id
    person = desk.do(postings.enter, "Đào Thị Mận", organisation_id=body, by=cast.an)
    an, here = new_browser("an"), f"{PAGE}/{person.id}"
    refused = an.post(here, username="có dấu")
    assert (refused.status_code, "không dấu" in refused.text) == (422, True)
    page = an.post(here, username="man.dao")
    assert ONE_TIME.search(page.text)
    assert "man.dao" in page.text
    closed = an.post(f"{here}/khoa", reason="Chưa nhận việc")
    assert "đã khóa" in closed.text
    named = an.post(f"{here}/quan-tri", administrator="true", reason="Thay nhau")
    assert "Bỏ quyền quản trị" in named.text
    own = an.get(f"{PAGE}/{cast.an.id}")
    assert "/khoa" not in own.text
    desk.settle()
    desk.set_aside()
