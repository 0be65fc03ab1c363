"""English throughout: what an English reader is shown of a story holds no Vietnamese of ours.

What people typed stays in their own words, names and papers are what they are; everything else that
carries a Vietnamese letter was written by the program and should have been kept as data.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from incidents.insight import reading
from incidents.matter.incidents import Incident
from incidents.matter.standing import FoundingDecision
from incidents.people.authorisations import Authorisation
from incidents.people.directory.places import area_of
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.people.rosters import Roster
from incidents.record.language import Language, speech
from incidents.response.judgement import decisions
from incidents.response.reports import situation, situation_words
from incidents.words.shells import Shell
from incidents.words.statements import StatementVersion

LETTERS = re.compile(r"[À-ÖØ-öø-ỹ]")
"""Letters with a mark; « » × and · are no letters."""

_NAMED: tuple[Any, ...] = (
    *(Person.name, Person.post, Organisation.name, Roster.name, Incident.title, Incident.place),
    *(FoundingDecision.number, Authorisation.number, Authorisation.scope),
    *(Shell.title, Shell.frame, Shell.decision),
    *(StatementVersion.title, StatementVersion.text),
)
"""Names, papers and the words of statements, which are never translated."""


def typed(*given: Any) -> Iterator[str]:
    """Every piece of text in what people gave, also line by line and before its full stop."""
    for each in given:
        match each:
            case str():
                pieces = [each, *re.split(r"[\n;]", each)]
                whole = [p.strip() for p in pieces if LETTERS.search(p)]
                yield from (*whole, *(p.rstrip(".") for p in whole))
            case Mapping():
                yield from typed(*each.values())
            case BaseModel():
                yield from typed(each.model_dump())
            case list() | tuple() | set():
                yield from typed(*each)
            case _ if dataclasses.is_dataclass(each):
                yield from typed(vars(each))
            case _:
                pass


def names(session: Session) -> set[str]:
    """What is called so in every language; frames also with slots by name, places by theirs."""
    named = {name for column in _NAMED for name in session.exec(select(col(column))) if name}
    frames = {w.text for s in session.exec(select(Shell)) for w in s.named_in(Language.VI)}
    areas = {area_of(name).en for name in session.exec(select(Organisation.name))}
    return named | frames | areas


def left(shown: str, but: Iterable[str]) -> str:
    """What is shown, without the words of people and without names."""
    for words in sorted(but, key=len, reverse=True):
        shown = shown.replace(words, "…")
    return shown


def shown(session: Session, incident: Incident) -> Iterator[str]:
    """Timeline, decision log and situation report, as an English reader sees them."""
    english, titles = Language.EN, reading.step_titles(session, incident.id, Language.EN)
    for line in reading.story(session, incident.id, english):
        yield f"{line.actor} {line.via} {line.text}"
    for each in decisions.of_incident(session, incident.id):
        yield " ".join(each.in_words(speech(english), titles).values())
    drawn = situation.of(session, incident)
    known = situation_words.names(session, drawn)
    yield from (f"{name} {value}" for name, value in situation_words.header(drawn, english))
    for part in situation_words.sections(drawn, known, english):
        yield " ".join((part.title, *part.lines))


def throughout(session: Session, words: Iterable[str]) -> None:
    """Hold everything shown of every incident against what was typed."""
    kept = {*words, *names(session)}
    for incident in session.exec(select(Incident)):
        for each in shown(session, incident):
            rest = left(each, kept)
            assert not LETTERS.search(rest), f"not English: {rest}"
