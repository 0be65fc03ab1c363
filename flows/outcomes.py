"""What a playbook holds in its hand for work it asked for, and what it may read of it.

Before a wait nothing may be read; after it, what that wait first saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from incidents.response.steps import forms
from incidents.response.steps.forms import Draft, Form, SignOff
from incidents.response.steps.steps import Step, StepState
from incidents.words.approvals import Verdict

F = TypeVar("F", bound=Form)


class Unsettled(LookupError):
    """The playbook reads an outcome before it has waited for it, or an answer nobody gave."""


@dataclass(frozen=True)
class Outcome:
    """How a step stood when a wait first saw it."""

    state: StepState | None
    """``None``: nothing was opened, because the words may not be published."""
    answer: Form | None = None

    @classmethod
    def of(cls, step: Step) -> "Outcome":
        """The outcome a step shows now; one not settled, for which nobody waits on, is overdue."""
        done = step.state is StepState.DONE and step.answer is not None
        state = step.state if step.settled else StepState.OVERDUE
        return cls(state, forms.check(step.form, step.answer or {}) if done else None)

    def plain(self, form: str) -> dict[str, Any]:
        """The outcome as it is stored."""
        answer = self.answer.model_dump(mode="json") if self.answer else None
        return {"state": self.state.value if self.state else None, "form": form, "answer": answer}

    @classmethod
    def revive(cls, stored: dict[str, Any]) -> "Outcome":
        """A stored outcome again."""
        answer = stored["answer"]
        return cls(
            StepState(stored["state"]) if stored["state"] else None,
            forms.of(stored["form"]).model_validate(answer) if answer is not None else None,
        )

    def shows(self, what: str) -> bool:
        """Whether it is done, granted, refused, overdue, declined or waived."""
        verdict = getattr(self.answer, "verdict", None)
        match what:
            case "granted":
                return self.state is StepState.DONE and verdict in (None, Verdict.GRANTED)
            case "refused":
                return self.state is None or verdict is Verdict.REFUSED
            case _:
                return self.state is StepState(what)


class Awaited:
    """One step of a run, from the playbook's side."""

    def __init__(self, key: str, form: type[Form], step: Step | None = None) -> None:
        self.key, self.form, self.step = key, form, step
        self.outcome: Outcome | None = None
        self.usual: Mapping[str, Enum | bool] = {}

    @property
    def known(self) -> bool:
        """Whether a wait of this replay has seen it settled."""
        return self.outcome is not None

    def shows(self, what: str) -> bool:
        """One yes-or-no of its outcome."""
        return self._seen().shows(what)

    def answer(self) -> Form:
        """The typed answer; ``Unsettled`` when there is none."""
        seen = self._seen()
        if seen.answer is None:
            raise Unsettled(f"«{self.key}» ended without an answer: look at .done first")
        return seen.answer

    def _seen(self) -> Outcome:
        if self.outcome is None:
            raise Unsettled(f"wait for «{self.key}» before reading it")
        return self.outcome


class Asked(Generic[F]):
    """Work that was asked for: one step, or one for each signature."""

    def __init__(self, *parts: Awaited) -> None:
        self.parts = parts

    def usually(self, **answers: Enum | bool) -> Self:
        """What is ordinarily answered, where a rehearsal on paper would guess otherwise.

        Nothing else goes by it. ``ValueError`` for a field nobody is asked for.
        """
        for part in self.parts:
            if unknown := answers.keys() - part.form.model_fields.keys():
                raise ValueError(f"«{part.key}» does not ask for {', '.join(sorted(unknown))}")
            part.usual = answers
        return self

    @property
    def settled(self) -> bool:
        """Whether the last wait saw it end: what ``wait_any`` leaves open is not."""
        return all(part.known for part in self.parts)

    @property
    def done(self) -> bool:
        """It was answered in time."""
        return all(part.shows("done") for part in self.parts)

    @property
    def granted(self) -> bool:
        """Every verdict asked for is yes."""
        return all(part.shows("granted") for part in self.parts)

    @property
    def refused(self) -> bool:
        """One verdict is no, or the words may not be published."""
        return any(part.shows("refused") for part in self.parts)

    @property
    def overdue(self) -> bool:
        """The time ran out."""
        return any(part.shows("overdue") for part in self.parts)

    @property
    def declined(self) -> bool:
        """Nobody took it."""
        return any(part.shows("declined") for part in self.parts)

    @property
    def waived(self) -> bool:
        """A named approver let it go undone."""
        return any(part.shows("waived") for part in self.parts)

    @property
    def answer(self) -> F:
        """The typed answer; raises ``Unsettled`` when nobody gave one."""
        return self.parts[0].answer()  # pyright: ignore[reportReturnType] - the form decides

    @property
    def statement_id(self) -> UUID | None:
        """The statement it is about."""
        step = self.parts[0].step
        return step.statement_id if step else None


class Drafted(Asked[Draft]):
    """A statement being drafted."""


class Approved(Asked[SignOff]):
    """A statement waiting for its signatures."""
