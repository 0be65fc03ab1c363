"""The administrators' page of how levels are worked out: weights, bands, floors, and versions."""

from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import levels as deeds
from api.deeds.levels import Floor, Rules
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Reason
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import incidents, level_rules
from incidents.matter.severity import Criterion, Level
from incidents.people import persons
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/quan-tri/cap-do")
_PATH = "/quan-tri/cap-do"
_EMPTY = 2
"""Rows in which an office writes floors of its own."""


class Filled(BaseModel):
    """The form as the page sends it: a floor without any words is left out."""

    effective_from: date
    basis: Reason = ""
    weights: dict[str, int]
    bands: dict[str, int]
    floor_level: dict[str, int] = Field(default_factory=dict)
    floor_vi: dict[str, str] = Field(default_factory=dict)
    floor_en: dict[str, str] = Field(default_factory=dict)

    def rules(self) -> Rules:
        """What it asks for."""
        return Rules(
            effective_from=self.effective_from,
            basis=self.basis,
            weights=self.weights,
            bands=[0, *(self.bands.get(str(level.value), 0) for level in list(Level)[1:])],
            floors=[
                Floor(code=code, level=level, vi=self._vi(code), en=self._en(code))
                for code, level in self.floor_level.items()
                if self._vi(code) or self._en(code)
            ],
        )

    def _vi(self, code: str) -> str:
        return self.floor_vi.get(code, "").strip()

    def _en(self, code: str) -> str:
        return self.floor_en.get(code, "").strip()


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """The page, or again after a refused form."""
    caller.require(session, Deed.ADMINISTER)
    rules = level_rules.listed(session)
    return rendering.for_caller(
        request,
        "level_rules.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        rules=rules,
        applies=level_rules.in_force(session, incidents.today()),
        # Who goes on changing goes on from the newest, even if it applies only later.
        newest=rules[0],
        fresh_codes=[f"F{rules[0].version + 1}_{n}" for n in range(1, _EMPTY + 1)],
        named=persons.names(session, {r.made_by for r in rules if r.made_by}),
        criteria=list(Criterion),
        today=incidents.today(),
        page_path=_PATH,
    )


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """What applies, what will, and what did."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def make(session: Db, caller: FormCaller, form: Fields) -> Response:
    """Make another version."""
    caller.require(session, Deed.ADMINISTER)
    deeds.make(session, caller, filled(Filled, form).rules())
    return rendering.back(_PATH, "ban-moi")
