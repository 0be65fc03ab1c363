"""A statement on its own page: read, compared, signed, revised, withdrawn."""

import difflib
import re
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlmodel import Session, col, select
from starlette.datastructures import FormData
from starlette.responses import Response

from api.deeds import incidents as incident_deeds
from api.deeds import statements as deeds
from api.deeds.statements import ByScan, Revise, SignOff, Telephone
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because, Nothing
from api.identity import Caller
from api.pages import choosing, rendering
from api.pages.forms import again, filled
from api.problems import Problem
from api.rest.signals import files_of
from incidents.intake.signals import File
from incidents.matter import incidents, recusals
from incidents.people import persons, sign_ins
from incidents.record import timeline
from incidents.record.errors import Invalid, NotFound
from incidents.record.language import N_
from incidents.response.judgement import postures
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import approvals, statements
from incidents.words.approvals import Approval, ApprovalKind, SignedOff, SignedOffByTelephone
from incidents.words.publications import Publication
from incidents.words.statements import StatementVersion

router = APIRouter(include_in_schema=False, prefix="/phat-ngon/{statement_id}")


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    statement_id: UUID,
    read: int | None = None,
) -> Response:
    """One version to read, what was said about it, and what this person may do."""
    statement = deeds.see(session, caller, statement_id)
    incident = incidents.get(session, statement.incident_id)
    written = statements.versions(session, statement.id)
    version = next((v for v in written if v.number == read), written[0])
    before = next((v for v in written if v.number == version.number - 1), None)
    people = persons.everybody(session, active=False)
    step = deeds.to_sign(session, caller, statement.id)
    stance = postures.standing(session, incident.id)
    kept_out = recusals.of(session, incident.id).keeps_out(judging=True)
    return rendering.for_caller(
        request,
        "statement.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        statement=statement,
        incident=incident,
        versions=written,
        version=version,
        code=version.code,
        current=version.number == statement.current,
        changes=compare(before, version) if before else [],
        standing=approvals.standing(session, statement, version, incident.level),
        verdicts=_verdicts(session, [v.id for v in written]),
        remarks=_remarks(session, incident.id),
        publications=_publications(session, statement.id),
        numbers={v.id: v.number for v in written},
        named={p.id: p for p in people},
        judge_options=choosing.people(people, but=kept_out),
        fresh=sign_ins.fresh(caller.sign_in),
        may=permissions.deeds(session, caller.person, incident),
        may_sign=permissions.allowed(session, caller.person, Deed.SIGN, step)
        and version.author_id != caller.person.id,
        step=step,
        against=postures.against(stance[0], statement.kind) if stance else None,
    )


def _verdicts(session: Session, ids: list[UUID]) -> list[Approval]:
    return list(
        session.exec(
            select(Approval)
            .where(col(Approval.version_id).in_(ids))
            .order_by(col(Approval.given_at).desc())
        )
    )


def _remarks(session: Session, incident_id: UUID) -> dict[tuple[UUID | None, str, str], str]:
    """Who said it of which text, with which kind of signature → what they said with it."""
    at_the_desk = {
        (entry.actor_id, fact.sha256, fact.kind.value): fact.comment
        for entry, fact in timeline.entries_of(session, incident_id, kind=SignedOff)
        if isinstance(fact, SignedOff) and fact.comment
    }
    called = {
        (fact.approver, fact.sha256, ApprovalKind.SIGN_OFF.value): fact.comment
        for _, fact in timeline.entries_of(session, incident_id, kind=SignedOffByTelephone)
        if isinstance(fact, SignedOffByTelephone) and fact.comment
    }
    return at_the_desk | called


def _publications(session: Session, statement_id: UUID) -> list[Publication]:
    return list(
        session.exec(
            select(Publication)
            .where(Publication.statement_id == statement_id)
            .order_by(col(Publication.released_at))
        )
    )


def compare(before: StatementVersion, after: StatementVersion) -> list[tuple[str, str]]:
    """The words of both, each run with what became of it: ``equal``, ``del`` or ``ins``."""
    old, new = _words(before), _words(after)
    runs: list[tuple[str, str]] = []
    for what, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            runs.append(("equal", "".join(old[i:j])))
            continue
        runs += [("del", "".join(old[i:j]))] if j > i else []
        runs += [("ins", "".join(new[k:m]))] if m > k else []
    return runs


def _words(version: StatementVersion) -> list[str]:
    """Every word with the space behind it."""
    said = [f"{each.title}\n\n{each.text}" for each in version.wordings(version.language)]
    return re.findall(r"\S*\s+|\S+$", "\n\n".join(said))


@router.get("")
def one(
    request: Request,
    session: Db,
    caller: Reader,
    statement_id: UUID,
    ban: Annotated[int | None, Query()] = None,
) -> Response:
    """The statement; ``ban`` names an older version."""
    return shown(request, session, caller, statement_id=statement_id, read=ban)


def _confirm(session: Session, caller: Caller, target: UUID, _asked: Nothing) -> Any:
    return deeds.confirm(session, caller, target)


# What a deed is done to: the statement itself, or the row named in the form's ``target``.
_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any]]] = {
    "sua": (Revise, deeds.revise),
    "duyet": (SignOff, deeds.sign_off),
    "dien-thoai": (Telephone, deeds.telephone),
    "xac-nhan": (Nothing, _confirm),
    "rut": (Because, deeds.withdraw),
}


class Target(BaseModel):
    """The version, approval or publication a form is about."""

    target: UUID


async def _scan(form: Fields) -> list[File]:
    return await files_of(form.getlist("file"))


@router.post("/but-phe", dependencies=[again(shown)])
def confirm_by_scan(
    session: Db,
    caller: FormCaller,
    form: Fields,
    files: Annotated[list[File], Depends(_scan)],
    statement_id: UUID,
) -> Response:
    """Keep the scan of the approver's handwriting, and confirm by it what was said."""
    statement = deeds.see(session, caller, statement_id)
    if not files:
        raise Invalid(fields={"file": (N_("Chọn một tệp."), {})})
    number = incidents.get(session, statement.incident_id).number
    kept = incident_deeds.keep(session, caller, number, files[0], None)
    approval_id = filled(Target, form).target
    deeds.confirm_by_scan(session, caller, approval_id, ByScan(evidence_id=kept.id))
    return rendering.back(f"/phat-ngon/{statement_id}", "but-phe")


@router.post("/{deed}", dependencies=[again(shown)])
def act(session: Db, caller: FormCaller, form: Fields, statement_id: UUID, deed: str) -> Response:
    """Revise, sign off, record a telephone approval, confirm it, or withdraw."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out = _DEEDS[deed]
    asked = filled(shape, FormData([(k, v) for k, v in form.multi_items() if k != "target"]))
    target = statement_id if deed == "sua" else filled(Target, form).target
    carry_out(session, caller, target, asked)
    return rendering.back(f"/phat-ngon/{statement_id}", deed)
