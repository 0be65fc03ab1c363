"""What the timeline tells of lessons."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class LessonLearnt(Fact):
    """Something to do better was written down, perhaps with whoever does it and a day."""

    lesson: int
    due_on: date | None
    improvement: Private
    cause: Private
    owner: Private
    says: ClassVar[str] = N_(
        "Bài học %(lesson)s: %(improvement)s. Nguyên nhân: %(cause)s. "
        "Phụ trách: %(owner)s, hạn %(due_on)s"
    )


@dataclass(frozen=True)
class LessonAssigned(Fact):
    """Somebody owns a lesson from here on, until a day."""

    lesson: int
    owner: PersonId
    due_on: date
    says: ClassVar[str] = N_("Giao bài học %(lesson)s cho %(owner)s, hạn %(due_on)s")


@dataclass(frozen=True)
class LessonDone(Fact):
    """A lesson was put into practice, with what shows it."""

    lesson: int
    proof: Private
    says: ClassVar[str] = N_("Bài học %(lesson)s đã thực hiện. Minh chứng: %(proof)s")


@dataclass(frozen=True)
class LessonDropped(Fact):
    """A lesson was given up, for a reason."""

    lesson: int
    reason: Private
    says: ClassVar[str] = N_("Bài học %(lesson)s không thực hiện. Lý do: %(reason)s")


@dataclass(frozen=True)
class LessonWrittenAnew(Fact):
    """A later answer wrote the lessons down anew, and this one nobody had acted on went."""

    lesson: int
    says: ClassVar[str] = N_("Bài học %(lesson)s đã được viết lại")


@dataclass(frozen=True)
class LessonCameBack(Fact):
    """What another incident taught is what this lesson had taught before."""

    lesson: int
    times: int
    elsewhere: str
    says: ClassVar[str] = N_("Bài học %(lesson)s lặp lại ở %(elsewhere)s, lần thứ %(times)s")


@dataclass(frozen=True)
class LessonKnown(Fact):
    """What this incident taught had been taught before."""

    lesson: int
    earlier: str
    says: ClassVar[str] = N_("Bài học %(lesson)s lặp lại bài học %(earlier)s")
