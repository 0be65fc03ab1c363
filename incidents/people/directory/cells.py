"""What stands in a cell of a sheet: days, choices and yes or no, as people write them."""

from datetime import date, datetime
from typing import TypeVar

from incidents.record.errors import Invalid
from incidents.record.language import N_, Labelled, Language, speech

Choice = TypeVar("Choice", bound=Labelled)

_YES = ("có", "yes", "true", "1", "x")
_NO = ("không", "no", "false", "0")


def day(cell: str) -> date | None:
    """A day, written 2025-07-01 or 01/07/2025; ``None`` where nothing stands."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if cell:
        raise Invalid(N_("«%(cell)s» không phải ngày; viết như 01/07/2025."), cell=cell)
    return None


def choice(kind: type[Choice], cell: str) -> Choice | None:
    """A member by its stored value or its words in either language."""
    for member in kind:
        words = {member.value, *(speech(each).value(member) for each in Language)}
        if cell.casefold() in {word.casefold() for word in words}:
            return member
    return None


def one_of(kind: type[Choice], cell: str) -> Choice:
    """A member, or ``Invalid`` naming every choice there is."""
    found = choice(kind, cell)
    if found is None:
        raise Invalid(
            N_("«%(cell)s» không có trong các lựa chọn: %(choices)s."),
            cell=cell,
            choices=list(kind),
        )
    return found


def yes(cell: str, *, usually: bool) -> bool:
    """Yes or no; what is usual where nothing stands."""
    if not cell:
        return usually
    if cell.casefold() not in (*_YES, *_NO):
        raise Invalid(N_("«%(cell)s» phải là «có» hoặc «không»."), cell=cell)
    return cell.casefold() in _YES


def number(cell: str, *, usually: int) -> int:
    """A small whole number."""
    if not cell:
        return usually
    if not cell.isdecimal() or not 1 <= int(cell) <= 99:  # noqa: PLR2004 - nobody has a hundred
        raise Invalid(N_("«%(cell)s» phải là số từ 1 đến 99."), cell=cell)
    return int(cell)
