"""Conflicts of interest: whoever is concerned decides nothing, and it goes one tier up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter import recusals, taskforces
from incidents.matter.incidents import Finding, Incident
from incidents.matter.recusals import Recusal
from incidents.people import authorisations
from incidents.people.authorisations import Authorisation
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
)
from incidents.response.answers import signing, telephone
from incidents.response.life import grading
from incidents.response.staffing import directing, recusing, seating
from incidents.response.steps.steps import Step, StepKind, StepState
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words.approvals import Approval, Verdict
from incidents.words.statements import StatementVersion
from tests.cast import filled
from tests.harness import Desk, hours, read

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.SUBJECT_LEAD]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def _declare(
    desk: Desk, incident: Incident, person: Person, *, by: Person | None = None
) -> Recusal:
    return desk.do(
        recusing.declare,
        incident.id,
        person.id,
        reason="Bị nêu trong nội dung đang lan",
        by=by or desk.cast.ha,
    )


def _may(person: Person, deed: Deed, incident: Incident) -> bool:
    with database.reading() as session:
        return permissions.allowed(session, person, deed, incident)


def _signing(
    desk: Desk, incident: Incident, role: Role = Role.LEAD
) -> tuple[StatementVersion, Step]:
    statement, version = desk.drafted(incident, by=desk.cast.ha)
    step = desk.plan(
        incident,
        "sign",
        role,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
        due=hours(5),
    )
    desk.set_aside()
    return version, step


def test_what_they_decide_goes_one_tier_up_never_to_those_below(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    decide = desk.plan(incident, "decide", Role.LEAD, kind=StepKind.DECIDE, due=hours(5))
    desk.do(seating.add, incident.id, Role.LEAD, person_id=cast.kien.id, deputy=True, by=cast.binh)
    desk.set_aside()
    _declare(desk, incident, cast.binh)
    desk.expect_messages("step_passed", cast.chuong)
    mail = read(desk.expect_message(to=cast.binh, kind="conflict_declared"))
    assert "/vu-viec/" not in mail, "its room is closed to whom it concerns"
    # Leadership hears of it: the deputy who leads now, and the chair.
    desk.expect_messages("conflict_reported", cast.kien, cast.chuong)
    moved = desk.reload(decide)
    assert (moved.assignee_id, moved.state) == (cast.chuong.id, StepState.OPEN)
    with desk.refused(NotPermitted):
        desk.acknowledge("decide", by=cast.binh)
    fact = next(line for line in desk.timeline(incident) if line.fact == "ConflictDeclared")
    assert "Nguyễn Hòa Bình" in fact.text
    assert "chuyển 1 nhiệm vụ" in fact.text
    assert fact.actor == cast.ha.name
    with desk.refused(AlreadySettled, "Đã khai báo"):
        _declare(desk, incident, cast.binh)
    # What is opened later passes them by as well; plain work goes to the deputy.
    later = desk.plan(incident, "later", Role.LEAD, kind=StepKind.DECIDE)
    work = desk.plan(incident, "work", Role.LEAD)
    assert (later.assignee_id, work.assignee_id) == (cast.chuong.id, cast.kien.id)
    # A new head, seated since, judges again.
    added: dict[str, Any] = {"person_id": cast.duc.id, "deputy": False}
    desk.do(seating.add, incident.id, Role.LEAD, **added, by=cast.chuong)
    again = desk.plan(incident, "again", Role.LEAD, kind=StepKind.DECIDE)
    assert again.assignee_id == cast.duc.id
    desk.set_aside()


def test_silence_and_the_due_time_never_lead_back_to_them(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    _declare(desk, incident, cast.binh)
    desk.set_aside()
    step = desk.plan(incident, "verify", Role.SUBJECT_LEAD, form="Verification", then=Role.LEAD)
    desk.fast_forward(timedelta(days=1))
    desk.set_aside()
    assert str(cast.binh.id) not in desk.reload(step).holder_ids
    assert desk.reload(step).state is StepState.OVERDUE


def test_they_neither_sign_nor_second_nor_settle_nor_release(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    version, _ = _signing(desk, incident)
    (claim,) = desk.do(claims.state, incident.id, ["x"], nature=Nature.CLAIM, by=cast.khoi)
    for person in (cast.binh, cast.lan):
        _declare(desk, incident, person)
    desk.set_aside()
    concerned = "người liên quan"
    with desk.refused(NotPermitted, concerned):
        desk.sign(version, by=cast.binh)
    with desk.refused(NotPermitted, concerned):
        desk.do(
            telephone.approve,
            version.id,
            Verdict.GRANTED,
            approver_id=cast.binh.id,
            witness_id=cast.nga.id,
            number_called=cast.binh.telephone,
            read_back=version.code,
            by=cast.long,
        )
    with desk.refused(NotPermitted, concerned):
        desk.do(
            telephone.approve,
            version.id,
            Verdict.GRANTED,
            approver_id=cast.chuong.id,
            witness_id=cast.binh.id,
            number_called=cast.chuong.telephone,
            read_back=version.code,
            by=cast.long,
        )
    with desk.refused(NotPermitted, concerned):
        desk.do(grading.override, incident.id, 4, reason="x", by=cast.binh)
    with desk.refused(NotPermitted, concerned):
        desk.do(
            grading.override,
            incident.id,
            2,
            reason="x",
            second=cast.binh.id,
            by=cast.tung,
        )
    with desk.refused(NotPermitted, concerned):
        desk.do(claims.settle, claim.id, Finding.FALSE, "Có biên bản", by=cast.binh)
    with desk.refused(NotPermitted, concerned):
        values = filled(desk.time)
        desk.do(signing.release_shell, incident.id, "BAN-DAU", values, by=cast.lan)
    desk.sign(version, by=cast.chuong)
    desk.set_aside()


def test_they_are_not_given_work_nor_a_seat(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = desk.plan(incident, "write", Role.SECRETARY)
    _declare(desk, incident, cast.kien)
    desk.set_aside()
    with desk.refused(NotPermitted, "người liên quan"):
        desk.do(directing.reassign, step.id, cast.kien.id, reason="x", by=cast.tung)
    with desk.refused(NotPermitted, "người liên quan"):
        desk.do(
            seating.add, incident.id, Role.LEGAL, person_id=cast.kien.id, deputy=False, by=cast.tung
        )
    with desk.refused(NotPermitted, "người liên quan"):
        desk.do(
            directing.replace_member,
            incident.id,
            Role.SECRETARY,
            outgoing=cast.ha.id,
            incoming=cast.kien.id,
            reason="x",
            by=cast.lan,
        )


def test_a_task_force_called_later_leaves_them_out(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3)
    _declare(desk, incident, cast.binh)
    desk.set_aside()
    desk.activate(incident, Role.LEAD, Role.SECRETARY)
    desk.set_aside()
    with database.reading() as session:
        seated = {m.person_id for m in taskforces.members(session, incident.id)}
    assert cast.binh.id not in seated
    assert cast.ha.id in seated


def test_a_signature_that_has_not_gone_out_is_asked_for_again(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    version, step = _signing(desk, incident)
    approval = desk.sign(version, by=cast.binh)
    desk.set_aside()
    assert desk.reload(step).state is StepState.DONE
    _declare(desk, incident, cast.binh)
    desk.expect_messages("step_reopened", cast.chuong)
    desk.set_aside()
    assert desk.reload(approval).voided_at == desk.time
    assert desk.reload(step).assignee_id == cast.chuong.id
    desk.sign(version, by=cast.chuong)
    with database.reading() as session:
        live = [a for a in session.exec(select(Approval)) if a.voided_at is None]
    assert [a.person_id for a in live] == [cast.chuong.id]
    desk.set_aside()


def test_a_paper_given_by_them_lends_no_authority_here(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    with database.reading() as session:
        (held,) = authorisations.valid(session, Role.LEAD, desk.time)
        assert (held.grantor_id, held.grantee_id) == (cast.binh.id, cast.tung.id)
        assert isinstance(held, Authorisation)
    version, _ = _signing(desk, incident)
    _declare(desk, incident, cast.binh)
    desk.set_aside()
    with desk.refused(NotPermitted, "chưa được giao quyền"):
        desk.sign(version, by=cast.tung)


def test_of_a_body_nobody_judges_and_everybody_gives_facts(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    facts = desk.plan(incident, "facts", Role.SUBJECT_LEAD, due=hours(9))
    judged = desk.plan(incident, "verify", Role.SUBJECT_LEAD, form="Verification", due=hours(9))
    desk.set_aside()
    body = cast.phuc.organisation_id
    desk.do(recusing.declare_body, incident.id, body, reason="Cơ quan soạn thảo", by=cast.ha)
    # One tier above the subject leads of that body.
    desk.expect_messages("step_passed", cast.tung, about="verify")
    desk.expect_messages("conflict_reported", cast.binh, cast.chuong)
    assert desk.reload(facts).assignee_id == cast.phuc.id
    assert desk.reload(judged).assignee_id == cast.tung.id
    desk.answer("facts", by=cast.phuc)
    desk.set_aside()
    answer: dict[str, Any] = {"finding": "false", "explanation": "x", "source": "y"}
    with desk.refused(NotPermitted, "người liên quan"):
        desk.answer("verify", by=cast.phuc, **answer)
    with desk.refused(AlreadySettled, "cơ quan liên quan"):
        desk.do(recusing.declare_body, incident.id, body, reason="x", by=cast.ha)
    assert "Sở Y tế" in next(
        line.text for line in desk.timeline(incident) if line.fact == "BodyConflictDeclared"
    )
    assert _may(cast.phuc, Deed.SEE_INCIDENT, incident)
    assert not _may(cast.phuc, Deed.VERIFY, incident)


def test_a_person_named_sees_and_does_nothing_there_any_more(
    desk: Desk, incident: Incident
) -> None:
    other = desk.opened(level=3)
    before = {deed for deed in Deed if _may(desk.cast.binh, deed, incident)}
    assert Deed.CLOSE in before
    _declare(desk, incident, desk.cast.binh)
    desk.set_aside()
    left = {deed for deed in Deed if _may(desk.cast.binh, deed, incident)}
    assert left <= {Deed.FLAG}
    with database.reading() as session:
        assert permissions.deeds(session, desk.cast.binh, incident) <= {Deed.FLAG}
    assert _may(desk.cast.binh, Deed.SEE_INCIDENT, other)


def test_only_leadership_that_is_not_concerned_lifts_it(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    row = _declare(desk, incident, cast.binh)
    desk.set_aside()
    assert not _may(cast.tung, Deed.LIFT_CONFLICT, incident)
    assert not _may(cast.binh, Deed.LIFT_CONFLICT, incident)
    assert _may(cast.chuong, Deed.LIFT_CONFLICT, incident)
    with desk.refused(NotPermitted, "người liên quan"):
        desk.do(recusing.lift, incident.id, row.id, reason="x", by=cast.binh)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(recusing.lift, incident.id, row.id, reason=" ", by=cast.chuong)
    other = desk.opened(level=3)
    with desk.refused(NotFound):
        desk.do(recusing.lift, other.id, row.id, reason="x", by=cast.chuong)
    desk.do(recusing.lift, incident.id, row.id, reason="Trùng tên", by=cast.chuong)
    desk.expect_messages("conflict_lifted", cast.binh)
    with desk.refused(AlreadySettled, "đã được gỡ"):
        desk.do(recusing.lift, incident.id, row.id, reason="x", by=cast.chuong)
    step = desk.plan(incident, "decide", Role.LEAD, kind=StepKind.DECIDE)
    assert step.assignee_id == cast.binh.id
    desk.set_aside()
    with database.reading() as session:
        assert recusals.concerns(session, incident.id, cast.binh.id) is None


def test_a_reason_is_needed_and_an_ended_incident_takes_none(
    desk: Desk, incident: Incident
) -> None:
    from incidents.response.life import lifecycle

    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(recusing.declare, incident.id, desk.cast.binh.id, reason=" ", by=desk.cast.ha)
    desk.do(lifecycle.stand_down, incident.id, reason="x", by=desk.cast.binh)
    desk.set_aside()
    with desk.refused(Conflict, "đang ở trạng thái"):
        _declare(desk, incident, desk.cast.binh)


def test_the_answer_of_the_playbook_takes_them_out(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    desk.plan(incident, "step back", Role.SECRETARY, form="Recusal")
    desk.set_aside()
    with desk.refused(Invalid, "Không có ai tên"):
        desk.answer("step back", by=cast.ha, lead=False, chair=False, concerned="Người Không Có")
    said: dict[str, Any] = {"lead": True, "chair": False, "concerned": f"{cast.phuc.name}\n"}
    with desk.refused(Invalid, "liên quan thế nào"):
        desk.answer("step back", by=cast.ha, note="Đã thay", **said)
    desk.answer("step back", by=cast.ha, reason="Cùng họp hôm đó", note="Đã thay", **said)
    desk.set_aside()
    told = [line.text for line in desk.timeline(incident) if line.fact == "ConflictDeclared"]
    assert ["Cùng họp hôm đó" in text for text in told] == [True, True]
    with database.reading() as session:
        assert recusals.of(session, incident.id).named == {cast.binh.id, cast.phuc.id}
    # Said again, nothing is declared twice, nor asked for a reason.
    desk.plan(incident, "step back again", Role.SECRETARY, form="Recusal")
    desk.answer("step back again", by=cast.ha, lead=True, chair=False)
    assert desk.facts(incident).count("ConflictDeclared") == 2
    desk.set_aside()
