"""The situation report: drawn from the record as of any moment, and frozen when it is issued."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError

from incidents.intake import claims, wording
from incidents.intake.signals import Nature
from incidents.matter import incidents
from incidents.matter.incidents import Finding, Incident, Status
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language
from incidents.response.answers import signing
from incidents.response.judgement import decisions
from incidents.response.judgement.decisions import Words
from incidents.response.life import grading, lifecycle, merging, opening
from incidents.response.reports import situation, situation_reports, situation_words
from incidents.response.reports.situation import Situation
from incidents.response.reports.situation_reports import Remarks, SituationReport
from incidents.response.staffing import directing
from incidents.response.steps import added_steps
from incidents.response.steps.steps import StepState
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.cast import filled
from tests.harness import Desk, hours, minutes

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.SUBJECT_LEAD]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def drawn(incident: Incident, at: datetime | None = None) -> Situation:
    with database.reading() as session:
        return situation.of(session, incidents.get(session, incident.id), at)


def issued(desk: Desk, incident: Incident, **more: Any) -> SituationReport:
    remarks = Remarks(more.pop("assessment", ""), more.pop("proposals", ""))
    by = more.pop("by", desk.cast.tung)
    return desk.do(situation_reports.issue, incident.id, remarks, by=by, **more)


def lived(desk: Desk, incident: Incident) -> dict[str, datetime]:
    """A night in which something happens every quarter of an hour; when each part of it ended."""
    cast, ended = desk.cast, dict[str, datetime]()

    def over(name: str) -> None:
        desk.set_aside()
        ended[name] = desk.time
        desk.fast_forward(minutes(15))
        desk.set_aside()

    over("opened")
    desk.plan(incident, "verify it", Role.SUBJECT_LEAD, form="Verification")
    desk.do(
        claims.state, incident.id, ["Đập nứt", "Có người chết"], nature=Nature.CLAIM, by=cast.lan
    )
    over("asked")
    desk.acknowledge("verify it", by=cast.phuc)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=cast.lan)
    over("shell")
    desk.answer("verify it", by=cast.phuc, finding="false", explanation="Khô", source="BB 4")
    desk.do(grading.override, incident.id, 4, reason="Lan nhanh", by=cast.binh)
    words = Words(question="Trả lời?", chosen="Trả lời ngay", reason="Đang lan")
    desk.do(decisions.take, incident.id, words, by=cast.tung)
    over("verified")
    desk.do(lifecycle.stabilise, incident.id, reason="Đã lắng", by=cast.binh)
    over("stable")
    return ended


def test_every_past_moment_is_drawn_as_it_stood_then(desk: Desk, incident: Incident) -> None:
    at = lived(desk, incident)
    then = {name: drawn(incident, moment) for name, moment in at.items()}
    assert [then[n].level for n in at] == [3, 3, 3, 4, 4]
    assert [then[n].status for n in at] == [Status.ACTIVE] * 4 + [Status.STABILISING]
    assert then["stable"].since == at["stable"]
    assert [len(then[n].waiting) for n in at] == [0, 1, 1, 0, 0]
    assert then["asked"].waiting[0].state is StepState.OPEN
    assert then["shell"].waiting[0].state is StepState.ACKNOWLEDGED
    assert [len(then[n].done) for n in at] == [0, 0, 0, 1, 1]
    assert [len(then[n].unknown) for n in at] == [0, 2, 2, 0, 0]
    assert {c.finding for c in then["verified"].claims} == {Finding.FALSE}
    assert [len(then[n].out) for n in at] == [0, 0, 1, 1, 1]
    assert [len(then[n].standing) for n in at] == [0, 0, 0, 1, 1]
    assert all(s.past for s in then.values())


def test_what_the_facts_tell_of_now_is_what_the_rows_say(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    lived(desk, incident)
    asked = {"title": "Gọi", "role": Role.SUBJECT_LEAD, "due_at": desk.time + hours(2)}
    moved, extended, gone, waived = (
        desk.do(added_steps.add, incident.id, **asked, by=cast.lan) for _ in range(4)
    )
    desk.do(directing.reassign, moved.id, cast.hung.id, reason="Gần", by=cast.tung)
    desk.do(directing.extend, extended.id, desk.time + hours(5), reason="Xa", by=cast.tung)
    desk.do(added_steps.cancel, gone.id, reason="Thôi", by=cast.lan)
    desk.do(directing.waive, waived.id, reason="Thôi", by=cast.binh)
    desk.plan(incident, "then", Role.SECRETARY, then=Role.STANDING_DEPUTY, due=minutes(40))
    desk.fast_forward(hours(1))
    desk.set_aside()
    now = drawn(incident)
    # One moment later nothing has happened, but everything is told by the facts.
    desk.time += timedelta(microseconds=1)
    told = drawn(incident, desk.time - timedelta(microseconds=1))
    assert (now.past, told.past) == (False, True)
    assert told.figures == now.figures
    assert [(w.step.number, w.state, w.due_at) for w in told.work] == [
        (w.step.number, w.state, w.due_at) for w in now.work
    ]
    ended = (StepState.DONE, StepState.OVERDUE, StepState.WAIVED, StepState.CANCELLED)
    assert [w.person_id for w in told.work if w.state not in ended] == [
        w.person_id for w in now.work if w.state not in ended
    ]
    assert (told.status, told.level, told.since) == (now.status, now.level, now.since)
    assert [c.finding for c in told.claims] == [c.finding for c in now.claims]


def test_what_ended_with_its_incident_was_open_before(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, "verify it", Role.SUBJECT_LEAD)
    before = desk.time
    desk.fast_forward(minutes(5))
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=desk.cast.binh)
    desk.fast_forward(minutes(5))
    desk.set_aside()
    assert len(drawn(incident, before).waiting) == 1
    after = drawn(incident, desk.time - minutes(1))
    assert (after.status, after.waiting) == (Status.STOOD_DOWN, [])


def test_many_incidents_cost_as_many_queries_as_one(desk: Desk, incident: Incident) -> None:
    lived(desk, incident)
    for _ in range(3):
        desk.opened(level=1)
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        counted.append(statement)

    event.listen(database.reading_engine(), "before_cursor_execute", count)
    with database.reading() as session:
        live = incidents.recent(session, live_only=True)
        assert len(live) == 4
        counted.clear()
        situation.gather(session, live[:1])
        one = len(counted)
        counted.clear()
        situation.gather(session, live)
        assert len(counted) == one < 10


def test_a_report_is_frozen_numbered_and_hashed(desk: Desk, incident: Incident) -> None:
    lived(desk, incident)
    first = issued(desk, incident, proposals="Cho phép dùng loa xã")
    assert (first.number, first.issued_by) == (1, desk.cast.tung.id)
    assert first.sha256 == hashlib.sha256(first.text.encode()).hexdigest()
    for said in (
        "BÁO CÁO NHANH SỐ 1",
        f"Vụ việc: {incident.number} – {incident.title}",
        "Cấp độ: 4 – ",
        "Người lập: Hoàng Thanh Tùng, Giám đốc sở",
        "– Đập nứt: sai",
        "– 1. Trả lời? → Trả lời ngay (Hoàng Thanh Tùng",
        "Tổ trưởng: Nguyễn Hòa Bình",
        "Kiến nghị\n– Cho phép dùng loa xã",
    ):
        assert said in first.text
    assert "SITUATION REPORT 1" in first.text_en
    assert "Objectives, next steps" in first.text_en
    line = desk.timeline(incident)[-1]
    assert line.fact == "SituationReported"
    assert first.sha256 in line.text


def test_the_next_one_says_what_changed(desk: Desk, incident: Incident) -> None:
    issued(desk, incident)
    desk.fast_forward(minutes(10))
    desk.do(claims.state, incident.id, ["Đập nứt"], nature=Nature.CLAIM, by=desk.cast.lan)
    second = issued(desk, incident)
    head, _, rest = second.text.partition("Thay đổi so với báo cáo số 1\n")
    assert "BÁO CÁO NHANH SỐ 2" in head
    assert rest.startswith("– Nội dung cần xác minh: 0 → 1")
    assert "+ Đập nứt: đang xác minh" in rest
    third = issued(desk, incident)
    assert "Thay đổi so với báo cáo số 2\n– không có" in third.text


def test_one_may_be_issued_for_a_past_moment_and_says_what_has_no_history(
    desk: Desk, incident: Incident
) -> None:
    at = lived(desk, incident)
    late = issued(desk, incident, at=at["shell"])
    assert (late.at, late.issued_at) == (at["shell"], desk.time)
    assert "Cấp độ: 3" in late.text
    assert "không lưu lịch sử" in late.text
    assert "have no history" in late.text_en
    with desk.refused(Invalid, "thời điểm chưa tới"):
        issued(desk, incident, at=desk.time + minutes(1))
    with desk.refused(Invalid, "vụ việc chưa mở"):
        issued(desk, incident, at=incident.opened_at - minutes(1))


@pytest.mark.parametrize(
    "order", ["UPDATE situation_report SET text = 'x'", "DELETE FROM situation_report"]
)
def test_the_database_itself_refuses_to_change_one(
    desk: Desk, incident: Incident, order: str
) -> None:
    issued(desk, incident)
    with pytest.raises(DatabaseError, match="append-only"), database.transaction() as session:
        session.connection().execute(text(order))


def test_an_undone_opening_is_reported_on_no_more(desk: Desk) -> None:
    undone = desk.opened(level=1)
    desk.do(opening.undo, undone.id, reason="Mở nhầm", by=desk.cast.lan)
    desk.set_aside()
    with desk.refused(Conflict, "Mở nhầm, đã hủy"):
        issued(desk, undone)
    other = desk.opened(level=1)
    with desk.refused(Invalid, "Tối đa 10.000 ký tự"):
        issued(desk, other, assessment="x" * 10_001)


def test_a_merged_one_was_its_own_before_and_is_reported_on_no_more(
    desk: Desk, incident: Incident
) -> None:
    other = desk.opened(level=3)
    before = desk.time
    desk.time += minutes(5)
    desk.do(merging.merge, incident.id, other.id, reason="Cùng một tin", by=desk.cast.lan)
    merged = desk.time
    desk.time += minutes(5)
    assert drawn(incident, before).status is Status.ACTIVE
    assert drawn(incident, merged).status is drawn(incident).status is Status.MERGED
    with desk.refused(Conflict, "Đã gộp"):
        issued(desk, incident)
    desk.set_aside()


def test_a_reworded_claim_keeps_what_was_found_of_it(desk: Desk, incident: Incident) -> None:
    (claim,) = desk.do(claims.state, incident.id, ["Đê vỡ"], nature=Nature.CLAIM, by=desk.cast.khoi)
    again = wording.Wording(text="Đê bao vỡ", nature=Nature.CLAIM)
    desk.do(wording.edit, claim.id, again, by=desk.cast.khoi)
    desk.do(claims.settle, claim.id, Finding.FALSE, "Đê còn nguyên", by=desk.cast.phuc)
    settled = desk.time
    desk.time += minutes(5)
    assert [s.finding for s in drawn(incident, settled).claims] == [Finding.FALSE]


def test_every_part_reads_in_both_languages(desk: Desk, incident: Incident) -> None:
    lived(desk, incident)
    with database.reading() as session:
        now = situation.of(session, incidents.get(session, incident.id))
        known = situation_words.names(session, now)
        vi, en = (situation_words.sections(now, known, language) for language in Language)
    assert [p.key for p in vi] == [p.key for p in en]
    assert all(a.title != b.title for a, b in zip(vi, en, strict=True))
    assert not [line for part in en for line in part.lines if "%(" in line]


def test_the_room_may_issue_one_and_nobody_else(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    with database.reading() as session:
        may = {
            name
            for name in ("lan", "ha", "binh", "tung", "minh", "phuc", "kien", "an")
            if permissions.allowed(session, getattr(cast, name), Deed.REPORT, incident)
        }
    assert may == {"lan", "ha", "binh", "tung"}
