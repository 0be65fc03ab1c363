"""What the record names by its hash, compared with what is kept: texts and files of evidence.

The chain proves that an entry was not rewritten; this proves that what the entry speaks of is
still the same, or says exactly what is not.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import evidence
from incidents.intake.evidence import Evidence, EvidenceKept
from incidents.record import clock, timeline
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled, Speech
from incidents.words.approvals import SignedOff, SignedOffByTelephone
from incidents.words.publications import StatementReleased, StatementReleasedInExercise
from incidents.words.statements import (
    Statement,
    StatementDrafted,
    StatementKind,
    StatementVersion,
)

_SIGNED = (SignedOff, SignedOffByTelephone)
_WORDS = (
    *(StatementDrafted, *_SIGNED),
    *(StatementReleased, StatementReleasedInExercise),
)


class Difference(Labelled):
    """How what is kept differs from what the record says of it."""

    TEXT = (
        "text",
        N_("%(what)s: nhật ký ghi mã %(recorded)s, văn bản đang lưu mang mã %(kept)s."),
    )
    TEXT_GONE = "text_gone", N_("%(what)s: văn bản mang mã %(recorded)s không còn.")
    FILE = (
        "file",
        N_("Tư liệu «%(what)s»: nhật ký ghi mã %(recorded)s, tệp đang lưu mang mã %(kept)s."),
    )
    FILE_GONE = "file_gone", N_("Tư liệu «%(what)s»: tệp mang mã %(recorded)s không còn.")
    ROW_GONE = (
        "row_gone",
        N_("Tư liệu «%(what)s» mang mã %(recorded)s không còn trong danh mục."),
    )


@dataclass(frozen=True)
class Differing:
    """One text or file that is not what the record says."""

    difference: Difference
    what: str
    seq: int
    """The last entry that names it."""
    recorded: str
    kept: str = ""
    kind: StatementKind | None = None
    version: int = 0
    signed: bool = False

    def said(self, say: Speech) -> str:
        """The difference as a sentence, with both hashes in full."""
        what = self.what
        if self.kind:
            name = (
                N_("%(kind)s bản %(version)s đã ký")
                if self.signed
                else N_("%(kind)s bản %(version)s")
            )
            what = say.text(name, kind=say.value(self.kind), version=str(self.version))
        return say.text(self.difference.label, what=what, recorded=self.recorded, kept=self.kept)


def compare(session: Session, chain: UUID) -> list[Differing]:
    """Everything a chain names by hash that is not there, or not the same any more."""
    facts = timeline.entries_among(session, [chain], (*_WORDS, EvidenceKept), until=clock.now())
    told = [(entry.seq, fact) for entry, fact in facts]
    words = _words(session, chain, [(s, f) for s, f in told if isinstance(f, _WORDS)])
    kept = [(s, f) for s, f in told if isinstance(f, EvidenceKept)]
    return sorted([*words, *_files(session, kept)], key=lambda each: each.seq)


def _words(session: Session, chain: UUID, told: list[tuple[int, Fact]]) -> Iterable[Differing]:
    named: dict[tuple[StatementKind, int, str], tuple[int, bool]] = {}
    for seq, fact in told:
        signed = isinstance(fact, _SIGNED)
        kind = cast("StatementKind", fact.statement if signed else fact.kind)  # type: ignore[attr-defined]
        key = (kind, fact.version, fact.sha256)  # type: ignore[attr-defined]
        named[key] = (seq, signed or named.get(key, (0, False))[1])
    by_hash: dict[str, list[StatementVersion]] = {}
    for each in session.exec(
        select(StatementVersion).where(
            col(StatementVersion.sha256).in_({sha256 for _, _, sha256 in named})
        )
    ):
        by_hash.setdefault(each.sha256, []).append(each)
    by_number: dict[tuple[StatementKind, int], list[StatementVersion]] = {}
    for kind, each in session.exec(
        select(Statement.kind, StatementVersion)
        .join(Statement, col(Statement.id) == StatementVersion.statement_id)
        .where(Statement.incident_id == chain)
    ):
        by_number.setdefault((StatementKind(kind), each.number), []).append(each)
    for (kind, number, sha256), (seq, signed) in named.items():
        candidates = by_hash.get(sha256) or by_number.get((kind, number), [])
        now = [each.hashed for each in candidates]
        if sha256 in now:
            continue
        yield Differing(
            Difference.TEXT if now else Difference.TEXT_GONE,
            what="",
            seq=seq,
            recorded=sha256,
            kept=now[0] if now else "",
            kind=kind,
            version=number,
            signed=signed,
        )


def _files(session: Session, told: list[tuple[int, EvidenceKept]]) -> Iterable[Differing]:
    wanted = {fact.sha256 for _, fact in told}
    listed = set(session.exec(select(Evidence.sha256).where(col(Evidence.sha256).in_(wanted))))
    for seq, fact in told:
        sha256, what = fact.sha256, fact.filename or fact.sha256[:12]
        path = evidence.path_of(sha256)
        if not path.is_file():
            yield Differing(Difference.FILE_GONE, what, seq, sha256)
            continue
        with path.open("rb") as opened:
            now = hashlib.file_digest(opened, "sha256").hexdigest()
        if now != sha256:
            yield Differing(Difference.FILE, what, seq, sha256, now)
        elif sha256 not in listed:
            yield Differing(Difference.ROW_GONE, what, seq, sha256)
