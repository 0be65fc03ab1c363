"""Proof that the timeline was not rewritten: replay the hashes, compare with signed heads.

Signed heads (checkpoints) lie in the database and in a file beside it; whoever cuts the end off a
chain in the database contradicts the file. A finding names the entry and what is wrong with it.
"""

import base64
import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import UniqueConstraint
from sqlmodel import Session, col, select

from incidents.record import clock, keys, settings, timeline
from incidents.record.database import Table, identifier, moment, reference
from incidents.record.language import N_, Labelled
from incidents.record.timeline import GENESIS, TimelineEntry, TimelineHead, TimelineText


class Checkpoint(Table, table=True):
    """A signed statement that a chain ended in this hash at this number."""

    __tablename__ = "checkpoint"
    __table_args__ = (UniqueConstraint("chain", "seq"),)

    id: UUID = identifier()
    chain: UUID = reference("timeline_head.chain")
    seq: int
    hash: str
    signed_at: datetime = moment()
    signature: str


class Fault(Labelled):
    """What was found wrong."""

    ALTERED = "altered", N_("Mục %(seq)s đã bị sửa sau khi ghi.")
    REMOVED = "removed", N_("Mục %(seq)s đã bị xóa.")
    TEXT_ALTERED = "text_altered", N_("Nội dung kèm theo mục %(seq)s đã bị sửa.")
    TEXT_REMOVED = "text_removed", N_("Nội dung kèm theo mục %(seq)s đã bị xóa.")
    CUT_OFF = "cut_off", N_("Các mục từ %(seq)s trở đi đã bị cắt bỏ.")
    HEAD_ALTERED = "head_altered", N_("Điểm cuối của nhật ký không khớp mục %(seq)s.")
    FORGED_CHECKPOINT = "forged_checkpoint", N_("Chữ ký điểm kiểm tra tại mục %(seq)s không đúng.")


@dataclass(frozen=True)
class Finding:
    """One fault at one entry."""

    fault: Fault
    seq: int


@dataclass(frozen=True)
class Proof:
    """The outcome for one chain."""

    chain: UUID
    entries: int
    head: str
    findings: list[Finding]

    @property
    def intact(self) -> bool:
        """Nothing was found wrong."""
        return not self.findings


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.derive("checkpoint signature"))


def public_key() -> str:
    """The key with which anybody can check checkpoints, base64."""
    raw = (
        _key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    )
    return base64.b64encode(raw).decode()


def _statement(chain: UUID, seq: int, digest: str, at: datetime) -> bytes:
    return timeline.canonical(
        {
            "chain": str(chain),
            "seq": seq,
            "hash": digest,
            "at": at.isoformat(timespec="microseconds"),
        }
    )


def checkpoint(session: Session) -> list[Checkpoint]:
    """Sign every head that grew since its last checkpoint; the caller appends them to the file."""
    last = {
        row.chain: row.seq for row in session.exec(select(Checkpoint).order_by(col(Checkpoint.seq)))
    }
    made: list[Checkpoint] = []
    for head in session.exec(select(TimelineHead)):
        if head.seq > last.get(head.chain, 0):
            now = clock.now()
            signature = _key().sign(_statement(head.chain, head.seq, head.hash, now))
            made.append(
                Checkpoint(
                    chain=head.chain,
                    seq=head.seq,
                    hash=head.hash,
                    signed_at=now,
                    signature=base64.b64encode(signature).decode(),
                )
            )
    session.add_all(made)
    return made


def witness_file() -> Path:
    """The file of checkpoints beside the database; copy it off the machine."""
    return settings.current().data_dir / "checkpoints.jsonl"


def witness(made: Iterable[Checkpoint]) -> None:
    """Append checkpoints to the file outside the database."""
    lines = [
        json.dumps(
            {
                "chain": str(c.chain),
                "seq": c.seq,
                "hash": c.hash,
                "signed_at": c.signed_at.isoformat(timespec="microseconds"),
                "signature": c.signature,
            }
        )
        + "\n"
        for c in made
    ]
    if lines:
        with witness_file().open("a", encoding="utf-8") as opened:
            opened.writelines(lines)


def _witnessed(chain: UUID) -> list[Checkpoint]:
    return [
        Checkpoint(
            chain=chain,
            seq=r["seq"],
            hash=r["hash"],
            signed_at=datetime.fromisoformat(r["signed_at"]),
            signature=r["signature"],
        )
        for r in _witness_rows()
        if r["chain"] == str(chain)
    ]


def witnessed_chains() -> set[UUID]:
    """Every chain the file outside the database ever saw, whatever the database says."""
    return {UUID(r["chain"]) for r in _witness_rows()}


def _witness_rows() -> list[dict[str, Any]]:
    if not witness_file().exists():
        return []
    rows: list[dict[str, Any]] = []
    for line in witness_file().read_text(encoding="utf-8").splitlines():
        # A line cut short by a crash says nothing; the head is signed again with the next growth.
        with contextlib.suppress(json.JSONDecodeError):
            rows.append(json.loads(line))
    return rows


def verify(session: Session, chain: UUID) -> Proof:
    """Replay a chain from its first entry and compare it with its head and every checkpoint."""
    rows = session.exec(
        select(TimelineEntry, TimelineText)
        .join(TimelineText, col(TimelineText.entry_id) == TimelineEntry.id, isouter=True)
        .where(TimelineEntry.chain == chain)
        .order_by(col(TimelineEntry.seq))
    ).all()
    found: list[Finding] = []
    hashes = {0: GENESIS}
    previous, expected = GENESIS, 1
    for entry, text in rows:
        found += [Finding(Fault.REMOVED, seq) for seq in range(expected, entry.seq)]
        gap = entry.seq != expected
        found += _faults(entry, text, None if gap else previous)
        previous, expected = entry.hash, entry.seq + 1
        hashes[entry.seq] = entry.hash
    head = session.get(TimelineHead, chain)
    last = expected - 1
    found += _end_faults(session, chain, head, last, hashes)
    unique = sorted(set(found), key=lambda f: (f.seq, f.fault))
    return Proof(chain=chain, entries=len(rows), head=previous, findings=unique)


def _faults(entry: TimelineEntry, text: TimelineText | None, previous: str | None) -> list[Finding]:
    found: list[Finding] = []
    if timeline.digest(entry) != entry.hash:
        found.append(Finding(Fault.ALTERED, entry.seq))
    elif previous is not None and entry.previous != previous:
        # This entry is sound in itself and remembers another predecessor: that one was rewritten.
        found.append(Finding(Fault.ALTERED, entry.seq - 1))
    if entry.private_hash and text is None:
        found.append(Finding(Fault.TEXT_REMOVED, entry.seq))
    elif text and timeline.private_digest(text.salt, text.said) != entry.private_hash:
        found.append(Finding(Fault.TEXT_ALTERED, entry.seq))
    return found


def _end_faults(
    session: Session, chain: UUID, head: TimelineHead | None, last: int, hashes: dict[int, str]
) -> list[Finding]:
    found: list[Finding] = []
    signed = [
        *session.exec(select(Checkpoint).where(Checkpoint.chain == chain)),
        *_witnessed(chain),
    ]
    ends = [last, *(c.seq for c in signed if _genuine(c)), head.seq if head else 0]
    if max(ends) > last:
        found.append(Finding(Fault.CUT_OFF, last + 1))
    if head is None or (head.seq == last and head.hash != hashes.get(last)) or head.seq < last:
        found.append(Finding(Fault.HEAD_ALTERED, last))
    for each in signed:
        if not _genuine(each):
            found.append(Finding(Fault.FORGED_CHECKPOINT, each.seq))
        elif each.seq in hashes and hashes[each.seq] != each.hash:
            found.append(Finding(Fault.ALTERED, each.seq))
    return found


def _genuine(signed: Checkpoint) -> bool:
    try:
        _key().public_key().verify(
            base64.b64decode(signed.signature),
            _statement(signed.chain, signed.seq, signed.hash, signed.signed_at),
        )
    except (InvalidSignature, ValueError):
        return False
    return True
