"""What the page of a flag shows, and what its pickers offer."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from api.pages import claim_view, silence_view
from incidents.insight import reading
from incidents.intake import evidence, signals
from incidents.intake.signals import Ground, Signal, SignalState
from incidents.matter import incidents
from incidents.people import persons, roles
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock
from incidents.record.language import N_, speech
from incidents.response.steps import catalog
from incidents.response.steps.catalog import USUAL
from incidents.rights import permissions
from incidents.rights.permissions import Deed

WATCHERS = (
    Role.DUTY_OFFICER,
    Role.MONITORING,
    Role.DEPARTMENT_DUTY_LEADER,
    Role.OFFICE_DUTY,
    Role.STANDING_DEPUTY,
)
"""Whose holders the page offers to watch a flag; REST takes anyone with a part at the desk."""

_REVIEW_IN = timedelta(hours=4)


def gather(session: Session, signal: Signal, person: Person) -> dict[str, Any]:
    """Everything the template of a flag asks for.

    Whoever reported it and has no part at the desk sees what they sent and how it stands.
    """
    may = permissions.on_flag(session, person, signal)
    inside = Deed.SEE_DESK in may
    triages = Deed.TRIAGE in may
    decides = triages and signal.state in (SignalState.TRIAGE, SignalState.WATCHED)
    return {
        "signal": signal,
        "inside": inside,
        "kept": evidence.of_signal(session, signal.id),
        "named": persons.names(session, _mentioned(signal)),
        "may_triage": triages,
        "finds_real": signal.exercise and (triages or signal.reported_by == person.id),
        "decides": decides,
        **(_inside(session, signal, person, may) if inside else {}),
        **(_choices(session, signal, person) if decides else {}),
    }


def _inside(
    session: Session, signal: Signal, person: Person, may: Collection[Deed]
) -> dict[str, Any]:
    into = signals.get(session, signal.merged_into_id) if signal.merged_into_id else None
    incident = incidents.get(session, signal.incident_id) if signal.incident_id else None
    return {
        "into": into,
        "incident": incident,
        "takes_out": signal.state is SignalState.MERGED
        and (
            Deed.MERGE in permissions.deeds(session, person, incident)
            if incident
            else Deed.TRIAGE in may
        ),
        "merged": signals.merged_into(session, signal.id),
        "story": reading.story(session, signal.id, person.language),
        **claim_view.gather(session, signal, person, may),
        **silence_view.gather(session, signal, person, may),
    }


def _mentioned(signal: Signal) -> set[UUID]:
    return {each for each in (signal.acknowledged_by, signal.owner_id) if each}


def _choices(session: Session, signal: Signal, person: Person) -> dict[str, Any]:
    say = speech(person.language)
    targets = _targets(session, signal, person)
    return {
        "grounds": [(g.value, say.value(g)) for g in Ground],
        "targets": targets,
        "twins": bool(targets) and targets[0][1].startswith(say.text(_SAME)),
        "watchers": [(str(p.id), f"{p.name} – {p.post}") for p in _watchers(session, person)],
        "playbooks": [
            (row.code, (row.texts.get(person.language) or {}).get("title") or row.code)
            for row in sorted(catalog.on_offer(session), key=lambda row: row.code != USUAL)
            if signal.exercise or row.code not in catalog.EXERCISE_ONLY
        ],
        "review_at": clock.now() + _REVIEW_IN,
    }


def _watchers(session: Session, person: Person) -> list[Person]:
    """Whoever decides comes first, then those who hold a part in watching."""
    found = persons.names(session, roles.among(session, WATCHERS, clock.now()))
    others = persons.in_order(p for p in found.values() if p.active and p.id != person.id)
    return [person, *others]


def _targets(session: Session, signal: Signal, person: Person) -> list[tuple[str, str]]:
    """What it may be merged into; flags with its very words or address come first, and say so.

    What is exercised meets exercises only.
    """
    say, drill = speech(person.language), signal.exercise
    waiting = [s for s in signals.waiting(session) if s.exercise is drill]
    others = [s for s in waiting if s.id != signal.id]
    found = [(s.code, f"{s.code} – {s.headline}") for s in others if not _same(signal, s)]
    alike = [
        (s.code, f"{say.text(_SAME)} {s.code} – {s.headline}") for s in others if _same(signal, s)
    ]
    live = incidents.recent(session, live_only=True, exercise=drill, reader=person.id)
    opened = signals.of_incidents(session, [i.id for i in live])
    same = {s.incident_id for s in opened if _same(signal, s)}
    alike += [(i.number, f"{say.text(_SAME)} {i.number} – {i.title}") for i in live if i.id in same]
    other = [(i.number, f"{i.number} – {i.title}") for i in live if i.id not in same]
    return [*alike, *other, *found]


_SAME = N_("[Trùng nội dung]")


def _same(one: Signal, other: Signal) -> bool:
    same_words = one.text_sha256 is not None and one.text_sha256 == other.text_sha256
    return same_words or (one.url is not None and one.url == other.url)
