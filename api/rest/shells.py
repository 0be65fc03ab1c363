"""Shells over REST: those approved in advance, and those that wait for it."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from api.deeds import shells as deeds
from api.deeds.shells import Approve, Write
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape, ShellOut
from incidents.rights.permissions import Deed
from incidents.words import shell_drafts
from incidents.words.shell_drafts import DraftState
from incidents.words.shells import Shell
from incidents.words.slots import Slot

router = deeds_under("", "statements")


class DraftOut(Shape):
    """A shell as it was written; ``frame_sha256`` is what approval binds to."""

    id: UUID
    code: str
    title: str
    frame: str
    title_en: str
    frame_en: str
    frame_sha256: str
    slots: list[Slot]
    from_level: int
    valid_to: date | None
    written_by: UUID
    written_at: datetime
    state: DraftState


@router.get("/shells", summary="Shells approved in advance")
def listed(session: Db, caller: RestCaller) -> Page[ShellOut]:
    """With the level from which each may be released, the withdrawn ones too."""
    caller.require(session, Deed.SEE_DESK)
    rows = session.exec(select(Shell).order_by(col(Shell.code)))
    return Page(items=[ShellOut.model_validate(r) for r in rows])


@router.post("/shells/{code}/withdraw", summary="Withdraw a shell")
def withdraw(session: Db, caller: RestCaller, code: str, asked: Because) -> ShellOut:
    """By whoever may approve one; what was released stands. Needs a fresh proof."""
    return ShellOut.model_validate(deeds.withdraw(session, caller, code, asked))


@router.get("/shell-drafts", summary="Shells that wait for approval")
def waiting(session: Db, caller: RestCaller) -> Page[DraftOut]:
    """The oldest first."""
    caller.require(session, Deed.SEE_DESK)
    found = shell_drafts.waiting(session)
    return Page(items=[DraftOut.model_validate(each) for each in found])


@router.post("/shell-drafts", status_code=201, summary="Write a shell for approval")
def write(session: Db, caller: RestCaller, asked: Write) -> DraftOut:
    """Those who may approve it are told."""
    return DraftOut.model_validate(deeds.write(session, caller, asked))


@router.post("/shell-drafts/{draft_id}/approve", summary="Approve a shell")
def approve(session: Db, caller: RestCaller, draft_id: UUID, asked: Approve) -> ShellOut:
    """By somebody who signs, never by whoever wrote it. Needs a fresh proof."""
    return ShellOut.model_validate(deeds.approve(session, caller, draft_id, asked))


@router.post("/shell-drafts/{draft_id}/refuse", summary="Do not approve a shell")
def refuse(session: Db, caller: RestCaller, draft_id: UUID, asked: Because) -> DraftOut:
    """Whoever wrote it takes it back in the same way."""
    return DraftOut.model_validate(deeds.refuse(session, caller, draft_id, asked))
