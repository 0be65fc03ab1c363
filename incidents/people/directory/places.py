"""Places as public words name them: the area of each local authority in the directory on a day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from incidents.people.directory.tree import Node
from incidents.people.organisations import OrganisationKind
from incidents.record.language import Phrase

_LOCAL = (
    OrganisationKind.PEOPLES_COMMITTEE,
    OrganisationKind.DISTRICT,
    OrganisationKind.COMMUNE,
)
_AUTHORITY = re.compile(r"(?:ủy ban nhân dân|uỷ ban nhân dân|ubnd)\s+", re.IGNORECASE)
_ENGLISH = {
    "thành phố": "City",
    "tỉnh": "Province",
    "quận": "District",
    "huyện": "District",
    "thị xã": "Town",
    "thị trấn": "Township",
    "phường": "Ward",
    "xã": "Commune",
    "đặc khu": "Special Zone",
}


@dataclass(frozen=True)
class Named:
    """A body of the directory, by its code, what public words call it, and its own name there."""

    code: str
    name: Phrase
    own_name: str

    def answers_to(self, words: str) -> bool:
        """Whether somebody who wrote this meant it: its code or either name, in any case."""
        known = (self.code, self.name.vi, self.own_name)
        return words.casefold() in {name.casefold() for name in known}


def areas(present: Iterable[Node]) -> list[Named]:
    """The areas of the local authorities among bodies as of a day."""
    return [Named(n.body.code, area_of(n.name), n.name) for n in present if n.body.kind in _LOCAL]


def bodies(present: Iterable[Node]) -> list[Named]:
    """Bodies as of a day by their own names, which nobody translates."""
    return [Named(n.body.code, Phrase(n.name, n.name), n.name) for n in present]


def area_of(authority: str) -> Phrase:
    """The area an authority is named after: «Ủy ban nhân dân xã Vàm Lá» is of «xã Vàm Lá»."""
    own = _AUTHORITY.sub("", authority, count=1).strip()
    for kind, english in _ENGLISH.items():
        if own.casefold().startswith(f"{kind} "):
            rest = own[len(kind) :].strip()
            return Phrase(f"{kind} {rest}", f"{rest} {english}")
    return Phrase(own, own)
