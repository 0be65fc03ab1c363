"""The fields of a step's typed form, as the page draws them and reads them back."""

from dataclasses import dataclass, field
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from incidents.record.clock import LOCAL
from incidents.record.language import Labelled, Speech
from incidents.response.steps import sayings
from incidents.response.steps.forms import Form

_LINE = 300


@dataclass(frozen=True)
class Asked:
    """One question of a form; ``kind`` is how it is drawn."""

    name: str
    label: str
    kind: str
    required: bool
    options: list[tuple[str, str]] = field(default_factory=list)


def of(form: type[Form], say: Speech) -> list[Asked]:
    """The questions of a form in their order."""
    return [
        Asked(
            name=name,
            label=sayings.label(form, name, say),
            kind=_kind(info),
            required=info.is_required(),
            options=_options(info, say),
        )
        for name, info in form.model_fields.items()
    ]


def read(form: type[Form], sent: FormData) -> dict[str, Any]:
    """What was sent, ready to be checked: nothing chosen is nothing, a local time gets its zone."""
    answer: dict[str, Any] = {}
    for name, info in form.model_fields.items():
        value = str(sent.get(name, "")).strip()
        if not value:
            continue
        if _type(info) is datetime:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                answer[name] = value
                continue
            answer[name] = (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).isoformat()
        else:
            answer[name] = value
    return answer


def _type(info: FieldInfo) -> Any:
    kind = info.annotation
    if get_origin(kind) in (Union, UnionType):
        kind = next(k for k in get_args(kind) if k is not type(None))
    return kind


def _kind(info: FieldInfo) -> str:
    kind = _type(info)
    if isinstance(kind, type) and issubclass(kind, Labelled):
        return "choice"
    if kind is bool:
        return "yes_no"
    if kind is int:
        return "number"
    if kind is datetime:
        return "moment"
    if getattr(kind, "__name__", "") == "HttpUrl":
        return "url"
    longest = next((m.max_length for m in info.metadata if getattr(m, "max_length", None)), _LINE)
    return "line" if longest <= _LINE else "prose"


def _options(info: FieldInfo, say: Speech) -> list[tuple[str, str]]:
    kind = _type(info)
    if isinstance(kind, type) and issubclass(kind, Labelled):
        unfit = ("pending",)  # A finding that is still pending is no answer.
        return [(each.value, say.value(each)) for each in kind if each.value not in unfit]
    return []
