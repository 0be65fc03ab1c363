"""What must be the same whether the desk was killed on the way or not.

Identifiers, codes and moments differ from one journey to the next; what was recorded, asked,
sent and published may not.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.record import database, proof
from incidents.record.outbox import Channel, DeliveryAttempt, OutgoingMessage
from incidents.record.timeline import TimelineEntry, TimelineHead
from incidents.response.steps.steps import Step
from incidents.words.publications import Publication
from incidents.words.statements import Statement

FILE = "ledger.json"


def says(session: Session, chain: UUID, fact: str) -> bool:
    """Whether a chain holds a fact of a name."""
    return (
        session.exec(
            select(TimelineEntry.id).where(TimelineEntry.chain == chain, TimelineEntry.fact == fact)
        ).first()
        is not None
    )


def write(folder: Path, points: list[str]) -> None:
    """Write the ledger of a finished journey into its data folder."""
    with database.reading() as session:
        told = {
            "points": points,
            "incident": [_incident(i) for i in session.exec(select(Incident))],
            "chains": [_chain(session, head) for head in session.exec(select(TimelineHead))],
            "facts": _sorted(_facts(session)),
            "steps": [
                _step(s, session) for s in session.exec(select(Step).order_by(col(Step.number)))
            ],
            "messages": _sorted(_messages(session)),
            "publications": _sorted(_publications(session)),
            "mails": _mails(session),
        }
    told["public"] = sorted(
        str(f.relative_to(folder)) for f in (folder / "public").rglob("*") if f.is_file()
    )
    (folder / FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1))


def read(folder: Path) -> dict[str, Any]:
    """The ledger a journey left."""
    return json.loads((folder / FILE).read_text())


def _sorted(rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=repr)


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "number": incident.number,
        "status": incident.status.value,
        "level": incident.level,
        "finding": incident.finding.value,
    }


def _chain(session: Session, head: TimelineHead) -> dict[str, Any]:
    """Whether it proves whole, and whether its numbers have gaps, counted without the proof."""
    numbers = session.exec(
        select(TimelineEntry.seq)
        .where(TimelineEntry.chain == head.chain)
        .order_by(col(TimelineEntry.seq))
    ).all()
    return {
        "findings": [str(f) for f in proof.verify(session, head.chain).findings],
        "gapless": list(numbers) == list(range(1, head.seq + 1)),
    }


def _facts(session: Session) -> list[list[Any]]:
    """Each fact with what of its payload does not differ from journey to journey."""
    return [
        [entry.fact, entry.via.value, {k: v for k, v in entry.payload.items() if k in _STABLE}]
        for entry in session.exec(select(TimelineEntry))
    ]


_STABLE = {"number", "key", "role", "kind", "version", "channel", "before", "after", "level"}


def _step(step: Step, session: Session) -> list[Any]:
    holders = [session.get_one(Person, UUID(h)).username for h in step.holder_ids]
    return [step.number, step.key, step.kind.value, step.role.value, step.state.value, holders]


def _messages(session: Session) -> list[list[Any]]:
    keys = {s.id: s.key for s in session.exec(select(Step))}
    return [
        [
            m.kind,
            m.channel.value,
            m.address,
            keys.get(m.step_id) if m.step_id else "",
            m.state.value,
        ]
        for m in session.exec(select(OutgoingMessage))
    ]


def _publications(session: Session) -> list[list[Any]]:
    return [
        [statement.kind.value, publication.channel.value, publication.published_at is not None]
        for publication, statement in session.exec(
            select(Publication, Statement).join(
                Statement, col(Statement.id) == Publication.statement_id
            )
        )
    ]


def _mails(session: Session) -> dict[str, list[str | None]]:
    """Message-ID of every mail sent → how its attempts ended; ``None``: died under way."""
    found: dict[str, list[str | None]] = {}
    for message, attempt in session.exec(
        select(OutgoingMessage, DeliveryAttempt)
        .join(DeliveryAttempt, col(DeliveryAttempt.message_id) == OutgoingMessage.id)
        .where(OutgoingMessage.channel == Channel.MAIL)
        .order_by(col(DeliveryAttempt.number))
    ):
        ended = attempt.outcome.value if attempt.outcome else None
        found.setdefault(str(message.provider_id), []).append(ended)
    return found


def twice(received: list[str]) -> dict[str, int]:
    """The Message-IDs a server took more than once."""
    return {name: count for name, count in Counter(received).items() if count > 1}
