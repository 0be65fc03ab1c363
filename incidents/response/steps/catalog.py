"""The playbooks on offer, as rows the engine publishes; the office's wording lies over them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, bindparam
from sqlmodel import Session, col, select

from incidents.record import clock
from incidents.record.database import Table, choice, document, identifier, moment
from incidents.record.errors import Invalid, NotFound
from incidents.record.language import N_, Language, Phrase

_EXPLORED = 2
"""Rounds of a loop that stand in the outline and have words of their own."""

CLAIM_ONLY = frozenset({"TIN_GIA_MXH", "GIA_MAO_TAN_CONG"})
"""Playbooks an opinion, a complaint or a question alone never starts (rule 7 of practice)."""

USUAL = "TIN_GIA_MXH"
"""What most flags open; it stands first where a duty officer chooses."""

EXERCISE_ONLY = frozenset({"DIEN_TAP"})
"""Playbooks that are opened as an exercise or not at all."""


class PlaybookVersion(Table, table=True):
    """One published version: its outline, its texts by language and its statement templates."""

    __tablename__ = "playbook_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: UUID = identifier()
    code: str
    version: int
    source_sha256: str
    outline: dict[str, Any] = document()
    """Explored once: {"steps": [{"key", "kind", "role", "form", "due_minutes"}], "edges": [...],
    "choices": [[label, value]], "paths": how many, "whole": whether they are all}"""
    texts: dict[str, Any] = document()
    """Language → {"title", "gist", "steps": {key: {"title", "gist"}}}."""
    templates: dict[str, Any] = document()
    """Language → {template name: {"title": Jinja2, "text": Jinja2}}."""
    published_at: datetime = moment()


class PlaybookWording(Table, table=True):
    """The office's own words over a published text or template."""

    __tablename__ = "playbook_wording"
    __table_args__ = (UniqueConstraint("code", "language", "path"),)

    id: UUID = identifier()
    code: str
    language: Language = choice(Language)
    path: str
    """Such as ``steps/verify with the agency in charge/title`` or ``templates/holding/text``."""
    words: str


def publish(session: Session, published: PlaybookVersion) -> PlaybookVersion:
    """Publish a version, or refresh its row when its source changed under the same number."""
    row = find(session, published.code, published.version)
    if row is None:
        session.add(published)
        return published
    if (
        row.source_sha256 != published.source_sha256
        or row.outline != published.outline
        or row.texts != published.texts
        or row.templates != published.templates
    ):
        row.source_sha256, row.outline = published.source_sha256, published.outline
        row.texts, row.templates, row.published_at = (
            published.texts,
            published.templates,
            clock.now(),
        )
        session.add(row)
    return row


def find(session: Session, code: str, version: int) -> PlaybookVersion | None:
    """A published version."""
    return session.exec(
        select(PlaybookVersion).where(
            PlaybookVersion.code == code, PlaybookVersion.version == version
        )
    ).first()


# Built once: each opening asks it.
_NEWEST = (
    select(PlaybookVersion.version)
    .where(PlaybookVersion.code == bindparam("code"))
    .order_by(col(PlaybookVersion.version).desc())
)


def newest(session: Session, code: str) -> int:
    """The version a new incident is bound to; ``Invalid`` for an unknown code.

    Only the number is read: a row carries some hundred kilobytes of outline and texts.
    """
    version = session.exec(_NEWEST, params={"code": code}).first()
    if version is None:
        raise Invalid(
            fields={"playbook": (N_("Không có kịch bản ứng phó mã %(code)s."), {"code": code})}
        )
    return version


def newest_row(session: Session, code: str) -> PlaybookVersion:
    """The newest version, whole; ``NotFound`` for an unknown code."""
    row = session.exec(
        select(PlaybookVersion)
        .where(PlaybookVersion.code == code)
        .order_by(col(PlaybookVersion.version).desc())
    ).first()
    if row is None:
        raise NotFound(N_("Không có kịch bản ứng phó mã %(code)s."), code=code)
    return row


def on_offer(session: Session) -> list[PlaybookVersion]:
    """The newest version of every playbook."""
    rows = session.exec(
        select(PlaybookVersion).order_by(col(PlaybookVersion.code), col(PlaybookVersion.version))
    )
    return list({row.code: row for row in rows}.values())


def wording(session: Session, code: str, version: int, language: Language, path: str) -> str | None:
    """The words at a path: the office's own where it has some, else the published ones."""
    own = session.exec(
        select(PlaybookWording.words).where(
            PlaybookWording.code == code,
            PlaybookWording.language == language,
            PlaybookWording.path == path,
        )
    ).first()
    if own is not None:
        return own
    row = find(session, code, version)
    if row is None:
        return None
    head, _, rest = path.partition("/")
    found: Any = (
        row.templates.get(language.value) if head == "templates" else row.texts.get(language.value)
    )
    for part in (rest if head == "templates" else path).split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    if found is None and head == "steps":
        key, _, part = rest.rpartition("/")
        if (alike := reads_like(key)) != key:
            return wording(session, code, version, language, f"steps/{alike}/{part}")
    return found if isinstance(found, str) else None


def reads_like(key: str) -> str:
    """The step a later round of a loop has its words from: the second, as far as exploring goes."""
    stem, _, round_ = key.rpartition(" ")
    return f"{stem} 2" if stem and round_.isdigit() and int(round_) > _EXPLORED else key


def title_in(titles: Mapping[str, str], key: str) -> str:
    """A step's title among those of its playbook; the key where it has none."""
    return titles.get(key) or titles.get(reads_like(key), key)


def step_name(session: Session, code: str, version: int, key: str) -> Phrase:
    """A step's title in both languages, as a value in a sentence; the key where it has none."""
    titles = {
        each.value: wording(session, code, version, each, f"steps/{key}/title") or key
        for each in Language
    }
    return Phrase(**titles)


def step_titles(session: Session, code: str, version: int, language: Language) -> dict[str, str]:
    """Every step's title in a language: published ones with the office's own laid over them."""
    row = find(session, code, version)
    published = (row.texts.get(language.value) or {}).get("steps", {}) if row else {}
    titles = {key: words["title"] for key, words in published.items()}
    for own in session.exec(
        select(PlaybookWording).where(
            PlaybookWording.code == code, PlaybookWording.language == language
        )
    ):
        parts = own.path.split("/")
        if parts[0] == "steps" and parts[-1] == "title":
            titles[parts[1]] = own.words
    return titles


def title(session: Session, code: str, language: Language) -> str | None:
    """The playbook's name in a language."""
    row = session.exec(
        select(PlaybookVersion)
        .where(PlaybookVersion.code == code)
        .order_by(col(PlaybookVersion.version).desc())
    ).first()
    return (row.texts.get(language.value) or {}).get("title") if row else None


def names(session: Session, language: Language) -> dict[str, str]:
    """Code → name of every playbook on offer, the usual one first; outlines are not read."""
    rows = session.exec(
        select(
            PlaybookVersion.code,
            col(PlaybookVersion.texts)[language.value]["title"].as_string(),
        ).order_by(col(PlaybookVersion.version))
    )
    found = {code: name or code for code, name in rows}
    return dict(sorted(found.items(), key=lambda each: (each[0] != USUAL, each[0])))
