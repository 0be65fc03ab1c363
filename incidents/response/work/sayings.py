"""What the program itself writes into the record: keys and values, said in the reader's language.

People's own words stay as they typed them; everything around them is data here, so that a fact, a
decision or a report written on a Vietnamese desk reads in English, and the other way round.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

from incidents.record import clock
from incidents.record.facts import Beside
from incidents.record.language import N_, Labelled, Speech
from incidents.response.work import crisis_forms, exercise_forms, forms
from incidents.response.work.forms import Form
from incidents.words.doctrine import Cluster, Posture

FORMS = (forms, crisis_forms, exercise_forms)
"""What enters every form into the registry: whoever reads can read whatever was answered."""


@dataclass(frozen=True)
class Answered:
    """Fields of a form as they were answered: field → its plain value, choices by their key."""

    form: str
    values: dict[str, Any]
    kind: Literal["answered"] = "answered"

    @classmethod
    def of(cls, form: Form, *, but: Collection[str] = ()) -> Self:
        """An answer but for some of its fields; what was left empty is left out."""
        plain = form.model_dump(mode="json", exclude=set(but))
        values = {name: value for name, value in plain.items() if value not in (None, "")}
        return cls(type(form).__name__, values)

    def said(self, say: Speech) -> str:
        """Labels and values in one line."""
        return "; ".join(_pair(label, value) for label, value in self.lines(say))

    def lines(self, say: Speech) -> Iterator[tuple[str, str]]:
        """Label and value of every field answered, in the order of the form."""
        form = forms.REGISTRY.get(self.form)
        asked = list(form.model_fields) if form else []
        unasked = [name for name in self.values if name not in asked]
        for name in [*(n for n in asked if n in self.values), *unasked]:
            value = _typed(self.form, name, self.values[name])
            if value not in (None, ""):
                yield label(self.form, name, say), say.value(value)


@dataclass(frozen=True)
class Offered:
    """What could have been chosen in the closed choices of a form."""

    form: str
    names: list[str]
    kind: Literal["offered"] = "offered"

    @classmethod
    def by(cls, form: Form) -> Self:
        """The closed choices a form has."""
        names = type(form).model_fields
        return cls(
            type(form).__name__, [n for n in names if isinstance(getattr(form, n), Labelled)]
        )

    def said(self, say: Speech) -> str:
        """Label by label, every choice there is."""
        form = forms.REGISTRY.get(self.form)
        known = [n for n in self.names if form and n in form.model_fields]
        return "; ".join(
            _pair(
                label(self.form, name, say),
                # A choice may have a comma of its own.
                " / ".join(map(say.value, _kind(self.form, name))),
            )
            for name in known
        )


@dataclass(frozen=True)
class StepTitle:
    """A step, by its key in the incident; its title is looked up in the reader's language."""

    key: str
    kind: Literal["step"] = "step"

    def said(self, say: Speech) -> str:  # noqa: ARG002 - a key reads alike in every language
        """The key: what is left where no title is known."""
        return self.key


class Stock(Labelled):
    """What the program says where nobody said anything."""

    DECIDED = "decided", N_("đã quyết, không ghi lời")
    NO_REASON = "no_reason", N_("không nêu")
    POSTURE = "posture", N_("Tư thế phát ngôn")


@dataclass(frozen=True)
class Remark:
    """One of the program's stock remarks."""

    stock: Stock
    kind: Literal["remark"] = "remark"

    def said(self, say: Speech) -> str:
        """The remark."""
        return say.value(self.stock)


@dataclass(frozen=True)
class Suggested:
    """The postures that were suggested; none means to instruct and to care, and no more."""

    postures: list[Posture]
    kind: Literal["suggested"] = "suggested"

    def said(self, say: Speech) -> str:
        """Their names."""
        return say.text(N_("Gợi ý: %(postures)s"), postures=_named(self.postures, say))


@dataclass(frozen=True)
class Taken:
    """The postures that were taken, and how much people lay at the authority's door."""

    postures: list[Posture]
    cluster: Cluster
    kind: Literal["taken"] = "taken"

    def said(self, say: Speech) -> str:
        """Their names, and the cluster."""
        return f"{_named(self.postures, say)} ({say.value(self.cluster)})"


def _named(postures: Iterable[Posture], say: Speech) -> str:
    return "; ".join(map(say.value, postures)) or say.text(N_("chỉ hướng dẫn và chia sẻ"))


Saying = Answered | Offered | StepTitle | Remark | Suggested | Taken
Said = str | Saying
"""Words somebody typed, or what the program says."""

PrivateSaid = Annotated[Said, Beside]
"""The same as a field of a fact: beside its entry, as all free text is."""

PrivateAnswer = Annotated[str | Answered, Beside]
"""An answer as a field of a fact; a plain text once it was erased."""

_SAYING: TypeAdapter[Saying] = TypeAdapter(Saying)


def plain(saying: Saying) -> dict[str, Any]:
    """As a row keeps it."""
    return _SAYING.dump_python(saying, mode="json")


def revived(kept: Mapping[str, Any]) -> Saying:
    """From what a row keeps."""
    return _SAYING.validate_python(kept)


def in_words(said: Said, say: Speech, titles: Mapping[str, str]) -> str:
    """As people read it; ``titles`` is step key → title in their language."""
    if isinstance(said, StepTitle):
        return titles.get(said.key, said.key)
    return said if isinstance(said, str) else said.said(say)


def _pair(label: str, value: str) -> str:
    """A label with its value; a question has its own mark."""
    return f"{label} {value}" if label.endswith("?") else f"{label}: {value}"


def label(form: str, name: str, say: Speech) -> str:
    """What a field is called; its name where the form is not known here."""
    known = forms.REGISTRY.get(form)
    info = known.model_fields.get(name) if known else None
    return say.text(info.title) if info and info.title else name


def schema(kept: Mapping[str, Any], say: Speech) -> dict[str, Any]:
    """The JSON Schema of a step's form with its labels in the reader's language."""
    asked = {
        name: field | {"title": say.text(field["title"])} if "title" in field else field
        for name, field in kept.get("properties", {}).items()
    }
    return {**kept, "properties": asked}


def _kind(form: str, name: str) -> Any:
    known = forms.REGISTRY.get(form)
    info = known.model_fields.get(name) if known else None
    return info.annotation if info else None


@lru_cache
def _adapter(form: str, name: str) -> TypeAdapter[Any] | None:
    kind = _kind(form, name)
    return TypeAdapter(kind) if kind is not None else None


def _typed(form: str, name: str, value: Any) -> Any:
    """A plain value as its type; what no longer fits its form is shown as it stands.

    The form's bounds are not asked again: they were asked when the answer was given.
    """
    adapter = _adapter(form, name)
    if adapter is None:
        return value
    try:
        typed = adapter.validate_python(value)
    except ValidationError:
        return value
    if isinstance(typed, datetime) and typed.tzinfo is None:
        return typed.replace(tzinfo=clock.LOCAL)
    return typed
