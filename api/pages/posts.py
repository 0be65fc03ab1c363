"""The administrators' pages of posts: who holds what, will and did; appointing; ending one."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import posts as deeds
from api.deeds.posts import Appoint, EndPost
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.intake import scans
from incidents.people import persons, posts, sign_ins
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock
from incidents.record.language import speech
from incidents.response.staffing import holdings
from incidents.rights import permissions
from incidents.rights.permissions import Deed

_PATH = "/quan-tri/chuc-trach"
router = APIRouter(include_in_schema=False, prefix=_PATH)

Held = tuple[RoleHolder, Person]


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    permissions.require(session, caller.person, Deed.KEEP_POSTS)
    say = speech(caller.person.language)
    every = posts.listed(session)
    parts = [(role, _in_force(every, role), _over(every, role)) for role in Role]
    return rendering.for_caller(
        request,
        "posts.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        fresh=sign_ins.fresh(caller.sign_in),
        every_part=parts,
        empty=posts.vacant(session),
        roles=[(role.value, say.value(role)) for role in Role],
        people=_people(session),
        page_path=_PATH,
    )


def _people(session: Session, but: UUID | None = None) -> list[tuple[str, str]]:
    everybody = persons.everybody(session)
    return [(str(p.id), f"{p.name} – {p.post}") for p in everybody if p.id != but]


def _in_force(every: list[Held], role: Role) -> list[Held]:
    """Who has the part now, and who will."""
    now = clock.now()
    return [
        row for row in every if row[0].role is role and (not (to := row[0].valid_to) or to > now)
    ]


def _over(every: list[Held], role: Role) -> list[Held]:
    """Who had it, the last first; what never began was never held."""
    live = _in_force(every, role)
    return [
        row
        for row in reversed(every)
        if row[0].role is role and row not in live and row[0].valid_to != row[0].valid_from
    ]


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """Who holds what."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def appoint(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Put somebody into a part."""
    made = deeds.appoint(session, caller, filled(Appoint, form))
    return rendering.back(_PATH, anchor=made.role.value)


def one_shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    post_id: UUID,
) -> Response:
    """One post and the form that ends it, or again after a refused one."""
    permissions.require(session, caller.person, Deed.KEEP_POSTS)
    post = posts.get(session, post_id)
    duty = deeds.see_duty(session, caller, post_id)
    return rendering.for_caller(
        request,
        "post.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        fresh=sign_ins.fresh(caller.sign_in),
        post=post,
        scans=scans.of(session, [post]),
        who=persons.get(session, post.person_id),
        people=_people(session, but=post.person_id),
        duty=holdings.by_kind(duty),
        confirmed=holdings.fingerprint(duty),
        page_path=_PATH,
    )


@router.get("/{post_id}")
def one(request: Request, session: Db, caller: Reader, post_id: UUID) -> Response:
    """One post, to end it."""
    return one_shown(request, session, caller, post_id=post_id)


@router.post("/{post_id}", dependencies=[again(one_shown)])
def end(session: Db, caller: FormCaller, form: Fields, post_id: UUID) -> Response:
    """They have it no longer; somebody may follow."""
    ended = deeds.end(session, caller, post_id, filled(EndPost, form))
    return rendering.back(_PATH, anchor=ended.role.value)
