"""Nothing is called calm, done or over before it is: what each way to the end still asks for."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.intake import evidence
from incidents.intake.evidence import EvidenceKind
from incidents.matter import calendar, incidents
from incidents.matter.calendar import DayKind
from incidents.matter.clock_rules import FIRST_INFORMATION
from incidents.matter.incidents import Incident, Status
from incidents.people.authorisations import Authorisation
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.errors import AlreadySettled, Conflict, GuardFailed, Invalid, NotPermitted
from incidents.record.language import Language
from incidents.response.answers import journal, signing
from incidents.response.clocks import clock_endings, clocks
from incidents.response.clocks.clocks import ClockState
from incidents.response.ending import closing, closing_reports
from incidents.response.ending.closing_words import Remarks
from incidents.response.learning import looking_back
from incidents.response.life import lifecycle
from incidents.response.staffing import directing
from incidents.response.steps import added_steps, catalog, runs
from incidents.response.steps.runs import Where
from incidents.words import publications
from tests import cast as people
from tests import ending
from tests.cast import filled
from tests.harness import CODE, Desk, hours, minutes, read

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY, Role.MONITORING]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    found = desk.opened(level=3, roles=ROLES)
    slots = filled(desk.time)
    desk.do(signing.release_shell, found.id, "BAN-DAU", slots, by=desk.cast.lan)
    desk.set_aside()
    return desk.reload(found)


def calm(desk: Desk, incident: Incident) -> None:
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=desk.cast.binh)


def resolved(desk: Desk, incident: Incident) -> Incident:
    """Concluded, calm and resolved; only meeting and report are left."""
    desk.plan(incident, "conclude", Role.LEAD, form="Conclusion")
    said: dict[str, Any] = {"summary": "Tin sai, đã trả lời.", "library_updated": "true"}
    desk.answer("conclude", by=desk.cast.binh, lessons="Gọi xã sớm hơn", **said)
    calm(desk, incident)
    desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)
    desk.set_aside()
    return desk.reload(incident)


def graded(desk: Desk, incident: Incident, level: int) -> Incident:
    with database.transaction() as session:
        locked = incidents.get(session, incident.id, lock=True)
        locked.level = level
        session.add(locked)
    return desk.reload(incident)


# --- stabilising ---------------------------------------------------------------------------------


def test_while_work_on_the_safety_of_people_is_open_nothing_is_stabilising(
    desk: Desk, incident: Incident
) -> None:
    step = desk.plan(incident, "warn", Role.LEAD, life_safety=True, mandatory=False)
    with desk.refused(GuardFailed, "Việc 1 «warn» liên quan an toàn tính mạng"):
        calm(desk, incident)
    desk.fast_forward(hours(6))  # overdue is not done either
    with desk.refused(GuardFailed, "an toàn tính mạng"):
        calm(desk, incident)
    with desk.refused(GuardFailed, "an toàn tính mạng"):
        desk.do(lifecycle.stand_down, incident.id, reason="Tin giả", by=desk.cast.lan)
    desk.do(directing.waive, step.id, reason="Đập khô", by=desk.cast.binh)
    desk.set_aside()
    calm(desk, incident)
    assert desk.reload(incident).status is Status.STABILISING


def test_work_added_by_hand_may_concern_the_safety_of_people(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = desk.do(
        added_steps.add,
        incident.id,
        title="Sơ tán bến đò",
        due_at=desk.time + hours(1),
        role=Role.LEAD,
        mandatory=False,
        by=cast.ha,
    )
    desk.do(added_steps.saves_lives, step, by=cast.ha)
    desk.set_aside()
    assert desk.reload(step).mandatory
    told = desk.timeline(incident, Language.EN)[-1].text
    assert "concerns the safety of people" in told
    with desk.refused(GuardFailed, "«Sơ tán bến đò»"):
        calm(desk, incident)


def test_words_that_are_not_on_the_page_yet_or_were_withdrawn_calm_nobody(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=ROLES)
    slots = filled(desk.time)
    desk.mail_works = False  # nor is the page written
    released = desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)
    with desk.refused(GuardFailed, "chưa lên trang công bố"):
        calm(desk, incident)
    desk.mail_works = True
    desk.settle()
    desk.do(publications.withdraw, released.id, reason="Sai giờ", by=desk.cast.minh)
    desk.set_aside()
    with desk.refused(GuardFailed, "Chưa công bố thông tin ban đầu"):
        calm(desk, incident)


# --- resolving -----------------------------------------------------------------------------------


def test_a_term_nobody_decided_on_is_named_and_started_or_dismissed(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    term = desk.do(clocks.propose, incident.id, FIRST_INFORMATION, by=cast.lan)
    calm(desk, incident)
    with desk.refused(GuardFailed, "Thời hạn luật định số 1") as refusal:
        desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    assert len(refusal.value.missing) == 1
    desk.do(clock_endings.dismiss, term.id, reason="Chỉ là tin đồn", by=cast.binh)
    desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    assert desk.reload(term).state is ClockState.NOT_APPLICABLE
    assert desk.reload(incident).status is Status.RESOLVED


def test_counts_the_playbook_asks_for_are_waited_for_or_let_go_aloud(
    desk: Desk, incident: Incident
) -> None:
    """One is asked for and one whose hour has not come: the run waits for both."""
    binh = desk.cast.binh
    with database.transaction() as session:
        row = catalog.newest_row(session, CODE)
        row.outline = {
            "steps": [
                {"key": "measure later", "form": "Measurement"},
                {"key": "tell", "form": "Done"},
            ]
        }
        later = {"title": "Đo sau 48 giờ"}
        row.texts = {
            **row.texts,
            "vi": {"title": "Tin giả", "steps": {"measure later": later}},
        }
        session.add(row)
    desk.plan(incident, "measure now", Role.MONITORING, form="Measurement", mandatory=False)
    desk.set_aside()
    calm(desk, incident)
    with database.transaction() as session:
        run = runs.of_incident(session, incident.id)[0]
        runs.want(session, run.id)
        session.expire_all()
        held = runs.claim(session, run.id, Where.PLAIN)
        assert held
        runs.settle(session, held, outcome="waiting", waiting_for="tell, measure later")
    with desk.refused(GuardFailed, "«Đo sau 48 giờ»") as refusal:
        desk.do(lifecycle.resolve, incident.id, by=binh)
    assert len(refusal.value.missing) == 2
    desk.do(lifecycle.resolve, incident.id, uncounted="Bài đã gỡ", by=binh)
    said = [line.text for line in desk.timeline(incident) if line.fact == "CountSkipped"]
    assert said == [
        "Không chờ «measure now». Lý do: Bài đã gỡ",
        "Không chờ «Đo sau 48 giờ». Lý do: Bài đã gỡ",
    ]


# --- the report ----------------------------------------------------------------------------------


def test_the_report_is_drawn_from_the_record_and_approved_by_another_person(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    with desk.refused(Conflict, "Tổ công tác đang xử lý"):
        desk.do(closing_reports.submit, incident.id, Remarks(), by=cast.binh)
    resolved(desk, incident)
    with desk.refused(Invalid, "10.000 ký tự"):
        desk.do(closing_reports.submit, incident.id, Remarks("x" * 10_001), by=cast.ha)
    remarks = Remarks("Nói sớm", "Bổ sung danh bạ")
    report = desk.do(closing_reports.submit, incident.id, remarks, by=cast.ha)
    for words in ("lần trình 1", "Tin sai, đã trả lời.", "Gọi xã sớm hơn", "Bổ sung danh bạ"):
        assert words in report.text
    assert "CLOSING REPORT (version 1)" in report.text_en
    # Bình leads; Tùng holds his paper.
    asked = desk.expect_message(to=cast.binh, kind="closing_report_waits")
    assert "Phạm Thu Hà trình" in read(asked)
    desk.expect_messages("closing_report_waits", cast.tung)

    with desk.refused(NotPermitted, "không tự duyệt"):
        desk.do(closing_reports.approve, report.id, sha256=report.sha256, by=cast.ha)
    with desk.refused(NotPermitted, "Ở cấp độ 3, Tổ trưởng"):
        desk.do(closing_reports.approve, report.id, sha256=report.sha256, by=cast.lan)
    with desk.refused(Conflict, "đã đọc"):
        desk.do(closing_reports.approve, report.id, sha256="0" * 64, by=cast.binh)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(closing_reports.return_, report.id, reason=" ", by=cast.binh)
    desk.do(closing_reports.return_, report.id, reason="Thiếu số liệu", by=cast.binh)
    back = desk.expect_message(to=cast.ha, kind="closing_report_returned")
    assert "Thiếu số liệu" in read(back)
    with desk.refused(AlreadySettled, "đã có ý kiến"):
        desk.do(closing_reports.approve, report.id, sha256=report.sha256, by=cast.binh)

    again = desk.do(closing_reports.submit, incident.id, remarks, by=cast.ha)
    with desk.refused(Conflict, "mới hơn"):
        desk.do(closing_reports.approve, report.id, sha256=report.sha256, by=cast.binh)
    desk.do(closing_reports.approve, again.id, sha256=again.sha256, by=cast.binh)
    desk.expect_message(to=cast.ha, kind="closing_report_approved")
    with desk.refused(AlreadySettled, "đã được duyệt"):
        desk.do(closing_reports.submit, incident.id, remarks, by=cast.ha)
    desk.set_aside()
    assert desk.facts(incident)[-4:] == [
        "ClosingReportSubmitted",
        "ClosingReportReturned",
        "ClosingReportSubmitted",
        "ClosingReportApproved",
    ]
    with database.reading() as session:
        given = closing_reports.verdict(session, again.id)
    assert given
    assert (given.given_by, given.sha256, given.given_at) == (
        cast.binh.id,
        again.sha256,
        desk.time,
    )


def test_a_report_of_before_a_reopening_closes_nothing(desk: Desk, incident: Incident) -> None:
    from incidents.response.life import resuming

    binh = desk.cast.binh
    resolved(desk, incident)
    ending.close(desk, incident)
    desk.do(resuming.reopen, incident.id, playbook=CODE, reason="Tin lan lại", by=binh)
    desk.fast_forward(minutes(5))
    calm(desk, incident)
    desk.do(lifecycle.resolve, incident.id, by=binh)
    desk.set_aside()
    assert desk.reload(incident).look_back_at, "what was taken up again is looked back on again"
    with desk.refused(GuardFailed, "Báo cáo tổng kết chưa được duyệt"):
        desk.do(closing.close, incident.id, by=binh)


# --- who closes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "who", "refused"),
    [
        (1, "tung", "lan"),
        (2, "tung", "ha"),
        (3, "binh", "ha"),
        (3, "tung", "minh"),  # by Bình's paper
        (4, "chuong", "binh"),
    ],
)
def test_who_closes_is_who_approves_at_the_level(
    desk: Desk, incident: Incident, level: int, who: str, refused: str
) -> None:
    resolved(desk, incident)
    graded(desk, incident, level)
    may, may_not = getattr(desk.cast, who), getattr(desk.cast, refused)
    desk.do(looking_back.hold, incident.id, outcome="Tốt", held_at=desk.time, by=may)
    ending.report(desk, incident, by=may)
    desk.set_aside()
    with desk.refused(GuardFailed, f"Ở cấp độ {level}"):
        desk.do(closing.close, incident.id, by=may_not)
    assert desk.do(closing.close, incident.id, by=may).status is Status.CLOSED
    desk.set_aside()


def test_a_paper_of_the_chair_closes_a_crisis(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    resolved(desk, incident)
    graded(desk, incident, 4)
    with database.transaction() as session:
        session.add(paper_of(desk))
    assert ending.close(desk, incident, by=cast.binh).status is Status.CLOSED
    desk.set_aside()


def paper_of(desk: Desk) -> Authorisation:
    return people.paper(desk.cast.chuong, desk.cast.binh, Role.CHAIR, desk.time)


# --- the meeting ---------------------------------------------------------------------------------


def test_a_meeting_after_its_ten_working_days_says_why(desk: Desk, incident: Incident) -> None:
    binh = desk.cast.binh
    found = resolved(desk, incident)
    with database.reading() as session:
        until = looking_back.until(session, found)
    # Monday 23/11/2026; the 24th is a day off: ten working days later it is Tuesday 8 December.
    assert until
    assert (until.day, until.month) == (8, 12)
    desk.fast_forward(timedelta(days=14))
    desk.expect_nothing()
    desk.fast_forward(hours(6))  # the morning of the day before: that day and Tuesday are left
    reminded = desk.expect_message(to=binh, kind="review_meeting_due")
    assert "Còn hai ngày làm việc" in read(reminded)
    desk.expect_messages("review_meeting_due", desk.cast.ha)
    desk.fast_forward(timedelta(days=10))
    for each in (binh, desk.cast.ha, desk.cast.tung):
        over = desk.expect_message(to=each, kind="review_meeting_due", containing="Quá hạn")
        assert over.created_at.date().isoformat() == "2026-12-09"
    desk.expect_nothing()
    assert desk.facts(incident)[-2:] == ["ReviewMeetingReminded", "ReviewMeetingOverdue"]
    with desk.refused(Invalid, "ghi lý do họp muộn"):
        desk.do(looking_back.hold, incident.id, outcome="Tốt", held_at=desk.time, by=binh)
    desk.do(
        looking_back.hold,
        incident.id,
        outcome="Tốt",
        held_at=desk.time,
        late_because="Bão số 9",
        by=binh,
    )
    assert "vì: Bão số 9. Tốt" in desk.timeline(incident)[-1].text
    ending.report(desk, incident)
    assert desk.do(closing.close, incident.id, by=binh).status is Status.CLOSED
    desk.set_aside()


def test_whoever_met_is_not_reminded_and_a_swapped_day_moves_the_reminder(
    desk: Desk, incident: Incident
) -> None:
    off, binh = clock.now().date() + timedelta(days=10), desk.cast.binh
    resolved(desk, incident)
    paper: Any = {"reason": "Bù ngày lễ", "decision": "12/TB-UBND"}
    desk.do(calendar.swap, off, DayKind.OFF, **paper, by=desk.cast.an)
    desk.fast_forward(timedelta(days=15))
    desk.expect_nothing()
    desk.fast_forward(timedelta(days=1))  # Tuesday 8 December instead of the Monday
    desk.expect_messages("review_meeting_due", binh, desk.cast.ha)
    desk.do(looking_back.hold, incident.id, outcome="Tốt", held_at=desk.time, by=binh)
    desk.fast_forward(timedelta(days=10))
    desk.expect_nothing()
    assert desk.facts(incident)[-2:] == ["ReviewMeetingReminded", "ReviewHeld"]


def test_nothing_more_is_written_into_a_record_that_is_frozen(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    file: dict[str, Any] = {"filename": "a.txt", "media_type": "text/plain"}
    file |= {"kind": EvidenceKind.FILE, "incident_id": incident.id}
    resolved(desk, incident)
    desk.do(journal.note, incident.id, "Còn chờ báo cáo", by=binh)
    desk.do(evidence.keep, b"anh", **file, by=binh)
    ending.close(desk, incident)
    desk.set_aside()
    written = desk.facts(incident)
    with desk.refused(Conflict, "Kết thúc"):
        desk.do(looking_back.hold, incident.id, outcome="Nữa", held_at=desk.time, by=binh)
    with desk.refused(Conflict, "Kết thúc"):
        desk.do(journal.note, incident.id, "Thêm", by=binh)
    with desk.refused(Conflict, "Kết thúc"):
        desk.do(journal.call, incident.id, "Trưởng trạm", "Thêm", by=binh)
    with desk.refused(Conflict, "Kết thúc"):
        desk.do(evidence.keep, b"anh khac", **file, by=binh)
    assert desk.facts(incident) == written


def test_the_mail_that_it_was_closed_leads_to_the_report_and_counts_what_is_to_be_improved(
    desk: Desk, incident: Incident
) -> None:
    resolved(desk, incident)
    ending.close(desk, incident)
    mail = read(desk.messages(to=desk.cast.tung, kind="incident_closed")[0])
    assert f"/{incident.number}/bao-cao-tong-ket" in mail
    assert "Việc cần cải thiện: 1." in mail
    desk.set_aside()
