"""What a request may carry: its size and its characters, checked before anything reads it."""

import hashlib
from email.message import Message as Headers
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from incidents.record import settings
from incidents.record.errors import Invalid
from incidents.record.language import N_

_TEXT_LIMIT_MB = 2
_SAFE = ("GET", "HEAD", "OPTIONS")


class TooLarge(Invalid):
    """More than the desk takes in one request."""


class Unreadable(Invalid):
    """Bytes that are no text in UTF-8."""


class CheckedBodies:
    """Reads the body once, refuses what is too large or not UTF-8, and notes its hash."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body replayed, or answer with the refusal."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await _read(request)
            _readable(request.headers.get("content-type", ""), body)
        except (TooLarge, Unreadable) as refusal:
            answer = await problems.answered(request, refusal)
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["body_sha256"] = hashlib.sha256(body).hexdigest()
        await self.app(scope, _replay(body, receive), send)


def _limit(content_type: str) -> int:
    megabytes = (
        settings.current().upload_limit_mb + 1
        if content_type.startswith("multipart/")
        else _TEXT_LIMIT_MB
    )
    return megabytes * 1024 * 1024


async def _read(request: Request) -> bytes:
    limit = _limit(request.headers.get("content-type", ""))
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    chunks, size = list[bytes](), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        N_("Nội dung gửi lên quá lớn (tối đa %(limit)s MB). Chưa có gì được ghi nhận."),
        limit=limit // (1024 * 1024),
    )


def _readable(content_type: str, body: bytes) -> None:
    """Starlette reads broken UTF-8 as Latin-1; what was never sent must not enter the record."""
    for text in _texts(content_type, body):
        try:
            text.decode()
        except UnicodeDecodeError:
            raise Unreadable(
                N_("Nội dung không phải chữ UTF-8 nên không đọc được. Chưa có gì được ghi nhận.")
            ) from None
        if b"\x00" in text:
            raise Unreadable(N_("Nội dung có ký tự không dùng được. Chưa có gì được ghi nhận."))


def _texts(content_type: str, body: bytes) -> list[bytes]:
    headers = Headers()
    headers["content-type"] = content_type or "application/json"
    match headers.get_content_type():
        case "application/x-www-form-urlencoded":
            return [unquote_to_bytes(body)]
        case "multipart/form-data":
            boundary = str(headers.get_param("boundary") or "").encode()
            parts = body.split(b"--" + boundary) if boundary else [body]
            pairs = [part.partition(b"\r\n\r\n") for part in parts]
            return [head + (b"" if b"filename=" in head else text) for head, _, text in pairs]
        case _:
            return [body.replace(b"\\u0000", b"\x00")]


def _replay(body: bytes, receive: Receive) -> Receive:
    handed_on = False

    async def replayed() -> Message:
        nonlocal handed_on
        if handed_on:
            return await receive()
        handed_on = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
