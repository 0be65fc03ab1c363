"""Zalo's and Telegram's services in a process of its own, which says at once what it accepted.

Started with ``python -m tests.bench.chats``; its first line names their addresses. A line
``account text`` on its standard input is written to the Zalo bot. Moments as in ``sink``.
"""

import json
import signal
import sys
import time

from tests.chat_servers import Given, TelegramService, ZaloService


def _say(given: Given) -> None:
    # In one piece: both services speak from several threads.
    sys.stdout.write(
        json.dumps([time.monotonic(), str(given["chat_id"]), given["text"][:200]]) + "\n"
    )
    sys.stdout.flush()


class _Zalo(ZaloService):
    def accept(self, given: Given, *, longest: int) -> Given:
        accepted = super().accept(given, longest=longest)
        _say(accepted)
        return accepted


class _Telegram(TelegramService):
    def accept(self, given: Given, *, longest: int) -> Given:
        accepted = super().accept(given, longest=longest)
        _say(accepted)
        return accepted


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    zalo, telegram = _Zalo(), _Telegram()
    print(json.dumps([zalo.url, telegram.url, zalo.token]), flush=True)
    for line in sys.stdin:
        account, _, text = line.rstrip("\n").partition(" ")
        zalo.write(account, text)
    zalo.stop()
    telegram.stop()


if __name__ == "__main__":
    main()
