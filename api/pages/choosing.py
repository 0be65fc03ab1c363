"""Whom a form offers: everybody who works with the desk, but for those it would refuse by name."""

from collections.abc import Collection, Iterable
from uuid import UUID

from incidents.matter.recusals import Recusal
from incidents.people.persons import Person
from incidents.record.language import Labelled, Speech

Options = list[tuple[str, str]]


def people(known: Iterable[Person], *, but: Collection[UUID] = ()) -> Options:
    """Name and post of each, by the id a form sends."""
    return [(str(p.id), f"{p.name} – {p.post}") for p in known if p.active and p.id not in but]


def labels(kind: type[Labelled], say: Speech) -> Options:
    """Every member of a closed choice, in its order."""
    return [(each.value, say.value(each)) for each in kind]


def concerned(known: Iterable[Person], declared: Iterable[Recusal], *, judging: bool) -> set[UUID]:
    """Who takes no part in an incident; of those who judge, the people of a body too."""
    standing = [each for each in declared if each.lifted_at is None]
    bodies = {each.organisation_id for each in standing if judging}
    named = {each.person_id for each in standing}
    return {p.id for p in known if p.id in named or p.organisation_id in bodies}
