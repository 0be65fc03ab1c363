"""A signature that waits with nobody reaches whoever comes to the post or the paper, at once."""

from typing import Any

from sqlmodel import select

from flows.duties import carry_out
from incidents.matter import taskforces
from incidents.matter.incidents import Incident
from incidents.people import authorisations, roles
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import database
from incidents.record.errors import NotPermitted
from incidents.record.language import Language
from incidents.response.reports import situation
from incidents.response.staffing import appointing, post_endings
from incidents.response.steps import vacancies
from incidents.response.steps.steps import StepKind, StepState
from tests.harness import Desk, hours


def to_sign(desk: Desk, *, by: Person | None = None) -> Incident:
    """Words the chair alone may sign: nobody is above."""
    incident = desk.opened(level=3)
    statement, _ = desk.drafted(incident, by=by)
    desk.plan(
        incident,
        "sign",
        Role.CHAIR,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    return incident


def lend(desk: Desk, *, number: str, grantee: Person, after: float = 0) -> None:
    desk.do(
        appointing.authorise,
        number=number,
        role=Role.CHAIR,
        grantor_id=desk.cast.chuong.id,
        grantee_id=grantee.id,
        scope="Ký thông cáo",
        valid_from=desk.time + hours(after),
        valid_to=desk.time + hours(after + 24),
        by=desk.cast.hoa,
    )
    desk.expect_messages("authorisation_recorded", desk.cast.chuong, grantee)


def test_whoever_is_appointed_has_it_with_the_appointment(desk: Desk) -> None:
    cast, incident = desk.cast, to_sign(desk)
    desk.set_aside()
    with database.reading() as session:
        post = session.exec(select(RoleHolder).where(RoleHolder.role == Role.CHAIR)).one()
    desk.do(post_endings.end, post.id, reason="Nghỉ hưu", by=cast.an)
    assert desk.step("sign").assignee_id is None
    desk.expect_messages("signature_vacant", cast.lan)
    desk.set_aside()

    given: dict[str, Any] = {"role": Role.CHAIR, "person_id": cast.binh.id, "rank": 1}
    desk.do(appointing.appoint, valid_from=desk.time, **given, by=cast.an)

    assert desk.step("sign").assignee_id == cast.binh.id
    desk.expect_messages("step_assigned", cast.binh)
    told = desk.timeline(incident, Language.EN)[-1].text
    assert told.startswith("Somebody may sign as ")
    assert cast.binh.name in told
    with database.reading() as session:
        (work,) = situation.of(session, incident).waiting
    assert work.person_id == cast.binh.id
    desk.set_aside()
    desk.sign("sign", by=cast.binh)
    desk.set_aside()


def test_whoever_gets_a_paper_has_it_when_the_paper_begins_late_as_it_may_be(desk: Desk) -> None:
    cast = desk.cast
    to_sign(desk, by=cast.chuong)  # nobody signs what they wrote
    desk.set_aside()
    desk.fast_forward(hours(2))
    assert desk.step("sign").state is StepState.OVERDUE
    desk.set_aside()

    lend(desk, number="12/GUQ", grantee=cast.binh, after=1)
    assert desk.step("sign").assignee_id is None
    desk.fast_forward(hours(1))
    assert carry_out((vacancies.due, vacancies.give)) == 1
    assert carry_out((vacancies.due, vacancies.give)) == 0

    late = desk.step("sign")
    assert (late.state, late.assignee_id) == (StepState.OVERDUE, cast.binh.id)
    desk.settle()
    desk.expect_messages("step_assigned", cast.binh)
    lend(desk, number="13/GUQ", grantee=cast.tung)  # it is with somebody now
    assert desk.step("sign").assignee_id == cast.binh.id
    desk.sign("sign", by=cast.binh)
    assert desk.step("sign").late
    desk.set_aside()


def test_a_deputy_does_not_inherit_the_signature_of_a_post_that_ended(desk: Desk) -> None:
    cast = desk.cast
    with database.reading() as session:
        held = select(RoleHolder).where(RoleHolder.role == Role.SPOKESPERSON, RoleHolder.rank == 1)
        post = session.exec(held).one()
    desk.do(post_endings.end, post.id, reason="Điều động", by=cast.an)
    with database.reading() as session:
        assert roles.holders(session, Role.SPOKESPERSON, desk.time) == [cast.thao.id]
        assert authorisations.signers(session, Role.SPOKESPERSON, desk.time) == []
    incident = desk.opened(level=3, roles=[Role.SPOKESPERSON])
    statement, _ = desk.drafted(incident)
    desk.plan(
        incident,
        "sign",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    desk.set_aside()
    with database.reading() as session:
        (seat,) = taskforces.members(session, incident.id)
    assert (seat.person_id, seat.rank) == (cast.thao.id, 2)
    assert desk.step("sign").assignee_id != cast.thao.id
    with desk.refused(NotPermitted, "ủy quyền"):
        desk.sign("sign", by=cast.thao)
