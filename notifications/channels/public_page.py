"""The official information page: plain files, written anew from the record, each in one move.

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
from incidents.words import publications, statements
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementKind, StatementVersion
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
    title: str
    text: str
    version: int
    sha256: str
    language: Language
    released_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str
    genuine: bool

    @property
    def short(self) -> str:
        """The beginning of the hash, in two groups."""
        return f"{self.sha256[:6]} {self.sha256[6:_SHORT]}".upper()


def folder() -> Path:
    """Where the files lie; whoever serves them needs nothing else."""
    return settings.current().data_dir / "public"


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
            (folder() / f"{slug}.html").unlink(missing_ok=True)
    return Sent(asked.sha256)


def _items(session: Session) -> list[Item]:
    return [_item(p, v, s) for p, v, s in publications.on_public_page(session)]


def _item(publication: Publication, version: StatementVersion, statement: Statement) -> Item:
    found = statements.digest(version.title, version.text)
    return Item(
        publication_id=publication.id,
        slug=publication.slug,
        kind=statement.kind,
        title=version.title,
        text=version.text,
        version=version.number,
        sha256=publication.sha256,
        language=version.language,
        released_at=publication.released_at,
        withdrawn_at=publication.withdrawn_at,
        withdrawn_reason=publication.withdrawn_reason,
        genuine=found == version.sha256 == publication.sha256,
    )


def _write_all(items: list[Item]) -> None:
    pages = defaultdict[str, list[Item]](list)
    for item in items:
        pages[item.slug].append(item)
    current = {slug: _current(page) for slug, page in pages.items()}
    for slug, page in pages.items():
        shown = current[slug]
        if shown is None or shown.genuine:
            _replace(f"{slug}.html", _page(shown, page))
    listed = [page for slug, page in pages.items() if _listed(current[slug])]
    _replace(
        "index.html", _render("index.html.j2", pages=[(current[p[0].slug], p) for p in listed])
    )


def _current(page: list[Item]) -> Item | None:
    """The newest text that still stands; the page is ordered with the newest first."""
    return next((item for item in page if item.withdrawn_at is None), None)


def _listed(shown: Item | None) -> bool:
    return shown is None or shown.genuine


def _page(shown: Item | None, page: list[Item]) -> str:
    return _render(
        "statement.html.j2",
        language=(shown or page[0]).language,
        shown=shown,
        newest=page[0],
        withdrawn=[item for item in page if item.withdrawn_at],
        earlier=[item for item in page if item is not shown and not item.withdrawn_at],
    )


def _render(name: str, *, language: Language = Language.VI, **values: Any) -> str:
    say = speech(language)
    return (
        _pages()
        .get_template(f"public/{name}")
        .render(values, say=say, _=say.text, desk=briefing.desk())
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
    fresh, place = folder() / f".{name}.new", folder() / name
    data = content.encode()
    if place.exists() and place.read_bytes() == data:
        return
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)
    directory = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
