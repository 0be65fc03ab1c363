"""Four eyes on one exact text: who may sign what, and what voids it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.actors import Actor, Via
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.outbox import Channel
from incidents.response.answers import signing
from incidents.response.staffing import directing
from incidents.response.steps.steps import StepKind, StepState
from incidents.words import approvals, statements
from incidents.words.approvals import Approval, Verdict
from incidents.words.statements import StatementKind
from tests import cast as the_cast
from tests.harness import Desk, hours, minutes
from tests.incidents.signatures import ALL, SIGN, checked, published, to_sign


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ALL)


def test_the_spokesperson_signs_and_that_signature_releases_the_holding_statement(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _, version = to_sign(desk, incident)
    desk.sign(SIGN, by=cast.minh)
    publication = desk.expect_published(StatementKind.HOLDING, "đang xác minh")
    assert (publication.sha256, publication.released_by) == (version.sha256, cast.minh.id)
    # The whole task force and those above learn of it; who signed knows.
    desk.expect_messages(
        "statement_released",
        cast.binh,
        cast.tung,
        cast.thao,
        cast.ha,
        cast.nga,
        cast.dung,
        cast.quan,
    )
    assert desk.reload(incident).first_statement_at == desk.time
    assert desk.facts(incident)[-4:] == [
        "SignedOff",
        "StepAnswered",
        "StatementReleased",
        "StatementPublished",
    ]
    with desk.refused(AlreadySettled, "đã cho ý kiến"):
        desk.sign(SIGN, by=cast.minh)
    with desk.refused(AlreadySettled, "đã có người duyệt"):
        desk.sign(SIGN, by=cast.binh)


def test_the_author_never_signs_whatever_post_they_hold(desk: Desk, incident: Incident) -> None:
    to_sign(desk, incident, by="minh")
    with desk.refused(NotPermitted, "do chính mình soạn"):
        desk.sign(SIGN, by=desk.cast.minh)
    # The step was given to the next who may sign, not to its author.
    assert desk.step(SIGN).assignee_id == desk.cast.binh.id
    desk.sign(SIGN, by=desk.cast.binh)
    desk.set_aside()
    assert len(published(incident)) == 1


def test_a_deputy_gets_no_signature_without_a_paper_and_signs_with_one(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    to_sign(desk, incident)
    for person in (cast.thao, cast.ha, cast.lan, cast.kien, cast.an):
        if person is cast.ha:
            continue
        with desk.refused(NotPermitted, "cần giấy ủy quyền"):
            desk.sign(SIGN, by=person)
    with database.transaction() as session:
        session.add(the_cast.paper(cast.minh, cast.thao, Role.SPOKESPERSON, desk.time))
    approval = desk.sign(SIGN, by=cast.thao)
    desk.set_aside()
    assert approval.authorisation_id is not None
    assert "spokesperson/thao/GUQ-UBND" in str(
        [line for line in _payloads(incident) if "authorisation" in line]
    )


def _payloads(incident: Incident) -> list[dict[str, object]]:
    from incidents.record import timeline

    with database.reading() as session:
        return [entry.payload for entry, _ in timeline.entries_of(session, incident.id)]


def test_a_paper_that_ran_out_gives_no_signature(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    with database.transaction() as session:
        paper = the_cast.paper(cast.minh, cast.thao, Role.SPOKESPERSON, desk.time)
        paper.valid_to = desk.time
        session.add(paper)
    to_sign(desk, incident)
    with desk.refused(NotPermitted):
        desk.sign(SIGN, by=cast.thao)


def test_silence_takes_the_signature_past_the_deputy_to_the_next_who_may_sign(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    statement, _ = desk.drafted(incident, by=cast.ha)
    desk.plan(
        incident, SIGN, Role.SPOKESPERSON, kind=StepKind.APPROVE, form="SignOff",
        statement_id=statement.id, release_to=(Channel.PUBLIC_PAGE,),
    )  # fmt: skip
    desk.expect_messages("step_assigned", cast.minh)
    desk.fast_forward(minutes(30))
    desk.expect_messages("step_reminder", cast.minh)
    desk.expect_messages("step_passed", cast.binh)
    desk.fast_forward(minutes(15))
    # Tùng holds Bình's paper; Thảo, who holds none, is passed by.
    desk.expect_messages("step_passed", cast.tung)
    with desk.refused(Conflict, "thẩm quyền"):
        desk.do(directing.reassign, desk.step(SIGN).id, cast.thao.id, reason="gấp", by=cast.binh)
    desk.sign(SIGN, by=cast.tung)
    desk.set_aside()
    assert len(published(incident)) == 1


def test_signing_is_not_done_by_completing_the_step(desk: Desk, incident: Incident) -> None:
    to_sign(desk, incident)
    with desk.refused(Conflict, "sau khi đăng nhập"):
        desk.answer(SIGN, by=desk.cast.minh, verdict="granted")


def test_another_hash_than_the_one_on_the_page_is_refused(desk: Desk, incident: Incident) -> None:
    statement, version = to_sign(desk, incident)
    with desk.refused(Conflict, "đã được sửa"):
        desk.do(signing.sign_off, version.id, Verdict.GRANTED, sha256="0" * 64, by=desk.cast.minh)
    desk.do(signing.revise, statement.id, title="Thông báo", text="Khác.", by=desk.cast.ha)
    with desk.refused(Conflict, "đã được sửa"):
        desk.sign(version, by=desk.cast.minh)
    with desk.refused(NotFound, "phiên bản này"):
        desk.do(signing.sign_off, UUID(int=9), Verdict.GRANTED, sha256="0" * 64, by=desk.cast.minh)
    with desk.refused(NotPermitted, "phải do một người làm"):
        desk.do(
            signing.sign_off,
            version.id,
            Verdict.GRANTED,
            sha256=version.sha256,
            by=Actor(None, Via.ENGINE),
        )
    desk.set_aside()


def test_editing_after_sign_off_voids_it_and_asks_again(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    statement, first = to_sign(
        desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD
    )
    checked(desk, incident, statement)
    desk.sign(SIGN, by=cast.minh)
    desk.expect_nothing()
    with desk.refused(Invalid, "chưa thay đổi"):
        desk.do(signing.revise, statement.id, title=" Thông báo", text=first.text, by=cast.ha)
    desk.do(signing.revise, statement.id, title="Thông báo", text="Bản khác hẳn.", by=cast.ha)
    desk.expect_messages("step_reopened", cast.minh, cast.dung, cast.binh)
    assert published(incident) == []
    assert {desk.step(k).state for k in (SIGN, "check", f"{SIGN} (lead)")} == {StepState.OPEN}
    assert "ApprovalsVoided" in desk.facts(incident)
    with database.reading() as session:
        assert approvals.live(session, first.id) == []
    with desk.refused(Conflict, "kiểm tra pháp lý trước"):
        desk.sign(SIGN, by=cast.minh)
    desk.answer("check", by=cast.dung, verdict="granted")
    desk.sign(SIGN, by=cast.minh)
    desk.sign(f"{SIGN} (lead)", by=cast.binh)
    desk.set_aside()
    desk.expect_published(StatementKind.REFUTATION, "Bản khác hẳn.")


def test_a_refutation_needs_two_people_and_the_legal_check_first(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    statement, _ = to_sign(desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD)
    with desk.refused(Conflict, "kiểm tra pháp lý trước"):
        desk.sign(SIGN, by=cast.minh)
    checked(desk, incident, statement)
    desk.sign(SIGN, by=cast.minh)
    assert published(incident) == []
    desk.sign(f"{SIGN} (lead)", by=cast.binh)
    desk.set_aside()
    desk.expect_published(StatementKind.REFUTATION)


def test_one_person_on_two_lines_signs_once(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    statement, _ = to_sign(desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD)
    checked(desk, incident, statement)
    desk.sign(SIGN, by=cast.binh)
    with desk.refused(AlreadySettled, "đã cho ý kiến"):
        desk.sign(SIGN, by=cast.binh)
    assert published(incident) == []
    # Bình signed on his own line, so the spokesperson's is still waiting.
    assert desk.step(SIGN).state is StepState.OPEN
    assert desk.step(f"{SIGN} (lead)").state is StepState.DONE


def test_a_legal_no_holds_a_refutation_and_never_a_holding_statement(
    desk: Desk, incident: Incident
) -> None:
    statement, _ = to_sign(desk, incident, StatementKind.HOLDING)
    checked(desk, incident, statement, "refused")
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    desk.expect_published(StatementKind.HOLDING)


def test_a_refused_signature_publishes_nothing(desk: Desk, incident: Incident) -> None:
    to_sign(desk, incident)
    desk.sign(SIGN, by=desk.cast.minh, verdict=Verdict.REFUSED, comment="Thiếu giờ cập nhật")
    assert published(incident) == []
    assert desk.step(SIGN).state is StepState.DONE
    assert desk.step(SIGN).answer == {"verdict": "refused", "comment": "Thiếu giờ cập nhật"}
    assert any("Thiếu giờ cập nhật" in line.text for line in desk.timeline(incident))


@pytest.mark.parametrize("people", [("minh", "binh"), ("minh", "minh")])
def test_two_signatures_at_the_same_moment_release_once(
    desk: Desk, incident: Incident, people: tuple[str, str]
) -> None:
    _, version = to_sign(desk, incident)
    barrier = Barrier(2)

    def sign(person: Person) -> Approval | Conflict:
        barrier.wait()
        try:
            with database.transaction() as session:
                return signing.sign_off(
                    session,
                    version.id,
                    Verdict.GRANTED,
                    sha256=version.sha256,
                    by=Actor(person.id, Via.DESK),
                )
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(sign, [getattr(desk.cast, name) for name in people]))
    desk.settle()
    desk.set_aside()
    assert sorted(type(o).__name__ for o in outcomes) == ["AlreadySettled", "Approval"]
    assert len(published(incident)) == 1
    assert desk.facts(incident).count("SignedOff") == 1


def test_both_of_two_needed_signatures_at_the_same_moment_release_once(
    desk: Desk, incident: Incident
) -> None:
    statement, version = to_sign(
        desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD
    )
    checked(desk, incident, statement)
    barrier = Barrier(2)

    def sign(person: Person) -> None:
        barrier.wait()
        with database.transaction() as session:
            signing.sign_off(
                session,
                version.id,
                Verdict.GRANTED,
                sha256=version.sha256,
                by=Actor(person.id, Via.DESK),
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sign, (desk.cast.minh, desk.cast.binh)))
    desk.settle()
    desk.set_aside()
    assert len(published(incident)) == 1


def test_a_late_signature_still_counts_and_is_marked_late(desk: Desk, incident: Incident) -> None:
    to_sign(desk, incident)
    desk.fast_forward(hours(2))
    desk.set_aside()
    assert desk.step(SIGN).state is StepState.OVERDUE
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    assert desk.step(SIGN).late
    assert len(published(incident)) == 1


def test_the_last_signer_asked_is_not_the_author_of_the_reopened_text(
    desk: Desk, incident: Incident
) -> None:
    statement, _ = to_sign(desk, incident)
    desk.do(signing.revise, statement.id, title="Thông báo", text="Sửa.", by=desk.cast.minh)
    assert desk.step(SIGN).assignee_id == desk.cast.binh.id
    desk.set_aside()


def test_a_drafters_submission_is_the_next_version(desk: Desk, incident: Incident) -> None:
    statement, _ = desk.drafted(incident)
    desk.plan(
        incident,
        "draft",
        Role.SECRETARY,
        kind=StepKind.DRAFT,
        form="Draft",
        statement_id=statement.id,
    )
    desk.set_aside()
    desk.answer("draft", by=desk.cast.ha, title="Thông báo số 1", text="Dòng một\r\nDòng hai")
    version = desk.text_of("draft")
    assert (version.number, version.author_id) == (2, desk.cast.ha.id)
    assert version.text == "Dòng một\nDòng hai"
    assert version.sha256 == statements.digest("Thông báo số 1", "Dòng một\nDòng hai")
