"""What the timeline tells of decisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_
from incidents.response.steps.sayings import PrivateSaid

_TAKEN = N_(
    "Quyết định %(decision)s của %(decided_by)s. Vấn đề: %(question)s. Chọn: %(chosen)s. "
    "Lý do: %(reason)s. Phương án đã cân nhắc: %(options)s. Ý kiến khác: %(dissent)s. "
    "Xem lại: %(review_at)s"
)
_REPLACED = N_(
    "Quyết định %(decision)s của %(decided_by)s, thay quyết định %(replaced)s. "
    "Vấn đề: %(question)s. Chọn: %(chosen)s. Lý do: %(reason)s. "
    "Phương án đã cân nhắc: %(options)s. Ý kiến khác: %(dissent)s. Xem lại: %(review_at)s"
)


@dataclass(frozen=True)
class DecisionTaken(Fact):
    """Something was decided, told in the words of its day; old entries only."""

    decision: int
    decided_by: PersonId | None
    review_at: datetime | None
    question: Private
    options: Private
    chosen: Private
    reason: Private
    dissent: Private
    says: ClassVar[str] = _TAKEN


@dataclass(frozen=True)
class DecisionReplaced(DecisionTaken):
    """A decision took the place of an earlier one, told so; old entries only."""

    replaced: int
    says: ClassVar[str] = _REPLACED


@dataclass(frozen=True)
class DecisionLogged(Fact):
    """Something was decided, by a named person."""

    decision: int
    decided_by: PersonId | None
    review_at: datetime | None
    question: PrivateSaid
    options: PrivateSaid
    chosen: PrivateSaid
    reason: PrivateSaid
    dissent: PrivateSaid
    says: ClassVar[str] = _TAKEN


@dataclass(frozen=True)
class DecisionSuperseded(DecisionLogged):
    """A decision took the place of an earlier one, which stays as it was written."""

    replaced: int
    says: ClassVar[str] = _REPLACED
