"""Sentences kept as data, so that whoever reads the row later is told in their own language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from incidents.record.language import Language, Phrase, Speech, speech


@dataclass(frozen=True)
class Told:
    """A sentence with its values; what a language has its own words for is kept in both."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, sentence: str, /, **values: Any) -> Self:
        """The sentence as it may be kept."""
        return cls(sentence, {name: _both(value) for name, value in values.items()})

    @classmethod
    def revived(cls, kept: Mapping[str, Any]) -> Self:
        """From what a row keeps."""
        values = {
            name: Phrase(**value) if isinstance(value, dict) else value
            for name, value in kept["values"].items()
        }
        return cls(kept["sentence"], values)

    def plain(self) -> dict[str, Any]:
        """As a row keeps it."""
        values = {
            name: {"vi": value.vi, "en": value.en} if isinstance(value, Phrase) else value
            for name, value in self.values.items()
        }
        return {"sentence": self.sentence, "values": values}

    def said(self, say: Speech) -> str:
        """It in the words of a language."""
        return say.text(self.sentence, **self.values)


def _both(value: Any) -> Any:
    if type(value) in (str, Phrase):
        return value
    return Phrase(**{each.value: speech(each).value(value) for each in Language})
