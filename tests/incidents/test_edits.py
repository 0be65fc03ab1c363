"""Words edited after they went out: who hears that the edit was refused, and what is posted."""

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.answers import edits, signing
from incidents.response.answers.edits import Edit
from incidents.response.steps.steps import Step, StepKind
from incidents.words.approvals import Verdict
from incidents.words.statements import Statement
from tests.harness import Desk, minutes, read
from tests.incidents.signatures import ALL, SIGN, to_sign


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[*ALL, Role.PUBLISHER])


def out(desk: Desk, incident: Incident) -> tuple[Statement, Step]:
    """Hà's words, signed by Minh and out; Mai is posting them elsewhere."""
    statement, _ = to_sign(desk, incident)
    desk.sign(SIGN, by=desk.cast.minh)
    posting = desk.plan(
        incident,
        "post",
        Role.PUBLISHER,
        kind=StepKind.PUBLISH,
        form="Posted",
        statement_id=statement.id,
    )
    desk.set_aside()
    return statement, posting


def edit(desk: Desk, step: Step) -> Edit | None:
    with database.reading() as session:
        return edits.of(session, desk.reload(step))


def test_a_refused_edit_is_told_with_its_reason_and_what_is_out_stands(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    statement, posting = out(desk, incident)
    assert edit(desk, posting) is None
    before = desk.text_of(statement).number
    desk.do(signing.revise, statement.id, title="Thông báo", text="Lời khác.", by=cast.tung)
    after = desk.text_of(statement).number
    assert edit(desk, posting) == Edit(after, before, refused=False)
    desk.set_aside()

    desk.sign(SIGN, by=cast.minh, verdict=Verdict.REFUSED, comment="Sai số liệu")

    mail = desk.expect_message(to=cast.tung, kind="edit_refused")
    assert "Lý do: Sai số liệu" in read(mail)
    assert f"Bản {before} đã phát hành giữ nguyên" in read(mail)
    assert f"/phat-ngon/{statement.id}" in read(mail)
    desk.expect_messages("edit_refused", cast.ha, cast.mai)
    assert edit(desk, posting) == Edit(after, before, refused=True, reason="Sai số liệu")
    assert "đã phát hành giữ nguyên. Sai số liệu" in desk.timeline(incident)[-1].text
    desk.set_aside()


def test_words_that_are_not_out_yet_are_refused_without_more_ado(
    desk: Desk, incident: Incident
) -> None:
    to_sign(desk, incident)
    desk.set_aside()
    desk.sign(SIGN, by=desk.cast.minh, verdict=Verdict.REFUSED, comment="Viết lại")
    assert desk.messages(kind="edit_refused") == []
    assert "EditRefused" not in desk.facts(incident)
    desk.set_aside()


def test_an_edit_that_is_signed_is_what_is_posted_from_then_on(
    desk: Desk, incident: Incident
) -> None:
    statement, posting = out(desk, incident)
    desk.fast_forward(minutes(5))
    desk.do(signing.revise, statement.id, title="Thông báo", text="Lời khác.", by=desk.cast.tung)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    assert edit(desk, posting) is None
