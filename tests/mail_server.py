"""A real SMTP and IMAP server on loopback that can be told to refuse, to hang, and to go away."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imap_tools import MailBoxUnencrypted
from imap_tools.message import MailMessage

_PASSWORD = "hop-thu-dien-tap"
_PATIENCE = 30


class MailServer:
    """Every address has a mailbox of its own; what it accepted is kept until it is stopped."""

    def __init__(self, folder: Path) -> None:
        self._answers = folder / "answers.json"
        self._answers.write_text("{}")
        self._log = folder / "mail_server.log"
        self.smtp_port, self.imap_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp_port}"

    def imap_url(self, address: str = "truc@binhkhe.test") -> str:
        """The mailbox of an address; mail to the desk's with a token in it comes to the desk's."""
        return f"imap://{address.replace('@', '%40')}:{_PASSWORD}@127.0.0.1:{self.imap_port}/INBOX"

    def start(self) -> None:
        """Start it, on the ports it had before; returns once it answers on both."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    __file__,
                    str(self._answers),
                    "--host=127.0.0.1",
                    "--multi-user",
                    "--alias=truc+*@binhkhe.test:truc@binhkhe.test",
                    f"--password={_PASSWORD}",
                    f"--smtp-port={self.smtp_port}",
                    f"--imap-port={self.imap_port}",
                    "--no-http",
                ],
                stdout=log,
                stderr=log,
            )
        for port in (self.smtp_port, self.imap_port):
            _wait_for(port, self._process, self._log)

    def stop(self) -> None:
        """Kill it: connections are refused from now on, and its mailboxes are gone."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """Connections are still taken by the system, and nobody ever answers."""
        self._send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._send_signal(signal.SIGCONT)

    def _send_signal(self, which: signal.Signals) -> None:
        assert self._process, "the mail server is not running"
        os.kill(self._process.pid, which)

    def answer(self, command: str, to: str, says: str) -> None:
        """From now on answer ``MAIL``, ``RCPT`` or ``DATA`` about an address (``*``: any) so."""
        self._write({**self._read(), f"{command} {to}": says})

    def relent(self) -> None:
        """Accept everything again."""
        self._write({})

    def _read(self) -> dict[str, str]:
        return json.loads(self._answers.read_text())

    def _write(self, answers: dict[str, str]) -> None:
        fresh = self._answers.with_suffix(".new")
        fresh.write_text(json.dumps(answers))
        fresh.replace(self._answers)

    def mails_to(self, address: str) -> list[MailMessage]:
        """What lies in a mailbox, in the order it came."""
        with MailBoxUnencrypted("127.0.0.1", self.imap_port).login(address, _PASSWORD) as box:
            return list(box.fetch(mark_seen=False))


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"the mail server did not come up: {log.read_text()}")


@contextmanager
def running(folder: Path) -> Generator[MailServer]:
    """A mail server for as long as the block lasts."""
    server = MailServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _serve(answers: Path) -> None:
    """Run mail-devel, asking ``answers`` first what to say."""
    from mail_devel import __main__ as mail_devel
    from mail_devel.smtp import MemoryHandler

    def said(command: str, to: str) -> str | None:
        given = json.loads(answers.read_text())
        return given.get(f"{command} {to}") or given.get(f"{command} *")

    async def handle_mail(
        _: Any, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        no = said("MAIL", address)
        if no:
            return no
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_rcpt(
        _: Any, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        no = said("RCPT", address)
        if no:
            return no
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    kept = MemoryHandler.handle_DATA

    async def handle_data(self: Any, server: Any, session: Any, envelope: Any) -> str:
        return said("DATA", envelope.rcpt_tos[0]) or await kept(self, server, session, envelope)

    for name, handler in (
        ("handle_MAIL", handle_mail),
        ("handle_RCPT", handle_rcpt),
        ("handle_DATA", handle_data),
    ):
        setattr(MemoryHandler, name, handler)
    mail_devel.main()


if __name__ == "__main__":
    _serve(Path(sys.argv.pop(1)))
