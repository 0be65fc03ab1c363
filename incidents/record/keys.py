"""Secrets derived from the desk's key, so that none of them has to be stored."""

import hashlib
import hmac
from base64 import b32encode

from incidents.record import ids, settings


def derive(purpose: str, *parts: object) -> bytes:
    """32 bytes that only this desk can compute for the purpose and parts (HMAC-SHA-256)."""
    text = "\x1f".join([purpose, *map(str, parts)])
    return hmac.digest(settings.current().secret_key, text.encode(), hashlib.sha256)


def token(purpose: str, *parts: object) -> str:
    """A 160-bit token in lower case letters and digits, safe in URLs and mail addresses."""
    return b32encode(derive(purpose, *parts)[:20]).decode().lower()


def two_digits(purpose: str, *parts: object) -> str:
    """A number from 10 to 99, printed in a message and never in its link."""
    return str(10 + int.from_bytes(derive(purpose, *parts)[:4], "big") % 90)


def six_digits(purpose: str, *parts: object) -> str:
    """A code of six digits, sent to an address to see whether somebody reads it."""
    return f"{int.from_bytes(derive(purpose, *parts)[:8], 'big') % 1_000_000:06}"


def spoken(purpose: str, *parts: object, length: int) -> str:
    """Signs that survive being read aloud or typed on a small keyboard."""
    number = int.from_bytes(derive(purpose, *parts), "big")
    return "".join(
        ids.SPOKEN[number // len(ids.SPOKEN) ** place % len(ids.SPOKEN)] for place in range(length)
    )


def digest(value: str) -> str:
    """The stored form of a high-entropy token (ASVS 6.5.2 allows a plain hash)."""
    return hashlib.sha256(value.encode()).hexdigest()
