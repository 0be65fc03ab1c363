"""Exploring a playbook with every choice: nothing is opened, every step and edge is noted.

A playbook may branch on outcomes, the level, enum and bool fields only; anything else raises here,
so its picture and its branch stories can come from this and never miss a way it can go.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NoReturn, TypeVar, cast

from pydantic import ValidationError
from sqlmodel import Session

from flows.outcomes import Asked, Awaited, Unsettled
from flows.playbook import Playbook
from flows.run import Run
from flows.staging import DuplicateStep, Wanted
from incidents.matter.incidents import Incident
from incidents.matter.severity import Level
from incidents.people.roles import Role
from incidents.response.steps import own_forms
from incidents.response.steps.exercise_forms import Inject
from incidents.response.steps.forms import Form
from incidents.response.steps.steps import StepKind
from incidents.words.approvals import Verdict

T = TypeVar("T")

MOST_PATHS = 20_000
"""More ways than this nobody can draw or test: the playbook must be cut into smaller ones."""

MOST_FAR_PATHS = 12_000
"""So many ways are gone for answers of long before; then only for what was chosen just now."""

_REMEMBERED = 3
"""A choice is taken anew after each different sequence of so many choices before it."""


class ForbiddenBranch(TypeError):
    """A playbook branches on something that cannot be explored."""


class Finished(BaseException):
    """The playbook said it is at its end."""


class _Opaque:
    """A value that is known only when people have answered: it may be handed on, not looked at."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _refuse(self, *_: object) -> NoReturn:
        raise ForbiddenBranch(f"a playbook may not branch on {self._name}")

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse  # pyright: ignore[reportAssignmentType]
    __hash__ = __iter__ = __len__ = __contains__ = __index__ = __int__ = _refuse  # pyright: ignore[reportAssignmentType]

    def __add__(self, _: object) -> "_Opaque":
        return self

    __radd__ = __sub__ = __rsub__ = __add__


class _Answer:
    """An answer whose enum and bool fields are choices and whose other fields are opaque."""

    def __init__(self, key: str, form: type[Form], choose: "_Choose", **known: Any) -> None:
        self._key, self._form, self._choose, self._known = key, form, choose, known

    def __getattr__(self, name: str) -> Any:
        if name not in self._form.model_fields:
            raise AttributeError(f"{self._form.__name__} has no field {name}")
        if name not in self._known:
            label = f"{self._key}: {name}"
            options = _options(self._form, name)
            self._known[name] = self._choose(label, options) if options else _Opaque(label)
        return self._known[name]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter([(name, getattr(self, name)) for name in self._form.model_fields])


_Choose = Callable[[str, Sequence[Any]], Any]


def _options(form: type[Form], name: str) -> list[Any]:
    kind = form.model_fields[name].annotation
    if kind is bool:
        return [True, False]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [member for member in kind if _accepted(form, name, member)]
    return []


def _accepted(form: type[Form], name: str, value: Any) -> bool:
    try:
        form.model_validate({name: value})
    except ValidationError as refused:
        return all(name not in each["loc"] for each in refused.errors())
    return True


_ENDS: tuple[str, ...] = ("done", "overdue", "declined", "waived")


class Explored(Awaited):
    """A step whose outcome is chosen only as far as the playbook looks at it."""

    def __init__(self, wanted: Wanted, choose: _Choose) -> None:
        super().__init__(wanted.key, wanted.form)
        self._choose, self._waited = choose, False
        ends = list(_ENDS)
        if "verdict" in wanted.form.model_fields:
            ends = ["granted", "refused", *_ENDS[1:]]
        elif wanted.must_stand:
            ends.append("void")
        self._possible = ends
        self._answer: _Answer | None = None

    @property
    def known(self) -> bool:
        return self._waited

    def let_through(self) -> None:
        """A wait has seen it."""
        self._waited = True

    def shows(self, what: str) -> bool:
        if not self._waited:
            raise Unsettled(f"wait for «{self.key}» before reading it")
        yes = [end for end in self._possible if _means(end, what)]
        no = [end for end in self._possible if end not in yes]
        if yes and no:
            self._possible = yes if self._choose(f"{self.key}: {what}", [True, False]) else no
        return all(_means(end, what) for end in self._possible)

    def answer(self) -> Form:
        if not self.shows("done"):
            raise Unsettled(f"«{self.key}» may end without an answer: look at .done first")
        if self._answer is None:
            known: dict[str, Any] = {}
            if "verdict" in self.form.model_fields:
                known["verdict"] = Verdict.GRANTED if self.shows("granted") else Verdict.REFUSED
            self._answer = _Answer(self.key, self.form, self._choose, **known)
        return cast("Form", self._answer)


_MEANS = {
    "done": ("done", "granted", "refused"),
    "granted": ("done", "granted"),
    "refused": ("refused", "void"),
}


def _means(end: str, what: str) -> bool:
    return end in _MEANS.get(what, (what,))


@dataclass
class Outline:
    """What exploring found; the catalogue stores it."""

    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], None] = field(default_factory=dict)
    choices: dict[tuple[str, str], None] = field(default_factory=dict)
    paths: int = 0
    whole: bool = True
    """Whether each option was gone after each answer that can come before it."""

    def plain(self) -> dict[str, Any]:
        """As the catalogue row holds it."""
        edges = [{"from": a, "to": b, "when": when} for a, b, when in self.edges]
        return {
            "steps": list(self.steps.values()),
            "edges": edges,
            "choices": [list(each) for each in self.choices],
            "paths": self.paths,
            "whole": self.whole,
        }


class _Path:
    """The stage of one path: its prefix is given, every further choice takes the first option."""

    def __init__(self, outline: Outline, prefix: Sequence[int]) -> None:
        self.outline, self._prefix = outline, list(prefix)
        self.taken: list[tuple[str, int, int]] = []
        self.met: set[str] = set()
        self._from, self._since = "", list[str]()
        self._waited = list[str]()
        self._levels = 0

    def choose(self, label: str, options: Sequence[Any]) -> Any:
        """One of the options; which, is what this path is about."""
        at = len(self.taken)
        index = self._prefix[at] if at < len(self._prefix) else 0
        self.taken.append((label, index, len(options)))
        chosen = options[index]
        said = chosen.key if isinstance(chosen, Awaited) else chosen
        said = said.value if isinstance(said, Enum) else said
        self._since.append(f"{label} = {said}")
        self.outline.choices[label, str(said)] = None
        return chosen

    def open(self, wanted: Wanted) -> Awaited:
        """Note the step and how the playbook came to it."""
        if wanted.key in self.met:
            raise DuplicateStep(f"«{wanted.key}» is asked for twice; number repeats")
        self.met.add(wanted.key)
        noted = self.outline.steps.setdefault(wanted.key, _noted(wanted))
        noted["waited_for"] += [k for k in self._waited if k not in noted["waited_for"]]
        before = wanted.after.key if wanted.after else self._from
        self.outline.edges[before, wanted.key, "; ".join(self._since)] = None
        return Explored(wanted, self.choose)

    def wait(
        self,
        awaited: Sequence[Awaited],
        *,
        for_all: bool,
        in_time: bool = False,  # noqa: ARG002 - overdue is one of the ways in any case
    ) -> None:
        """All of them, or one after the other as the first."""
        explored = cast("Sequence[Explored]", awaited)
        if not for_all and len(explored) > 1 and not any(e.known for e in explored):
            first = self.choose("first of " + ", ".join(e.key for e in explored), explored)
            explored = [first]
        for each in explored:
            each.let_through()
        self._from, self._since = ", ".join(e.key for e in explored), []
        self._waited += [e.key for e in explored]

    def level(self) -> Level:
        """Any level."""
        self._levels += 1
        return self.choose(f"level {self._levels}", list(Level))

    def now(self) -> datetime:
        """A moment nobody may branch on."""
        return cast("datetime", _Opaque("the time"))

    def once(
        self,
        name: str,
        act: Callable[[Session, Incident], bool],  # noqa: ARG002 - nothing is done
        *,
        once_signed: Asked[Form] | None = None,  # noqa: ARG002 - nobody is late on paper
    ) -> bool:
        """A yes or no, where the playbook looks at it."""
        if not name.startswith("task force"):
            return True
        return self.choose(name, [True, False])

    def until(self, moment: datetime) -> None:
        """Time passes."""

    def rounds(self, most: int) -> int:
        """Two rounds show all there is: the first, and one more."""
        return min(most, 2)

    def injects(self, read: Callable[[], Sequence[Inject]]) -> Sequence[Inject]:  # noqa: ARG002 - a plan nobody wrote
        """One stands for all."""
        return [Inject(0, Role.LEAD, {})]

    def finish(self) -> NoReturn:
        """The end of this path."""
        raise Finished


def _noted(wanted: Wanted) -> dict[str, Any]:
    return {
        "key": wanted.key,
        "kind": wanted.kind.value,
        "role": wanted.role.value,
        "form": wanted.form.__name__,
        **_of_an_own(wanted.form),
        "due_minutes": round(wanted.due.total_seconds() / 60),
        "then": wanted.then.value if wanted.then else None,
        "mandatory": wanted.mandatory,
        "hours": [f"{hour:%H:%M}" for hour in wanted.hours.hours] if wanted.hours else [],
        "template": wanted.words.template if wanted.words else None,
        "waited_for": list[str](),
        "releases": wanted.kind is StepKind.APPROVE and bool(wanted.release_to),
    }


def explore(playbook: Playbook) -> Outline:
    """Walk the playbook with every choice and return its outline.

    A playbook may look again at what people answered long ago: a finding, a yes. So each option is
    gone after each single answer before it, however far back, and after each sequence of the last
    few choices. What hangs on two answers of long ago at once is found only along such a way.
    """
    outline = Outline()
    waiting: list[list[int]] = [[]]
    seen: set[tuple[object, ...]] = set()
    while waiting:
        prefix = waiting.pop()
        outline.paths += 1
        if outline.paths > MOST_PATHS:
            raise ForbiddenBranch(f"{playbook.name} has more than {MOST_PATHS} ways to go")
        path = _Path(outline, prefix)
        with contextlib.suppress(Finished):
            playbook.body(Run(path))
        outline.whole = outline.paths <= MOST_FAR_PATHS
        waiting += _others(path.taken, len(prefix), seen, far=outline.whole)
    return outline


def _others(
    taken: list[tuple[str, int, int]], fixed: int, seen: set[tuple[object, ...]], *, far: bool
) -> list[list[int]]:
    """The ways not yet gone: each other option of each new choice, in each new neighbourhood.

    ``far`` counts as one of them every single answer that was given before.
    """
    found: list[list[int]] = []
    for at in range(fixed, len(taken)):
        label, _, options = taken[at]
        earlier = [(name, index) for name, index, _ in taken[:at]]
        before: list[object] = [tuple(earlier[-_REMEMBERED:])]
        before += [each for each in earlier if far and _answered(each[0])]
        for other in range(options):
            new = {(each, label, other) for each in before} - seen
            seen |= new
            if new and other:
                found.append([index for _, index, _ in taken[:at]] + [other])
    return found


def _answered(label: str) -> bool:
    """Whether a choice is a field of an answer, not how a step ended."""
    _, of_step, what = label.rpartition(": ")
    return bool(of_step) and what not in (*_ENDS, *_MEANS)


def _of_an_own(form: type[Form]) -> dict[str, Any]:
    """What pages need of a form whose class they do not have."""
    kept = own_forms.own_schema(form)
    return {"asks": kept} if kept else {}
