"""Scans of authorisations, founding decisions and papers of posts, over REST."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import File as FileField
from fastapi import UploadFile

from api.deeds import scans as deeds
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.intake import scans
from incidents.intake.signals import File

router = deeds_under("", "people")


class PapersOf(StrEnum):
    """What the paper gives."""

    AUTHORISATIONS = "authorisations"
    FOUNDING_DECISIONS = "founding-decisions"
    POSTS = "posts"


_PAPERS = {
    PapersOf.AUTHORISATIONS: deeds.AUTHORISATIONS,
    PapersOf.FOUNDING_DECISIONS: deeds.FOUNDING,
    PapersOf.POSTS: deeds.POSTS,
}


class ScanOut(Shape):
    """One file of one paper."""

    id: UUID
    paper_id: UUID
    filename: str
    media_type: str
    size: int
    sha256: str
    recorded_at: datetime
    added_by: UUID | None


@router.get("/{papers}/{paper_id}/scans", summary="The scans of a paper")
def listed(session: Db, caller: RestCaller, papers: PapersOf, paper_id: UUID) -> Page[ScanOut]:
    """By their SHA-256; people open the file at ``/ban-chup/{id}``."""
    paper = deeds.paper(session, caller, _PAPERS[papers], paper_id)
    kept = scans.of(session, [paper])[paper.id]
    return Page(items=[ScanOut.model_validate(each) for each in kept])


@router.post("/{papers}/{paper_id}/scans", status_code=201, summary="Keep a scan of a paper")
def keep(
    session: Db,
    caller: RestCaller,
    papers: PapersOf,
    paper_id: UUID,
    file: Annotated[UploadFile, FileField()],
) -> ScanOut:
    """Added to, never replaced."""
    sent = File(file.file.read(), file.filename or "", file.content_type or "")
    return ScanOut.model_validate(deeds.keep(session, caller, _PAPERS[papers], paper_id, sent))
