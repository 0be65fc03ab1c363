"""Work written down a line at a time: what; who does it; until which day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from pydantic_core import PydanticCustomError

T = TypeVar("T")

_PARTS = 3


@dataclass(frozen=True)
class Owned:
    """One thing to do, who does it, until when."""

    work: str
    owner: str
    due: date


def read(written: str) -> list[Owned]:
    """Every line in its order; each must be readable."""
    return list(lines(written, _owned, "owned_line_unreadable"))


def read_line(line: str) -> Owned | None:
    """One line, where it says all three."""
    parts = _parts(line)
    return _owned(parts) if _whole(parts) else None


def lines(written: str, told: Callable[[list[str]], T | None], fault: str) -> Iterable[T]:
    """What three parts between semicolons say, line by line; ``fault`` where one cannot be read."""
    for number, line in enumerate(written.splitlines(), start=1):
        if line.strip():
            parts = _parts(line)
            found = told(parts) if _whole(parts) else None
            if found is None:
                raise PydanticCustomError(fault, "unreadable", {"line": number})  # type: ignore[arg-type]
            yield found


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split(";", _PARTS - 1)]


def _whole(parts: list[str]) -> bool:
    return len(parts) == _PARTS and all(parts)


def _owned(parts: list[str]) -> Owned | None:
    try:
        day, month, year = (int(part) for part in parts[2].split("/"))
        return Owned(parts[0], parts[1], date(year, month, day))
    except ValueError:
        return None
