"""The pages: whole without JavaScript, safe to look at, and as fast however much they show."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select
from starlette.testclient import TestClient

from api import attempts
from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.people.roles import Role
from incidents.record import database, links, settings
from incidents.record.outbox import (
    AttemptOutcome,
    DeliveryAttempt,
    MessageState,
    OutgoingMessage,
)
from incidents.response import catalog, journal
from incidents.response.catalog import PlaybookVersion
from incidents.response.steps import StepKind, StepState
from notifications import delivery
from tests.api.conftest import Browser
from tests.api.test_every_route import STREAMS, TABLE, Scene, scene
from tests.cast import PASSWORD
from tests.harness import Desk

__all__ = ["scene"]

MOST_QUERIES = 50
"""For the whole room; what counts more is that it does not grow."""

New = Callable[..., Browser]


def test_looking_changes_nothing(
    desk: Desk, scene: Scene, new_browser: New, client: TestClient
) -> None:
    lan = new_browser("lan")
    before = desk.picture()
    for method, pattern in TABLE:
        if method == "GET" and pattern not in STREAMS:
            assert lan.get(scene.path(pattern)).status_code < 500
            assert client.head(scene.path(pattern)).status_code < 500
    assert desk.picture() == before


@contextmanager
def counted() -> Generator[list[str]]:
    """The statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    engine = database.reading_engine()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_room_asks_as_often_however_long_the_story(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(roles=[Role.SECRETARY, Role.SPOKESPERSON])
    lan = new_browser("lan")

    def look() -> int:
        with counted() as sent:
            assert lan.get(f"/vu-viec/{incident.number}").status_code == 200
        return len(sent)

    desk.plan(incident, "first", Role.SECRETARY)
    desk.drafted(incident)
    few = look()
    for count in range(8):
        desk.plan(incident, f"step {count}", Role.SECRETARY)
        desk.do(journal.note, incident.id, f"ghi chú {count}", by=desk.cast.lan)
    desk.set_aside()
    assert look() == few
    assert few <= MOST_QUERIES


def test_a_flag_is_taken_and_opened_by_two_forms(desk: Desk, new_browser: New) -> None:
    lan = new_browser("lan")
    sent = lan.post("/bao-tin", text="Đập sắp vỡ", files={"files": ("a.png", b"x", "image/png")})
    code = re.search(r"T[2-9A-Z]{5}", sent.text)
    assert code, sent.text
    flag = f"/tin-bao/{code[0]}"
    assert f'action="{flag}/tiep-nhan"' in lan.get("/").text
    assert "Mở vụ việc" in lan.post(f"{flag}/tiep-nhan").text
    room = lan.post(f"{flag}/mo-vu-viec", title="Tin vỡ đập", level="3", playbook="TIN_GIA_MXH")
    assert room.url.path == "/vu-viec/2026-0001"
    assert "Tin vỡ đập" in room.text
    desk.set_aside()


def test_the_usual_playbook_stands_first_and_the_others_follow(
    desk: Desk, new_browser: New
) -> None:
    with database.transaction() as session:
        for code, title in (("GIA_MAO_TAN_CONG", "Giả mạo"), ("Y_TE_ATTP", "Y tế")):
            words = {each: {"title": title, "steps": {}} for each in ("vi", "en")}
            row = PlaybookVersion(
                code=code, version=1, source_sha256="0" * 64, texts=words, published_at=desk.time
            )
            catalog.publish(session, row)
    signal = desk.flag()
    desk.take(signal)
    page = new_browser("lan").get(f"/tin-bao/{signal.code}").text
    offered = re.search(r'<select id="playbook".*?</select>', page, re.DOTALL)
    assert offered
    codes = re.findall(r'value="([A-Z_]+)"', offered[0])
    assert codes == ["TIN_GIA_MXH", "GIA_MAO_TAN_CONG", "Y_TE_ATTP"]
    desk.set_aside()


def test_a_refused_form_comes_back_as_it_was_filled_in(desk: Desk, new_browser: New) -> None:
    incident = desk.opened()
    again = new_browser("lan").post(
        f"/vu-viec/{incident.number}/cap-do", level="0", reason="Đã hết lan"
    )
    assert again.status_code == 422
    assert "Hạ cấp độ cần người thứ hai đồng ý." in again.text
    assert "Đã hết lan" in again.text
    assert desk.reload(incident).level == 3


def test_conditions_that_are_missing_are_listed(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(roles=[Role.SECRETARY])
    desk.plan(incident, "write it down", Role.SECRETARY)
    refused = new_browser("tung").post(f"/vu-viec/{incident.number}/cho-tong-ket")
    assert refused.status_code == 409
    assert "chưa xong và chưa được miễn" in refused.text
    assert "Vụ việc chưa ở trạng thái tạm ổn." in refused.text
    desk.set_aside()


def test_a_claim_is_settled_on_the_incidents_page(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD])
    (claim,) = desk.do(
        claims.state, incident.id, ["Đập nứt"], nature=Nature.CLAIM, by=desk.cast.khoi
    )
    desk.set_aside()
    binh, path = new_browser("binh"), f"/vu-viec/{incident.number}"
    assert "Kết luận nội dung này" in binh.get(path).text
    empty = binh.post(f"{path}/noi-dung/{claim.id}/ket-luan", finding="false", explanation=" ")
    assert (empty.status_code, "can-cu-1-sai" in empty.text) == (
        422,
        True,
    )
    done = binh.post(
        f"{path}/noi-dung/{claim.id}/ket-luan", finding="false", explanation="Đập an toàn"
    )
    assert "Kết luận lại" in done.text
    assert "Kết luận nội dung này" not in done.text


def test_a_form_from_elsewhere_is_refused(desk: Desk, new_browser: New) -> None:
    incident = desk.opened()
    lan = new_browser("lan")
    path = f"/vu-viec/{incident.number}/dung-xu-ly"
    elsewhere = [
        {"origin": "https://evil.test"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
        {"sec-fetch-site": "same-site"},
    ]
    data = {"form_token": lan.form_token, "reason": "x"}
    for headers in elsewhere:
        assert lan.client.post(path, data=data, headers=headers).status_code == 403
    assert lan.client.post(path, data={"reason": "x"}).status_code == 403
    assert lan.client.post(path, data=data | {"form_token": "guess"}).status_code == 403
    assert desk.reload(incident).live
    ours = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert lan.client.post(path, data=data, headers=ours).status_code == 200
    assert not desk.reload(incident).live
    desk.set_aside()


def test_a_cookie_alone_changes_nothing_over_rest(desk: Desk, new_browser: New) -> None:
    lan = new_browser("lan")
    assert lan.get("/api/v1/signals").status_code == 200
    assert lan.client.post("/api/v1/signals", json={"text": "x"}).status_code == 401


def test_guessing_passwords_is_slowed_down(desk: Desk, new_browser: New) -> None:
    browser = new_browser()
    for _ in range(attempts.ACCOUNT_LIMIT):
        tried = browser.client.post("/dang-nhap", data={"username": "lan", "password": "sai"})
        assert tried.status_code == 403
    slowed = browser.client.post("/dang-nhap", data={"username": "lan", "password": PASSWORD})
    assert (slowed.status_code, "15 phút" in slowed.text) == (429, True)
    desk.time += attempts.WINDOW
    browser.sign_in("lan")


def test_signing_in_leads_on_inside_the_desk_only(desk: Desk, new_browser: New) -> None:
    for onward in ("https://evil.test/", "//evil.test", "/\\evil.test"):
        data = {"username": "lan", "password": PASSWORD, "tiep": onward}
        answer = new_browser().client.post("/dang-nhap", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/"
        assert "HttpOnly" in answer.headers["set-cookie"]


def test_signing_out_ends_the_session(desk: Desk, new_browser: New) -> None:
    lan = new_browser("lan")
    kept = dict(lan.client.cookies)
    lan.post("/dang-xuat")
    thief = new_browser()
    thief.client.cookies.update(kept)
    assert thief.get("/vu-viec", follow_redirects=False).status_code == 303


def test_the_language_is_the_persons_own(desk: Desk, new_browser: New) -> None:
    lan = new_browser("lan")
    assert '<html lang="vi">' in lan.get("/").text
    assert '<html lang="en">' in lan.post("/ngon-ngu", language="en", tiep="/").text
    assert "Flags waiting" in lan.get("/").text
    assert "Flags waiting" in new_browser("lan").get("/").text


def test_a_link_does_a_step_without_signing_in(
    desk: Desk, new_browser: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "number", lambda _: "97")  # no time and no length on the page
    incident = desk.opened(roles=[Role.SUBJECT_LEAD, Role.STANDING_DEPUTY])
    desk.plan(incident, "verify", Role.SUBJECT_LEAD, form="Verification")
    message = desk.messages(to=desk.cast.phuc, kind="step_assigned")[-1]
    path, number = f"/t/{links.token(message.id)}", links.number(message.id)
    phuc = new_browser()
    page = phuc.get(path)
    assert desk.cast.phuc.name in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert number not in re.sub(r"\d{4}-\d{4}|\d\d:\d\d|[\d/]{6,}", "", page.text.split("<main")[1])
    missing = phuc.post(f"{path}/hoan-thanh", number=number, finding="false")
    assert (missing.status_code, "Ô này phải điền." in missing.text) == (422, True)
    done = phuc.post(
        f"{path}/hoan-thanh",
        number=number,
        finding="false",
        explanation="Cống vận hành bình thường",
        source="Trạm thủy nông",
    )
    assert "Đã ghi nhận." in done.text
    assert desk.step("verify").state is StepState.DONE
    desk.set_aside()


def test_an_approval_by_link_leads_to_the_sign_in(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(roles=[Role.SPOKESPERSON])
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        "approve",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    message = desk.messages(to=desk.cast.minh, kind="step_assigned")[-1]
    path, number = f"/t/{links.token(message.id)}", links.number(message.id)
    browser = new_browser()
    page = browser.get(path).text
    assert "Đăng nhập để duyệt" in page
    assert version.text not in page
    tried = browser.post(f"{path}/hoan-thanh", number=number, verdict="granted")
    assert tried.status_code == 409
    assert desk.step("approve").state is StepState.OPEN
    desk.set_aside()


def test_the_outbox_shows_words_but_never_the_key_to_answer(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(roles=[Role.SECRETARY])
    desk.plan(incident, "write it down", Role.SECRETARY)
    message = desk.messages(to=desk.cast.ha, kind="step_assigned")[-1]
    page = new_browser("lan").get(f"/hop-thu-di/{message.id}").text
    assert incident.number in page
    assert links.token(message.id) not in page
    assert "••" in page
    desk.set_aside()


def test_why_a_message_waits_is_said_in_the_language_of_whoever_looks(
    desk: Desk, new_browser: New
) -> None:
    desk.flag()
    with database.transaction() as session:
        message = session.exec(select(OutgoingMessage)).one()
        message.state, message.sent_at = MessageState.QUEUED, None
        message.reason = delivery.NO_SERVER
        attempt = session.exec(
            select(DeliveryAttempt).where(DeliveryAttempt.message_id == message.id)
        ).one()
        attempt.outcome, attempt.detail = AttemptOutcome.FAILED_FOR_NOW, delivery.NO_SERVER
    browser = new_browser("lan")
    for language, why in (("vi", delivery.NO_SERVER), ("en", "no mail server is set")):
        browser.post("/ngon-ngu", language=language)
        for path in ("/hop-thu-di", f"/hop-thu-di/{message.id}"):
            page = browser.get(path).text
            assert page.count(why) == (2 if str(message.id) in path else 1)
    desk.set_aside()


@pytest.mark.parametrize("name", ["../trucban.db", "..%2Ftrucban.db", ".writing", "%00", "/etc/x"])
def test_the_public_page_shows_its_own_files_only(desk: Desk, new_browser: New, name: str) -> None:
    assert new_browser().get(f"/cong-bo/{name}").status_code == 404


def test_the_public_page_is_read_in_the_language_of_the_visitor(
    desk: Desk, new_browser: New
) -> None:
    folder = settings.current().data_dir / "public"
    for name in ("index", "2026-0001-holding", "en/index", "en/2026-0001-holding"):
        place = folder / f"{name}.html"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(name)
    visitor = new_browser()

    def seen(path: str) -> str:
        return visitor.get(f"/cong-bo/{path}").text

    assert seen("") == "index"
    assert seen("?lang=en") == seen("en/") == "en/index"
    assert seen("2026-0001-holding?lang=en") == "en/2026-0001-holding"
    assert seen("en/2026-0001-holding.html?lang=vi") == "2026-0001-holding"
    assert seen("2026-0001-holding") == "2026-0001-holding"
    assert seen("?lang=xx") == "index"
    assert visitor.get("/cong-bo/nothing?lang=en").status_code == 404
    visitor.client.cookies.set("trucban_ngon_ngu", "en")
    assert seen("") == "en/index"
    assert seen("index.html?lang=vi") == "index"
    assert seen("2026-0001-holding") == "2026-0001-holding"


def test_evidence_never_runs_in_our_pages(desk: Desk, new_browser: New) -> None:
    lan = new_browser("lan")
    page = lan.post(
        "/bao-tin", text="x", files={"files": ("a.html", b"<script>1</script>", "text/html")}
    )
    at = re.findall(r'href="(/tu-lieu/[^"]+)">a.html', page.text)[0]
    kept = lan.get(at)
    assert kept.content == b"<script>1</script>"
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"].startswith("attachment")
    desk.set_aside()


def test_the_reference_lists_every_operation(desk: Desk, new_browser: New) -> None:
    page = new_browser("lan").get("/tra-cuu-rest").text
    for _, path in TABLE:
        if path.startswith("/api/v1/") and path != "/api/v1/openapi.json":
            assert path in page, path
