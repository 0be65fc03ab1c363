"""Lessons (bài học kinh nghiệm): what happened, why, what is done better, by whom, until when.

They outlive their incident: they are tracked until done with proof, and counted when they come
back.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, UniqueConstraint, func
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents, recusals
from incidents.matter.incidents import Incident, Status
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, Wrong, given
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled
from incidents.record.timeline import TimelineHead
from incidents.response.learning.lesson_facts import (
    LessonAssigned,
    LessonCameBack,
    LessonDone,
    LessonDropped,
    LessonKnown,
    LessonLearnt,
    LessonWrittenAnew,
)

PROSE = 20_000
_LINE = 300

PAST = N_("Hạn phải từ hôm nay trở đi.")


class LessonState(Labelled):
    """What became of a lesson."""

    OPEN = "open", N_("đang thực hiện")
    DONE = "done", N_("đã thực hiện")
    DROPPED = "dropped", N_("không thực hiện")


class Lesson(Table, table=True):
    """One lesson of one incident; ``earlier_id`` is the first one that taught the same."""

    __tablename__ = "lesson"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("state <> 'done' OR proof <> ''", name="proved"),
        CheckConstraint("earlier_id <> id", name="earlier"),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    number: int
    step_id: UUID | None = reference("step.id", optional=True)
    happened: str = ""
    cause: str = ""
    improvement: str
    owner_id: UUID | None = reference("person.id", optional=True)
    owner_name: str = ""
    """As it was written, where it names no single person of the directory."""
    due_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True, index=True))
    state: LessonState = choice(LessonState, LessonState.OPEN, index=True)
    earlier_id: UUID | None = reference("lesson.id", optional=True)
    returns: int = 0
    """How often what it taught had to be taught again."""
    learnt_at: datetime = moment()
    learnt_by: UUID | None = reference("person.id", optional=True)
    proof: str = ""
    reason: str = ""
    settled_at: datetime | None = moment(optional=True)
    settled_by: UUID | None = reference("person.id", optional=True)

    @property
    def written_anew(self) -> bool:
        """Whether the program let it go, because a later answer says it again."""
        return self.state is LessonState.DROPPED and not self.reason


@dataclass(frozen=True)
class Learnt:
    """What a lesson says."""

    improvement: str
    happened: str = ""
    cause: str = ""
    owner_id: UUID | None = None
    owner_name: str = ""
    due_on: date | None = None


def learn(
    session: Session,
    incident_id: UUID,
    learnt: Learnt,
    *,
    by: Actor,
    step_id: UUID | None = None,
    earlier: UUID | None = None,
) -> Lesson:
    """Write a lesson down, also of an incident that has ended; its owner hears of it at once."""
    incident = incidents.get(session, incident_id)
    if incident.status is Status.UNDONE:
        raise incidents.stands_otherwise(incident)
    _check(learnt)
    # Numbers have no twins, as those of the timeline, whose lock comes last everywhere.
    locked(session, TimelineHead, incident_id)
    owner = persons.get(session, learnt.owner_id) if learnt.owner_id else None
    if owner:
        recusals.require_unnamed(session, incident_id, owner.id)
    owner = owner or _named(session, learnt.owner_name)
    last = session.exec(select(func.max(Lesson.number)).where(Lesson.incident_id == incident_id))
    lesson = Lesson(
        incident_id=incident_id,
        number=(last.one() or 0) + 1,
        step_id=step_id,
        happened=learnt.happened.strip(),
        cause=learnt.cause.strip(),
        improvement=learnt.improvement.strip(),
        owner_id=owner.id if owner else None,
        owner_name="" if owner else learnt.owner_name.strip(),
        due_on=learnt.due_on,
        learnt_at=clock.now(),
        learnt_by=by.person_id,
    )
    session.add(lesson)
    fact = LessonLearnt(
        lesson=lesson.number,
        due_on=lesson.due_on,
        improvement=lesson.improvement,
        cause=lesson.cause or "–",
        owner=owner.name if owner else lesson.owner_name or "–",
    )
    timeline.record(session, incident_id, fact, by=by)
    _tell_owner(session, lesson, by)
    if earlier:
        link(session, lesson.id, earlier, by=by)
    return lesson


def _check(learnt: Learnt) -> None:
    wrong: Wrong = {}
    if not learnt.improvement.strip():
        wrong["improvement"] = (N_("Ghi nội dung."), {})
    for name in ("improvement", "happened", "cause"):
        if len(getattr(learnt, name)) > PROSE:
            wrong[name] = (N_("Tối đa %(limit)s ký tự."), {"limit": PROSE})
    if len(learnt.owner_name) > _LINE:
        wrong["owner_name"] = (N_("Tối đa %(limit)s ký tự."), {"limit": _LINE})
    if learnt.due_on and learnt.due_on < incidents.today():
        wrong["due_on"] = (PAST, {})
    if wrong:
        raise Invalid(fields=wrong)


def _named(session: Session, written: str) -> Person | None:
    """The one active person of a written name; two of one name are nobody."""
    name = written.strip()
    if not name:
        return None
    found = session.exec(
        select(Person).where(Person.name == name, col(Person.active).is_(True)).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _tell_owner(session: Session, lesson: Lesson, by: Actor) -> None:
    if lesson.owner_id and lesson.owner_id != by.person_id:
        persons.tell(
            session,
            lesson.owner_id,
            "lesson_assigned",
            key=f"lesson:{lesson.id}:{lesson.owner_id}:{lesson.due_on}",
            incident_id=lesson.incident_id,
            values={"lesson": str(lesson.id)},
        )


def assign(session: Session, lesson_id: UUID, owner_id: UUID, due_on: date, *, by: Actor) -> Lesson:
    """Say who puts it into practice, until which day."""
    lesson = _open(session, lesson_id)
    owner = persons.get(session, owner_id)
    if due_on < incidents.today():
        raise Invalid(fields={"due_on": (PAST, {})})
    if not owner.active:
        raise Invalid(fields={"owner_id": (N_("Người này không còn làm việc."), {})})
    recusals.require_unnamed(session, lesson.incident_id, owner.id)
    lesson.owner_id, lesson.owner_name, lesson.due_on = owner.id, "", due_on
    session.add(lesson)
    _record(session, lesson, LessonAssigned(lesson.number, owner.id, due_on), by)
    _tell_owner(session, lesson, by)
    return lesson


def finish(session: Session, lesson_id: UUID, proof: str, *, by: Actor) -> Lesson:
    """It was put into practice; what shows it is said."""
    lesson = _open(session, lesson_id)
    if not proof.strip() or len(proof) > PROSE:
        raise Invalid(
            fields={"proof": (N_("Ghi minh chứng, tối đa %(limit)s ký tự."), {"limit": PROSE})}
        )
    lesson.proof = proof.strip()
    fact = LessonDone(lesson=lesson.number, proof=lesson.proof)
    return _settle(session, lesson, LessonState.DONE, fact, by)


def drop(session: Session, lesson_id: UUID, *, reason: str, by: Actor) -> Lesson:
    """It will not be put into practice."""
    lesson = _open(session, lesson_id)
    reason = given(reason)
    lesson.reason = reason
    fact = LessonDropped(lesson=lesson.number, reason=lesson.reason)
    return _settle(session, lesson, LessonState.DROPPED, fact, by)


def write_anew(session: Session, lesson_id: UUID, *, by: Actor) -> Lesson:
    """A later answer says the same or better: this one goes without anybody's reason."""
    lesson = _open(session, lesson_id)
    return _settle(session, lesson, LessonState.DROPPED, LessonWrittenAnew(lesson.number), by)


def _settle(session: Session, lesson: Lesson, state: LessonState, fact: Fact, by: Actor) -> Lesson:
    lesson.state, lesson.settled_at, lesson.settled_by = state, clock.now(), by.person_id
    session.add(lesson)
    _record(session, lesson, fact, by)
    return lesson


def _record(session: Session, lesson: Lesson, fact: Fact, by: Actor) -> None:
    timeline.record(session, lesson.incident_id, fact, by=by)


def link(session: Session, lesson_id: UUID, earlier_id: UUID, *, by: Actor) -> Lesson:
    """Say that an older lesson of another incident taught the same; the first one counts it.

    Not by whom the older one's incident concerns: they do not read it.
    """
    lesson, earlier = get(session, lesson_id), get(session, earlier_id)
    recusals.require_free(session, earlier.incident_id, by.person_id)
    first = get(session, earlier.earlier_id or earlier.id, lock=True)
    if lesson.earlier_id:
        raise AlreadySettled(N_("Bài học này đã được nối với một bài học trước."))
    if first.incident_id == lesson.incident_id or first.learnt_at >= lesson.learnt_at:
        raise Conflict(N_("Chỉ nối với bài học có trước, của một vụ việc khác."))
    if lesson.returns:
        raise Conflict(N_("Bài học này là bài học gốc của những bài học sau."))
    lesson.earlier_id, first.returns = first.id, first.returns + 1
    session.add(lesson)
    session.add(first)
    here, there = (incidents.get(session, x.incident_id) for x in (lesson, first))
    _record(session, lesson, LessonKnown(lesson.number, code(there, first)), by)
    came = LessonCameBack(first.number, first.returns, code(here, lesson))
    _record(session, first, came, by)
    return lesson


def code(incident: Incident, lesson: Lesson) -> str:
    """What it is called across incidents: 2026-0042/3."""
    return f"{incident.number}/{lesson.number}"


def get(session: Session, lesson_id: UUID, *, lock: bool = False) -> Lesson:
    """The lesson; ``NotFound`` when there is none."""
    found = locked(session, Lesson, lesson_id) if lock else session.get(Lesson, lesson_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy bài học này."))
    return found


def _open(session: Session, lesson_id: UUID) -> Lesson:
    lesson = get(session, lesson_id, lock=True)
    if lesson.state is not LessonState.OPEN:
        raise AlreadySettled(N_("Bài học này đã kết thúc: %(state)s."), state=lesson.state)
    return lesson
