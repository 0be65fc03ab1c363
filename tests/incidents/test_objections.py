"""Objections to words that are out: reviewed by somebody who did not check these words."""

from typing import Any

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record.errors import NotPermitted
from incidents.record.outbox import Channel
from incidents.response.staffing import directing
from incidents.response.steps.steps import StepKind
from incidents.words.statements import StatementKind
from tests.harness import Desk

REVIEW = "review objections"


@pytest.fixture
def incident(desk: Desk) -> Incident:
    """A refutation that Dung checked for the law, signed and out."""
    cast = desk.cast
    made = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON, Role.LEGAL])
    statement, _ = desk.drafted(made, StatementKind.REFUTATION, by=cast.ha)
    about: dict[str, Any] = {"statement_id": statement.id}
    desk.plan(made, "check", Role.LEGAL, kind=StepKind.CHECK, form="LegalCheck", **about)
    for key, role in (("sign", Role.SPOKESPERSON), ("sign (lead)", Role.LEAD)):
        desk.plan(
            made,
            key,
            role,
            kind=StepKind.APPROVE,
            form="SignOff",
            release_to=(Channel.PUBLIC_PAGE,),
            **about,
        )
    desk.answer("check", by=cast.dung, verdict="granted")
    desk.sign("sign", by=cast.minh)
    desk.sign("sign (lead)", by=cast.binh)
    desk.expect_published(StatementKind.REFUTATION)
    desk.set_aside()
    return made


def test_the_review_passes_over_whoever_checked_the_words(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = desk.plan(incident, REVIEW, Role.LEGAL, form="ObjectionReview")
    desk.expect_messages("step_assigned", cast.quan)
    for act in (desk.acknowledge, desk.answer):
        with desk.refused(NotPermitted, "không xem xét ý kiến phản đối"):
            act(REVIEW, by=cast.dung)
    with desk.refused(NotPermitted, "không xem xét ý kiến phản đối"):
        desk.do(directing.reassign, step.id, cast.dung.id, reason="Rảnh", by=cast.binh)
    desk.answer(REVIEW, by=cast.quan, note="Không có ý kiến nào đúng")
    desk.set_aside()


def test_where_every_lawyer_checked_the_words_it_goes_up(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, REVIEW, Role.LEGAL, form="ObjectionReview")
    desk.set_aside()
    desk.decline(REVIEW, by=desk.cast.quan, reason="Nghỉ phép")
    ((_, told),) = [(m.kind, m.recipient_id) for m in desk.messages(kind="step_passed")]
    assert told not in (desk.cast.dung.id, desk.cast.quan.id)
    desk.set_aside()


def test_of_words_that_never_left_nobody_is_kept_from_it(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.LEGAL])
    statement, _ = desk.drafted(incident, StatementKind.REFUTATION, by=desk.cast.ha)
    desk.plan(
        incident,
        "check",
        Role.LEGAL,
        kind=StepKind.CHECK,
        form="LegalCheck",
        statement_id=statement.id,
    )
    desk.answer("check", by=desk.cast.dung, verdict="granted")
    desk.set_aside()
    desk.plan(incident, REVIEW, Role.LEGAL, form="ObjectionReview")
    desk.expect_messages("step_assigned", desk.cast.dung)
