"""Posts over REST: who plays which part, since when and until when."""

from datetime import date, datetime
from uuid import UUID

from api.deeds import posts as deeds
from api.deeds.posts import Appoint, EndPost
from api.dependencies import Db, RestCaller
from api.rest.departures import HoldingOut
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.people import posts
from incidents.people.roles import Role
from incidents.response.staffing import holdings
from incidents.rights.permissions import Deed

router = deeds_under("/posts", "people")


class PostOut(Shape):
    """One person in one part; without ``valid_to`` until further notice."""

    id: UUID
    role: Role
    person_id: UUID
    rank: int
    valid_from: datetime
    valid_to: datetime | None
    document: str
    signed_on: date | None
    signer: str


class DutyOut(Shape):
    """What is planned for somebody in the part, with the fingerprint to confirm it by."""

    fingerprint: str
    items: list[HoldingOut]


@router.get("", summary="Who holds which post, and who held it")
def listed(session: Db, caller: RestCaller) -> Page[PostOut]:
    """Every post, part by part, the holder before the deputies."""
    caller.require(session, Deed.SEE_DESK)
    return Page(items=[PostOut.model_validate(post) for post, _ in posts.listed(session)])


@router.post("", status_code=201, summary="Appoint somebody to a post")
def appoint(session: Db, caller: RestCaller, asked: Appoint) -> PostOut:
    """One holder at a time; nobody appoints themselves to a part that signs. Fresh proof."""
    return PostOut.model_validate(deeds.appoint(session, caller, asked))


@router.get("/{post_id}/duty", summary="The duty that ends or moves with a post")
def duty(session: Db, caller: RestCaller, post_id: UUID) -> DutyOut:
    """Turns, shifts and stand-ins in its part, from now on; for administrators."""
    items = deeds.see_duty(session, caller, post_id)
    return DutyOut(
        fingerprint=holdings.fingerprint(items),
        items=[HoldingOut.model_validate(each) for each in items],
    )


@router.post("/{post_id}/end", summary="End a post, with who follows")
def end(session: Db, caller: RestCaller, post_id: UUID, asked: EndPost) -> PostOut:
    """Papers lent, seats, work and duty in it end or move. Needs a fresh proof."""
    return PostOut.model_validate(deeds.end(session, caller, post_id, asked))
