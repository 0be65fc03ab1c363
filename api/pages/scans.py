"""Scans of papers on the pages that keep them: added there, and shown to whoever may see them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.deeds import scans as deeds
from api.deeds.scans import Papers
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import authorisations, founding_decisions, posts, rendering
from api.pages.forms import again
from api.pages.records import file_of
from api.rest.signals import files_of
from incidents.intake.signals import File
from incidents.record.errors import Invalid
from incidents.record.language import N_
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)


async def _files(form: Fields) -> list[File]:
    return await files_of(form.getlist("file"))


Files = Annotated[list[File], Depends(_files)]


def _keep(session: Db, caller: Caller, papers: Papers, paper_id: UUID, files: list[File]) -> None:
    caller.require(session, papers.deed)
    if not files:
        raise Invalid(fields={"file": (N_("Chọn một tệp."), {})})
    for file in files:
        deeds.keep(session, caller, papers, paper_id, file)


@router.post("/quan-tri/uy-quyen/{paper_id}/ban-chup", dependencies=[again(authorisations.shown)])
def of_authorisation(session: Db, caller: FormCaller, files: Files, paper_id: UUID) -> Response:
    """Of an authorisation."""
    _keep(session, caller, deeds.AUTHORISATIONS, paper_id, files)
    return rendering.back("/quan-tri/uy-quyen")


@router.post(
    "/quan-tri/to-cong-tac/{paper_id}/ban-chup", dependencies=[again(founding_decisions.shown)]
)
def of_decision(session: Db, caller: FormCaller, files: Files, paper_id: UUID) -> Response:
    """Of a founding decision."""
    _keep(session, caller, deeds.FOUNDING, paper_id, files)
    return rendering.back("/quan-tri/to-cong-tac")


@router.post("/quan-tri/chuc-trach/{post_id}/ban-chup", dependencies=[again(posts.one_shown)])
def of_post(session: Db, caller: FormCaller, files: Files, post_id: UUID) -> Response:
    """Of the paper of a post."""
    _keep(session, caller, deeds.POSTS, post_id, files)
    return rendering.back(f"/quan-tri/chuc-trach/{post_id}")


@router.get("/ban-chup/{scan_id}")
def shown(session: Db, caller: Reader, scan_id: UUID) -> Response:
    """A scan as it was kept."""
    caller.require(session, Deed.SEE_DESK)
    return file_of(deeds.see(session, caller, scan_id))
