"""Four eyes on one exact text: who may sign what, what voids it, and what is released."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlmodel import select

from incidents.intake import evidence
from incidents.intake.evidence import EvidenceKind
from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.actors import Actor, Via
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.outbox import Channel
from incidents.response import answering, directing, grading, lifecycle, signing, telephone
from incidents.response.steps import Step, StepKind, StepState
from incidents.words import approvals, publications, shells, statements
from incidents.words.approvals import Approval, Verdict
from incidents.words.publications import Publication
from incidents.words.shells import Shell
from incidents.words.statements import Statement, StatementKind, StatementVersion
from tests import cast as the_cast
from tests.harness import Desk, hours, minutes

SIGN = "release the holding statement"
ALL = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL]
FILLED = {"time": "02 giờ 30", "place": "phường Tân Hưng", "next": "04 giờ"}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ALL)


def _to_sign(
    desk: Desk,
    incident: Incident,
    kind: StatementKind = StatementKind.HOLDING,
    *roles: Role,
    by: str = "ha",
) -> tuple[Statement, StatementVersion]:
    statement, version = desk.drafted(incident, kind, by=getattr(desk.cast, by))
    for role in roles or (Role.SPOKESPERSON,):
        desk.plan(
            incident,
            SIGN if role is Role.SPOKESPERSON else f"{SIGN} ({role.value})",
            role,
            kind=StepKind.APPROVE,
            form="SignOff",
            statement_id=statement.id,
            release_to=(Channel.PUBLIC_PAGE,),
        )
    desk.set_aside()
    return statement, version


def _checked(
    desk: Desk, incident: Incident, statement: Statement, verdict: str = "granted"
) -> None:
    desk.plan(
        incident,
        "check",
        Role.LEGAL,
        kind=StepKind.CHECK,
        form="LegalCheck",
        statement_id=statement.id,
    )
    desk.answer("check", by=desk.cast.dung, verdict=verdict)
    desk.set_aside()


def _published(incident: Incident) -> list[Publication]:
    with database.reading() as session:
        return publications.of_incident(session, incident.id)


def test_the_spokesperson_signs_and_that_signature_releases_the_holding_statement(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _, version = _to_sign(desk, incident)
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
        "StepDone",
        "StatementReleased",
        "StatementPublished",
    ]
    with desk.refused(AlreadySettled, "đã cho ý kiến"):
        desk.sign(SIGN, by=cast.minh)
    with desk.refused(AlreadySettled, "đã có người duyệt"):
        desk.sign(SIGN, by=cast.binh)


def test_the_author_never_signs_whatever_post_they_hold(desk: Desk, incident: Incident) -> None:
    _to_sign(desk, incident, by="minh")
    with desk.refused(NotPermitted, "do chính mình soạn"):
        desk.sign(SIGN, by=desk.cast.minh)
    # The step was given to the next who may sign, not to its author.
    assert desk.step(SIGN).assignee_id == desk.cast.binh.id
    desk.sign(SIGN, by=desk.cast.binh)
    desk.set_aside()
    assert len(_published(incident)) == 1


def test_a_deputy_gets_no_signature_without_a_paper_and_signs_with_one(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _to_sign(desk, incident)
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
    _to_sign(desk, incident)
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
    assert len(_published(incident)) == 1


def test_signing_is_not_done_by_completing_the_step(desk: Desk, incident: Incident) -> None:
    _to_sign(desk, incident)
    with desk.refused(Conflict, "sau khi đăng nhập"):
        desk.answer(SIGN, by=desk.cast.minh, verdict="granted")


def test_another_hash_than_the_one_on_the_page_is_refused(desk: Desk, incident: Incident) -> None:
    statement, version = _to_sign(desk, incident)
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
    statement, first = _to_sign(
        desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD
    )
    _checked(desk, incident, statement)
    desk.sign(SIGN, by=cast.minh)
    desk.expect_nothing()
    with desk.refused(Invalid, "chưa thay đổi"):
        desk.do(signing.revise, statement.id, title=" Thông báo", text=first.text, by=cast.ha)
    desk.do(signing.revise, statement.id, title="Thông báo", text="Bản khác hẳn.", by=cast.ha)
    desk.expect_messages("step_reopened", cast.minh, cast.dung, cast.binh)
    assert _published(incident) == []
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
    statement, _ = _to_sign(desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD)
    with desk.refused(Conflict, "kiểm tra pháp lý trước"):
        desk.sign(SIGN, by=cast.minh)
    _checked(desk, incident, statement)
    desk.sign(SIGN, by=cast.minh)
    assert _published(incident) == []
    desk.sign(f"{SIGN} (lead)", by=cast.binh)
    desk.set_aside()
    desk.expect_published(StatementKind.REFUTATION)


def test_one_person_on_two_lines_signs_once(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    statement, _ = _to_sign(desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD)
    _checked(desk, incident, statement)
    desk.sign(SIGN, by=cast.binh)
    with desk.refused(AlreadySettled, "đã cho ý kiến"):
        desk.sign(SIGN, by=cast.binh)
    assert _published(incident) == []
    # Bình signed on his own line, so the spokesperson's is still waiting.
    assert desk.step(SIGN).state is StepState.OPEN
    assert desk.step(f"{SIGN} (lead)").state is StepState.DONE


def test_a_legal_no_holds_a_refutation_and_never_a_holding_statement(
    desk: Desk, incident: Incident
) -> None:
    statement, _ = _to_sign(desk, incident, StatementKind.HOLDING)
    _checked(desk, incident, statement, "refused")
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    desk.expect_published(StatementKind.HOLDING)


def test_a_refused_signature_publishes_nothing(desk: Desk, incident: Incident) -> None:
    _to_sign(desk, incident)
    desk.sign(SIGN, by=desk.cast.minh, verdict=Verdict.REFUSED, comment="Thiếu giờ cập nhật")
    assert _published(incident) == []
    assert desk.step(SIGN).state is StepState.DONE
    assert desk.step(SIGN).answer == {"verdict": "refused", "comment": "Thiếu giờ cập nhật"}
    assert any("Thiếu giờ cập nhật" in line.text for line in desk.timeline(incident))


@pytest.mark.parametrize("people", [("minh", "binh"), ("minh", "minh")])
def test_two_signatures_at_the_same_moment_release_once(
    desk: Desk, incident: Incident, people: tuple[str, str]
) -> None:
    _, version = _to_sign(desk, incident)
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
    assert len(_published(incident)) == 1
    assert desk.facts(incident).count("SignedOff") == 1


def test_both_of_two_needed_signatures_at_the_same_moment_release_once(
    desk: Desk, incident: Incident
) -> None:
    statement, version = _to_sign(
        desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD
    )
    _checked(desk, incident, statement)
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
    assert len(_published(incident)) == 1


def test_a_late_signature_still_counts_and_is_marked_late(desk: Desk, incident: Incident) -> None:
    _to_sign(desk, incident)
    desk.fast_forward(hours(2))
    desk.set_aside()
    assert desk.step(SIGN).state is StepState.OVERDUE
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    assert desk.step(SIGN).late
    assert len(_published(incident)) == 1


def test_the_last_signer_asked_is_not_the_author_of_the_reopened_text(
    desk: Desk, incident: Incident
) -> None:
    statement, _ = _to_sign(desk, incident)
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


# --- by telephone -----------------------------------------------------------------------------


def _by_telephone(desk: Desk, version: StatementVersion, **changed: object) -> Approval:
    cast = desk.cast
    values: dict[str, object] = {
        "approver_id": cast.minh.id,
        "witness_id": cast.long.id,
        "number_called": cast.minh.telephone,
        "read_back": version.code.lower(),
        "by": cast.lan,
    }
    values |= changed
    return desk.do(telephone.approve, version.id, Verdict.GRANTED, **values)  # type: ignore[arg-type]


def test_an_approver_without_a_device_signs_through_the_duty_officer(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _, version = _to_sign(desk, incident)
    with desk.refused(Invalid, "số trong danh bạ"):
        _by_telephone(desk, version, number_called="0900 999 999")
    with desk.refused(Invalid, "đọc lại không khớp"):
        _by_telephone(desk, version, read_back="ABCDEF")
    for same in (cast.lan.id, cast.minh.id):
        with desk.refused(Invalid, "phải khác nhau"):
            _by_telephone(desk, version, witness_id=same)
    with desk.refused(NotFound, "người này"):
        _by_telephone(desk, version, witness_id=UUID(int=1))
    approval = _by_telephone(desk, version)
    desk.expect_message(to=cast.minh, kind="confirm_telephone")
    desk.set_aside()
    desk.expect_published(StatementKind.HOLDING)
    assert approval.confirm_by == desk.time + hours(24)
    assert (approval.recorded_by, approval.person_id) == (cast.lan.id, cast.minh.id)
    with database.reading() as session:
        assert [a.id for a in approvals.unconfirmed(session)] == [approval.id]
    with desk.refused(NotPermitted, "Chỉ người đã duyệt"):
        desk.do(telephone.confirm, approval.id, by=cast.binh)
    desk.do(telephone.confirm, approval.id, by=cast.minh)
    with desk.refused(AlreadySettled, "Đã xác nhận"):
        desk.do(telephone.confirm, approval.id, by=cast.minh)
    with desk.refused(NotFound, "lần duyệt qua điện thoại"):
        desk.do(telephone.confirm, UUID(int=1), by=cast.minh)
    with database.reading() as session:
        assert approvals.unconfirmed(session) == []


def test_a_scan_of_the_handwriting_confirms_as_well_if_it_is_of_this_incident(
    desk: Desk, incident: Incident
) -> None:
    _, version = _to_sign(desk, incident)
    approval = _by_telephone(desk, version)
    other = desk.open(exercise=True)

    def scan(of: Incident) -> evidence.Evidence:
        return desk.do(
            evidence.keep,
            b"but phe",
            filename="but-phe.png",
            media_type="image/png",
            kind=EvidenceKind.FILE,
            incident_id=of.id,
            by=desk.cast.lan,
        )

    wrong, right = scan(other), scan(incident)
    desk.set_aside()
    with desk.refused(Invalid, "phải thuộc vụ việc này"):
        desk.do(telephone.confirm, approval.id, scan=wrong, by=desk.cast.lan)
    desk.do(telephone.confirm, approval.id, scan=right, by=desk.cast.lan)
    assert right.sha256 in desk.timeline(incident)[-1].text


def test_a_text_changed_after_an_approval_by_telephone_goes_back_to_the_approver(
    desk: Desk, incident: Incident
) -> None:
    statement, version = _to_sign(desk, incident)
    _by_telephone(desk, version)
    answered = desk.step(SIGN)
    assert (answered.assignee_id, answered.settled_by) == (desk.cast.minh.id, desk.cast.lan.id)
    desk.set_aside()
    desk.do(signing.revise, statement.id, title="Thông báo", text="Sửa.", by=desk.cast.ha)
    assert desk.step(SIGN).assignee_id == desk.cast.minh.id
    desk.expect_messages("step_reopened", desk.cast.minh)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()


def test_a_signature_is_asked_for_again_only_of_whoever_may_give_it(
    desk: Desk, incident: Incident
) -> None:
    statement, version = _to_sign(desk, incident)
    _by_telephone(desk, version)
    desk.set_aside()
    with database.transaction() as session:
        step = session.get_one(Step, desk.step(SIGN).id)
        step.assignee_id, step.holder_ids = desk.cast.lan.id, []
        session.add(step)
    desk.do(signing.revise, statement.id, title="Thông báo", text="Sửa.", by=desk.cast.ha)
    assert desk.step(SIGN).assignee_id == desk.cast.minh.id
    desk.set_aside()


def test_the_author_does_not_call_for_their_own_text(desk: Desk, incident: Incident) -> None:
    _, version = _to_sign(desk, incident, by="lan")
    with desk.refused(NotPermitted, "bản của chính mình"):
        _by_telephone(desk, version)


def test_a_deputy_without_a_paper_signs_by_telephone_as_little(
    desk: Desk, incident: Incident
) -> None:
    _, version = _to_sign(desk, incident)
    thao = desk.cast.thao
    with desk.refused(NotPermitted, "giấy ủy quyền"):
        _by_telephone(desk, version, approver_id=thao.id, number_called=thao.telephone)


# --- shells -----------------------------------------------------------------------------------


def test_at_level_3_the_duty_officer_releases_a_shell_and_those_above_are_told(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    desk.do(signing.release_shell, incident.id, "ban-dau", FILLED, by=cast.lan)
    desk.expect_published(StatementKind.HOLDING, "phường Tân Hưng. Nội dung đang xác minh")
    desk.expect_message(to=cast.minh, kind="statement_released")
    desk.set_aside()
    assert "77/QĐ-VP" in " ".join(line.text for line in desk.timeline(incident))
    with desk.refused(AlreadySettled, "đã được phát"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=cast.lan)


def test_a_shell_released_in_an_exercise_says_so_in_its_own_words(desk: Desk) -> None:
    drill = desk.open(level=3, exercise=True, title="Diễn tập vỡ đập")
    desk.do(signing.release_shell, drill.id, "BAN-DAU", FILLED, by=desk.cast.lan)
    with database.reading() as session:
        ((_, version),) = statements.of_incident(session, drill.id)
    assert version.title.startswith("[DIỄN TẬP] ")
    assert version.text.startswith("DIỄN TẬP – không phải sự việc thật\n\n")
    desk.set_aside()


def test_at_level_2_no_shell_is_on_offer(desk: Desk) -> None:
    incident = desk.opened(level=2)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=desk.cast.lan)


def test_a_shell_past_its_day_is_not_on_offer(desk: Desk, incident: Incident) -> None:
    with database.transaction() as session:
        shell = session.exec(select(Shell)).one()
        shell.valid_to = desk.time.date() - timedelta(days=1)
        session.add(shell)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=desk.cast.lan)


@pytest.mark.parametrize(
    ("values", "saying"),
    [
        ({"place": ""}, "Ô này phải điền."),
        ({"place": "x" * 61}, "Tối đa 60 ký tự, trên một dòng."),
        ({"place": "hai\ndòng"}, "trên một dòng"),
        ({"more": "không có"}, "Mẫu không có ô này."),
    ],
)
def test_the_slots_of_a_shell_are_bounded(
    desk: Desk, incident: Incident, values: dict[str, str], saying: str
) -> None:
    with desk.refused(Invalid, saying):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED | values, by=desk.cast.lan)


def test_what_a_slot_says_is_never_read_as_a_slot() -> None:
    frame = "Tại {place} lúc {time}"
    shell = Shell(
        code="X",
        title="T",
        frame=frame,
        frame_sha256=statements.digest("T", frame),
        slots={"place": {"limit": 20}, "time": {"limit": 20}},
        decision="1",
        decided_on=the_cast.date(2026, 1, 1),
        approved_by=UUID(int=1),
    )
    assert shells.fill(shell, {"place": "{time}", "time": "3 giờ"}) == "Tại {time} lúc 3 giờ"


def test_an_altered_frame_is_refused(desk: Desk, incident: Incident) -> None:
    with database.transaction() as session:
        shell = session.exec(select(Shell)).one()
        shell.frame += " Mọi tin khác đều sai."
        session.add(shell)
    with desk.refused(Invalid, "không còn khớp"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=desk.cast.lan)


# --- publishing and withdrawing ---------------------------------------------------------------


def _release(
    desk: Desk, statement: Statement, version: StatementVersion, sha256: str
) -> Publication:
    return desk.do(
        publications.release,
        statement,
        version,
        Channel.PUBLIC_PAGE,
        sha256=sha256,
        by=desk.cast.minh,
    )


def test_only_the_approved_hash_is_ever_published(desk: Desk, incident: Incident) -> None:
    statement, version = _to_sign(desk, incident)
    with desk.refused(Conflict, "chưa đủ chữ duyệt"):
        _release(desk, statement, version, version.sha256)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    with desk.refused(Conflict, "thay đổi kể từ khi được duyệt"):
        _release(desk, statement, version, "f" * 64)
    slipped = version.model_copy(update={"text": "Lời khác"})
    with desk.refused(Conflict, "không khớp mã băm"):
        _release(desk, statement, slipped, version.sha256)
    assert _release(desk, statement, version, version.sha256).id == _published(incident)[0].id


def test_a_raised_level_may_ask_for_more_signatures_before_it_is_released(
    desk: Desk, incident: Incident
) -> None:
    statement, _ = _to_sign(desk, incident, StatementKind.REFUTATION, Role.SPOKESPERSON, Role.LEAD)
    _checked(desk, incident, statement)
    desk.do(grading.override, incident.id, 4, reason="Lan rộng", by=desk.cast.binh)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.sign(f"{SIGN} (lead)", by=desk.cast.binh)
    desk.set_aside()
    assert _published(incident) == []


def test_withdrawing_needs_a_reason_and_happens_once(desk: Desk, incident: Incident) -> None:
    _to_sign(desk, incident)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.set_aside()
    (publication,) = _published(incident)
    with desk.refused(Invalid, "lý do rút"):
        desk.do(publications.withdraw, publication.id, reason="", by=desk.cast.binh)
    desk.do(publications.withdraw, publication.id, reason="Sai tên phường", by=desk.cast.binh)
    assert _published(incident)[0].withdrawn_reason == "Sai tên phường"
    assert {m.values["purpose"] for m in desk.messages(kind="publication")} == {
        "release",
        "withdraw",
    }
    with desk.refused(AlreadySettled, "đã được rút"):
        desk.do(publications.withdraw, publication.id, reason="lần nữa", by=desk.cast.binh)
    with desk.refused(NotFound, "nội dung đã đăng"):
        desk.do(publications.withdraw, UUID(int=1), reason="x", by=desk.cast.binh)


def test_a_statement_needs_words_and_not_too_many(desk: Desk, incident: Incident) -> None:
    statement, _ = desk.drafted(incident)
    with desk.refused(Invalid, "tiêu đề và nội dung"):
        desk.do(signing.revise, statement.id, title=" ", text="x", by=desk.cast.ha)
    with desk.refused(Invalid, "quá 20.000 ký tự"):
        desk.do(signing.revise, statement.id, title="T", text="x" * 20_001, by=desk.cast.ha)
    with desk.refused(NotFound, "văn bản phát ngôn"):
        desk.do(signing.revise, UUID(int=1), title="T", text="x", by=desk.cast.ha)


def test_after_the_end_nothing_is_signed_or_edited(desk: Desk, incident: Incident) -> None:
    statement, _ = _to_sign(desk, incident)
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=desk.cast.lan)
    desk.set_aside()
    with desk.refused(Conflict, "không nhận chữ duyệt"):
        desk.sign(SIGN, by=desk.cast.minh)
    with desk.refused(Conflict, "không sửa được"):
        desk.do(signing.revise, statement.id, title="T", text="x", by=desk.cast.ha)
    with desk.refused(Conflict, "đang được xử lý"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=desk.cast.lan)


def test_a_legal_check_is_about_a_statement(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, "loose", Role.LEGAL, kind=StepKind.CHECK, form="LegalCheck")
    desk.set_aside()
    with desk.refused(Conflict, "không gắn với văn bản"):
        desk.answer("loose", by=desk.cast.dung, verdict="granted")
    assert (
        answering.in_words(signing.SignOff(verdict=Verdict.GRANTED, comment=""))
        == "Kết luận: đồng ý"
    )


def test_what_is_posted_by_hand_is_what_was_released_and_nothing_written_since(
    desk: Desk, incident: Incident
) -> None:
    statement, version = _to_sign(desk, incident)
    desk.sign(SIGN, by=desk.cast.minh)
    desk.expect_published(StatementKind.HOLDING)
    desk.do(signing.revise, statement.id, title="Khác", text="Khác hẳn.", by=desk.cast.ha)
    desk.plan(
        incident,
        "post it",
        Role.PUBLISHER,
        kind=StepKind.PUBLISH,
        form="Posted",
        statement_id=statement.id,
    )
    with database.reading() as session:
        current = statements.get(session, statement.id)
        assert statements.current(session, current).number == 2
        assert publications.to_post(session, current).id == version.id
    with desk.refused(Invalid):
        desk.answer("post it", by=desk.cast.mai, channels="Zalo 13:50", unchanged=False)
    desk.answer("post it", by=desk.cast.mai, channels="Zalo 13:50", unchanged=True)
    desk.set_aside()
