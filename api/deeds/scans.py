"""What is done with scans of the papers an office works under."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from api.identity import Caller
from incidents.intake import scans
from incidents.intake.scans import Paper, PaperScan
from incidents.intake.signals import File
from incidents.matter.standing import FoundingDecision
from incidents.people.authorisations import Authorisation
from incidents.people.roles import RoleHolder
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.rights.permissions import Deed


@dataclass(frozen=True)
class Papers:
    """A sort of papers, and the deed of whoever keeps them."""

    table: type[Authorisation] | type[FoundingDecision] | type[RoleHolder]
    deed: Deed


AUTHORISATIONS = Papers(Authorisation, Deed.KEEP_AUTHORISATIONS)
FOUNDING = Papers(FoundingDecision, Deed.ADMINISTER)
POSTS = Papers(RoleHolder, Deed.KEEP_POSTS)


def paper(session: Session, caller: Caller, papers: Papers, paper_id: UUID) -> Paper:
    """A paper; whoever sees the desk sees what it works under."""
    caller.require(session, Deed.SEE_DESK)
    return _found(session, papers, paper_id)


def _found(session: Session, papers: Papers, paper_id: UUID) -> Paper:
    found = session.get(papers.table, paper_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy văn bản này."))
    return found


def keep(session: Session, caller: Caller, papers: Papers, paper_id: UUID, file: File) -> PaperScan:
    """Keep a scan with its paper; by whoever keeps such papers."""
    caller.require(session, papers.deed)
    return scans.keep(
        session,
        _found(session, papers, paper_id),
        file.content,
        filename=file.filename,
        media_type=file.media_type,
        by=caller.actor,
    )


def see(session: Session, caller: Caller, scan_id: UUID) -> PaperScan:
    """A scan; for whoever may see its paper."""
    caller.require(session, Deed.SEE_DESK)
    return scans.get(session, scan_id)
