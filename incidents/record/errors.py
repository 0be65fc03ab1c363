"""Everything the desk may refuse.

    Refusal
    ├── NotFound        there is no such thing, or not for you
    ├── NotPermitted    you may not do this
    │   └── SignInAgain     you may, once you have proved again that it is you
    ├── Conflict        it can no longer be done, or not yet
    │   ├── AlreadySettled  somebody was first
    │   └── GuardFailed     conditions are missing; each is named
    └── Invalid         what was sent cannot be accepted; fields are named

A refusal carries its Vietnamese sentence and the values in it, never HTTP: the edge
translates it into the reader's language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from incidents.record.language import N_

Sentence = tuple[str, Mapping[str, Any]]
"""A Vietnamese sentence, and the values in it."""

Missing = list[Sentence]
"""The conditions of a deed that are not met."""

Wrong = dict[str, Sentence]
"""What cannot be accepted of a form: field to sentence."""


class Refusal(Exception):
    """A request the desk understood and will not carry out."""

    def __init__(self, message: str, **values: Any) -> None:
        self.message = message
        self.values = values
        super().__init__(message % values if values else message)


class NotFound(Refusal):
    """There is no such thing, or the asker may not know of it."""


class NotPermitted(Refusal):
    """The person may not do this."""


class SignInAgain(NotPermitted):
    """The deed needs a fresh proof of identity (ASVS 7.5.3)."""


class Conflict(Refusal):
    """The state of things forbids it now."""


class AlreadySettled(Conflict):
    """Somebody was first; repeating it changes nothing."""


class GuardFailed(Conflict):
    """Conditions of a transition are missing; ``missing`` names each of them."""

    def __init__(self, message: str, missing: Sequence[Sentence]) -> None:
        self.missing = list(missing)
        super().__init__(message)


class Invalid(Refusal):
    """What was sent cannot be accepted; ``fields`` maps a field to its sentence."""

    def __init__(
        self,
        message: str = N_("Nội dung gửi lên chưa hợp lệ."),
        /,
        fields: Mapping[str, Sentence] | None = None,
        **values: Any,
    ) -> None:
        self.fields: Wrong = dict(fields or {})
        super().__init__(message, **values)


NO_REASON: Sentence = (N_("Nêu lý do."), {})
"""What a form without its reason is told, beside other faults of it."""


def given(reason: str) -> str:
    """The reason without blanks around it; refused where nothing else is left."""
    if not (said := reason.strip()):
        raise Invalid(fields={"reason": NO_REASON})
    return said
