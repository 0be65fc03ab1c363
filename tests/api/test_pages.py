"""The pages: whole without JavaScript, safe to look at, and as fast however much they show."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event
from starlette.testclient import TestClient

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter import incidents
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.answers import journal
from incidents.response.clocks import clocks
from incidents.response.steps import catalog
from incidents.response.steps.catalog import PlaybookVersion
from tests.api.conftest import Browser
from tests.api.test_every_route import STREAMS, TABLE, Scene, scene
from tests.harness import Desk, hours

__all__ = ["scene"]

MOST_QUERIES = 46
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
    asked = {"title": "Tin vỡ đập", "level": "3", "playbook": "TIN_GIA_MXH"}
    early = (desk.time + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    refused = lan.post(f"{flag}/mo-vu-viec", **asked, occurred_at=early)
    assert "thời điểm chưa tới" in refused.text
    assert f'value="{early}"' in refused.text
    room = lan.post(f"{flag}/mo-vu-viec", **asked, occurred_at="2026-11-22T20:15")
    assert room.url.path == "/vu-viec/2026-0001"
    assert "Tin vỡ đập" in room.text
    with database.reading() as session:
        opened = incidents.by_number(session, "2026-0001")
        (term,) = clocks.of_incident(session, opened.id)
    assert opened.occurred_at == datetime(2026, 11, 22, 13, 15, tzinfo=UTC)
    assert term.code == "FIRST_INFORMATION"
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
        f"/vu-viec/{incident.number}/cap-do",
        level="0",
        reason="Đã hết lan",
        second=str(desk.cast.lan.id),
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


def test_the_reference_lists_every_operation(desk: Desk, new_browser: New) -> None:
    page = new_browser("lan").get("/tra-cuu-rest").text
    for _, path in TABLE:
        if path.startswith("/api/v1/") and path != "/api/v1/openapi.json":
            assert path in page, path


def test_the_desk_lists_the_gravest_first_and_then_what_is_due_first(
    desk: Desk, new_browser: New
) -> None:
    slight, grave = desk.opened(level=1), desk.opened(level=3)
    soon, later = desk.opened(level=2), desk.opened(level=2)
    desk.plan(soon, "soon", Role.LEAD, due=hours(1))
    desk.plan(later, "later", Role.LEAD, due=hours(3))
    none = desk.opened(level=2)
    desk.set_aside()
    page = new_browser("lan").get("/").text
    listed = page[page.index('id="vu-viec"') :]
    order = [listed.index(f"/vu-viec/{i.number}") for i in (grave, soon, later, none, slight)]
    assert order == sorted(order)
