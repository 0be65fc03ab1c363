"""A real SMTP server that outlives the desk and remembers the Message-ID of what it accepted."""

from asyncio.base_events import Server
from email import message_from_bytes
from email.policy import SMTP
from typing import Any, Self

from aiosmtpd.controller import Controller


class _OnAnyPort(Controller):
    """The system chooses the port, so that two test runs never want the same one."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Sink:
    """One server on a free port of loopback."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self._controller = _OnAnyPort(self, hostname="127.0.0.1", port=0)

    @property
    def url(self) -> str:
        """Where the desk sends to."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the name of a mail, then accept it."""
        self.accepted.append(message_from_bytes(envelope.content, policy=SMTP)["Message-ID"])
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
