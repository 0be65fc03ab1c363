"""What a playbook branches on, said as people say it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from incidents.record.language import N_, Labelled, Speech
from incidents.response.steps import sayings
from incidents.response.steps.forms import Form

_OUTCOMES: dict[tuple[str, str], str] = {
    ("done", "True"): N_("xong trong hạn"),
    ("done", "False"): N_("không xong trong hạn"),
    ("granted", "True"): N_("đồng ý"),
    ("granted", "False"): N_("chưa có đồng ý"),
    ("refused", "True"): N_("không đồng ý"),
    ("refused", "False"): N_("không bị từ chối"),
    ("overdue", "True"): N_("quá hạn"),
    ("overdue", "False"): N_("không quá hạn"),
    ("declined", "True"): N_("không ai nhận"),
    ("declined", "False"): N_("có người nhận"),
    ("waived", "True"): N_("được miễn"),
    ("waived", "False"): N_("không được miễn"),
}
_PLAIN_NO = frozenset({("done", "False"), ("granted", "False")})
"""A no that means something by itself; the other ones only where they open a step."""

_TASK_FORCE = {
    "True": N_("được kích hoạt ngay"),
    "False": N_("còn chờ ý kiến chỉ đạo"),
}


@dataclass(frozen=True)
class Condition:
    """One choice as exploring names it: its label and the value taken."""

    label: str
    value: str


@dataclass(frozen=True)
class Way:
    """One way a choice can go, and the steps that come only then."""

    words: str
    opens: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """Something the playbook looks at, and the ways it can go."""

    about: str
    ways: tuple[Way, ...]


class Conditions:
    """Reads and says the choices of one playbook; ``form_of`` is step key → form."""

    def __init__(
        self, form_of: Mapping[str, type[Form]], title: Callable[[str], str], say: Speech
    ) -> None:
        self._form_of, self._title, self._say = form_of, title, say

    def read(self, when: str) -> list[Condition]:
        """The choices an edge notes."""
        pairs = (each.rsplit(" = ", 1) for each in when.split("; ") if " = " in each)
        return [Condition(label, value) for label, value in pairs]

    def step_of(self, condition: Condition) -> str | None:
        """The key of the step a choice is about."""
        label = condition.label
        return max((k for k in self._form_of if label.startswith(f"{k}: ")), key=len, default=None)

    def said(self, condition: Condition) -> str:
        """A choice in words."""
        return f"{self.about(condition)}: {self.way(condition)}"

    def about(self, condition: Condition) -> str:
        """What is looked at."""
        key, label = self.step_of(condition), condition.label
        if key is not None:
            what = label.removeprefix(f"{key}: ")
            form, title = self._form_of[key], f"«{self._title(key)}»"
            if what not in form.model_fields or (what, condition.value) in _OUTCOMES:
                return title
            return f"{title} – {sayings.label(form, what, self._say)}"
        if label.startswith("task force"):
            return self._say.text(N_("Tổ công tác"))
        if label.startswith("level"):
            return self._say.text(N_("Cấp độ"))
        return self._say.text(N_("Việc xong trước")) if label.startswith("first of") else label

    def way(self, condition: Condition) -> str:
        """How it goes."""
        key, label, value = self.step_of(condition), condition.label, condition.value
        if key is not None:
            what = label.removeprefix(f"{key}: ")
            if (what, value) in _OUTCOMES:
                return self._say.text(_OUTCOMES[what, value])
            info = self._form_of[key].model_fields.get(what)
            return self._value(info.annotation if info else None, value)
        if label.startswith("task force"):
            return self._say.text(_TASK_FORCE.get(value, value))
        return f"«{self._title(value)}»" if label.startswith("first of") else value

    def _value(self, kind: Any, value: str) -> str:
        if kind is bool:
            return self._say.value(value == "True")
        if isinstance(kind, type) and issubclass(kind, Enum):
            found = next((m for m in kind if str(m.value) == value), None)
            if isinstance(found, Labelled):
                return self._say.value(found)
        return value


def choices(
    conditions: Conditions,
    met: Sequence[Condition],
    edges: Sequence[Mapping[str, str]],
    title: Callable[[str], str],
) -> list[Choice]:
    """Everything met that goes more than one way, in the order it is met."""
    opened = _opened((edge["to"], conditions.read(edge["when"])) for edge in edges)
    ways: dict[str, dict[str, tuple[str, ...]]] = {}
    for each in sorted(met, key=_in_order(met)):
        opens = tuple(title(key) for key in opened.get(each, ()))
        what = (each.label.rsplit(": ", 1)[-1], each.value)
        if opens or each.value != "False" or what in _PLAIN_NO or what not in _OUTCOMES:
            found = ways.setdefault(conditions.about(each), {})
            found[conditions.way(each)] = found.get(conditions.way(each), ()) + opens
    return [
        Choice(about, tuple(Way(words, tuple(dict.fromkeys(o))) for words, o in found.items()))
        for about, found in ways.items()
        if len(found) > 1
    ]


def _in_order(met: Iterable[Condition]) -> Callable[[Condition], tuple[int, str]]:
    """Labels as they are met, levels from the lowest."""
    place = {label: at for at, label in enumerate(dict.fromkeys(each.label for each in met))}

    def at(each: Condition) -> tuple[int, str]:
        return place[each.label], each.value if each.value.isdigit() else ""

    return at


def _opened(
    comings: Iterable[tuple[str, Sequence[Condition]]],
) -> dict[Condition, list[str]]:
    """Condition → the steps that never come without it."""
    always: dict[str, list[Condition]] = {}
    for key, taken in comings:
        before = always.get(key)
        always[key] = list(taken) if before is None else [c for c in before if c in taken]
    opened: dict[Condition, list[str]] = {}
    for key, needed in always.items():
        for each in needed:
            opened.setdefault(each, []).append(key)
    return opened
