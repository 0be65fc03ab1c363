"""What was kept and what was recorded: files under their hash, and the proof of the timeline."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from api.deeds import incidents as deeds
from api.dependencies import Db, Reader
from api.pages import rendering
from incidents.insight import contents
from incidents.intake import evidence, signals
from incidents.intake.evidence import Evidence
from incidents.intake.scans import PaperScan
from incidents.matter import incidents
from incidents.record import proof
from incidents.record.errors import NotFound
from incidents.record.language import N_, speech
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)

_SHOWN_IN_PLACE = ("image/png", "image/jpeg", "image/webp", "image/gif")


@router.get("/tu-lieu/{evidence_id}")
def kept(session: Db, caller: Reader, evidence_id: UUID) -> Response:
    """A file as it was kept. What is no plain picture is downloaded, never run in our pages."""
    found = evidence.get(session, evidence_id)
    if found.incident_id:
        caller.require(session, Deed.SEE_INCIDENT, incidents.get(session, found.incident_id))
    else:
        flag = signals.get(session, found.signal_id) if found.signal_id else None
        caller.require(session, Deed.SEE_INCIDENT, flag)
    return file_of(found)


def file_of(kept: Evidence | PaperScan) -> Response:
    """The bytes of what was kept; a picture in place, anything else as a download."""
    path = evidence.path_of(kept.sha256)
    if not path.exists():
        raise NotFound(N_("Không tìm thấy tư liệu này."))
    picture = kept.media_type in _SHOWN_IN_PLACE
    return FileResponse(
        path,
        media_type=kept.media_type if picture else "application/octet-stream",
        filename=kept.filename,
        content_disposition_type="inline" if picture else "attachment",
        headers={"Content-Security-Policy": "sandbox; default-src 'none'"},
    )


@router.get("/vu-viec/{number}/kiem-tra")
def verify(request: Request, session: Db, caller: Reader, number: str) -> Response:
    """Whether anybody rewrote the record, entry by entry."""
    incident = deeds.see(session, caller, number)
    caller.require(session, Deed.VERIFY_RECORD, incident)
    found = proof.verify(session, incident.id)
    say = speech(caller.person.language)
    differing = [each.said(say) for each in contents.compare(session, incident.id)]
    return rendering.for_caller(
        request, "verify.html", caller, incident=incident, proof=found, differing=differing
    )
