"""Statements and their immutable versions."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Session, col, select

from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import Invalid, NotFound
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled, Language, speech
from incidents.record.timeline import Confidentiality

TEXT_LIMIT = 20_000

EXERCISE = N_("[DIỄN TẬP]")

NOT_REAL = N_("DIỄN TẬP – không phải sự việc thật")


class StatementKind(Labelled):
    """What a statement does in public."""

    HOLDING = "holding", N_("Thông tin ban đầu")
    REFUTATION = "refutation", N_("Thông tin chính thức về nội dung sai")
    CORRECTION = "correction", N_("Đính chính và xin lỗi")
    CONCLUSION = "conclusion", N_("Kết luận")


@dataclass(frozen=True)
class Wording:
    """A text in one of the languages it was approved in."""

    language: Language
    title: str
    text: str


class Statement(Table, table=True):
    """One thing to be said; its text lives in versions."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("incident_id", "key"),)

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    key: str
    kind: StatementKind = choice(StatementKind)
    current: int = 1
    confidentiality: Confidentiality = choice(Confidentiality, Confidentiality.INTERNAL)
    created_at: datetime = moment()


class StatementVersion(Table, table=True):
    """One exact text; triggers refuse to change it. Without an author it came from a template.

    One made from a shell may have been approved in English too: ``sha256`` then covers both.
    """

    __tablename__ = "statement_version"
    __table_args__ = (UniqueConstraint("statement_id", "number"),)

    id: UUID = identifier()
    statement_id: UUID = reference("statement.id")
    number: int
    title: str
    text: str
    title_en: str = ""
    text_en: str = ""
    sha256: str
    language: Language = choice(Language, Language.VI)
    author_id: UUID | None = reference("person.id", optional=True)
    shell_id: UUID | None = reference("shell.id", optional=True)
    created_at: datetime = moment()

    @property
    def code(self) -> str:
        """What is read back on the telephone: the first six signs of the text's hash."""
        return self.sha256[:6].upper()

    @property
    def hashed(self) -> str:
        """The hash of the words as they are now: ``sha256``, unless somebody altered them."""
        return digest(self.title, self.text, self.title_en, self.text_en)

    def wordings(self, first: Language) -> list[Wording]:
        """The text in every language it has, the reader's first."""
        own = Wording(self.language, self.title, self.text)
        return wordings(first, own, self.title_en, self.text_en)


def wordings(first: Language, own: Wording, title_en: str, text_en: str) -> list[Wording]:
    """A text and its English, where it has one, the reader's language first."""
    found = [own, *([Wording(Language.EN, title_en, text_en)] if text_en else [])]
    return sorted(found, key=lambda each: each.language is not first)


@dataclass(frozen=True)
class StatementDrafted(Fact):
    """A statement got a version."""

    kind: StatementKind
    version: int
    sha256: str
    says: ClassVar[str] = N_("Soạn %(kind)s, bản %(version)s (SHA-256 %(sha256)s)")


def digest(title: str, text: str, title_en: str = "", text_en: str = "") -> str:
    """What an approval binds to: the SHA-256 of title and text as they will be read.

    With English beside it, the SHA-256 of the two languages' own hashes, each on its line: neither
    can change without the other's approval.
    """
    own = hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest()
    if not (title_en or text_en):
        return own
    return hashlib.sha256(f"{own}\n{digest(title_en, text_en)}".encode()).hexdigest()


def of_exercise(title: str, text: str, language: Language) -> tuple[str, str]:
    """Mark the words themselves: copied anywhere, they still say that they are not real."""
    say = speech(language)
    return f"{say.text(EXERCISE)} {title}", f"{say.text(NOT_REAL)}\n\n{text}"


def draft(
    session: Session,
    incident_id: UUID,
    *,
    key: str,
    kind: StatementKind,
    title: str,
    text: str,
    by: Actor,
    english: tuple[str, str] = ("", ""),
    shell_id: UUID | None = None,
) -> Statement:
    """A new statement with its first version; found again by its key.

    ``english`` is its title and text in English, where they were approved together.
    """
    existing = session.exec(
        select(Statement).where(Statement.incident_id == incident_id, Statement.key == key)
    ).first()
    if existing:
        return existing
    statement = Statement(
        incident_id=incident_id, key=key, kind=kind, current=0, created_at=clock.now()
    )
    add_version(
        session, statement, title=title, text=text, english=english, by=by, shell_id=shell_id
    )
    return statement


def add_version(
    session: Session,
    statement: Statement,
    *,
    title: str,
    text: str,
    by: Actor,
    english: tuple[str, str] = ("", ""),
    shell_id: UUID | None = None,
) -> StatementVersion:
    """The next version of a statement; who is ``by`` wrote it."""
    title, text = _clean(title), _clean(text)
    title_en, text_en = map(_clean, english)
    if not title or not text:
        raise Invalid(fields={"text": (N_("Văn bản phát ngôn cần có tiêu đề và nội dung."), {})})
    if len(text) > TEXT_LIMIT:
        raise Invalid(
            fields={"text": (N_("Văn bản dài quá %(limit)s ký tự."), {"limit": TEXT_LIMIT})}
        )
    statement.current += 1
    session.add(statement)
    version = StatementVersion(
        statement_id=statement.id,
        number=statement.current,
        title=title,
        text=text,
        title_en=title_en,
        text_en=text_en,
        sha256=digest(title, text, title_en, text_en),
        author_id=by.person_id,
        shell_id=shell_id,
        created_at=clock.now(),
    )
    session.add(version)
    timeline.record(
        session,
        statement.incident_id,
        StatementDrafted(
            kind=statement.kind,
            version=version.number,
            sha256=version.sha256,
        ),
        by=by,
    )
    return version


def _clean(text: str) -> str:
    # NFC and one kind of line end, so that the same words always have the same hash.
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def get(session: Session, statement_id: UUID, *, lock: bool = False) -> Statement:
    """The statement; locked, no version or signature can be added by others meanwhile."""
    found = (
        locked(session, Statement, statement_id) if lock else session.get(Statement, statement_id)
    )
    if found is None:
        raise NotFound(N_("Không tìm thấy văn bản phát ngôn này."))
    return found


def current(session: Session, statement: Statement) -> StatementVersion:
    """The version that counts now."""
    return session.exec(
        select(StatementVersion).where(
            StatementVersion.statement_id == statement.id,
            StatementVersion.number == statement.current,
        )
    ).one()


def version(session: Session, version_id: UUID) -> StatementVersion:
    """One exact version."""
    found = session.get(StatementVersion, version_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy phiên bản này."))
    return found


def versions(session: Session, statement_id: UUID) -> list[StatementVersion]:
    """Every version, the newest first."""
    return list(
        session.exec(
            select(StatementVersion)
            .where(StatementVersion.statement_id == statement_id)
            .order_by(col(StatementVersion.number).desc())
        )
    )


def of_incident(session: Session, incident_id: UUID) -> list[tuple[Statement, StatementVersion]]:
    """The statements of an incident, each with its current version."""
    return list(
        session.exec(
            select(Statement, StatementVersion)
            .join(
                StatementVersion,
                (col(StatementVersion.statement_id) == Statement.id)
                & (col(StatementVersion.number) == Statement.current),
            )
            .where(Statement.incident_id == incident_id)
            .order_by(col(Statement.created_at))
        ).all()
    )
