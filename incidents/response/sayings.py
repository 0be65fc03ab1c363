"""What the program itself writes into the record: keys and values, said in the reader's language.

People's own words stay as they typed them; everything around them is data here, so that a fact, a
decision or a report written on a Vietnamese desk reads in English, and the other way round.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import TypeAdapter, ValidationError

from incidents.record import clock
from incidents.record.facts import Beside
from incidents.record.language import Speech
from incidents.response import crisis_forms, exercise_forms, forms
from incidents.response.forms import Form

FORMS = (forms, crisis_forms, exercise_forms)
"""What enters every form into the registry: whoever reads can read whatever was answered."""


@dataclass(frozen=True)
class Answered:
    """Fields of a form as they were answered: field → its plain value, choices by their key."""

    form: str
    values: dict[str, Any]

    @classmethod
    def of(cls, form: Form) -> Self:
        """An answer; what was left empty is left out."""
        plain = form.model_dump(mode="json")
        values = {name: value for name, value in plain.items() if value not in (None, "")}
        return cls(type(form).__name__, values)

    def said(self, say: Speech) -> str:
        """Labels and values in one line."""
        return "; ".join(f"{label}: {value}" for label, value in self.lines(say))

    def lines(self, say: Speech) -> Iterator[tuple[str, str]]:
        """Label and value of every field answered, in the order of the form."""
        form = forms.REGISTRY.get(self.form)
        asked = list(form.model_fields) if form else []
        unasked = [name for name in self.values if name not in asked]
        for name in [*(n for n in asked if n in self.values), *unasked]:
            value = _typed(self.form, name, self.values[name])
            if value not in (None, ""):
                yield label(self.form, name, say), say.value(value)


PrivateAnswer = Annotated[str | Answered, Beside]
"""An answer as a field of a fact; a plain text once it was erased."""


def label(form: str, name: str, say: Speech) -> str:
    """What a field is called; its name where the form is not known here."""
    known = forms.REGISTRY.get(form)
    info = known.model_fields.get(name) if known else None
    return say.text(info.title) if info and info.title else name


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
