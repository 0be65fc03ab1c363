"""Vietnamese is written in the code and on the pages; English comes from ``locale/en``.

The Vietnamese sentence is the key. A sentence without its English fails a test, so English is
complete; where a value cannot be translated it is shown as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol, Self, runtime_checkable

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from incidents.record.clock import LOCAL


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a Vietnamese sentence as one that people will read."""
    return sentence


class Labelled(StrEnum):
    """A closed choice whose members carry the Vietnamese words shown for them."""

    label: str
    english: str

    def __new__(cls, value: str, label: str = "", english: str = "") -> Self:
        """Make a member of the stored value and its Vietnamese label.

        English words only where the choice is an office's own: ours are in the catalogue.
        """
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        member.english = english
        return member


class Language(Labelled):
    """The languages of pages and messages; Vietnamese comes first in every choice."""

    VI = "vi", "Tiếng Việt"
    EN = "en", "English"


@dataclass(frozen=True)
class Phrase:
    """Words the office keeps in both languages, as a value in a sentence."""

    vi: str
    en: str

    def __str__(self) -> str:
        return self.vi

    def said(self, say: "Speech") -> str:
        """The words of a language."""
        return self.en if say.language is Language.EN else self.vi


@runtime_checkable
class Sayable(Protocol):
    """What the record keeps as data and every reader is told in their own language."""

    def said(self, say: "Speech") -> str:
        """It in the words of a language."""
        ...


@lru_cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every translated sentence of a language; empty for Vietnamese, which is the key itself."""
    sentences: dict[str, str] = {}
    if language is Language.VI:
        return sentences
    folder = files("incidents.record.language") / "locale" / language.value
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".po"):
            with file.open("rb") as opened:
                sentences |= {
                    str(m.id): str(m.string) for m in read_po(opened) if m.id and m.string
                }
    return sentences


class Speech:
    """How the desk says things in one language."""

    def __init__(self, language: Language = Language.VI) -> None:
        self.language = language

    def text(self, sentence: str, /, **values: Any) -> str:
        """The sentence in this language; values replace ``%(name)s``, enums by their label."""
        said = catalogue(self.language).get(sentence, sentence)
        return said % {name: self.value(v) for name, v in values.items()} if values else said

    def value(self, value: Any) -> str:  # noqa: C901, PLR0911 - one line a type
        """Any value of a fact or a refusal as people read it."""
        match value:
            case Labelled():
                own = value.english if self.language is Language.EN else ""
                return own or self.text(value.label)
            case str():
                return str(value)  # most are; what a protocol costs is asked of the rest
            case bool():
                return self.text(N_("có") if value else N_("không"))
            case datetime():
                return self.moment(value)
            case date():
                return self.date(value)
            case timedelta():
                return self.duration(value)
            case None:
                return "–"
            case list() | tuple():
                return ", ".join(self.value(each) for each in value)
            case int():
                return format_decimal(value, locale=self.language.value)
            case Sayable():
                return value.said(self)
            case _:
                return str(value)

    def moment(self, at: datetime | None) -> str:
        """Time and day in the province, as an officer would say it: 03:12 ngày 22/11/2026."""
        if at is None:
            return "–"
        form = "HH:mm 'ngày' dd/MM/yyyy" if self.language is Language.VI else "HH:mm, d MMM yyyy"
        return format_datetime(at.astimezone(LOCAL), form, locale=self.language.value)

    def time(self, at: datetime) -> str:
        """The time of day in the province: 03:12."""
        return format_time(at.astimezone(LOCAL), "HH:mm", locale=self.language.value)

    def day(self, day: date) -> str:
        """The day where its year is known: 22/11, or 22 Nov."""
        form = "dd/MM" if self.language is Language.VI else "d MMM"
        return format_date(day, form, locale=self.language.value)

    def date(self, day: date) -> str:
        """The day: 22/11/2026, or 22 Nov 2026."""
        form = "dd/MM/yyyy" if self.language is Language.VI else "d MMM yyyy"
        return format_date(day, form, locale=self.language.value)

    def duration(self, length: timedelta) -> str:
        """A length of time in the one or two units that matter: 1 giờ 30 phút."""
        minutes = max(1, round(abs(length).total_seconds() / 60))
        days, rest = divmod(minutes, 24 * 60)
        hours, left = divmod(rest, 60)
        units = [timedelta(days=days), timedelta(hours=hours), timedelta(minutes=left)]
        largest = [u for u in units if u][:2]
        return " ".join(
            format_timedelta(u, threshold=24 * 60, locale=self.language.value, granularity="minute")
            if u < timedelta(hours=1)
            else format_timedelta(u, threshold=24, locale=self.language.value, granularity="hour")
            if u < timedelta(days=1)
            else format_timedelta(
                u, threshold=10_000, locale=self.language.value, granularity="day"
            )
            for u in largest
        )


@lru_cache
def speech(language: Language | str) -> Speech:
    """The one ``Speech`` of a language."""
    return Speech(Language(language))
