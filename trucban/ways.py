"""The ways a playbook can go, as people read them: one line a way, with what leads there.

What holds in every case is left out; several answers that lead the same way stand in one line.
"""

from collections.abc import Iterable
from typing import Any

from incidents.matter.severity import Level
from incidents.record.language import N_, Labelled, Speech
from incidents.response import forms

Way = dict[str, frozenset[str]]
"""Condition → the outcomes under which this way is gone."""

_YES, _NO = "True", "False"
_OUTCOMES = {
    "done": (N_("đã xong"), N_("chưa xong")),
    "granted": (N_("được duyệt"), N_("chưa được duyệt")),
    "refused": (N_("không được đồng ý"), N_("không bị từ chối")),
    "overdue": (N_("quá hạn"), N_("không quá hạn")),
    "declined": (N_("không ai nhận"), N_("có người nhận")),
    "waived": (N_("được miễn"), N_("không được miễn")),
}


def lines(outline: dict[str, Any], words: dict[str, Any], say: Speech) -> Iterable[str]:
    """Each way in words: from which step, to which, and when."""
    step_forms = {step["key"]: step["form"] for step in outline["steps"]}

    def title(key: str) -> str:
        return words.get(key, {}).get("title", key)

    for (before, after), ways in _by_ends(outline["edges"], step_forms).items():
        begin = ", ".join(title(key) for key in _keys(before, step_forms))
        for way in ways:
            when = "; ".join(_said(c, o, title, step_forms, say) for c, o in way.items())
            yield f"  {begin or say.text(N_('mở vụ việc'))} → {title(after)}" + (
                f"  [{when}]" if when else ""
            )


def _keys(joined: str, known: dict[str, str]) -> list[str]:
    """The keys of steps that were waited for together; a key may hold a comma itself."""
    found, rest = list[str](), ""
    for part in joined.split(", "):
        rest = f"{rest}, {part}" if rest else part
        if rest in known:
            found.append(rest)
            rest = ""
    return [*found, rest] if rest else found


def _by_ends(
    edges: Iterable[dict[str, str]], step_forms: dict[str, str]
) -> dict[tuple[str, str], list[Way]]:
    ends: dict[tuple[str, str], list[Way]] = {}
    for edge in edges:
        way = {
            condition: frozenset({outcome})
            for condition, _, outcome in (w.rpartition(" = ") for w in edge["when"].split("; "))
            if condition
        }
        for granted in [c for c in way if c.endswith(": granted") and way[c] == frozenset({_YES})]:
            way.pop(granted.replace(": granted", ": refused"), None)  # it goes without saying
        ends.setdefault((edge["from"], edge["to"]), []).append(way)
    return {pair: _shortened(ways, step_forms) for pair, ways in ends.items()}


def _shortened(ways: list[Way], step_forms: dict[str, str]) -> list[Way]:
    """Join what differs in one condition only; drop a condition once all its outcomes lead here."""
    for condition in {c: None for way in reversed(ways) for c in reversed(way)}:
        every = _every(condition, step_forms)
        joined: dict[tuple[bool, frozenset[tuple[str, frozenset[str]]]], Way] = {}
        for way in ways:
            rest = frozenset((c, o) for c, o in way.items() if c != condition)
            known = joined.setdefault((condition in way, rest), dict(way))
            if condition in way:
                known[condition] |= way[condition]
        ways = [
            {c: o for c, o in way.items() if c != condition or o != every}
            for way in joined.values()
        ]
    return [way for at, way in enumerate(ways) if way not in ways[:at]]


def _every(condition: str, step_forms: dict[str, str]) -> frozenset[str]:
    """All outcomes a condition can have."""
    key, _, what = condition.rpartition(": ")
    if key in step_forms and what not in _OUTCOMES:
        kind: Any = forms.of(step_forms[key]).model_fields[what].annotation
        if isinstance(kind, type) and issubclass(kind, Labelled):
            return frozenset(each.value for each in kind)
    if condition.startswith("level "):
        return frozenset(str(each.value) for each in Level)
    return frozenset({_YES, _NO})


def _said(
    condition: str, outcomes: frozenset[str], title: Any, step_forms: dict[str, str], say: Speech
) -> str:
    key, _, what = condition.rpartition(": ")
    if key in step_forms and what in _OUTCOMES:
        return f"{title(key)}: {_either(_OUTCOMES[what], outcomes, say)}"
    if key in step_forms:
        field = forms.of(step_forms[key]).model_fields[what]
        name = say.text(field.title or what)
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, Labelled):
            return f"{name}: {' / '.join(say.value(each) for each in kind if each in outcomes)}"
        return f"{name}: {_either((N_('có'), N_('không')), outcomes, say)}"
    if condition.startswith("level "):
        levels = (f"{each:d}" for each in Level if str(each.value) in outcomes)
        return say.text(N_("cấp độ %(levels)s"), levels=", ".join(levels))
    if condition.startswith("task force "):
        ways = (N_("Tổ công tác tự kích hoạt"), N_("Tổ công tác chờ chỉ đạo"))
        return _either(ways, outcomes, say)
    return f"{condition} = {', '.join(sorted(outcomes))}"


def _either(yes_no: tuple[str, str], outcomes: frozenset[str], say: Speech) -> str:
    return " / ".join(
        say.text(each) for each, token in zip(yes_no, (_YES, _NO), strict=True) if token in outcomes
    )
