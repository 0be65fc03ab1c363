"""The room's forms about statutory clocks, and what the room shows of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session

from api.deeds import clocks as deeds
from api.deeds.clocks import Explain, Meet, Propose, Start
from api.fields import Because, Line, Moment, Optional, Reason, Request
from api.identity import Caller
from incidents.intake.evidence import Evidence
from incidents.matter import clock_rules, incidents
from incidents.matter.clock_rules import ClockRule
from incidents.matter.incidents import Incident
from incidents.record.language import Phrase, Speech
from incidents.response.clocks import clocks
from incidents.response.clocks.clock_facts import ProofKind
from incidents.response.clocks.clocks import Clock, ClockState
from incidents.words.publications import Publication


@dataclass(frozen=True)
class Shown:
    """One clock as the room draws it."""

    clock: Clock
    rule: ClockRule
    verified: bool
    length: Phrase
    basis: Phrase


def gather(session: Session, incident: Incident) -> list[Shown]:
    """The clocks of an incident, those that still ask for something first."""
    found = [_shown(session, each) for each in clocks.of_incident(session, incident.id)]
    return sorted(found, key=lambda s: s.clock.settled_at is not None)


def _shown(session: Session, each: Clock) -> Shown:
    """As it runs; one that waits for its confirmation as the law stands now, which it starts by."""
    if each.state is ClockState.PROPOSED:
        rule = clock_rules.to_start(session, each.code, each.rule_id)
        return Shown(each, rule, rule.verified, rule.length, rule.basis)
    rule = clock_rules.get(session, each.rule_id)
    return Shown(each, rule, each.verified, each.length, each.basis)


def offered(session: Session, say: Speech) -> list[tuple[str, str]]:
    """The terms in force today, for the picker."""
    rules = clock_rules.on_offer(session, incidents.today())
    return [(rule.code, say.value(rule.title)) for rule in rules]


def proofs(say: Speech, out: list[Publication], kept: list[Evidence]) -> list[tuple[str, str]]:
    """What the incident has that may show a term was met."""
    published = [
        (f"{ProofKind.PUBLICATION.value}:{p.id}", f"{say.value(p.channel)}: {p.slug}")
        for p in out
        if p.published_at
    ]
    return published + [(f"{ProofKind.EVIDENCE.value}:{e.id}", e.filename) for e in kept]


class _Named(Request):
    """A form about one clock."""

    clock: UUID


class _Start(Start, _Named):
    """Its trigger applies."""


class _Explain(Explain, _Named):
    """Why it was late."""


class _Dismiss(Because, _Named):
    """Why it does not apply."""


class _Meet(_Named):
    """What shows that it was met: something kept or published, a number, or words."""

    chosen: Line = ""
    document_number: Line = ""
    words: Reason = ""
    met_at: Annotated[Moment | None, Optional] = None


def _on_page(deed: Callable[..., Clock]) -> Callable[..., Clock]:
    def carried_out(session: Session, caller: Caller, number: str, asked: Any) -> Clock:
        return deed(session, caller, number, asked.clock, asked)

    return carried_out


def _meet(session: Session, caller: Caller, number: str, asked: _Meet) -> Clock:
    kind, _, proof = asked.chosen.partition(":")
    if kind not in list(ProofKind):
        by_number = bool(asked.document_number)
        kind = ProofKind.NUMBER if by_number else ProofKind.TEXT
        proof = asked.document_number if by_number else asked.words
    shown = Meet(kind=ProofKind(kind), proof=proof, met_at=asked.met_at)
    return deeds.meet(session, caller, number, asked.clock, shown)


DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any], str]] = {
    "de-xuat-thoi-han": (Propose, deeds.propose, "thoi-han"),
    "bat-dau-thoi-han": (_Start, _on_page(deeds.start), "thoi-han"),
    "hoan-thanh-thoi-han": (_Meet, _meet, "thoi-han"),
    "giai-trinh-thoi-han": (_Explain, _on_page(deeds.explain), "thoi-han"),
    "khong-ap-dung-thoi-han": (_Dismiss, _on_page(deeds.dismiss), "thoi-han"),
}
