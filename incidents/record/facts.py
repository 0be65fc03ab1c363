"""The vocabulary of the timeline: one frozen dataclass for each thing it can say.

Each room defines its own facts beside the table they change; deriving from ``Fact`` enters
them here. A fact is named in the past tense and never changes its meaning: a changed fact gets
a new name, because old entries are read for ever.
"""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import TypeAdapter

VOCABULARY: dict[str, type["Fact"]] = {}


class Beside:
    """Marks a field of personal or free text: kept beside the entry, only its hash in the chain."""


Private = Annotated[str, Beside]
PersonId = UUID


@dataclass(frozen=True)
class Fact:
    """Something that happened; ``says`` is its Vietnamese sentence with the fields in it."""

    says: ClassVar[str]

    @property
    def sentence(self) -> str:
        """What is said of this one; a fact that may have nothing in a field leaves it out here."""
        return self.says

    def __init_subclass__(cls) -> None:
        """Enter the fact into the vocabulary under its own name."""
        VOCABULARY[cls.__name__] = cls


@lru_cache
def _adapter(kind: type[Fact]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@lru_cache
def private_fields(kind: type[Fact]) -> frozenset[str]:
    """The names of the fields that stay outside the chain."""
    return frozenset(
        field.name for field in fields(kind) if Beside in getattr(field.type, "__metadata__", ())
    )


def split(fact: Fact) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fact as plain values: what the chain holds, and what lies beside it."""
    plain: dict[str, Any] = _adapter(type(fact)).dump_python(fact, mode="json")
    private = private_fields(type(fact))
    chained = {name: value for name, value in plain.items() if name not in private}
    return chained, {name: value for name, value in plain.items() if name in private}


def revive(name: str, values: dict[str, Any]) -> Fact:
    """The fact again from what the record holds."""
    return _adapter(VOCABULARY[name]).validate_python(values)
