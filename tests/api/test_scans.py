"""Scans of papers on their pages and over REST."""

from collections.abc import Callable

from tests.api.conftest import Browser, Program
from tests.api.test_authorisations import PAGE, _paper
from tests.harness import Desk

PICTURE = {"file": ("giay.png", b"\x89PNG giay", "image/png")}


def test_a_scan_is_added_on_the_page_and_opened_by_insiders_only(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    hoa = new_browser("hoa")
    page = hoa.post(PAGE, **_paper(desk))
    action = page.text.partition("/ban-chup")[0].rpartition('action="')[2] + "/ban-chup"
    empty = hoa.post(action)
    assert (empty.status_code, "Chọn một tệp" in empty.text) == (422, True)
    page = hoa.post(action, files=PICTURE)
    assert page.status_code == 200, page.text
    shown = "/ban-chup/" + page.text.partition('href="/ban-chup/')[2].partition('"')[0]
    opened = new_browser("lan").get(shown)
    assert (opened.content, opened.headers["content-type"]) == (b"\x89PNG giay", "image/png")
    assert "sandbox" in opened.headers["content-security-policy"]
    assert new_browser("kien").get(shown).status_code == 403
    assert new_browser("lan").post(action, files=PICTURE).status_code == 403
    desk.settle()
    desk.set_aside()


def test_the_other_papers_take_scans_too(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    an, rest = new_browser("an"), program("an")
    (founded,) = rest.get("/founding-decisions").json()["items"]
    page = an.post(f"/quan-tri/to-cong-tac/{founded['id']}/ban-chup", files=PICTURE)
    assert "giay.png" in page.text
    listed = program("lan").get(f"/founding-decisions/{founded['id']}/scans").json()["items"]
    assert [each["filename"] for each in listed] == ["giay.png"]
    post = rest.get("/posts").json()["items"][0]
    kept = rest.post(f"/posts/{post['id']}/scans", files=PICTURE)
    assert (kept.status_code, kept.json()["paper_id"]) == (201, post["id"]), kept.text
    assert rest.post(f"/posts/{founded['id']}/scans", files=PICTURE).status_code == 404
    assert program("hoa").post(f"/posts/{post['id']}/scans", files=PICTURE).status_code == 403
    desk.settle()
    desk.set_aside()
