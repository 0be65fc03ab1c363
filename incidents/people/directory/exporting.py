"""The directory as sheets: what importing reads back without changing anything."""

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import organisations
from incidents.people.directory import sheets
from incidents.people.directory.sheets import SheetKind
from incidents.people.organisations import Organisation, OrganisationKind, Succession
from incidents.people.persons import ContactPoint, Person
from incidents.record.language import Language, Speech, speech

_KINDS = {kind.value: kind.label for kind in OrganisationKind}


def sheet(session: Session, kind: SheetKind, language: Language) -> str:
    """Everything of a kind, in a few queries; headings and choices in the reader's language."""
    say = speech(language)
    return sheets.write(kind, _ROWS[kind](session, say), say)


def _codes(session: Session) -> dict[UUID, str]:
    return {o.id: o.code for o in session.exec(select(Organisation))}


def _organisations(session: Session, say: Speech) -> Iterator[Mapping[str, str]]:
    codes, periods = _codes(session), organisations.periods(session)
    for body in session.exec(select(Organisation).order_by(col(Organisation.code))):
        yield {
            "code": body.code,
            "name": body.name,
            "kind": say.text(_KINDS.get(body.kind, body.kind)),
            "parent": codes[body.parent_id] if body.parent_id else "",
            "valid_from": body.valid_from.isoformat() if body.valid_from else "",
            "valid_to": body.valid_to.isoformat() if body.valid_to else "",
        }
        for period in periods.get(body.id, ()):
            yield {
                "code": body.code,
                "name": period.name,
                "parent": codes[period.parent_id] if period.parent_id else "",
                "applies_from": period.starts_on.isoformat(),
                "basis": period.basis,
            }


def _successions(session: Session, say: Speech) -> Iterator[Mapping[str, str]]:
    bodies = {o.id: o for o in session.exec(select(Organisation))}
    for each in session.exec(select(Succession).order_by(col(Succession.id))):
        yield {
            "predecessor": bodies[each.predecessor_id].code,
            "successor": bodies[each.successor_id].code,
            "happened_on": each.happened_on.isoformat(),
            "matter": each.matter,
            "ends": say.value(bodies[each.predecessor_id].valid_to is not None),
            "basis": each.basis,
        }


def _people(session: Session, _: Speech) -> Iterator[Mapping[str, str]]:
    codes = _codes(session)
    for person in session.exec(select(Person).where(col(Person.active)).order_by(col(Person.id))):
        yield {
            "id": str(person.id),
            "name": person.name,
            "organisation": codes[person.organisation_id],
            "post": person.post,
            "telephone": person.telephone,
            "language": person.language.value,
            "username": person.username or "",
        }


def _contacts(session: Session, say: Speech) -> Iterator[Mapping[str, str]]:
    codes = _codes(session)
    people = {p.id: p for p in session.exec(select(Person).where(col(Person.active)))}
    for point in session.exec(select(ContactPoint).order_by(col(ContactPoint.id))):
        person = people.get(point.person_id) if point.person_id else None
        body = person.organisation_id if person else point.organisation_id
        if body is None:
            continue  # of somebody who left
        yield {
            "id": str(point.id),
            "organisation": codes[body],
            "person": str(person.id) if person else "",
            "name": person.name if person else "",
            "kind": say.value(point.channel),
            "address": point.address,
            "position": str(point.position),
            "verified_at": point.verified_at.isoformat() if point.verified_at else "",
        }


_ROWS: dict[SheetKind, Callable[[Session, Speech], Iterator[Mapping[str, str]]]] = {
    SheetKind.ORGANISATIONS: _organisations,
    SheetKind.SUCCESSIONS: _successions,
    SheetKind.PEOPLE: _people,
    SheetKind.CONTACTS: _contacts,
}
