"""The administrators' page of the law's terms: what held when, who vouches, swapped days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import clocks as deeds
from api.deeds.clocks import Correct, Figures, Introduce, Repeal, Swap, Verify
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import calendar, clock_rule_changes, clock_rules, incidents
from incidents.matter.calendar import DayKind, Unit
from incidents.matter.clock_rule_wording import Part
from incidents.matter.clock_rules import ClockRule
from incidents.people.roles import OFFICES, READS, Role
from incidents.record import clock
from incidents.record.errors import NotFound
from incidents.record.language import N_, speech
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/quan-tri/thoi-han")
_PATH = "/quan-tri/thoi-han"


@dataclass(frozen=True)
class Term:
    """One term: its row of today, or else the next or the last; those to come; and its history."""

    now: ClockRule
    coming: Sequence[ClockRule]
    history: Sequence[ClockRule]
    kept: bool
    """Whether its only row may not be taken out: the desk began with the term."""


def _terms(rules: Sequence[ClockRule], today: date) -> list[Term]:
    """Rows by the term they belong to, in the order of their codes."""
    of_terms = [list(rows) for _, rows in groupby(rules, key=lambda rule: rule.code)]
    # One that was entered by mistake and taken out again is no term.
    return [_term(rows, today) for rows in of_terms if any(not r.withdrawn_at for r in rows)]


def _term(rows: Sequence[ClockRule], today: date) -> Term:
    standing = [row for row in rows if row.withdrawn_at is None]
    begun = [row for row in standing if row.effective_from <= today]
    now = begun[-1] if begun else standing[0]
    # What was set aside before it ever held, and before a clock ran by it, is no history.
    told = [row for row in rows if row.withdrawn_at is None or row.used_at or _held(row)]
    return Term(
        now=now,
        coming=[row for row in standing if row.effective_from > now.effective_from],
        kept=len(standing) == 1 and any(row.made_at is None for row in rows),
        history=[row for row in reversed(told) if row is not now and row.effective_from <= today],
    )


def _held(row: ClockRule) -> bool:
    """Whether a row set aside had been in force on a day before that one."""
    aside = row.withdrawn_at
    return aside is not None and row.effective_from < aside.astimezone(clock.LOCAL).date()


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    caller.require(session, Deed.ADMINISTER)
    say, today = speech(caller.person.language), incidents.today()
    return rendering.for_caller(
        request,
        "clock_rules.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        refused=request.path_params.get("rule_id", "") if problem else "",
        terms=_terms(clock_rules.history(session), today),
        waiting=sum(not r.verified and not _over(r, today) for r in clock_rules.listed(session)),
        days=calendar.swap_days(session),
        today=today,
        untouched=clock_rule_changes.untouched,
        units=[(unit.value, say.value(unit)) for unit in Unit],
        parts_said=[(part.value, say.value(part)) for part in Part],
        roles=[(role.value, say.value(role)) for role in Role if role not in OFFICES | READS],
        kinds=[(kind.value, say.value(kind)) for kind in DayKind],
        page_path=_PATH,
    )


def _over(rule: ClockRule, today: date) -> bool:
    return rule.effective_to is not None and rule.effective_to < today


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """Every term, and every swapped day."""
    return shown(request, session, caller)


_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
    "doi": (Figures, deeds.amend),
    "sua": (Correct, deeds.correct),
    "bai-bo": (Repeal, deeds.repeal),
    "go": (Because, deeds.withdraw),
    "tham-dinh": (Verify, deeds.verify),
}


@router.post("/them", dependencies=[again(shown)])
def introduce(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Enter a term the desk did not know."""
    made = deeds.introduce(session, caller, filled(Introduce, form))
    return rendering.back(_PATH, "them", f"quy-dinh-{made.code}")


@router.post("/ngay", dependencies=[again(shown)])
def swap(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Enter a swapped day."""
    deeds.swap(session, caller, filled(Swap, form))
    return rendering.back(_PATH, "ngay", "ngay-hoan-doi")


@router.post("/ngay/{day}/bo", dependencies=[again(shown)])
def unswap(session: Db, caller: FormCaller, form: Fields, day: date) -> Response:
    """Take a swapped day back."""
    deeds.unswap(session, caller, day, filled(Because, form))
    return rendering.back(_PATH, "ngay", "ngay-hoan-doi")


@router.post("/{rule_id}/{deed}", dependencies=[again(shown)])
def act(session: Db, caller: FormCaller, form: Fields, rule_id: UUID, deed: str) -> Response:
    """Change, correct, repeal or take out a row, or write down who vouches for it."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    rule: ClockRule = carry_out(session, caller, rule_id, filled(shape, form))
    return rendering.back(_PATH, deed, f"quy-dinh-{rule.code}")
