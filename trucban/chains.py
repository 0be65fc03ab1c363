"""Every chain of the record, what it is about, and the proof of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.insight import contents, reading
from incidents.insight.contents import Differing
from incidents.intake import signals
from incidents.intake.signals import Signal
from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.record import proof, timeline
from incidents.record.language import N_, Speech
from incidents.record.proof import Checkpoint, Fault, Finding, Proof
from incidents.record.timeline import DESK, TimelineEntry, TimelineHead

_UNREADABLE = (LookupError, TypeError, ValueError)
"""How the database and the vocabulary refuse a value that was not written by us."""


@dataclass(frozen=True)
class Proven:
    """The proof of one chain and what people call it."""

    about: str
    proof: Proof
    exercise: bool = False
    differing: tuple[Differing, ...] = ()
    """Texts and files that are not what the record says of them."""

    @property
    def intact(self) -> bool:
        """Neither the record nor what it speaks of was changed."""
        return self.proof.intact and not self.differing


def prove(session: Session, number: str | None) -> list[Proven]:
    """Prove an incident and its flags, or every chain there is or ever was a trace of."""
    if number is None:
        chains = _all(session)
    else:
        incident = incidents.by_number(session, number)
        chains = [incident.id, *(s.id for s in signals.of_incident(session, incident.id))]
    named = _names(session, chains)
    drills = incidents.exercises_among(session, chains) | signals.exercises_among(session, chains)
    return [
        Proven(
            named.get(chain, str(chain)),
            _prove(session, chain),
            chain in drills,
            _differing(session, chain),
        )
        for chain in chains
    ]


def _differing(session: Session, chain: UUID) -> tuple[Differing, ...]:
    try:
        return tuple(contents.compare(session, chain))
    except _UNREADABLE:
        return ()  # the entry that cannot be read is named by the proof


def _prove(session: Session, chain: UUID) -> Proof:
    try:
        return proof.verify(session, chain)
    except _UNREADABLE:
        return _first_unreadable(session, chain)


def _first_unreadable(session: Session, chain: UUID) -> Proof:
    """Somebody wrote what the desk never writes: read the entries one by one to name them."""
    numbers = list(
        session.exec(
            select(TimelineEntry.seq)
            .where(TimelineEntry.chain == chain)
            .order_by(col(TimelineEntry.seq))
        )
    )
    found: list[Finding] = []
    for seq in numbers:
        try:
            timeline.entries_of(session, chain, after=seq - 1, limit=1)
        except _UNREADABLE:
            found.append(Finding(Fault.ALTERED, seq))
    return Proof(chain=chain, entries=len(numbers), head="", findings=found)


def _all(session: Session) -> list[UUID]:
    """A chain whose rows were all removed is still named by its incident, its flag or a witness."""
    found: set[UUID] = {DESK, *proof.witnessed_chains()}
    for column in (
        col(Incident.id),
        col(Signal.id),
        col(TimelineHead.chain),
        col(TimelineEntry.chain),
        col(Checkpoint.chain),
    ):
        found |= set(session.exec(select(column).distinct()))
    return sorted(found)


def _names(session: Session, chains: Iterable[UUID]) -> dict[UUID, str]:
    wanted = set(chains)
    named = {DESK: "desk"}
    named |= dict(session.exec(select(Incident.id, Incident.number)).all())
    named |= dict(session.exec(select(Signal.id, Signal.code)).all())
    return {chain: name for chain, name in named.items() if chain in wanted}


def quote(session: Session, proven: Proven, say: Speech) -> dict[int, str]:
    """What the entries that were found wrong say now, as far as they can still be read."""
    wrong = {finding.seq for finding in proven.proof.findings}
    quoted: dict[int, str] = {}
    for seq in wrong:
        try:
            lines = reading.story(session, proven.proof.chain, say.language, after=seq - 1, limit=1)
        except _UNREADABLE:
            quoted[seq] = say.text(N_("không đọc được nữa"))
            continue
        if lines and lines[0].seq == seq:
            quoted[seq] = lines[0].text
    return quoted
