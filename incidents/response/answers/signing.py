"""Signing off, releasing and withdrawing words: four eyes on one exact text.

A signature counts for the text it was given to and nothing else. The last one releases the text to
the channels its step names; nothing is published without a person's deed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, recusals, taskforces
from incidents.people import authorisations, persons, roles
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotPermitted
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.record.outbox import Channel
from incidents.response.answers import answering, edits
from incidents.response.steps import passing, runs, steps, succession
from incidents.response.steps.forms import SignOff
from incidents.response.steps.steps import ANSWERABLE, LATE, Step, StepKind, StepState
from incidents.words import approvals, publications, shells, statements
from incidents.words.approvals import (
    Approval,
    ApprovalKind,
    SignedOff,
    Verdict,
)
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementVersion

TOLD_OF_RELEASE = (Role.SPOKESPERSON, Role.STANDING_DEPUTY, Role.LEAD)
"""Those above learn of every release and may withdraw it (rule 2 of practice)."""


@dataclass(frozen=True)
class ShellReleased(Fact):
    """The duty officer released a text approved in advance."""

    shell: str
    decision: str
    says: ClassVar[str] = N_("Cán bộ trực phát mẫu duyệt sẵn %(shell)s theo %(decision)s")


def sign_off(
    session: Session,
    version_id: UUID,
    verdict: Verdict,
    *,
    sha256: str,
    comment: str = "",
    by: Actor,
) -> Approval:
    """A signed-in approver's verdict on the exact text they saw.

    Raises ``Conflict`` when the text has changed since, ``AlreadySettled`` on a second verdict,
    ``NotPermitted`` for the author and for whoever holds neither the post nor an authorisation,
    ``Invalid`` for a no that does not say why.
    """
    person_id = by.somebody()
    approvals.require_reason(verdict, comment)
    statement, version, step = to_sign(session, version_id, person_id, sha256)
    paper = paper_of(session, step.role, person_id)
    approval = approvals.give(
        session,
        version,
        verdict,
        kind=ApprovalKind.SIGN_OFF,
        person_id=person_id,
        role=step.role,
        by=by,
        authorisation_id=paper.id if paper else None,
    )
    timeline.record(
        session,
        statement.incident_id,
        SignedOff(
            statement=statement.kind,
            version=version.number,
            sha256=version.sha256,
            kind=ApprovalKind.SIGN_OFF,
            verdict=verdict,
            role=step.role,
            authorisation=paper.number if paper else "",
            comment=comment,
        ),
        by=by,
    )
    conclude(session, statement, version, step, verdict, comment, by)
    return approval


def to_sign(
    session: Session, version_id: UUID, person_id: UUID, sha256: str
) -> tuple[Statement, StatementVersion, Step]:
    """The statement (locked), the version and the step a person may sign; a refusal otherwise."""
    version = statements.version(session, version_id)
    statement = statements.get(session, version.statement_id, lock=True)
    incident = incidents.get(session, statement.incident_id)
    if not incident.live:
        raise Conflict(
            N_("Vụ việc %(number)s đang ở trạng thái «%(status)s»; không nhận chữ duyệt."),
            number=incident.number,
            status=incident.status,
        )
    if version.number != statement.current or not hmac.compare_digest(sha256, version.sha256):
        raise Conflict(N_("Văn bản đã được sửa; hãy đọc bản mới rồi duyệt."))
    recusals.require_free(session, incident.id, person_id)
    if version.author_id == person_id:
        raise NotPermitted(N_("Người soạn không được duyệt bản do chính mình soạn."))
    if any(
        a.person_id == person_id and a.kind is ApprovalKind.SIGN_OFF
        for a in approvals.live(session, version.id)
    ):
        raise AlreadySettled(N_("Đồng chí đã cho ý kiến về bản này."))
    needs = approvals.standing(session, statement, version, incident.level)
    if needs.legal_check_missing:
        raise Conflict(N_("Bản này phải được kiểm tra pháp lý trước khi duyệt."))
    return statement, version, _step_to_sign(session, statement, person_id)


def _step_to_sign(session: Session, statement: Statement, person_id: UUID) -> Step:
    asked = [s for s in steps.about_statement(session, statement.id) if s.kind is StepKind.APPROVE]
    waiting = [s for s in asked if s.state in (*ANSWERABLE, *LATE)]
    if not waiting:
        if any(s.state is StepState.DONE for s in asked):
            raise AlreadySettled(N_("Văn bản này đã có người duyệt hoặc từ chối."))
        raise Conflict(N_("Văn bản này chưa đến lượt duyệt."))
    # Their own seat first, so that two approvers never sign on each other's line.
    line = {step.id: succession.in_line(session, step) for step in waiting}
    mine = sorted(
        (s for s in waiting if person_id in line[s.id]), key=lambda s: line[s.id].index(person_id)
    )
    if not mine:
        raise NotPermitted(
            N_("Đồng chí chưa được giao quyền duyệt văn bản này; cần giấy ủy quyền.")
        )
    return mine[0]


def paper_of(session: Session, role: Role, person_id: UUID) -> authorisations.Authorisation | None:
    now = clock.now()
    if person_id == roles.incumbent(session, role, now):
        return None
    return next(
        (a for a in authorisations.valid(session, role, now) if a.grantee_id == person_id), None
    )


def conclude(
    session: Session,
    statement: Statement,
    version: StatementVersion,
    step: Step,
    verdict: Verdict,
    comment: str,
    by: Actor,
    *,
    signer_id: UUID | None = None,
) -> None:
    """End the step with its signature and release what is signed; the signer has it, if asked."""
    step.late = step.state in LATE
    form = SignOff(verdict=verdict, comment=comment)
    answering.conclude(session, step, form, given_by=signer_id, by=by)
    if step.late and step.run_id:
        runs.wake(session, step.run_id)
    if verdict is Verdict.REFUSED:
        edits.refused(session, statement, version, reason=comment, by=by)
    if verdict is Verdict.GRANTED and step.release_to:
        incident = incidents.get(session, statement.incident_id)
        if approvals.standing(session, statement, version, incident.level).granted:
            release(
                session,
                statement,
                version,
                [Channel(c) for c in step.release_to],
                sha256=version.sha256,
                by=by,
            )


def release(
    session: Session,
    statement: Statement,
    version: StatementVersion,
    channels: list[Channel],
    *,
    sha256: str,
    by: Actor,
) -> list[Publication]:
    """Release an approved text, and tell the task force and those above."""
    released = [
        publications.release(session, statement, version, channel, sha256=sha256, by=by)
        for channel in channels
    ]
    told = [m.person_id for m in taskforces.members(session, statement.incident_id)]
    for role in TOLD_OF_RELEASE:
        told += taskforces.candidates(session, statement.incident_id, role)[:1]
    persons.tell_all(
        session,
        dict.fromkeys(p for p in told if p != by.person_id),
        "statement_released",
        key=f"released:{version.id}",
        incident_id=statement.incident_id,
        values={
            "kind": statement.kind.value,
            "version": version.number,
            "channels": [c.value for c in channels],
        },
    )
    return released


def revise(
    session: Session, statement_id: UUID, *, title: str, text: str, by: Actor
) -> StatementVersion:
    """Edit the words: a new version; signatures and checks of the old one no longer count."""
    statement = statements.get(session, statement_id, lock=True)
    incident = incidents.get(session, statement.incident_id)
    if not incident.live:
        raise Conflict(
            N_("Vụ việc %(number)s đang ở trạng thái «%(status)s»; không sửa được."),
            number=incident.number,
            status=incident.status,
        )
    before = statements.current(session, statement)
    if before.title == title.strip() and before.text == text.replace("\r\n", "\n").strip():
        raise Invalid(fields={"text": (N_("Nội dung chưa thay đổi gì."), {})})
    approvals.void(session, statement, before, by=by)
    version = statements.add_version(session, statement, title=title, text=text, by=by)
    for step in steps.about_statement(session, statement.id):
        if step.kind in (StepKind.CHECK, StepKind.APPROVE) and step.state in (
            StepState.DONE,
            *ANSWERABLE,
        ):
            passing.reopen(session, step, by=by)
    return version


def release_shell(
    session: Session,
    incident_id: UUID,
    code: str,
    values: Mapping[str, str],
    *,
    by: Actor,
) -> Publication:
    """At levels 3 and 4 the duty officer releases a text signed in advance (rule 3 of practice).

    In both languages where it was signed in both; ``values`` by slot, as ``slots.read`` wants them.
    """
    incident = incidents.get(session, incident_id, lock=True)
    if not incident.live or by.person_id is None:
        raise Conflict(N_("Chỉ phát mẫu duyệt sẵn khi vụ việc đang được xử lý."))
    recusals.require_free(session, incident.id, by.person_id)
    offered = {s.code: s for s in shells.on_offer(session, incident.level, incidents.today())}
    shell = offered.get(code.upper())
    if shell is None:
        raise Conflict(N_("Không có mẫu duyệt sẵn %(code)s dùng được ở cấp độ này."), code=code)
    filled = shells.fill(session, shell, values)
    if incident.exercise:
        filled = filled.practised()
    statement = statements.draft(
        session,
        incident.id,
        key=f"shell {shell.code}",
        kind=shell.kind,
        title=filled.title,
        text=filled.text,
        english=filled.english,
        by=by,
        shell_id=shell.id,
    )
    version = statements.current(session, statement)
    if approvals.live(session, version.id):
        raise AlreadySettled(N_("Mẫu này đã được phát cho vụ việc."))
    approvals.give(
        session,
        version,
        Verdict.GRANTED,
        kind=ApprovalKind.SHELL,
        person_id=shell.approved_by,
        role=shell.approved_as,
        authorisation_id=shell.authorisation_id,
        by=by,
    )
    timeline.record(
        session, incident.id, ShellReleased(shell=shell.code, decision=shell.decision), by=by
    )
    return release(
        session, statement, version, [Channel.PUBLIC_PAGE], sha256=version.sha256, by=by
    )[0]
