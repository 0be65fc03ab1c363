"""Forms an office defines in its own playbooks, as pages know them: by the schema a step keeps.

The engine has the class, the pages never load a playbook. So the JSON Schema of such a form says
all that asking, checking and reading it needs: titles and choices in both languages, bounds, and
the shipped form it derives from. What is written in Python beside that is asked by nobody.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, HttpUrl, StringConstraints, create_model

from incidents.record.errors import NotFound
from incidents.record.language import N_, Labelled, Language, speech
from incidents.response.steps import forms
from incidents.response.steps.forms import Form

OWN = "x-own-form"
"""Where the schema of such a form says what JSON Schema has no word for."""

TITLE_EN = "title_en"
_SHIPPED = "incidents."
_ENGLISH = speech(Language.EN)


class Unaskable(Exception):
    """A field is of a kind that no page can ask."""


def schema_of(form: type[Form]) -> dict[str, Any]:
    """What a step keeps of its form."""
    return own_schema(form) or form.model_json_schema()


def own_schema(form: type[Form]) -> dict[str, Any] | None:
    """The schema of an office's own form; nothing for those that ship."""
    if form.kept:
        return dict(form.kept)
    if form.__module__.startswith(_SHIPPED):
        return None
    choices = {
        name: {each.value: [each.label, each.english or _ENGLISH.text(each.label)] for each in kind}
        for name, info in form.model_fields.items()
        if (kind := forms.choice_of(info.annotation))
    }
    own = {"heading": [form.heading, form.heading_en], "base": _base(form), "choices": choices}
    return {**form.model_json_schema(), OWN: own}


def _base(form: type[Form]) -> str:
    """The nearest form that ships with the desk."""
    return next(
        each.__name__
        for each in form.__mro__
        if each.__module__.startswith(_SHIPPED) and issubclass(each, Form)
    )


def is_own(kept: Mapping[str, Any]) -> bool:
    """Whether a schema is that of an office's own form."""
    return OWN in kept


def of(name: str, kept: Mapping[str, Any] | None) -> type[Form]:
    """The form of a step: a shipped one by its name, an office's own by the schema it kept.

    The schema counts where the class is at hand too: it is what the step was asked by.
    """
    if kept is None or not is_own(kept):
        return forms.of(name)
    try:
        return _rebuilt(name, json.dumps(kept))
    except Unaskable:
        raise NotFound(N_("Không có biểu mẫu này.")) from None


@lru_cache(maxsize=256)
def _rebuilt(name: str, written: str) -> type[Form]:
    kept: dict[str, Any] = json.loads(written)
    own, base = kept[OWN], forms.REGISTRY.get(kept[OWN]["base"], Form)
    needed = kept.get("required", [])
    asked: dict[str, Any] = {
        field: _field(field, spec, own["choices"].get(field), needed=field in needed)
        for field, spec in kept.get("properties", {}).items()
        if field not in base.model_fields
    }
    form = create_model(name, __base__=base, __module__=forms.READ_AGAIN, **asked)
    form.heading, form.heading_en = own["heading"]
    form.kept = kept
    return form


def _field(
    name: str, spec: Mapping[str, Any], choices: Mapping[str, Any] | None, *, needed: bool
) -> tuple[Any, Any]:
    """The type and bounds of a field, from its schema."""
    plain, empty = _without_null(spec)
    kind = _choice(name, choices) if choices else _kind(name, plain)
    info = Field(
        ... if needed else spec.get("default"),
        title=spec.get("title"),
        json_schema_extra={TITLE_EN: spec[TITLE_EN]} if TITLE_EN in spec else None,
        ge=plain.get("minimum"),
        le=plain.get("maximum"),
    )
    return (kind | None if empty else kind), info


def _without_null(spec: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    ways = [each for each in spec.get("anyOf", ()) if each.get("type") != "null"]
    return (ways[0], True) if len(ways) == 1 else (spec, False)


def _choice(name: str, choices: Mapping[str, Any]) -> Any:
    members = [
        (f"CHOICE_{number}", (value, *said)) for number, (value, said) in enumerate(choices.items())
    ]
    return Labelled(name, members)  # type: ignore[call-overload]


def _kind(name: str, spec: Mapping[str, Any]) -> Any:
    match spec.get("type"), spec.get("format"):
        case "string", "date-time":
            return datetime
        case "string", "uri":
            return HttpUrl
        case "string", None:
            return Annotated[
                str,
                StringConstraints(
                    strip_whitespace=True,
                    min_length=spec.get("minLength"),
                    max_length=spec.get("maxLength"),
                    pattern=spec.get("pattern"),
                ),
            ]
        case "integer", None:
            return int
        case "boolean", None:
            return bool
        case _:
            raise Unaskable(name)


def faults(form: type[Form]) -> list[str]:
    """Names of what pages could not ask or check: fields of another kind, checks in Python."""
    kept = own_schema(form)
    if kept is None:
        return []
    found = [
        name
        for name, info in form.model_fields.items()
        if not _askable(name, kept, info.annotation)
    ]
    base = forms.REGISTRY.get(kept[OWN]["base"], Form)
    known = base.__pydantic_decorators__
    mine = form.__pydantic_decorators__
    for which in ("field_validators", "model_validators", "validators", "root_validators"):
        found += sorted(getattr(mine, which).keys() - getattr(known, which).keys())
    return found


def _askable(name: str, kept: Mapping[str, Any], annotation: Any) -> bool:
    if forms.choice_of(annotation):
        return True
    plain, _ = _without_null(kept["properties"][name])
    try:
        _kind(name, plain)
    except Unaskable:
        return False
    return True


def untitled(form: type[Form]) -> list[str]:
    """Names of an own form's fields, and of itself, that have no words in one language."""
    if own_schema(form) is None:
        return []
    found = [] if form.heading and form.heading_en else [form.__name__]
    for name, info in form.model_fields.items():
        known = bool(info.title) and catalogued(info.title or "")
        extra = info.json_schema_extra
        if not info.title or not (known or (isinstance(extra, dict) and extra.get(TITLE_EN))):
            found.append(name)
    return found


def catalogued(sentence: str) -> bool:
    """Whether the desk itself has the English of a sentence."""
    return _ENGLISH.text(sentence) != sentence
