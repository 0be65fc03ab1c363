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
from incidents.record.errors import NotFound
from incidents.record.facts import Beside
from incidents.record.language import N_, Labelled, Language, Speech
from incidents.response.steps import crisis_forms, exercise_forms, forms, own_forms
from incidents.response.steps.forms import Form
from incidents.words.doctrine import Cluster, Posture

FORMS = (forms, crisis_forms, exercise_forms)
"""What enters every form into the registry: whoever reads can read whatever was answered."""


@dataclass(frozen=True)
class Answered:
    """Fields of a form as they were answered: field → its plain value, choices by their key."""

    form: str
    values: dict[str, Any]
    kind: Literal["answered"] = "answered"
    asked: dict[str, Any] | None = None
    """The schema of an office's own form, so that it reads where its playbook is not."""

    @classmethod
    def of(cls, form: Form, *, but: Collection[str] = ()) -> Self:
        """An answer but for some of its fields; what was left empty is left out."""
        plain = form.model_dump(mode="json", exclude=set(but))
        values = {name: value for name, value in plain.items() if value not in (None, "")}
        return cls(type(form).__name__, values, asked=own_forms.own_schema(type(form)))

    def said(self, say: Speech) -> str:
        """Labels and values in one line."""
        return "; ".join(_pair(label, value) for label, value in self.lines(say))

    def lines(self, say: Speech) -> Iterator[tuple[str, str]]:
        """Label and value of every field answered, in the order of the form."""
        form = _known(self.form, self.asked)
        asked = list(form.model_fields) if form else []
        unasked = [name for name in self.values if name not in asked]
        for name in [*(n for n in asked if n in self.values), *unasked]:
            value = _typed(form, name, self.values[name])
            if value not in (None, ""):
                yield label(form, name, say), say.value(value)


@dataclass(frozen=True)
class Offered:
    """What could have been chosen in the closed choices of a form."""

    form: str
    names: list[str]
    kind: Literal["offered"] = "offered"
    asked: dict[str, Any] | None = None

    @classmethod
    def by(cls, form: Form) -> Self:
        """The closed choices a form has."""
        names = [n for n in type(form).model_fields if isinstance(getattr(form, n), Labelled)]
        return cls(type(form).__name__, names, asked=own_forms.own_schema(type(form)))

    def said(self, say: Speech) -> str:
        """Label by label, every choice there is."""
        form = _known(self.form, self.asked)
        return "; ".join(
            # A choice may have a comma of its own.
            _pair(label(form, name, say), " / ".join(map(say.value, kind)))
            for name in self.names
            if (kind := forms.choice_of(_kind(form, name)))
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


def _known(name: str, asked: Mapping[str, Any] | None) -> type[Form] | None:
    try:
        return own_forms.of(name, asked)
    except NotFound:
        return None


def label(form: type[Form] | None, name: str, say: Speech) -> str:
    """What a field is called; its name where the form is not known here."""
    info = form.model_fields.get(name) if form else None
    if info is None or not info.title:
        return name
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return _said(info.title, extra, say)


def heading(form: type[Form], say: Speech) -> str:
    """What the form itself is called."""
    return (say.language is Language.EN and form.heading_en) or say.text(form.heading)


def schema(kept: Mapping[str, Any], say: Speech) -> dict[str, Any]:
    """The JSON Schema of a step's form with its labels in the reader's language."""
    asked = {
        name: field | {"title": _said(field["title"], field, say)} if "title" in field else field
        for name, field in kept.get("properties", {}).items()
    }
    return {**kept, "properties": asked}


def _said(title: str, extra: Mapping[str, Any], say: Speech) -> str:
    own = extra.get(own_forms.TITLE_EN) if say.language is Language.EN else None
    return str(own) if own else say.text(title)


def _kind(form: type[Form] | None, name: str) -> Any:
    info = form.model_fields.get(name) if form else None
    return info.annotation if info else None


@lru_cache
def _adapter(form: type[Form] | None, name: str) -> TypeAdapter[Any] | None:
    kind = _kind(form, name)
    return TypeAdapter(kind) if kind is not None else None


def _typed(form: type[Form] | None, name: str, value: Any) -> Any:
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
