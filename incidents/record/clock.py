"""The only source of time, so that a test can move it and every fact can trust it."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return _source()


def in_the_province(value: datetime) -> datetime:
    """A moment somebody wrote; without a zone it is the province's."""
    return value.replace(tzinfo=LOCAL) if value.tzinfo is None else value


def set_source(source: Callable[[], datetime] | None) -> None:
    """Read the time from elsewhere (a story that fast-forwards); ``None`` restores the system's."""
    global _source  # noqa: PLW0603 - one clock for the whole process is the point
    _source = source or _system
