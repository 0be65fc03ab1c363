"""Where people work and worked: entering a person, moving them, and their body on any day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import organisations, persons
from incidents.people.directory import contacts
from incidents.people.persons import Person
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, identifier, locked, reference
from incidents.record.errors import Conflict, Invalid
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_, Language


class FormerPosting(Table, table=True):
    """Where a person worked, and as what, up to a last day; the present post is on the person."""

    __tablename__ = "former_posting"

    id: UUID = identifier()
    person_id: UUID = reference("person.id")
    organisation_id: UUID = reference("organisation.id")
    post: str = ""
    until: date


@dataclass(frozen=True)
class PersonEntered(Fact):
    """Somebody stands in the directory."""

    person: PersonId
    organisation: str
    says: ClassVar[str] = N_("Ghi %(person)s vào danh bạ, tại %(organisation)s")


@dataclass(frozen=True)
class PersonCorrected(Fact):
    """A name, a number or a language was put right; ``what`` names them."""

    person: PersonId
    what: list[str]
    says: ClassVar[str] = N_("Sửa thông tin của %(person)s trong danh bạ (%(what)s)")


@dataclass(frozen=True)
class PersonMoved(Fact):
    """Somebody works elsewhere, or as something else, from a day on."""

    person: PersonId
    former: str
    organisation: str
    post: str
    starts_on: date
    says: ClassVar[str] = N_(
        "%(person)s chuyển từ %(former)s sang %(organisation)s (%(post)s) từ %(starts_on)s"
    )


def enter(
    session: Session,
    name: str,
    *,
    organisation_id: UUID,
    by: Actor,
    post: str = "",
    telephone: str = "",
    language: Language = Language.VI,
) -> Person:
    """A new person of a body; they sign in only once an administrator gives them a name for it."""
    if not name.strip():
        raise Invalid(fields={"name": (N_("Ghi họ tên."), {})})
    _require_number(telephone)
    body = organisations.get(session, organisation_id)
    person = Person(
        name=name.strip(),
        post=post.strip(),
        organisation_id=body.id,
        language=language,
        telephone=telephone.strip(),
    )
    session.add(person)
    session.flush()
    today = clock.now().astimezone(clock.LOCAL).date()
    fact = PersonEntered(person.id, organisations.name_on(session, body.id, today))
    timeline.record(session, timeline.DESK, fact, by=by)
    return person


def move(
    session: Session,
    person_id: UUID,
    *,
    organisation_id: UUID,
    post: str,
    starts_on: date,
    by: Actor,
) -> Person:
    """Let a person work elsewhere from a day on; where they worked before stays known."""
    persons.get(session, person_id)
    person = locked(session, Person, person_id) or persons.get(session, person_id)
    body = organisations.get(session, organisation_id)
    today = clock.now().astimezone(clock.LOCAL).date()
    if starts_on > today:
        raise Invalid(fields={"starts_on": (N_("Ngày chuyển không thể ở tương lai."), {})})
    if (person.organisation_id, person.post) == (body.id, post.strip()):
        raise Conflict(N_("Người này đang giữ đúng chức vụ đó tại cơ quan đó."))
    before = former(session, [person.id]).get(person.id, [])
    until = starts_on - timedelta(days=1)
    if before and before[-1].until >= until:
        raise Invalid(
            fields={"starts_on": (N_("Ngày chuyển phải sau %(day)s."), {"day": before[-1].until})}
        )
    session.add(
        FormerPosting(
            person_id=person.id,
            organisation_id=person.organisation_id,
            post=person.post,
            until=until,
        )
    )
    names = organisations.names_on(session, [person.organisation_id, body.id], starts_on)
    fact = PersonMoved(
        person.id, names[person.organisation_id], names[body.id], post.strip(), starts_on
    )
    person.organisation_id, person.post = body.id, post.strip()
    session.add(person)
    timeline.record(session, timeline.DESK, fact, by=by)
    return person


def correct(
    session: Session, person_id: UUID, *, name: str, telephone: str, language: Language, by: Actor
) -> Person:
    """Put a name, a number or a language right; post and body are moved, not corrected."""
    if not name.strip():
        raise Invalid(fields={"name": (N_("Ghi họ tên."), {})})
    person = persons.get(session, person_id)
    given = {"name": name.strip(), "telephone": telephone.strip(), "language": language}
    changed = {key: value for key, value in given.items() if getattr(person, key) != value}
    if "telephone" in changed:
        _require_number(telephone)
    for key, value in changed.items():
        setattr(person, key, value)
    if changed:
        session.add(person)
        timeline.record(session, timeline.DESK, PersonCorrected(person.id, sorted(changed)), by=by)
    return person


def _require_number(telephone: str) -> None:
    if telephone.strip() and not contacts.TELEPHONE.fullmatch(telephone.strip()):
        raise Invalid(fields={"telephone": (contacts.NO_TELEPHONE, {})})


def former(session: Session, people: Collection[UUID]) -> dict[UUID, list[FormerPosting]]:
    """Where people worked before, oldest first; one query."""
    found: dict[UUID, list[FormerPosting]] = {}
    for row in session.exec(
        select(FormerPosting)
        .where(col(FormerPosting.person_id).in_(set(people)))
        .order_by(col(FormerPosting.until), col(FormerPosting.id))
    ):
        found.setdefault(row.person_id, []).append(row)
    return found


@dataclass(frozen=True)
class Posting:
    """A person's post and body on a day, the body by its name of that day."""

    organisation_id: UUID
    organisation: str
    post: str


class Past:
    """Where some people stood on any day; two queries however many people and days."""

    def __init__(self, session: Session, people: Collection[Person]) -> None:
        self._people = {p.id: p for p in people}
        self._before = former(session, self._people)
        bodies = {p.organisation_id for p in people}
        bodies |= {f.organisation_id for rows in self._before.values() for f in rows}
        self._names = organisations.Names(session, bodies)

    def on(self, person_id: UUID, day: date) -> Posting:
        """Post and body of one of them on a day, the body by its name of that day."""
        person = self._people[person_id]
        then = next((f for f in self._before.get(person_id, ()) if f.until >= day), None)
        body, post = (
            (then.organisation_id, then.post) if then else (person.organisation_id, person.post)
        )
        return Posting(body, self._names.on(body, day), post)


def on(session: Session, people: Collection[Person], day: date) -> dict[UUID, Posting]:
    """Where each of these people stood on a day."""
    past = Past(session, people)
    return {p.id: past.on(p.id, day) for p in people}
