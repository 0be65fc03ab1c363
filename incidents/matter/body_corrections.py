"""Putting right how a body was founded: its kind, and the day from which it exists.

What follows from the day stands: a body cannot begin after it had another name, passed something
on or took it over, had its last day or people, or after an incident that already names it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.matter.recusals import Recusal
from incidents.matter.taskforce_facts import WorkRouted
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people import organisations
from incidents.people.directory import postings, tree
from incidents.people.directory.postings import FormerPosting
from incidents.people.organisations import Organisation, OrganisationKind
from incidents.people.persons import Person
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import NO_REASON, Conflict, GuardFailed, Invalid, Missing, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Language, Phrase, speech
from incidents.record.timeline import TimelineEntry


@dataclass(frozen=True)
class OrganisationCorrected(Fact):
    """The kind or first day of a body was wrong and was put right; both are kept here."""

    code: str
    name: str
    former_kind: Phrase
    kind: Phrase
    former_from: date | None
    valid_from: date | None
    reason: Private
    says: ClassVar[str] = N_(
        "Sửa thông tin thành lập của %(name)s (%(code)s): loại %(former_kind)s → %(kind)s; "
        "hoạt động từ %(former_from)s → %(valid_from)s. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class Made:
    """A correction as it was made."""

    at: datetime
    by: UUID | None
    fact: OrganisationCorrected


def of(session: Session, body: Organisation) -> list[Made]:
    """What was put right of a body, the last first."""
    told = timeline.entries_of(session, timeline.DESK, kind=OrganisationCorrected)
    return [
        Made(entry.recorded_at, entry.actor_id, fact)
        for entry, fact in reversed(told)
        if isinstance(fact, OrganisationCorrected) and fact.code == body.code
    ]


def correct(
    session: Session,
    organisation_id: UUID,
    *,
    kind: str,
    valid_from: date | None,
    reason: str,
    by: Actor,
) -> Organisation:
    """Put kind and first day right; ``GuardFailed`` names all that happened before that day."""
    body = locked(session, Organisation, organisation_id) or organisations.get(
        session, organisation_id
    )
    kind = kind.strip()
    wrong: Wrong = {}
    if not kind:
        wrong["kind"] = (N_("Chọn loại cơ quan."), {})
    if not reason.strip():
        wrong["reason"] = NO_REASON
    if wrong:
        raise Invalid(fields=wrong)
    if (body.kind, body.valid_from) == (kind, valid_from):
        raise Conflict(N_("Cơ quan đã được ghi đúng như vậy."))
    moved = valid_from if valid_from != body.valid_from else None
    if moved and (before := _before(session, body, moved)):
        raise GuardFailed(N_("Cơ quan không thể bắt đầu từ ngày đó."), before)
    fact = OrganisationCorrected(
        code=body.code,
        name=body.name,
        former_kind=_spoken(body.kind),
        kind=_spoken(kind),
        former_from=body.valid_from,
        valid_from=valid_from,
        reason=reason.strip(),
    )
    body.kind, body.valid_from = kind, valid_from
    session.add(body)
    session.flush()
    timeline.record(session, timeline.DESK, fact, by=by)
    return body


def _spoken(kind: str) -> Phrase:
    known = {each.value: each.label for each in OrganisationKind}
    said = known.get(kind)
    return Phrase(said, speech(Language.EN).text(said)) if said else Phrase(kind, kind)


def _before(session: Session, body: Organisation, first: date) -> Missing:
    """All that would have happened before the body began."""
    missing: Missing = []
    if body.valid_to and body.valid_to < first:
        missing.append((N_("ngày cuối của cơ quan là %(day)s"), {"day": body.valid_to}))
    missing += [
        (N_("từ %(day)s cơ quan đã mang tên hoặc vị trí khác"), {"day": period.starts_on})
        for period in organisations.periods(session, [body.id]).get(body.id, ())
        if period.starts_on <= first
    ]
    missing += [
        (N_("%(day)s cơ quan đã chuyển việc cho cơ quan kế thừa"), {"day": each.happened_on})
        for each in tree.after(session, body.id)
        if each.happened_on <= first
    ]
    missing += [
        (N_("%(day)s cơ quan đã kế thừa cơ quan khác"), {"day": each.happened_on})
        for each in tree.before(session, body.id)
        if each.happened_on < first
    ]
    left = [
        row.until
        for row in session.exec(
            select(FormerPosting).where(
                FormerPosting.organisation_id == body.id, FormerPosting.until < first
            )
        )
    ]
    here = select(Person.id).where(Person.organisation_id == body.id, col(Person.active)).limit(1)
    if first > incidents.today() and session.exec(here).first():
        left.append(incidents.today())
    if left:
        missing.append((N_("đã có người làm việc ở đây đến %(day)s"), {"day": min(left)}))
    for incident in _naming(session, body, first):
        missing.append(
            (
                N_("vụ việc %(number)s ngày %(day)s đã nêu tên cơ quan"),
                {"number": incident.number, "day": incident.day},
            )
        )
    return missing


def _naming(session: Session, body: Organisation, first: date) -> list[Incident]:
    """The incidents of days before that name the body: in a seat, a conflict or a routing."""
    begins = datetime.combine(first, time(), clock.LOCAL)
    older = {
        incident.id: incident
        for incident in session.exec(
            select(Incident).where(Incident.opened_at < begins).order_by(col(Incident.number))
        )
    }
    named = set(session.exec(select(Recusal.incident_id).where(Recusal.organisation_id == body.id)))
    routed = select(TimelineEntry).where(TimelineEntry.fact == WorkRouted.__name__)
    named |= {e.chain for e in session.exec(routed) if e.payload["organisation"] == str(body.id)}
    once = select(FormerPosting.person_id).where(FormerPosting.organisation_id == body.id)
    people = session.exec(
        select(Person).where((col(Person.organisation_id) == body.id) | col(Person.id).in_(once))
    ).all()
    past = postings.Past(session, people)
    seats = session.exec(
        select(TaskForce.incident_id, TaskForceMember.person_id)
        .join(TaskForceMember, col(TaskForceMember.task_force_id) == TaskForce.id)
        .where(col(TaskForceMember.person_id).in_([p.id for p in people]))
    )
    for incident_id, person_id in seats:
        incident = older.get(incident_id)
        if incident and past.on(person_id, incident.day).organisation_id == body.id:
            named.add(incident_id)
    return [incident for incident in older.values() if incident.id in named]
