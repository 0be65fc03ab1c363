"""From active to closed: every guard is named, and every way out leaves nothing behind."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from incidents.intake import claims, evidence
from incidents.intake.evidence import EvidenceKind
from incidents.intake.signals import Nature
from incidents.matter import taskforces
from incidents.matter.incidents import Finding, Incident, Status
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    GuardFailed,
    Invalid,
    NotFound,
    NotPermitted,
)
from incidents.record.language import Language, speech
from incidents.response.answers import journal, signing
from incidents.response.ending import closing
from incidents.response.learning import looking_back
from incidents.response.life import grading, lifecycle, opening
from incidents.response.staffing import directing
from incidents.response.steps import catalog, runs
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from tests import ending
from tests.cast import filled
from tests.harness import CODE, Desk, hours, minutes

CONCLUDED: dict[str, Any] = {"summary": "Tin sai, đã trả lời.", "library_updated": "true"}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.STANDING_DEPUTY, Role.MONITORING])


def _measured(desk: Desk, incident: Incident, *falling: bool) -> None:
    for number, each in enumerate(falling, start=1):
        key = f"measure {number}"
        desk.plan(incident, key, Role.MONITORING, form="Measurement")
        desk.answer(key, by=desk.cast.khoi, falling=each, interactions=100 // number)
    desk.set_aside()


def _shell(desk: Desk, incident: Incident) -> None:
    slots = filled(desk.time)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)
    desk.set_aside()


def test_stabilising_needs_a_public_word_and_falling_numbers(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    with desk.refused(GuardFailed, "Chưa công bố thông tin ban đầu") as refusal:
        desk.do(lifecycle.stabilise, incident.id, reason="", by=binh)
    assert len(refusal.value.missing) == 2
    _shell(desk, incident)
    _measured(desk, incident, True, False)
    with desk.refused(GuardFailed, "hai lần đo"):
        desk.do(lifecycle.stabilise, incident.id, reason=" ", by=binh)
    desk.plan(incident, "measure 3", Role.MONITORING, form="Measurement")
    desk.answer("measure 3", by=desk.cast.khoi, falling=True)
    desk.plan(incident, "measure 4", Role.MONITORING, form="Measurement")
    desk.answer("measure 4", by=desk.cast.khoi, falling=True)
    desk.set_aside()
    desk.do(lifecycle.stabilise, incident.id, reason="", by=binh)
    assert desk.reload(incident).status is Status.STABILISING
    with desk.refused(AlreadySettled, "trạng thái này"):
        desk.do(lifecycle.stabilise, incident.id, reason="", by=binh)


def test_where_reach_cannot_be_measured_the_lead_writes_a_judgement(
    desk: Desk, incident: Incident
) -> None:
    _shell(desk, incident)
    desk.do(lifecycle.stabilise, incident.id, reason="Dân đã yên tâm", by=desk.cast.binh)
    assert desk.timeline(incident)[-1].text.endswith("Dân đã yên tâm")


def test_a_low_matter_stabilises_without_a_public_word(desk: Desk) -> None:
    low = desk.opened(level=1)
    desk.do(lifecycle.stabilise, low.id, reason="Không lan", by=desk.cast.binh)
    assert desk.reload(low).status is Status.STABILISING


def test_the_whole_way_to_the_end_names_each_missing_condition(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    must = desk.plan(incident, "must", Role.LEAD)
    desk.plan(incident, "may", Role.LEAD, mandatory=False)
    desk.do(claims.state, incident.id, ["Đập vỡ"], nature=Nature.CLAIM, by=cast.khoi)
    with desk.refused(GuardFailed) as refusal:
        desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    assert [words for words, _ in refusal.value.missing] == [
        "Việc %(number)s «%(key)s» chưa xong và chưa được miễn.",
        "Vụ việc chưa ở trạng thái tạm ổn.",
        "Còn nội dung chưa có kết quả xác minh cuối cùng.",
    ]
    with desk.refused(GuardFailed) as refusal:
        desk.do(closing.close, incident.id, by=cast.binh)
    assert [words for words, _ in refusal.value.missing] == [
        "Vụ việc chưa được đánh dấu chờ tổng kết.",
        "Chưa có kết luận vụ việc.",
        "Từ cấp độ 3 phải họp rút kinh nghiệm trước khi kết thúc.",
        "Báo cáo tổng kết chưa được duyệt.",
    ]
    _shell(desk, incident)
    desk.do(claims.verify, incident.id, Finding.FALSE, "Đập an toàn", by=cast.phuc)
    desk.do(directing.waive, must.id, reason="Không cần", by=cast.binh)
    desk.plan(incident, "conclude", Role.LEAD, form="Conclusion")
    desk.answer("conclude", by=cast.binh, **CONCLUDED)
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=cast.binh)
    desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    resolved = desk.reload(incident)
    assert (resolved.status, resolved.resolved_at) == (Status.RESOLVED, desk.time)
    assert desk.step("may").state is StepState.CANCELLED
    with desk.refused(GuardFailed, "họp rút kinh nghiệm"):
        desk.do(closing.close, incident.id, by=cast.binh)
    early = incident.opened_at - minutes(2)
    with desk.refused(Invalid, "trước khi mở vụ việc"):
        desk.do(looking_back.hold, incident.id, outcome="Tốt", held_at=early, by=cast.ha)
    desk.fast_forward(hours(2))
    held_at = desk.time - hours(1)
    with desk.refused(Invalid, "kết luận cuộc họp"):
        desk.do(looking_back.hold, incident.id, outcome=" ", held_at=held_at, by=cast.ha)
    with desk.refused(Invalid, "chưa tới"):
        desk.do(
            looking_back.hold, incident.id, outcome="Tốt", held_at=desk.time + hours(1), by=cast.ha
        )
    desk.do(looking_back.hold, incident.id, outcome="Trả lời sớm hơn", held_at=held_at, by=cast.ha)
    ending.report(desk, incident)
    desk.set_aside()
    desk.do(closing.close, incident.id, by=cast.binh)
    desk.expect_messages("incident_closed", cast.tung, cast.khoi)
    closed = desk.reload(incident)
    assert (closed.status, closed.ended_at) == (Status.CLOSED, desk.time)
    with database.reading() as session:
        force = taskforces.of(session, incident.id)
        assert force
        assert force.dissolved_at == desk.time
        assert [r.state for r in runs.of_incident(session, incident.id)] == [RunState.ENDED]
    with desk.refused(AlreadySettled, "đã kết thúc"):
        desk.do(closing.close, incident.id, by=cast.binh)
    desk.fast_forward(timedelta(days=2))
    desk.expect_nothing()


def test_a_held_playbook_is_named_before_resolving(desk: Desk, incident: Incident) -> None:
    with database.transaction() as session:
        run = runs.of_incident(session, incident.id)[0]
        run.state, run.held_reason = RunState.HELD, "verify"
        session.add(run)
    with desk.refused(GuardFailed, "tạm giữ ở bước «verify»"):
        desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)


def test_a_refusal_names_steps_by_their_titles_in_the_readers_language(
    desk: Desk, incident: Incident
) -> None:
    with database.transaction() as session:
        row = catalog.newest_row(session, CODE)
        row.texts = {
            "vi": {"title": "Tin giả", "steps": {"verify": {"title": "Xác minh"}}},
            "en": {"title": "False rumour", "steps": {"verify": {"title": "Verify"}}},
        }
        session.add(row)
        run = runs.of_incident(session, incident.id)[0]
        run.state, run.held_reason = RunState.HELD, "verify"
        session.add(run)
    desk.plan(incident, "verify", Role.LEAD)
    desk.set_aside()
    with desk.refused(GuardFailed) as refusal:
        desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)
    for language, title in ((Language.VI, "Xác minh"), (Language.EN, "Verify")):
        say = speech(language)
        told = [say.text(words, **values) for words, values in refusal.value.missing]
        assert [title in line for line in told] == [True, False, True]


def test_standing_down_ends_steps_messages_and_run_in_one_commit(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    desk.mail_works = False
    step = desk.plan(incident, "must", Role.LEAD)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(lifecycle.stand_down, incident.id, reason="", by=cast.lan)
    desk.do(lifecycle.stand_down, incident.id, reason="Tin đã gỡ", by=cast.lan)
    desk.mail_works = True
    desk.settle()
    desk.expect_messages("stood_down", cast.binh, cast.tung, cast.khoi)
    assert desk.reload(step).state is StepState.CANCELLED
    assert desk.messages(kind="step_assigned")[0].state.value == "cancelled"
    assert "hủy 1 nhiệm vụ" in desk.timeline(incident)[-1].text
    with desk.refused(Conflict, "Dừng xử lý"):
        desk.do(grading.score, incident.id, {}, by=cast.lan)
    desk.fast_forward(hours(5))
    desk.expect_nothing()


def test_what_was_published_cannot_be_undone(desk: Desk, incident: Incident) -> None:
    _shell(desk, incident)
    with desk.refused(Conflict, "không hủy được"):
        desk.do(opening.undo, incident.id, reason="Nhầm", by=desk.cast.lan)


def test_where_work_was_done_the_opening_was_no_mistake(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, "must", Role.LEAD)
    desk.answer("must", by=desk.cast.binh)
    desk.set_aside()
    with desk.refused(Conflict, "Đã có nhiệm vụ hoàn thành"):
        desk.do(opening.undo, incident.id, reason="Nhầm", by=desk.cast.lan)


def test_notes_and_calls_may_be_back_dated_and_keep_both_times(
    desk: Desk, incident: Incident
) -> None:
    lan, earlier = desk.cast.lan, desk.time - minutes(40)
    desk.do(journal.note, incident.id, "Đã xem hồ", happened_at=earlier, by=lan)
    desk.do(journal.call, incident.id, "Trưởng trạm", "Nước dưới báo động 1", by=lan)
    note, call = desk.timeline(incident, Language.EN)[-2:]
    assert (note.happened_at, note.recorded_at, note.back_dated) == (earlier, desk.time, True)
    assert note.text == "Note: Đã xem hồ"
    assert call.text == "Telephone call with Trưởng trạm: Nước dưới báo động 1"
    assert not call.back_dated
    for verb, args, saying in (
        (journal.note, (" ",), "Ghi nội dung"),
        (journal.note, ("x" * 10_001,), "10.000 ký tự"),
        (journal.call, (" ", "x"), "nói chuyện với ai"),
    ):
        with desk.refused(Invalid, saying):
            desk.do(verb, incident.id, *args, by=lan)  # type: ignore[arg-type]
    with desk.refused(Invalid, "chưa tới"):
        desk.do(journal.note, incident.id, "mai", happened_at=desk.time + minutes(1), by=lan)


def test_a_photo_is_kept_for_the_incident_with_its_time_of_capture(
    desk: Desk, incident: Incident
) -> None:
    taken = desk.time - hours(2)
    kept = desk.do(
        evidence.keep,
        b"anh",
        filename="ho.jpg",
        media_type="image/jpeg",
        kind=EvidenceKind.FILE,
        incident_id=incident.id,
        captured_at=taken,
        by=desk.cast.lan,
    )
    assert (kept.captured_at, kept.recorded_at) == (taken, desk.time)
    with database.reading() as session:
        assert kept.id in {e.id for e in evidence.of_incident(session, incident.id)}


def test_verification_settles_open_claims_and_the_incidents_finding(
    desk: Desk, incident: Incident
) -> None:
    desk.plan(incident, "classify", Role.MONITORING, form="Classification")
    desk.answer(
        "classify",
        by=desk.cast.khoi,
        nature="claim",
        content_type="fabricated",
        subject="disaster",
        claims="Đập vỡ\n\n  Ba người chết ",
    )
    desk.plan(incident, "verify", Role.LEAD, form="Verification")
    desk.answer("verify", by=desk.cast.binh, finding="partly_false", explanation="…", source="SNN")
    desk.set_aside()
    with database.reading() as session:
        found = claims.of_incident(session, incident.id)
    assert [(c.text, c.finding) for c in found] == [
        ("Đập vỡ", Finding.PARTLY_FALSE),
        ("Ba người chết", Finding.PARTLY_FALSE),
    ]
    assert desk.reload(incident).finding is Finding.PARTLY_FALSE


def test_a_claim_stated_after_the_verification_is_settled_by_itself(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    (late,) = desk.do(
        claims.state, incident.id, ["Ba người chết"], nature=Nature.CLAIM, by=cast.khoi
    )
    with desk.refused(NotPermitted, "Người báo tin"):
        desk.do(claims.settle, late.id, Finding.FALSE, "Không có ai", by=cast.khoi)
    with desk.refused(Invalid, "căn cứ"):
        desk.do(claims.settle, late.id, Finding.FALSE, " ", by=cast.phuc)
    with desk.refused(Invalid, "Chọn một kết quả"):
        desk.do(claims.settle, late.id, Finding.PENDING, "…", by=cast.phuc)
    with desk.refused(NotFound, "nội dung này"):
        desk.do(claims.settle, UUID(int=1), Finding.FALSE, "…", by=cast.phuc)

    desk.do(claims.settle, late.id, Finding.FALSE, "Không có ai bị nạn", by=cast.phuc)

    with database.reading() as session:
        (claim,) = claims.of_incident(session, incident.id)
    assert (claim.finding, claim.verified_by) == (Finding.FALSE, cast.phuc.id)
    assert "«Ba người chết»: sai. Không có ai bị nạn" in desk.timeline(incident)[-1].text


def test_an_unknown_incident_is_not_found(desk: Desk) -> None:
    from incidents.record.errors import NotFound

    with desk.refused(NotFound, "vụ việc này"):
        desk.do(lifecycle.stand_down, UUID(int=1), reason="x", by=desk.cast.lan)


def test_what_has_ended_is_neither_waived_nor_staffed_anew(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    late = desk.plan(incident, "look", Role.MONITORING, due=hours(1), mandatory=False)
    desk.fast_forward(hours(3))
    assert desk.reload(late).state is StepState.OVERDUE
    desk.do(lifecycle.stand_down, incident.id, reason="Không còn gì", by=cast.binh)
    desk.set_aside()
    with desk.refused(Conflict, "Dừng xử lý"):
        desk.do(directing.waive, late.id, reason="Thôi", by=cast.binh)
    seat = {"outgoing": cast.khoi.id, "incoming": cast.yen.id, "reason": "Đổi người"}
    with desk.refused(Conflict, "Dừng xử lý"):
        desk.do(directing.replace_member, incident.id, Role.MONITORING, by=cast.binh, **seat)
