"""Chat services that call the desk: let in by the secret the office gave them, then taken as ever.

Zalo sends it as ``X-Bot-Api-Secret-Token``, Telegram as ``X-Telegram-Bot-Api-Secret-Token``.
"""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header

from incidents.record.errors import NotFound, NotPermitted
from incidents.record.language import N_
from incidents.record.outbox import Channel
from notifications.channels import chats, telegram, zalo
from notifications.receiving import taking

router = APIRouter(include_in_schema=False, prefix="/webhook")

Update = Annotated[dict[str, Any], Body()]
Secret = Annotated[str, Header()]


def _zalo(x_bot_api_secret_token: Secret = "") -> None:
    _let_in(Channel.ZALO, x_bot_api_secret_token)


def _telegram(x_telegram_bot_api_secret_token: Secret = "") -> None:
    _let_in(Channel.TELEGRAM, x_telegram_bot_api_secret_token)


def _let_in(channel: Channel, shown: str) -> None:
    """Nothing of what was sent is looked at before; with no secret set there is no such door."""
    secret = chats.webhook_secret(channel)
    if not secret or chats.one(channel) is None:
        raise NotFound(N_("Không có trang này."))
    if not hmac.compare_digest(shown.encode(), secret.encode()):
        raise NotPermitted(N_("Khóa của dịch vụ không đúng."))


@router.post("/zalo", dependencies=[Depends(_zalo)])
def from_zalo(update: Update) -> dict[str, Any]:
    """One event."""
    if found := zalo.read(update.get("result")):
        taking.take(found)
    return {}


@router.post("/telegram", dependencies=[Depends(_telegram)])
def from_telegram(update: Update) -> dict[str, Any]:
    """One update; the pressing of a button is answered in the same breath."""
    if found := telegram.read(update):
        taking.take(found)
    pressed = update.get("callback_query")
    if isinstance(pressed, dict) and isinstance(pressed.get("id"), str):
        return {"method": "answerCallbackQuery", "callback_query_id": pressed["id"]}
    return {}
