"""What nobody should send: refused in clear words of the reader's language, nothing changed."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from incidents.people.roles import Role
from incidents.record import links
from incidents.record.language import Language
from incidents.response.steps.steps import StepKind
from tests.api.conftest import Browser, Program
from tests.harness import Desk

BAD_FLAGS = {
    "an empty flag": ({"json": {}}, 422, "text"),
    "a 10 MB text": ({"json": {"text": "a" * 10_000_000}}, 413, ""),
    "a text too long for a flag": ({"json": {"text": "a" * 100_001}}, 422, "text"),
    "invalid UTF-8": ({"content": b'{"text": "\xff\xfe"}'}, 400, ""),
    "invalid UTF-8 in a form": (
        {
            "content": b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
            b"\xff\r\n--b--\r\n",
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
        400,
        "",
    ),
    "a zero character": ({"json": {"text": "a\u0000b"}}, 400, ""),
    "half a character": ({"content": b'{"text": "\\ud800"}'}, 422, ""),
    "broken JSON": ({"content": b'{"text": '}, 422, ""),
    "a URL of another scheme": ({"json": {"url": "javascript:alert(1)"}}, 422, "url"),
    "a URL without a host": ({"json": {"url": "https://"}}, 422, "url"),
    "a reach below nothing": ({"json": {"text": "x", "reach": -1}}, 422, "reach"),
    "a field nobody knows": ({"json": {"text": "x", "txet": "y"}}, 422, "txet"),
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("what", BAD_FLAGS)
def test_a_bad_flag_is_refused(
    desk: Desk, program: Callable[..., Program], what: str, language: Language
) -> None:
    options, status, field = BAD_FLAGS[what]
    who = program("kien" if language is Language.EN else "lan")
    before = desk.picture()
    answer = _flag(who, options)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert _in(language, problem["title"])
    if field:
        assert problem["fields"][field]
        assert _in(language, problem["fields"][field])
    assert desk.picture() == before


def _flag(who: Program, options: dict[str, Any]) -> Any:
    headers = who.headers | options.get("headers", {})
    rest = {k: v for k, v in options.items() if k != "headers"}
    return who.client.post("/api/v1/signals", headers=headers, **rest)


def _in(language: Language, sentence: str) -> bool:
    vietnamese = any(c in "ăâđêôơưàáảãạèéìíòóùúýầấềếộờợừựữứ" for c in sentence.lower())
    return vietnamese == (language is Language.VI)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en", Language.EN),
        ("fr, en-GB;q=0.8, vi;q=0.2", Language.EN),
        ("vi-VN, en;q=0.5", Language.VI),
        ("en;q=0, fr", Language.VI),
        ("en;q=much", Language.VI),
    ],
)
@pytest.mark.parametrize("what", ["invalid UTF-8", "broken JSON", "a zero character"])
def test_a_program_says_in_which_language_it_is_refused(
    desk: Desk, program: Callable[..., Program], what: str, accepted: str, language: Language
) -> None:
    given: dict[str, Any]
    given, status, _ = BAD_FLAGS[what]
    headers = given.get("headers", {}) | {"Accept-Language": accepted}
    options = given | {"headers": headers}
    answer = _flag(program("lan"), options)
    assert answer.status_code == status
    assert _in(language, answer.json()["title"])
    assert _in(language, _flag(program(), options).json()["title"])


def test_a_page_that_takes_too_much_answers_in_the_language_of_whoever_sent_it(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    for name, language in (("lan", Language.VI), ("kien", Language.EN)):
        refused = new_browser(name).post("/bao-tin", text="x" * 3_000_000)
        assert refused.status_code == 413
        said = {line.strip() for line in refused.text.splitlines() if "2 MB" in line}
        assert said
        assert all(_in(language, line) for line in said)


def test_a_script_in_a_title_stays_text(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    incident = desk.opened()
    bad = "<script>alert(1)</script>"
    made = program("lan").post(
        "/incidents", {"playbook": "TIN_GIA_MXH", "level": 1, "title": bad, "exercise": True}
    )
    page = new_browser("lan").get(f"/vu-viec/{made.json()['number']}")
    assert bad not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert incident.number in new_browser("lan").get("/").text
    desk.set_aside()


def test_an_unknown_playbook_is_named(desk: Desk, program: Callable[..., Program]) -> None:
    asked = {"playbook": "KHONG_CO", "level": 1, "title": "x"}
    lan = program("lan")
    before = desk.picture()
    answer = lan.post("/incidents", asked)
    assert answer.status_code == 422
    assert "KHONG_CO" in answer.json()["fields"]["playbook"]
    assert desk.picture() == before


@pytest.fixture
def link(desk: Desk) -> tuple[str, str]:
    """Hà's link to a step of hers and the number in her message."""
    incident = desk.opened(roles=[Role.SECRETARY])
    desk.plan(incident, "write it down", Role.SECRETARY)
    message = desk.messages(to=desk.cast.ha, kind="step_assigned")[-1]
    desk.set_aside()
    return links.token(message.id), links.number(message.id)


def test_a_code_used_twice_answers_the_same(
    desk: Desk, link: tuple[str, str], new_browser: Callable[..., Browser]
) -> None:
    token, number = link
    browser = new_browser()
    first = browser.post(f"/t/{token}/tiep-nhan", number=number)
    assert "Đã ghi nhận." in first.text
    before = desk.picture()
    again = browser.post(f"/t/{token}/tiep-nhan", number=number)
    assert (again.status_code, "từ trước" in again.text) == (200, True)
    assert desk.picture() == before
    desk.set_aside()


def test_a_wrong_number_costs_a_try_and_the_fifth_locks(
    desk: Desk, link: tuple[str, str], new_browser: Callable[..., Browser]
) -> None:
    token, number = link
    browser = new_browser()
    wrong = "10" if number != "10" else "11"
    said = [browser.post(f"/t/{token}/tiep-nhan", number=wrong) for _ in range(5)]
    assert [s.status_code for s in said] == [422] * 5
    assert "Còn 4 lần" in said[0].text
    locked = browser.post(f"/t/{token}/tiep-nhan", number=number)
    assert locked.status_code == 409
    assert "bị khóa" in locked.text
    assert desk.step("write it down").acknowledged_at is None


def test_an_altered_link_shows_nothing(
    desk: Desk, link: tuple[str, str], new_browser: Callable[..., Browser]
) -> None:
    altered = link[0][:-1] + ("a" if link[0][-1] != "a" else "b")
    vietnamese = new_browser().get(f"/t/{altered}")
    english = new_browser().get(f"/t/{altered}?lang=en")
    assert (vietnamese.status_code, english.status_code) == (404, 404)
    assert "hết hiệu lực" in vietnamese.text
    assert "hết hiệu lực" not in english.text
    assert "write it down" not in vietnamese.text


def test_an_expired_link_is_refused(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    signal = desk.flag()
    message = desk.expect_message(to=desk.cast.lan, kind="signal_flagged")
    desk.time += timedelta(days=2)
    token, number = links.token(message.id), links.number(message.id)
    assert new_browser().post(f"/t/{token}/tiep-nhan", number=number).status_code == 404
    assert desk.reload(signal).acknowledged_at is None


def test_a_step_is_not_answered_once_its_incident_ended(
    desk: Desk,
    link: tuple[str, str],
    new_browser: Callable[..., Browser],
    program: Callable[..., Program],
) -> None:
    step = desk.step("write it down")
    assert program("lan").post("/incidents/2026-0001/stand-down", {"reason": "Nhầm"}).is_success
    desk.set_aside()
    ha = program("ha")
    before = desk.picture()
    by_link = new_browser().post(f"/t/{link[0]}/hoan-thanh", number=link[1], note="Xong")
    by_rest = ha.post(f"/steps/{step.id}/complete", {"answer": {"note": "Xong"}})
    assert (by_link.status_code, by_rest.status_code) == (409, 409)
    assert "2026-0001" in by_rest.json()["title"]
    assert desk.picture() == before


def test_two_people_signing_at_the_same_moment_sign_once(
    desk: Desk, program: Callable[..., Program]
) -> None:
    incident = desk.opened(roles=[Role.SPOKESPERSON, Role.LEAD])
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        "approve",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    path = f"/statements/{statement.id}/versions/{version.id}/sign-off"
    people, answers = [program("minh"), program("binh")], list[Any]()
    for each in people:
        each.prove()

    def sign(who: Program) -> None:
        answers.append(who.post(path, {"verdict": "granted", "sha256": version.sha256}))

    threads = [threading.Thread(target=sign, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [200, 409], [a.text for a in answers]
    late = next(a for a in answers if a.status_code == 409).json()
    assert late["type"] == "already-settled"
    assert len(people[0].get(f"/statements/{statement.id}").json()["approvals"]) == 1
    desk.set_aside()


def test_a_text_that_changed_is_not_signed(desk: Desk, program: Callable[..., Program]) -> None:
    incident = desk.opened(roles=[Role.SPOKESPERSON, Role.SECRETARY])
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        "approve",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    revised = {"title": "Thông báo", "text": "Nội dung mới"}
    assert program("ha").post(f"/statements/{statement.id}/versions", revised).status_code == 201
    path = f"/statements/{statement.id}/versions/{version.id}/sign-off"
    minh = program("minh")
    minh.prove()
    answer = minh.post(path, {"verdict": "granted", "sha256": version.sha256})
    assert (answer.status_code, answer.json()["type"]) == (409, "conflict")
    desk.set_aside()


def test_a_form_sent_twice_is_recorded_once_and_the_next_showing_may_say_the_same(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(roles=[Role.SECRETARY])
    room, lan = f"/vu-viec/{incident.number}", new_browser("lan")

    def shown() -> dict[str, str]:
        found = re.search(r'name="form_token" value="([^"]+)"', lan.get(room).text)
        assert found
        return {"form_token": found[1], "text": "Mưa lớn ở thượng nguồn", "kind": "note"}

    form = shown()
    assert lan.client.post(f"{room}/ghi-chu", data=form).status_code == 200
    again = lan.client.post(f"{room}/ghi-chu", data=form)
    assert again.status_code == 409
    assert "chỉ ghi nhận một lần" in again.text
    assert lan.client.post(f"{room}/ghi-chu", data=form | {"text": "Khác"}).status_code == 200
    assert lan.client.post(f"{room}/ghi-chu", data=shown()).status_code == 200
    assert desk.facts(incident).count("NoteAdded") == 3
    desk.set_aside()


def test_two_of_one_form_at_the_same_moment_are_one(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    incident = desk.opened(roles=[Role.SECRETARY])
    room, lan = f"/vu-viec/{incident.number}", new_browser("lan")
    found = re.search(r'name="form_token" value="([^"]+)"', lan.get(room).text)
    assert found
    form = {"form_token": found[1], "text": "Mưa lớn", "kind": "note"}
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(lan.client.post, f"{room}/ghi-chu", data=form) for _ in range(2)]
    assert sorted(each.result().status_code for each in sent) == [200, 409]
    assert desk.facts(incident).count("NoteAdded") == 1
    desk.set_aside()
