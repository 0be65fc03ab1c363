"""The append-only record: hash-chained facts, and the proof that nobody rewrote them.

Each chain (an incident, a signal, or the desk itself) numbers its entries without gaps. An entry
carries the SHA-256 of the one before it, so a changed or removed entry breaks the chain at that
place; heads are signed at intervals, inside and outside the database, so a cut-off end shows too.
"""

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, UniqueConstraint, Uuid
from sqlmodel import Field, Session, col, select

from incidents.record import clock, facts
from incidents.record.actors import Actor, Via
from incidents.record.database import (
    Table,
    choice,
    document,
    identifier,
    locked,
    moment,
    owned_by,
    reference,
)
from incidents.record.errors import Invalid
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled

DESK = UUID(int=0)
"""The chain of what concerns the desk itself and no single incident."""

GENESIS = "0" * 64


class Confidentiality(Labelled):
    """Who may read it. State secrets are never kept here (Law 117/2025/QH15)."""

    PUBLIC = "public", N_("công khai")
    INTERNAL = "internal", N_("nội bộ")
    RESTRICTED = "restricted", N_("hạn chế")


class TimelineHead(Table, table=True):
    """The end of a chain; its row is locked while the chain grows."""

    __tablename__ = "timeline_head"

    chain: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    seq: int = 0
    hash: str = GENESIS


class TimelineEntry(Table, table=True):
    """One fact, when it happened, when it was recorded, and by whom."""

    __tablename__ = "timeline_entry"
    __table_args__ = (UniqueConstraint("chain", "seq"),)

    id: UUID = identifier()
    chain: UUID = reference("timeline_head.chain")
    seq: int
    happened_at: datetime = moment()
    recorded_at: datetime = moment()
    actor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    via: Via = choice(Via)
    fact: str
    payload: dict[str, Any] = document()
    private_hash: str | None = None
    confidentiality: Confidentiality = choice(Confidentiality, Confidentiality.INTERNAL)
    previous: str
    hash: str


class TimelineText(Table, table=True):
    """Personal and free text of an entry; erasing the row leaves the chain whole."""

    __tablename__ = "timeline_text"

    entry_id: UUID = owned_by("timeline_entry.id")
    salt: str
    said: dict[str, Any] = document()


def canonical(values: Mapping[str, Any]) -> bytes:
    """One byte sequence for one meaning: sorted keys, no spaces, UTF-8."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def private_digest(salt: str, values: Mapping[str, Any]) -> str:
    """What the chain holds of the text beside an entry."""
    return hashlib.sha256(salt.encode() + b"\x00" + canonical(values)).hexdigest()


def digest(entry: TimelineEntry) -> str:
    """The hash an entry must carry, over everything it says and the hash before it."""
    return hashlib.sha256(
        canonical(
            {
                "format": 1,
                "chain": str(entry.chain),
                "seq": entry.seq,
                "happened_at": entry.happened_at.isoformat(timespec="microseconds"),
                "recorded_at": entry.recorded_at.isoformat(timespec="microseconds"),
                "actor": str(entry.actor_id or ""),
                "via": entry.via.value,
                "fact": entry.fact,
                "payload": entry.payload,
                "private": entry.private_hash or "",
                "confidentiality": entry.confidentiality.value,
                "previous": entry.previous,
            }
        )
    ).hexdigest()


def record(
    session: Session,
    chain: UUID,
    fact: Fact,
    *,
    by: Actor,
    happened_at: datetime | None = None,
    confidentiality: Confidentiality = Confidentiality.INTERNAL,
    begins: bool = False,
) -> TimelineEntry:
    """Append a fact; a past ``happened_at`` back-dates it, both times are kept.

    ``begins`` says that the chain's owner is made in this very transaction, so there is no end of
    the chain to look for.
    """
    recorded_at = clock.now()
    if happened_at is not None and happened_at > recorded_at:
        raise Invalid(N_("Không thể ghi một việc vào thời điểm chưa tới."))
    head = _unwritten(session, chain)
    if head is None and not begins:
        head = locked(session, TimelineHead, chain)
    head = head or TimelineHead(chain=chain)
    payload, private = facts.split(fact)
    entry = TimelineEntry(
        chain=chain,
        seq=head.seq + 1,
        # In UTC before it is hashed: that is how it comes back from the database.
        happened_at=(happened_at or recorded_at).astimezone(UTC),
        recorded_at=recorded_at,
        actor_id=by.person_id,
        via=by.via,
        fact=type(fact).__name__,
        payload=payload,
        confidentiality=confidentiality,
        previous=head.hash,
        hash="",
    )
    if private:
        text = TimelineText(entry_id=entry.id, salt=secrets.token_hex(16), said=private)
        entry.private_hash = private_digest(text.salt, private)
        session.add(text)
    entry.hash = digest(entry)
    session.add(entry)
    head.seq, head.hash = entry.seq, entry.hash
    session.add(head)
    return entry


def _unwritten(session: Session, chain: UUID) -> TimelineHead | None:
    """The end of a chain that was begun just now and that the database does not know yet."""
    return next((r for r in session.new if isinstance(r, TimelineHead) and r.chain == chain), None)


def entries_of(
    session: Session,
    chain: UUID,
    *,
    after: int = 0,
    limit: int | None = None,
    kind: type[Fact] | None = None,
) -> list[tuple[TimelineEntry, Fact]]:
    """The facts of a chain in their order, with the text beside them where it still exists."""
    wanted = (
        select(TimelineEntry, TimelineText)
        .join(TimelineText, col(TimelineText.entry_id) == TimelineEntry.id, isouter=True)
        .where(TimelineEntry.chain == chain, col(TimelineEntry.seq) > after)
        .order_by(col(TimelineEntry.seq))
        .limit(limit)
    )
    if kind:
        wanted = wanted.where(TimelineEntry.fact == kind.__name__)
    rows = session.exec(wanted).all()
    return [(entry, _fact(entry, text)) for entry, text in rows]


def entries_among(
    session: Session, chains: Collection[UUID], kinds: Collection[type[Fact]], *, until: datetime
) -> list[tuple[TimelineEntry, Fact]]:
    """Facts of some kinds in many chains, recorded until a moment, chain by chain in order."""
    rows = session.exec(
        select(TimelineEntry, TimelineText)
        .join(TimelineText, col(TimelineText.entry_id) == TimelineEntry.id, isouter=True)
        .where(
            col(TimelineEntry.chain).in_(chains),
            col(TimelineEntry.fact).in_([kind.__name__ for kind in kinds]),
            TimelineEntry.recorded_at <= until,
        )
        .order_by(col(TimelineEntry.chain), col(TimelineEntry.seq))
    ).all()
    return [(entry, _fact(entry, text)) for entry, text in rows]


def _fact(entry: TimelineEntry, text: TimelineText | None) -> Fact:
    kind = facts.VOCABULARY[entry.fact]
    beside = dict.fromkeys(facts.private_fields(kind), "…") | (text.said if text else {})
    return facts.revive(entry.fact, entry.payload | beside)


def says(session: Session, chain: UUID, kind: type[Fact]) -> bool:
    """Whether a chain holds a fact of a kind."""
    return (
        session.exec(
            select(TimelineEntry.id)
            .where(TimelineEntry.chain == chain, TimelineEntry.fact == kind.__name__)
            .limit(1)
        ).first()
        is not None
    )
