"""Publishing the playbooks as rows, so that pages need no playbook code."""

import hashlib
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from flows import advancing, exploring
from flows.playbook import Playbook
from incidents.record import clock, database
from incidents.record.language import Language
from incidents.response.steps import catalog
from incidents.response.steps.catalog import PlaybookVersion
from incidents.response.steps.runs import PlaybookRun, RunState

EXPLORED_BY = "explored_by"
"""Where an outline says what drew it."""


def read(playbook: Playbook) -> PlaybookVersion:
    """A playbook as its row: explored, with the texts and templates that lie beside it."""
    folder = files(playbook.module)
    texts = {each.value: words(playbook, each) for each in Language}
    outline = exploring.explore(playbook).plain()
    return PlaybookVersion(
        code=playbook.code,
        version=playbook.version,
        source_sha256=playbook.source_sha256,
        outline=_as_written(outline, list(texts[Language.VI.value]["steps"])),
        texts=texts,
        templates={each.value: _templates(folder, each) for each in Language},
        published_at=clock.now(),
    )


def _as_written(outline: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """Steps and ways in the order of the handbook's pages, not in that of their exploration."""
    place = {key: number for number, key in enumerate(keys)}
    steps = sorted(outline["steps"], key=lambda step: place.get(step["key"], len(place)))
    edges = sorted(outline["edges"], key=lambda edge: place.get(edge["to"], len(place)))
    return outline | {"steps": steps, "edges": edges, EXPLORED_BY: _explorer()}


def words(playbook: Playbook, language: Language) -> dict[str, Any]:
    """Title, gist and steps from ``texts.<language>.toml``."""
    file = files(playbook.module) / f"texts.{language.value}.toml"
    written = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {"title": playbook.title, "gist": "", "steps": {}} | written


def _templates(folder: Traversable, language: Language) -> dict[str, dict[str, str]]:
    """``templates/<name>.<language>.j2``: the title, a blank line, the text."""
    found: dict[str, dict[str, str]] = {}
    shelf = folder / "templates"
    for file in shelf.iterdir() if shelf.is_dir() else ():
        name, ending = file.name.split(".", 1)
        if ending == f"{language.value}.j2":
            title, _, text = file.read_text(encoding="utf-8").partition("\n")
            found[name] = {"title": title.strip(), "text": text.strip()}
    return found


def publish(playbooks: Sequence[Playbook]) -> None:
    """Publish every playbook that is new or changed.

    Exploring takes seconds: what is unchanged is not explored anew, so that an engine that was
    killed is back at once, nothing is locked meanwhile, and each is on offer as soon as it is read.
    """
    with database.reading() as session:
        known = {(row.code, row.version): row for row in session.exec(select(PlaybookVersion))}
    changed = [p for p in playbooks if not _published(known.get((p.code, p.version)), p)]
    for playbook in changed:
        row = read(playbook)
        with database.transaction() as session:
            catalog.publish(session, row)


def _published(row: PlaybookVersion | None, playbook: Playbook) -> bool:
    """Whether a row is what reading the playbook would give."""
    if row is None or row.source_sha256 != playbook.source_sha256:
        return False
    folder = files(playbook.module)
    return (
        row.outline.get(EXPLORED_BY) == _explorer()
        and row.texts == {each.value: words(playbook, each) for each in Language}
        and row.templates == {each.value: _templates(folder, each) for each in Language}
    )


@cache
def _explorer() -> str:
    """The hash of what explores: another release may see more in the same playbook."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def missing_versions(session: Session, playbooks: Sequence[Playbook]) -> list[tuple[str, int]]:
    """Versions live runs are bound to and nobody has any more; start-up refuses to drop one."""
    bound = session.exec(
        select(PlaybookRun.playbook, PlaybookRun.version)
        .where(PlaybookRun.state == RunState.WAITING)
        .distinct()
    )
    return sorted(set(bound) - set(advancing.shelf(playbooks)))
