"""What the timeline tells of answers: the typed answer itself, said in each reader's language."""

from dataclasses import dataclass
from typing import ClassVar

from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.steps.sayings import PrivateAnswer

_DONE = N_("Hoàn thành việc %(number)s «%(key)s». %(answer)s")


@dataclass(frozen=True)
class StepDone(Fact):
    """The work was done and answered, told in the words of its day; old entries only."""

    number: int
    key: str
    late: bool
    answer: Private
    says: ClassVar[str] = _DONE


@dataclass(frozen=True)
class StepTimeAsked(Fact):
    """More time was asked for; its due time stands until somebody grants it."""

    number: int
    key: str
    minutes: int
    reason: Private
    says: ClassVar[str] = N_(
        "Xin thêm %(minutes)s phút cho việc %(number)s «%(key)s». Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class StepAnswered(Fact):
    """The work was done, with its typed answer: each reader gets it in their language."""

    number: int
    key: str
    late: bool
    answer: PrivateAnswer
    says: ClassVar[str] = _DONE
