"""Calendar feeds: read by calendar programs, which cannot sign in."""

from fastapi import APIRouter
from starlette.responses import Response

from api.dependencies import Db
from incidents.people.duty import feeds

router = APIRouter(include_in_schema=False)


@router.get("/lich/{token}.ics")
def feed(session: Db, token: str) -> Response:
    """Whoever has the address reads the shifts; a revoked or unknown one is not found."""
    return Response(feeds.read(session, token), media_type="text/calendar; charset=utf-8")
