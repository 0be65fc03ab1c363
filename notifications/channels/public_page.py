"""The official information page: plain files, written anew from the record, each in one move.

Every page lies there twice: in the desk's own language, and in a folder named after the other one.
What was approved is shown in the language it was approved in, never translated: a shell approved in
both languages stands in each of them, under one hash; every other text in its own.

Whatever asked for it, the whole page is made from what is released now, so a late or repeated
message can only make it right. A text whose hash is not the approved one is never written, and
nothing an exercise released.
"""

import fcntl
import os
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlmodel import Session

from incidents.record import database, settings
from incidents.record.errors import Conflict
from incidents.record.language import N_, Language, speech
from incidents.words import publications
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementKind, StatementVersion, Wording
from notifications import briefing
from notifications.outcomes import Outcome, Sent

_SHORT = 12
"""Signs of a hash printed for people to compare; the whole of it stands beside."""


@dataclass(frozen=True)
class Item:
    """One exact text as the page shows it."""

    publication_id: UUID
    slug: str
    kind: StatementKind
    wordings: tuple[Wording, ...]
    """The text in every language it was approved in, its own first."""
    version: int
    sha256: str
    released_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str
    genuine: bool

    def said(self, language: Language) -> Wording:
        """The text in a language, or as it is where nobody approved it in that one."""
        return next((w for w in self.wordings if w.language is language), self.wordings[0])

    @property
    def short(self) -> str:
        """The beginning of the hash, in two groups."""
        return f"{self.sha256[:6]} {self.sha256[6:_SHORT]}".upper()


def folder() -> Path:
    """Where the files lie; whoever serves them needs nothing else."""
    return settings.current().data_dir / "public"


def name_of(page: str, language: Language) -> str:
    """Where a page lies in the folder, in a language."""
    own = language is settings.current().language
    return f"{page}.html" if own else f"{language.value}/{page}.html"


def publish(publication_id: UUID) -> Outcome:
    """Write the page with this publication on it, or with its withdrawal.

    ``Conflict`` when its text is not the one that was approved, or when it is of an exercise: the
    files stay as they were.
    """
    with _alone():
        # Read once nobody else writes: whoever writes last has read what is newest.
        with database.reading() as session:
            if publications.is_practised(session, publication_id):
                raise Conflict(N_("Nội dung của diễn tập không bao giờ đăng ra trang công khai."))
            items, practised = _items(session), publications.practised(session)
        asked = next(item for item in items if item.publication_id == publication_id)
        if not asked.genuine and not asked.withdrawn_at:
            raise Conflict(N_("Nội dung lưu không khớp mã băm đã duyệt; không đăng."))
        _write_all(items)
        for slug in practised:
            for language in Language:
                (folder() / name_of(slug, language)).unlink(missing_ok=True)
    return Sent(asked.sha256)


def _items(session: Session) -> list[Item]:
    return [_item(p, v, s) for p, v, s in publications.on_public_page(session)]


def _item(publication: Publication, version: StatementVersion, statement: Statement) -> Item:
    return Item(
        publication_id=publication.id,
        slug=publication.slug,
        kind=statement.kind,
        wordings=tuple(version.wordings(version.language)),
        version=version.number,
        sha256=publication.sha256,
        released_at=publication.released_at,
        withdrawn_at=publication.withdrawn_at,
        withdrawn_reason=publication.withdrawn_reason,
        genuine=version.hashed == version.sha256 == publication.sha256,
    )


def _write_all(items: list[Item]) -> None:
    pages = defaultdict[str, list[Item]](list)
    for item in items:
        pages[item.slug].append(item)
    current = {slug: _current(page) for slug, page in pages.items()}
    genuine = {s: page for s, page in pages.items() if _listed(current[s])}
    for language in Language:
        for slug, page in genuine.items():
            written = _page(slug, current[slug], page, language)
            _replace(name_of(slug, language), written)
        listed = [(current[slug], page) for slug, page in genuine.items()]
        foreign = any(
            (shown or page[0]).said(language).language is not language for shown, page in listed
        )
        written = _render(
            "index.html.j2", page="index", language=language, pages=listed, foreign=foreign
        )
        _replace(name_of("index", language), written)


def _current(page: list[Item]) -> Item | None:
    """The newest text that still stands; the page is ordered with the newest first."""
    return next((item for item in page if item.withdrawn_at is None), None)


def _listed(shown: Item | None) -> bool:
    return shown is None or shown.genuine


def _page(slug: str, shown: Item | None, page: list[Item], language: Language) -> str:
    return _render(
        "statement.html.j2",
        page=slug,
        language=language,
        shown=shown,
        newest=page[0],
        withdrawn=[item for item in page if item.withdrawn_at],
        earlier=[item for item in page if item is not shown and not item.withdrawn_at],
    )


def _render(name: str, *, page: str, language: Language, **values: Any) -> str:
    say, own = speech(language), settings.current().language
    other = next(each for each in Language if each is not language)
    up = "" if language is own else "../"
    # The query speaks to our own server alone; any other one hands the file out all the same.
    onward = f"{up}{name_of(page, other)}?lang={other.value}"
    return (
        _pages()
        .get_template(f"public/{name}")
        .render(
            values, say=say, _=say.text, desk=briefing.desk(), own=own, other=other, onward=onward
        )
    )


@lru_cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("notifications"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@contextmanager
def _alone() -> Generator[None]:
    """One writer at a time, whatever process it lives in."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".writing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(name: str, content: str) -> None:
    """A reader, or a power cut, finds the old file or the new one, never half of either."""
    place = folder() / name
    fresh = place.with_name(f".{place.name}.new")
    place.parent.mkdir(exist_ok=True)
    data = content.encode()
    if place.exists() and place.read_bytes() == data:
        return
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)
    directory = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
