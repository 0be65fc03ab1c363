"""What is done with shells: written, approved or not, withdrawn."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Because, Line, Optional, Reason, Request
from api.identity import Caller
from incidents.rights.permissions import Deed
from incidents.words import shell_drafts
from incidents.words.shell_drafts import ShellDraft
from incidents.words.shells import Shell


class Write(Request):
    """A frame with its slots by name in braces, ``{gio}``; in English as well, or in none of it."""

    code: Line
    title: Line
    frame: Reason
    title_en: Line = ""
    frame_en: Reason = Field(default="", description="With the same slots as the Vietnamese one")
    from_level: int = 3
    valid_to: Annotated[date | None, Optional] = None


class Approve(Request):
    """The hash of what was read, and the decision it is signed under."""

    sha256: Line
    decision: Line
    decided_on: date


def write(session: Session, caller: Caller, asked: Write) -> ShellDraft:
    """Write a shell for approval."""
    caller.require(session, Deed.WRITE_SHELL)
    return shell_drafts.write(session, **asked.model_dump(), by=caller.actor)


def approve(session: Session, caller: Caller, draft_id: UUID, asked: Approve) -> Shell:
    """Let the duty officer release it; needs a fresh proof of identity."""
    caller.require(session, Deed.APPROVE_SHELL)
    return shell_drafts.approve(session, draft_id, **asked.model_dump(), by=caller.actor)


def refuse(session: Session, caller: Caller, draft_id: UUID, asked: Because) -> ShellDraft:
    """Do not approve it, or take back what one wrote."""
    caller.require(session, Deed.SEE_DESK)
    return shell_drafts.refuse(session, draft_id, reason=asked.reason, by=caller.actor)


def withdraw(session: Session, caller: Caller, code: str, asked: Because) -> Shell:
    """Nobody releases it any more; needs a fresh proof of identity."""
    caller.require(session, Deed.APPROVE_SHELL)
    return shell_drafts.withdraw(session, code, reason=asked.reason, by=caller.actor)
