"""Posts over REST: who plays which part, since when and until when."""

from datetime import date, datetime
from uuid import UUID

from api.deeds import posts as deeds
from api.deeds.posts import Appoint, EndPost
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.people import posts
from incidents.people.roles import Role
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


@router.get("", summary="Who holds which post, and who held it")
def listed(session: Db, caller: RestCaller) -> Page[PostOut]:
    """Every post, part by part, the holder before the deputies."""
    caller.require(session, Deed.SEE_DESK)
    return Page(items=[PostOut.model_validate(post) for post, _ in posts.listed(session)])


@router.post("", status_code=201, summary="Appoint somebody to a post")
def appoint(session: Db, caller: RestCaller, asked: Appoint) -> PostOut:
    """One holder at a time; nobody appoints themselves to a part that signs. Fresh proof."""
    return PostOut.model_validate(deeds.appoint(session, caller, asked))


@router.post("/{post_id}/end", summary="End a post, with who follows")
def end(session: Db, caller: RestCaller, post_id: UUID, asked: EndPost) -> PostOut:
    """Papers lent, seats and work in it end or move. Needs a fresh proof."""
    return PostOut.model_validate(deeds.end(session, caller, post_id, asked))
