"""Promises made in public (cam kết): each is a step of its own, with its keeper and its day.

Whoever lists them names the keeper as the directory does: a person, a part of the plan, or a body,
for which its focal point answers. From there on it reminds, passes on and shows like any other
step; after its day the secretary follows it up. A promise keeps its day at every level.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, select

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.people import organisations, persons
from incidents.people.directory import focal_points
from incidents.people.organisations import Organisation
from incidents.people.roles import READS, Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.steps import owned_lines, passing, succession
from incidents.response.steps.crisis_forms import PromiseKept, Promises
from incidents.response.steps.exercise_forms import role_named
from incidents.response.steps.owned_lines import Owned
from incidents.response.steps.passing import Plan
from incidents.response.steps.steps import Step, StepKind

GIST = N_(
    "Cam kết này đã công bố với người dân. Làm xong thì ghi đã làm gì, minh chứng; chưa làm được "
    "thì ghi vì sao và đã nói với người dân thế nào."
)

_UNTIL = time(17)
"""On its day, in the province: when the offices close."""

_LONGEST = timedelta(days=366)
_LEFT_AT_LEAST = timedelta(days=1)
_LINE = 300


@dataclass(frozen=True)
class PromiseListed(Fact):
    """A promise made in public is followed up from now on."""

    number: int
    key: str
    due_at: datetime
    promise: Private
    keeper: Private
    says: ClassVar[str] = N_(
        "Theo dõi cam kết, việc %(number)s: %(promise)s. Phụ trách: %(keeper)s, hạn %(due_at)s"
    )


def follow(session: Session, incident_id: UUID, listed: Promises, *, by: Actor) -> list[Step]:
    """Open a step for each promise of a list; ``Invalid`` where a keeper or a day is not known."""
    incident = incidents.get(session, incident_id, lock=True)
    return [_open(session, incident, each, by) for each in owned_lines.read(listed.promises)]


def _open(session: Session, incident: Incident, promise: Owned, by: Actor) -> Step:
    due_at = datetime.combine(promise.due, _UNTIL, clock.LOCAL).astimezone(UTC)
    if not clock.now() < due_at <= clock.now() + _LONGEST:
        raise _wrong(N_("Hạn của «%(work)s» phải ở phía trước, trong vòng một năm."), promise)
    if len(promise.work) > _LINE:
        raise Invalid(fields={"promises": (N_("Tối đa %(limit)s ký tự."), {"limit": _LINE})})
    role, person_id = _keeper(session, promise)
    step = _write(session, incident, promise.work, role, due_at - clock.now(), by)
    if person_id:
        succession.require_free(session, step, person_id)
    fact = PromiseListed(step.number, step.key, due_at, promise.work, promise.owner)
    timeline.record(session, incident.id, fact, by=by)
    passing.begin(session, step, incident, first=person_id, due_at=due_at)
    return step


def _write(
    session: Session, incident: Incident, work: str, role: Role, left: timedelta, by: Actor
) -> Step:
    plan = Plan(
        key="",
        kind=StepKind.ASK,
        role=role,
        form=PromiseKept.__name__,
        due=left,
        then=Role.SECRETARY,
    )
    step = passing.write(session, incident, plan, allowed=plan.due)
    step.key = f"promise {step.number}"
    step.own_title, step.own_gist, step.added_by = work, GIST, by.person_id
    return step


def carry_over(session: Session, kept: Sequence[Step], into: Incident, *, by: Actor) -> None:
    """Promises outlive the incident they were made in: where it was merged they are followed up.

    By the same keeper, unless that person is kept out there; one whose day has passed already has
    one more to say what became of it.
    """
    for old in kept:
        work, due_at = old.own_title or old.key, old.due_at or clock.now()
        due_at = max(due_at, clock.now() + _LEFT_AT_LEAST)
        step = _write(session, into, work, old.role, due_at - clock.now(), by)
        step.added_by = old.added_by
        free = str(old.assignee_id) not in succession.barred(session, step)
        fact = PromiseListed(step.number, step.key, due_at, work, _said_to_keep(session, old))
        timeline.record(session, into.id, fact, by=by)
        first = old.assignee_id if free else None
        passing.begin(session, step, into, first=first, due_at=due_at)


def _said_to_keep(session: Session, kept: Step) -> str:
    """The keeper as whoever listed the promise named them."""
    listed = timeline.entries_of(session, kept.incident_id, kind=PromiseListed)
    named = [f.keeper for _, f in listed if isinstance(f, PromiseListed) and f.key == kept.key]
    return named[-1] if named else "–"


def _keeper(session: Session, promise: Owned) -> tuple[Role, UUID | None]:
    """The part, or the person who is asked first and whom the secretary's line follows."""
    role = role_named(promise.owner)
    if role in READS:
        raise _wrong(N_("«%(owner)s» chỉ quan sát, không nhận cam kết."), promise)
    if role:
        return role, None
    people = persons.named(session, promise.owner)
    if len(people) > 1:
        raise _wrong(N_("Có nhiều người tên «%(owner)s»; ghi vai hoặc cơ quan phụ trách."), promise)
    return Role.SECRETARY, people[0].id if people else _focal_point(session, promise)


def _focal_point(session: Session, promise: Owned) -> UUID:
    """Who answers for the body a promise names."""
    bodies = _bodies(session, promise.owner)
    if not bodies:
        raise _wrong(
            N_("Không có người, vai hay cơ quan nào tên «%(owner)s» trong danh bạ."), promise
        )
    standing = focal_points.of(session, bodies[0]) if len(bodies) == 1 else []
    if not standing:
        raise _wrong(
            N_("«%(owner)s» chưa có đầu mối trong danh bạ; ghi tên người phụ trách."), promise
        )
    return standing[0].person_id


def _bodies(session: Session, name: str) -> list[UUID]:
    today = incidents.today()
    found = [b.id for b in session.exec(select(Organisation)) if b.in_force(today)]
    called = organisations.names_on(session, found, today)
    return [each for each in found if called[each].casefold() == name.casefold()]


def _wrong(sentence: str, promise: Owned) -> Invalid:
    said = {"work": promise.work, "owner": promise.owner}
    return Invalid(fields={"promises": (sentence, said)})


def by_name(step: Step) -> bool:
    """Whether whoever has it keeps the promise themselves; its role only follows in silence."""
    first = step.holder_ids[:1] == [str(step.assignee_id)]
    return step.form == PromiseKept.__name__ and step.role is Role.SECRETARY and first


def among(asked: Iterable[Step]) -> list[Step]:
    """Those of some steps that follow a promise up."""
    return [step for step in asked if step.form == PromiseKept.__name__]
