"""Lessons over all incidents: looked for, known again, and reminded of when their day has come."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents, recusals
from incidents.matter.incidents import Incident
from incidents.people import concerned, persons, roles
from incidents.people.roles import Role
from incidents.record import clock
from incidents.record.language import N_, Labelled
from incidents.response.learning.lessons import Lesson, LessonState

_MORNING = time(8)
OVERDUE_AFTER = timedelta(days=7)
"""How long after its day the standing deputy hears of a lesson as well."""

_WORD = re.compile(r"\w{2,}")
_FEW, _SHARE = 2, 0.5
"""Causes read alike when they share two words, and half of those of the shorter one."""


class Filter(Labelled):
    """Which lessons one looks for."""

    OPEN = "open", N_("đang thực hiện")
    LATE = "late", N_("quá hạn")
    UNASSIGNED = "unassigned", N_("chưa giao")
    CAME_BACK = "came_back", N_("lặp lại")
    DONE = "done", N_("đã thực hiện")
    ALL = "all", N_("tất cả")


@dataclass(frozen=True)
class Entry:
    """A lesson beside its incident, and the first one that taught the same."""

    lesson: Lesson
    incident: Incident
    earlier: Lesson | None
    earlier_incident: Incident | None

    @property
    def late(self) -> bool:
        """Whether its day has passed."""
        day = self.lesson.due_on
        open_ = self.lesson.state is LessonState.OPEN
        return open_ and day is not None and day < incidents.today()

    @property
    def wanting(self) -> bool:
        """Whether it is open and nobody of the directory owns it, or it has no day."""
        lesson = self.lesson
        open_ = lesson.state is LessonState.OPEN
        return open_ and (lesson.owner_id is None or lesson.due_on is None)


def find(
    session: Session,
    chosen: Filter = Filter.ALL,
    *,
    incident_id: UUID | None = None,
    owner_id: UUID | None = None,
    reader: UUID | None = None,
    limit: int = 200,
) -> list[Entry]:
    """The lessons asked for, the nearest day first, those without one last; three queries.

    For a ``reader`` without those of incidents that concern that person.
    """
    wanted = select(Lesson, Incident).join(Incident, col(Incident.id) == Lesson.incident_id)
    open_ = col(Lesson.state) == LessonState.OPEN
    match chosen:
        case Filter.OPEN:
            wanted = wanted.where(open_)
        case Filter.LATE:
            wanted = wanted.where(open_, col(Lesson.due_on) < incidents.today())
        case Filter.UNASSIGNED:
            nobody = col(Lesson.owner_id).is_(None) | col(Lesson.due_on).is_(None)
            wanted = wanted.where(open_, nobody)
        case Filter.CAME_BACK:
            wanted = wanted.where((col(Lesson.returns) > 0) | col(Lesson.earlier_id).is_not(None))
        case Filter.DONE:
            wanted = wanted.where(Lesson.state == LessonState.DONE)
        case Filter.ALL:
            pass
    if incident_id:
        wanted = wanted.where(Lesson.incident_id == incident_id)
    if owner_id:
        wanted = wanted.where(Lesson.owner_id == owner_id)
    if reader:
        wanted = wanted.where(concerned.open_to(reader, col(Lesson.incident_id)))
    order = (col(Lesson.due_on).is_(None), col(Lesson.due_on), col(Lesson.id).desc())
    rows = session.exec(wanted.order_by(*order).limit(limit)).all()
    before = {lesson.earlier_id for lesson, _ in rows if lesson.earlier_id}
    firsts = _firsts(session, before, reader)
    return [Entry(lesson, incident, *_before(firsts, lesson)) for lesson, incident in rows]


def resembles(entry: Entry, incident: Incident, cause: str = "") -> bool:
    """Whether an open lesson may have taught the same: in the same playbook, or of a like cause."""
    lesson = entry.lesson
    if lesson.state is not LessonState.OPEN or lesson.incident_id == incident.id:
        return False
    return entry.incident.playbook == incident.playbook or _alike(lesson.cause, cause)


def _alike(one: str, other: str) -> bool:
    words, others = (set(_WORD.findall(text.casefold())) for text in (one, other))
    shared = len(words & others)
    return shared >= _FEW and shared >= _SHARE * min(len(words), len(others))


def _firsts(
    session: Session, ids: set[UUID], reader: UUID | None
) -> dict[UUID, tuple[Lesson, Incident]]:
    if not ids:
        return {}
    wanted = (
        select(Lesson, Incident)
        .join(Incident, col(Incident.id) == Lesson.incident_id)
        .where(col(Lesson.id).in_(ids))
    )
    if reader:
        wanted = wanted.where(concerned.open_to(reader, col(Lesson.incident_id)))
    return {lesson.id: (lesson, incident) for lesson, incident in session.exec(wanted)}


def _before(
    firsts: dict[UUID, tuple[Lesson, Incident]], lesson: Lesson
) -> tuple[Lesson | None, Incident | None]:
    return firsts.get(lesson.earlier_id, (None, None)) if lesson.earlier_id else (None, None)


def owns(session: Session, person_id: UUID) -> bool:
    """Whether a person owns a lesson."""
    wanted = select(Lesson.id).where(Lesson.owner_id == person_id).limit(1)
    return session.exec(wanted).first() is not None


@dataclass(frozen=True)
class Reminder:
    """One message that is due: about which lesson, to whom, under which key."""

    lesson: Lesson
    people: tuple[UUID, ...]
    key: str
    overdue: bool = False
    kind: str = "lesson_due"


WANTS_A_DAY_AFTER = timedelta(days=7)
"""How long a lesson may go without a day before whoever could set one is asked for it."""


def due(session: Session) -> list[Reminder]:
    """What owners are to be reminded of from the morning of the day on, and what a week later.

    Without an owner in the directory the standing deputy hears in their place; of a lesson that
    has no day after a week both do.
    """
    now = clock.now()
    keepers = tuple(roles.holders(session, Role.STANDING_DEPUTY, now)[:1])
    found: list[Reminder] = []
    for lesson in session.exec(
        select(Lesson)
        .where(Lesson.state == LessonState.OPEN, col(Lesson.due_on) <= incidents.today())
        .order_by(col(Lesson.due_on))
    ):
        if lesson.due_on is None:
            continue
        owner = (lesson.owner_id,) if lesson.owner_id else keepers
        for people, after, overdue in (
            (owner, timedelta(0), False),
            ((*owner, *keepers), OVERDUE_AFTER, True),
        ):
            if people and _morning(lesson.due_on) + after <= now:
                key = f"lesson-{'late' if overdue else 'due'}:{lesson.id}:{lesson.due_on}"
                found.append(Reminder(lesson, tuple(dict.fromkeys(people)), key, overdue))
    return found + _without_a_day(session, keepers, now)


def _without_a_day(session: Session, keepers: tuple[UUID, ...], now: datetime) -> list[Reminder]:
    undated = select(Lesson).where(
        Lesson.state == LessonState.OPEN,
        col(Lesson.due_on).is_(None),
        col(Lesson.learnt_at) <= now - WANTS_A_DAY_AFTER,
    )
    return [
        Reminder(lesson, people, f"lesson-wanting:{lesson.id}", kind="lesson_wanting")
        for lesson in session.exec(undated.order_by(col(Lesson.learnt_at)))
        if (people := tuple(dict.fromkeys([*filter(None, [lesson.owner_id]), *keepers])))
    ]


def _morning(day: date) -> datetime:
    return datetime.combine(day, _MORNING, clock.LOCAL)


def remind(session: Session, reminder: Reminder) -> None:
    """Send it; its key keeps it to once a day that was agreed.

    In place of whom the incident concerns the standing deputy hears, or else whoever is on duty.
    """
    matter = reminder.lesson.incident_id
    named = recusals.of(session, matter).named
    keepers = roles.holders(session, Role.STANDING_DEPUTY, clock.now())[:1]
    free = [p for p in reminder.people if p not in named] or [p for p in keepers if p not in named]
    persons.tell_all(
        session,
        free or recusals.to_alert(session, matter),
        reminder.kind,
        key=reminder.key,
        incident_id=matter,
        values={"lesson": str(reminder.lesson.id), "overdue": reminder.overdue},
    )
