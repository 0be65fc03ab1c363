"""The timeline as people read it: sentences in their language, persons and steps by name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import merging as flag_merging
from incidents.intake import parting, scans, triage, wording
from incidents.matter import (
    body_corrections,
    chat_rooms,
    clock_rule_changes,
    clock_rule_wording,
    clock_rules,
    flag_ladder,
    following_through,
    level_requests,
    level_rules,
    level_timings,
    must_be_told,
    standing_changes,
    taskforce_facts,
)
from incidents.matter.incidents import Incident
from incidents.people import accounts, authorisations, organisations, persons, posts
from incidents.people.directory import (
    chat_accounts,
    contacts,
    focal_points,
    imported,
    importing,
    postings,
    reaching,
    routing,
)
from incidents.people.directory import keeping as bodies
from incidents.people.duty import (
    absences,
    agreed,
    by_hand,
    feeds,
    keeping,
    passing_on,
    planning,
    stand_ins,
    swaps,
)
from incidents.people.persons import Person
from incidents.record import timeline
from incidents.record.facts import Fact
from incidents.record.language import N_, Language, speech
from incidents.response.answers import edits, journal, on_behalf, relays, signing
from incidents.response.ending import closing_reports, meeting_reminders
from incidents.response.judgement import decisions, findings, silences
from incidents.response.learning import lesson_facts, looking_back
from incidents.response.life import (
    exercises,
    grading,
    level_changes,
    lifecycle,
    lowering,
    merging,
    no_duff,
    opening,
    replanning,
    resuming,
    score_reminders,
    telling,
)
from incidents.response.reaching import calling
from incidents.response.reports import handovers, situation_reports
from incidents.response.staffing import (
    coming_back,
    founding_decisions,
    leaving,
    post_endings,
    recusing,
    seating,
)
from incidents.response.steps import (
    added_steps,
    catalog,
    follow_ups,
    lapsing,
    promises,
    requests,
    runs,
    steps,
)
from incidents.response.steps.runs import PlaybookRun
from incidents.response.steps.sayings import StepTitle
from incidents.response.steps.steps import Step
from incidents.words import shell_facts

TELLERS = (
    *(absences, agreed, by_hand, feeds, keeping, passing_on, planning, stand_ins, swaps),
    *(bodies, body_corrections, contacts, focal_points, imported, importing, postings, routing),
    *(chat_accounts, reaching),
    *(flag_merging, parting, triage, wording, silences, findings),
    *(
        clock_rule_changes,
        clock_rule_wording,
        flag_ladder,
        level_requests,
        level_rules,
        level_timings,
        must_be_told,
    ),
    standing_changes,
    *(taskforce_facts, telling, score_reminders, chat_rooms),
    *(closing_reports, edits, follow_ups, looking_back, meeting_reminders),
    *(opening, lifecycle, resuming, merging, grading, level_changes, lowering),
    *(replanning, journal, decisions, on_behalf, relays),
    *(situation_reports, added_steps, promises, signing, recusing, founding_decisions, seating),
    *(requests, leaving, coming_back, exercises, no_duff, handovers, lesson_facts, authorisations),
    *(posts, post_endings, accounts, scans, shell_facts, calling, lapsing, following_through),
)
"""What enters every fact into the vocabulary: whoever reads can read whatever was recorded."""


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    seq: int
    fact: str
    text: str
    actor: str
    via: str
    happened_at: datetime
    recorded_at: datetime
    hash: str
    step: int | None = None
    """The number of the step it tells of."""

    @property
    def back_dated(self) -> bool:
        """Whether it tells of something earlier than its recording."""
        return self.happened_at != self.recorded_at


def story(
    session: Session,
    chain: UUID,
    language: Language,
    *,
    after: int = 0,
    limit: int | None = None,
    titles: Mapping[str, str] | None = None,
    people: Mapping[UUID, Person] | None = None,
) -> list[Line]:
    """The entries of a chain in words; a handful of queries however long it is.

    ``titles`` and ``people`` are what the reader has at hand already; nobody is asked for twice.
    """
    say = speech(language)
    entries = timeline.entries_of(session, chain, after=after, limit=limit)
    mentioned = {v for _, fact in entries for v in _values(fact).values() if isinstance(v, UUID)}
    wanted = mentioned | {e.actor_id for e, _ in entries if e.actor_id}
    known = people or {}
    named = {**known, **persons.names(session, wanted - known.keys())}
    agencies = _agencies(session, chain, mentioned - named.keys())
    titles = step_titles(session, chain, language) if titles is None else titles
    about_rules = any("rule" in _values(f) for _, f in entries)
    called = clock_rules.titled(session) if about_rules else None

    def readable(fact: Fact, at: datetime) -> dict[str, Any]:
        values = _values(fact)
        for name, value in values.items():
            if isinstance(value, UUID):
                values[name] = named[value].name if value in named else agencies.get(value, "–")
            elif name in ("key", "step"):
                values[name] = titles.get(value, value)
            elif isinstance(value, StepTitle):
                values[name] = titles.get(value.key, value.key)
            elif name == "playbook":
                values[name] = _playbook(session, value, language)
            elif name == "rule" and called:
                values[name] = called(value, at)
        return values

    return [
        Line(
            seq=entry.seq,
            fact=entry.fact,
            text=say.text(fact.sentence, **readable(fact, entry.recorded_at)).strip(),
            actor=named[entry.actor_id].name
            if entry.actor_id and entry.actor_id in named
            else say.text(N_("Bàn trực")),
            via=say.value(entry.via),
            happened_at=entry.happened_at,
            recorded_at=entry.recorded_at,
            hash=entry.hash,
            step=_step(fact),
        )
        for entry, fact in entries
    ]


def _agencies(session: Session, chain: UUID, mentioned: set[UUID]) -> dict[UUID, str]:
    """The bodies a chain names, as they were called on the day of its incident."""
    incident = session.get(Incident, chain) if mentioned else None
    return organisations.names_on(session, mentioned, incident.day) if incident else {}


def _step(fact: Fact) -> int | None:
    values = _values(fact)
    return values["number"] if "number" in values and "key" in values else None


def _values(fact: Fact) -> dict[str, Any]:
    return {f.name: getattr(fact, f.name) for f in fields(fact)}


def step_titles(session: Session, incident_id: UUID, language: Language) -> dict[str, str]:
    """Step key → its title in a language, for every run of an incident."""
    ran, asked = runs.of_incident(session, incident_id), steps.of_incident(session, incident_id)
    return titles_of(session, ran, asked, language)


def titles_of(
    session: Session, ran: Collection[PlaybookRun], asked: Collection[Step], language: Language
) -> dict[str, str]:
    """The same for whoever has the runs and the steps at hand."""
    found: dict[str, str] = {}
    for playbook, version in {(run.playbook, run.version) for run in ran}:
        found |= catalog.step_titles(session, playbook, version, language)
    say = speech(language)
    return {
        s.key: say.text(s.own_title) if s.own_title else catalog.title_in(found, s.key)
        for s in asked
    }


def titles_among(session: Session, asked: Collection[Step], language: Language) -> dict[UUID, str]:
    """What steps of many incidents are called: one look for each playbook version."""
    ran = session.exec(
        select(PlaybookRun).where(col(PlaybookRun.id).in_({s.run_id for s in asked if s.run_id}))
    )
    bound = {run.id: (run.playbook, run.version) for run in ran}
    words = {b: catalog.step_titles(session, *b, language) for b in set(bound.values())}
    return {
        s.id: catalog.title_in(words[bound[s.run_id]], s.key)
        if s.run_id
        else speech(language).text(s.own_title or s.key)
        for s in asked
    }


def _playbook(session: Session, code: str, language: Language) -> str:
    return catalog.title(session, code, language) or code
