"""Identifiers: UUIDv7 (RFC 9562), so that rows sort by the time they were made."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

# No vowels and no look-alikes: a code is read aloud on the telephone at 3 a.m.
SPOKEN = "23456789CDFGHJKMNPQRTVWX"
"""What spoken codes are made of."""


def new() -> UUID:
    """A new time-ordered identifier."""
    return uuid7()


def spoken_code(length: int = 4) -> str:
    """A short code that survives being read aloud or typed on a small keyboard."""
    return "".join(secrets.choice(SPOKEN) for _ in range(length))
