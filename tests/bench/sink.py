"""An SMTP server in a process of its own that says at once what it accepted, and when.

Started with ``python -m tests.bench.sink``; its first line is its port. Moments are of the
monotonic clock, which all processes of a machine share.
"""

import json
import signal
import sys
import time
from asyncio.base_events import Server
from typing import Any

from aiosmtpd.controller import Controller


class _Sink:
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Accept, and say so."""
        print(json.dumps([time.monotonic(), envelope.rcpt_tos[0]]), flush=True)
        return "250 OK"


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    controller = _OnAnyPort(_Sink(), hostname="127.0.0.1", port=0)
    controller.start()
    print(controller.port, flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
