"""Zalo's and Telegram's bot services as their public pages describe them, on loopback.

Zalo: bot.zaloplatforms.com/docs (``getMe``, ``getUpdates``, ``sendMessage``, read in October 2026):
one object an answer, handed over once, 408 when nobody wrote. Telegram: core.telegram.org/bots/api
(``getUpdates`` with offset, ``sendMessage``, ``answerCallbackQuery``, 429 with ``retry_after``).
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Given = dict[str, Any]


class No(Exception):
    """The service says no."""

    def __init__(self, code: int, words: str, **parameters: Any) -> None:
        self.code, self.words, self.parameters = code, words, parameters


class BotService:
    """What both have in common: a token in the path, methods, JSON, and bad moments."""

    def __init__(self) -> None:
        self.token = "8123:s3cr3t-of-the-bot"
        self.sent: list[Given] = []
        self.asked: list[str] = []
        self.refusals: deque[No] = deque()
        """What the next calls of ``sendMessage`` are answered."""
        self.hangs = threading.Event()
        self.garbage = False
        self.news = threading.Condition()
        service = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # One packet an answer: in two the second waits 40 ms for the first to be acknowledged.
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                given = json.loads(self.rfile.read(length) or b"{}")
                body, status = service.answered(self.path, given)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answered(self, path: str, given: Given) -> tuple[bytes, int]:
        if self.garbage:
            return b"<html>502 Bad Gateway</html>", 502
        _, bot, method = path.split("/")
        self.asked.append(method)
        act: Callable[[Given], Any] = getattr(self, f"on_{method}", _unknown)
        try:
            result = (act if bot == f"bot{self.token}" else _stranger)(given)
            return json.dumps({"ok": True, "result": result}).encode(), 200
        except No as no:
            said: Given = {"ok": False, "error_code": no.code, "description": no.words}
            if no.parameters:
                said["parameters"] = no.parameters
            return json.dumps(said).encode(), no.code

    def accept(self, given: Given, *, longest: int) -> Given:
        if self.refusals:
            raise self.refusals.popleft()
        if not 1 <= len(given["text"]) <= longest:
            raise No(400, "Bad Request: message is too long")
        self.sent.append(given)
        return given

    def texts_to(self, chat: str) -> list[str]:
        """What one person reads, oldest first."""
        return [each["text"] for each in self.sent if str(each["chat_id"]) == chat]

    def held(self, seconds: float, found: Callable[[], Any]) -> Any:
        """Long polling: as soon as something is there, or when the time is over."""
        until = time.monotonic() + seconds
        with self.news:
            while not (it := found()) and (left := until - time.monotonic()) > 0:
                self.news.wait(left)
        return it


def _unknown(_: Given) -> None:
    raise No(404, "Not Found")


def _stranger(_: Given) -> None:
    raise No(401, "Unauthorized")


class ZaloService(BotService):
    """Zalo's."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Given] = deque()
        self._count = 0

    def on_getMe(self, _: Given) -> Given:  # noqa: N802 - theirs
        return {
            "id": "8123",
            "account_name": "Bot Trực ban Bình Khê",
            "account_type": "BASIC",
            "can_join_groups": False,
        }

    def on_sendMessage(self, given: Given) -> Given:  # noqa: N802 - theirs
        self.accept(given, longest=2000)
        return {"message_id": f"out{len(self.sent)}", "date": 1749632637199}

    def on_getUpdates(self, given: Given) -> Given:  # noqa: N802 - theirs
        found = self.held(
            float(given.get("timeout", 30)),
            lambda: self._waiting.popleft() if self._waiting else None,
        )
        if found is None:
            raise No(408, "Request timeout")
        return found

    def write(
        self, who: str, text: str | None, *, chat_type: str = "PRIVATE", twice: int = 1
    ) -> None:
        """Somebody writes to the bot."""
        self._count += 1
        message: Given = {
            "from": {"id": who, "display_name": "Chủ tịch tỉnh", "is_bot": False},
            "chat": {"id": who, "chat_type": chat_type},
            "message_id": f"in{self._count}",
            "date": 1766619597466,
        }
        event = "message.text.received" if text is not None else "message.image.received"
        message |= {"text": text} if text is not None else {"photo": "https://x.test/a.jpg"}
        with self.news:
            self._waiting.extend([{"event_name": event, "message": message}] * twice)
            self.news.notify_all()


class TelegramService(BotService):
    """Telegram's."""

    def __init__(self) -> None:
        super().__init__()
        self._updates: list[Given] = []
        self._last = 700
        self._messages = 0

    def on_getMe(self, _: Given) -> Given:  # noqa: N802 - theirs
        return {"id": 8123, "is_bot": True, "first_name": "Trực ban", "username": "truc_ban_bot"}

    def on_sendMessage(self, given: Given) -> Given:  # noqa: N802 - theirs
        self.accept(given, longest=4096)
        for row in given.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if not 1 <= len(button["callback_data"].encode()) <= 64:
                    raise No(400, "Bad Request: BUTTON_DATA_INVALID")
        self._messages += 1
        given["message_id"] = self._messages
        return {"message_id": self._messages, "chat": {"id": int(given["chat_id"])}}

    def on_answerCallbackQuery(self, _: Given) -> bool:  # noqa: N802 - theirs
        return True

    def on_getUpdates(self, given: Given) -> list[Given]:  # noqa: N802 - theirs
        offset = given.get("offset", 0)
        if offset < 0:
            self._updates = self._updates[offset:]
        else:
            self._updates = [u for u in self._updates if u["update_id"] >= offset]
        return self.held(given.get("timeout", 0), lambda: list(self._updates)) or []

    def write(
        self, who: int, text: str, *, reply_to: int | None = None, kind: str = "private"
    ) -> None:
        """Somebody writes to the bot."""
        self._messages += 1
        chat = {"id": who, "type": kind}
        message: Given = {
            "message_id": self._messages,
            "from": {"id": who, "is_bot": False, "first_name": "Chủ tịch tỉnh"},
            "chat": chat,
            "date": 1766619597,
            "text": text,
        }
        if reply_to:
            message["reply_to_message"] = {"message_id": reply_to, "chat": chat}
        self.happen({"message": message})

    def press(self, who: int, data: str, *, on: int) -> None:
        """Somebody presses a button below a message."""
        query = {
            "id": f"q{self._last}",
            "from": {"id": who, "is_bot": False, "first_name": "A"},
            "message": {"message_id": on, "chat": {"id": who, "type": "private"}},
            "data": data,
        }
        self.happen({"callback_query": query})

    def react(self, who: int, emoji: str, *, on: int) -> None:
        """Somebody answers a message with a sign."""
        reaction = {
            "chat": {"id": who, "type": "private"},
            "message_id": on,
            "user": {"id": who, "is_bot": False},
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        self.happen({"message_reaction": reaction})

    def happen(self, update: Given) -> None:
        with self.news:
            self._last += 1
            self._updates.append({"update_id": self._last, **update})
            self.news.notify_all()
