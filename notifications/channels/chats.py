"""The chat services and the gateway of the settings, each made once a process."""

from functools import lru_cache

from incidents.record import settings
from incidents.record.outbox import Channel
from notifications.channels.chat import Chat


def configured() -> dict[Channel, Chat]:
    """Those the office has set up, in the order its people are offered them."""
    current = settings.current()
    found: dict[Channel, Chat] = {}
    if token := current.zalo_token.get_secret_value():
        found[Channel.ZALO] = _zalo(current.zalo_api, token)
    if token := current.telegram_token.get_secret_value():
        found[Channel.TELEGRAM] = _telegram(current.telegram_api, token)
    if url := current.matrix_url.get_secret_value():
        found[Channel.MATRIX] = _matrix(url)
    if base := current.gateway_url:
        token = current.gateway_token.get_secret_value()
        found[Channel.SMS] = _gateway(Channel.SMS, base, token)
        if current.gateway_calls:
            found[Channel.CALL] = _gateway(Channel.CALL, base, token)
    return found


ABROAD = (Channel.TELEGRAM,)
"""Services outside the country, which hear a code and a time and nothing else."""


def abroad(channel: Channel) -> bool:
    """Whether what goes there leaves the country."""
    return channel in ABROAD


def webhook_secret(channel: Channel) -> str:
    """What a service must show that calls the desk itself; empty where it is asked instead."""
    current = settings.current()
    secrets = {
        Channel.ZALO: current.zalo_webhook_secret,
        Channel.TELEGRAM: current.telegram_webhook_secret,
    }
    return secrets[channel].get_secret_value() if channel in secrets else ""


def asked() -> list[Chat]:
    """Those that are asked for what came; a gateway tells once what came by either of its ways."""
    return [
        chat
        for channel, chat in configured().items()
        if channel is not Channel.CALL and not webhook_secret(channel)
    ]


def one(channel: Channel) -> Chat | None:
    """The service of a channel, where there is one."""
    return configured().get(channel)


@lru_cache(maxsize=4)
def _zalo(base: str, token: str) -> Chat:
    from notifications.channels.zalo import Zalo  # noqa: PLC0415 - brings HTTP

    return Zalo(base, token)


@lru_cache(maxsize=4)
def _telegram(base: str, token: str) -> Chat:
    from notifications.channels.telegram import Telegram  # noqa: PLC0415 - brings HTTP

    return Telegram(base, token)


@lru_cache(maxsize=4)
def _matrix(url: str) -> Chat:
    from notifications.channels.matrix import Matrix  # noqa: PLC0415 - brings nio

    return Matrix(url)


@lru_cache(maxsize=4)
def _gateway(channel: Channel, base: str, token: str) -> Chat:
    from notifications.channels.gateway import Gateway  # noqa: PLC0415 - brings HTTP

    return Gateway(channel, base, token)
