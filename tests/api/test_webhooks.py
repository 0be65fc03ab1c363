"""Chat services that call the desk are let in by their secret, and what they bring counts once."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.duties import receive
from incidents.people.directory import chat_accounts
from incidents.people.persons import ContactKind
from incidents.record import database, settings
from incidents.record.actors import Via
from tests.harness import Desk

ZALO, TELEGRAM = "X-Bot-Api-Secret-Token", "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def called(desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Both services call, and Lan's accounts there are hers."""
    for name in ("ZALO", "TELEGRAM"):
        monkeypatch.setenv(f"TRUCBAN_{name}_TOKEN", "8123:secret")
        monkeypatch.setenv(f"TRUCBAN_{name}_WEBHOOK_SECRET", f"shown-by-{name}")
    settings.current.cache_clear()
    with database.transaction() as session:
        for kind, via in ((ContactKind.ZALO_CHAT, Via.ZALO), (ContactKind.TELEGRAM, Via.TELEGRAM)):
            code = chat_accounts.ask(session, desk.cast.lan.id, kind)
            chat_accounts.bind(session, code, "71", via=via)
    return client


def zalo(text: str, name: str = "m1") -> dict[str, Any]:
    message = {
        "from": {"id": "71", "is_bot": False},
        "chat": {"id": "71", "chat_type": "PRIVATE"},
        "text": text,
        "message_id": name,
    }
    return {"ok": True, "result": {"event_name": "message.text.received", "message": message}}


def test_a_service_is_let_in_by_its_secret_alone(desk: Desk, called: TestClient) -> None:
    flag = desk.flag("Tin đồn mới")
    said = zalo(f"nhận {flag.code}")
    for shown in ({}, {ZALO: "wrong"}, {TELEGRAM: "shown-by-ZALO"}):
        assert called.post("/webhook/zalo", json=said, headers=shown).status_code == 403
    assert desk.reload(flag).acknowledged_at is None
    shown = {ZALO: "shown-by-ZALO"}
    for _ in range(2):
        assert called.post("/webhook/zalo", json=said, headers=shown).status_code == 200
    assert desk.reload(flag).acknowledged_by == desk.cast.lan.id
    for broken in ({}, {"result": []}, {"result": {"message": "x"}}, {"result": None}):
        assert called.post("/webhook/zalo", json=broken, headers=shown).status_code == 200
    assert called.post("/webhook/zalo", json=[said], headers=shown).status_code == 422
    desk.set_aside()


def test_the_pressing_of_a_button_is_answered_in_the_same_breath(
    desk: Desk, called: TestClient
) -> None:
    flag = desk.flag("Tin đồn mới")
    pressed = {"id": "q1", "from": {"id": 71}, "data": f"NHẬN {flag.code}"}
    answer = called.post(
        "/webhook/telegram",
        json={"update_id": 1, "callback_query": pressed},
        headers={TELEGRAM: "shown-by-TELEGRAM"},
    )
    assert answer.json() == {"method": "answerCallbackQuery", "callback_query_id": "q1"}
    assert desk.reload(flag).acknowledged_by == desk.cast.lan.id
    desk.set_aside()


def test_who_calls_is_not_asked_and_without_a_secret_there_is_no_door(
    called: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert receive.all_of_the_settings() == []
    monkeypatch.delenv("TRUCBAN_ZALO_WEBHOOK_SECRET")
    settings.current.cache_clear()
    answer = called.post("/webhook/zalo", json=zalo("nhận"), headers={ZALO: ""})
    assert answer.status_code == 404
    assert [each.source.name for each in receive.all_of_the_settings()] == ["zalo:8123"]
