"""The page of an incident leads its task force to the room on the chat server, and nobody else."""

from collections.abc import Callable

import pytest

from incidents.matter import chat_rooms
from incidents.people.roles import Role
from incidents.record import database, settings
from tests.api.conftest import Browser
from tests.api.test_pages import MOST_QUERIES, counted
from tests.harness import Desk

ALIAS = "#vu-viec-2026-0001-abcdefgh:binhkhe.test"


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server in the settings; pages ask nothing of it."""
    monkeypatch.setenv("TRUCBAN_MATRIX_URL", "matrixs://truc:x@may.binhkhe.test")
    settings.current.cache_clear()


def test_only_a_member_sees_the_room(desk: Desk, new_browser: Callable[..., Browser]) -> None:
    incident = desk.opened(roles=[Role.LEAD, Role.SPOKESPERSON])
    assert ALIAS not in new_browser("minh").get("/vu-viec/2026-0001").text
    with database.transaction() as session:
        chat_rooms.made(session, incident.id, name="!abc", alias=ALIAS)
    minh = new_browser("minh")
    with counted() as asked:
        page = minh.get("/vu-viec/2026-0001").text
    assert f'href="matrix:r/{ALIAS[1:]}"' in page
    assert len(asked) <= MOST_QUERIES + 1, "where there is a server, one look more"
    duc = new_browser("duc").get("/vu-viec/2026-0001").text
    assert "phòng Matrix cho Tổ công tác" in duc
    assert ALIAS not in duc
