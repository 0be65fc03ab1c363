"""Signing in and out by page: slowed down, led on inside the desk only, in one's language."""

from collections.abc import Callable

from api import attempts
from tests.api.conftest import Browser
from tests.cast import PASSWORD
from tests.harness import Desk

New = Callable[..., Browser]


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
