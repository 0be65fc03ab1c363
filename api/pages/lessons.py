"""The register of lessons: what is to be done better, by whom, until when, and what came back."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import lessons as deeds
from api.deeds.lessons import Assign, Finish, Link
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because
from api.identity import Caller
from api.pages import choosing, rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record.errors import NotFound
from incidents.record.language import N_, speech
from incidents.response.learning import lesson_register, lessons
from incidents.response.learning.lesson_register import Entry, Filter
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/bai-hoc")

_SHOWN = 90
"""Signs of a lesson where one is picked from a list."""


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    chosen: Filter = Filter.OPEN,
    mine: bool = False,
) -> Response:
    """The register as this person may see it; whoever only owns lessons sees their own."""
    caller.require(session, Deed.SEE_LESSONS)
    person, say = caller.person, speech(caller.person.language)
    may = permissions.deeds(session, person)
    mine = mine or Deed.SEE_DESK not in may
    owner = person.id if mine else None
    found = lesson_register.find(session, chosen, owner_id=owner, reader=person.id)
    people = persons.everybody(session, active=False)
    return rendering.for_caller(
        request,
        "lessons.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        entries=found,
        wanting=sum(e.wanting for e in found) if chosen is not Filter.UNASSIGNED else 0,
        codes=codes(found),
        chosen=chosen,
        mine=mine,
        filters=[(each.value, say.value(each)) for each in Filter],
        named={p.id: p for p in people},
        people_options=choosing.people(people),
        earlier_options=earlier_options(session, person) if Deed.LEARN in may else [],
        may_learn=Deed.LEARN in may,
        may_see_all=Deed.SEE_DESK in may,
    )


def codes(found: list[Entry]) -> dict[UUID, str]:
    """What each lesson, and the first one that taught the same, is called."""
    named = {e.lesson.id: lessons.code(e.incident, e.lesson) for e in found}
    return named | {
        e.earlier.id: lessons.code(e.earlier_incident, e.earlier)
        for e in found
        if e.earlier and e.earlier_incident
    }


def earlier_options(session: Session, reader: Person) -> list[tuple[str, str]]:
    """The lessons that may have taught the same before."""
    return [_option(e) for e in _first_taught(session, reader)]


class Earlier:
    """What the room offers as taught before: every pick from one look at the register."""

    def __init__(self, session: Session, incident: Incident, reader: Person) -> None:
        self._incident, self._say = incident, speech(reader.language)
        found = _first_taught(session, reader)
        self._found = [e for e in found if e.incident.id != incident.id]

    def options(self, cause: str = "") -> list[tuple[str, str]]:
        """Those that resemble stand first and say so, with how often they came back."""
        alike, others = self._sorted(cause)
        marked = [(key, f"{self._say.text(_ALIKE)} {words}") for key, words in map(_option, alike)]
        return [*marked, *map(_option, others)]

    def suggested(self, cause: str = "") -> int:
        """How many of them resemble."""
        return len(self._sorted(cause)[0])

    def _sorted(self, cause: str) -> tuple[list[Entry], list[Entry]]:
        alike = [e for e in self._found if lesson_register.resembles(e, self._incident, cause)]
        ids = {e.lesson.id for e in alike}
        return alike, [e for e in self._found if e.lesson.id not in ids]


_ALIKE = N_("[Tương tự]")


def _first_taught(session: Session, reader: Person) -> list[Entry]:
    found = lesson_register.find(session, Filter.ALL, reader=reader.id)
    return [e for e in found if e.lesson.earlier_id is None]


def _option(entry: Entry) -> tuple[str, str]:
    lesson = entry.lesson
    times = f" (×{lesson.returns + 1})" if lesson.returns else ""
    code = lessons.code(entry.incident, lesson)
    return str(lesson.id), f"{code}{times}: {lesson.improvement[:_SHOWN]}"


@router.get("")
def register(
    request: Request,
    session: Db,
    caller: Reader,
    loc: Annotated[Filter, Query()] = Filter.OPEN,
    cua_toi: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter has a name
) -> Response:
    """``loc`` narrows it down; ``cua_toi`` to one's own."""
    return shown(request, session, caller, chosen=loc, mine=cua_toi)


_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
    "giao": (Assign, deeds.assign),
    "xong": (Finish, deeds.finish),
    "bo": (Because, deeds.drop),
    "lap-lai": (Link, deeds.link),
}


@router.post("/{lesson_id}/{deed}", dependencies=[again(shown, chosen=Filter.ALL)])
def act(session: Db, caller: FormCaller, form: Fields, lesson_id: UUID, deed: str) -> Response:
    """Assign, finish, give up, or link to an older one."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    carry_out(session, caller, lesson_id, filled(shape, form))
    return rendering.back("/bai-hoc", deed)
