"""What is shown of what leaves the desk: the outbox, the public page, kept files."""

import re
from collections.abc import Callable

import pytest
from sqlmodel import select

from api.pages.kinds import KINDS
from incidents.people.roles import Role
from incidents.record import database, links, settings
from incidents.record.outbox import (
    AttemptOutcome,
    DeliveryAttempt,
    MessageState,
    OutgoingMessage,
)
from notifications import delivery, rendering
from tests.api.conftest import Browser
from tests.harness import Desk

New = Callable[..., Browser]


def test_every_kind_of_message_has_a_name_on_pages() -> None:
    assert rendering.kinds() | {"publication"} == KINDS.keys()


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
