"""What was promised in public is followed up promise by promise, by whoever was said to keep it."""

from datetime import timedelta

from incidents.matter.incidents import Incident
from incidents.people.directory import focal_points
from incidents.people.directory.focal_points import Standing
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.errors import Conflict, GuardFailed, Invalid, NotPermitted
from incidents.record.language import Language
from incidents.response.ending import closing_words
from incidents.response.life import lifecycle, merging
from incidents.response.staffing import directing, recusing
from incidents.response.steps import added_steps, promises, steps
from incidents.response.steps.steps import Step, StepState
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours

ROLES = [Role.LEAD, Role.SECRETARY, Role.SUBJECT_LEAD]

NOT_LISTED = [
    ("", "Ghi cam kết, hoặc ghi vì sao"),
    ("Công khai cách tính phí, ngày 15/12", "Dòng 1 chưa đọc được"),
    ("Công khai cách tính; Sở Chưa Có; 15/12/2026", "tên «Sở Chưa Có» trong danh bạ"),
    ("Công khai cách tính; Sở Y tế tỉnh Bình Khê; 15/12/2026", "chưa có đầu mối"),
    ("Công khai cách tính; Quan sát, kiểm toán; 15/12/2026", "chỉ quan sát"),
    ("Công khai cách tính; Phạm Thu Hà; 20/11/2026", "phải ở phía trước"),
    ("Công khai cách tính; Phạm Thu Hà; 15/12/2028", "trong vòng một năm"),
    (f"{'Công khai ' * 40}; Phạm Thu Hà; 15/12/2026", "Tối đa 300 ký tự"),
    ("\n".join(["Công khai; Phạm Thu Hà; 15/12/2026"] * 21), "Tối đa 20 cam kết"),
]


def test_a_list_that_names_no_keeper_or_no_day_is_refused_line_by_line(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=ROLES)
    desk.plan(incident, "list", Role.SECRETARY, form="Promises")
    for written, saying in NOT_LISTED:
        with desk.refused(Invalid, saying):
            desk.answer("list", by=desk.cast.ha, promises=written)
    desk.do(recusing.declare, incident.id, desk.cast.phuc.id, reason="Vợ bán", by=desk.cast.ha)
    with desk.refused(NotPermitted, "người liên quan"):
        desk.answer("list", by=desk.cast.ha, promises="Trả lời; Đặng Hồng Phúc; 15/12/2026")
    desk.answer("list", by=desk.cast.ha, note="Chỉ giải thích, không hứa thêm")
    desk.set_aside()
    assert desk.facts(incident).count("PromiseListed") == 0


def test_a_person_a_part_and_a_body_are_each_asked_for_what_they_promised(desk: Desk) -> None:
    cast = desk.cast
    for who, standing in ((cast.kien, Standing.FOCAL), (cast.son, Standing.FOCAL)):
        desk.do(focal_points.appoint, who.organisation_id, who.id, standing=standing, by=cast.an)
    incident = desk.opened(level=3, roles=ROLES)
    listing = desk.plan(incident, "list", Role.SECRETARY, form="Promises")
    desk.set_aside()
    written = (
        "Công khai cách tính phí; mai hải yến; 15/12/2026\n"
        "Niêm yết mức phí; Thành viên chuyên môn; 16/12/2026\n\n"
        "Khám miễn phí; Sở Y tế tỉnh Bình Khê; 17/12/2026\n"
        "Giữ trật tự ở chợ; Công an tỉnh Bình Khê; 18/12/2026"
    )
    desk.answer("list", by=cast.ha, promises=written)

    own, part, body, police = (desk.step(f"promise {listing.number + n}") for n in (1, 2, 3, 4))
    assert own.due_at
    assert own.due_at.astimezone(clock.LOCAL).strftime("%d/%m/%Y %H:%M") == "15/12/2026 17:00"
    assert [own.role, part.role, own.then_role, own.mandatory, own.added_by] == [
        *(Role.SECRETARY, Role.SUBJECT_LEAD, Role.SECRETARY),
        *(True, cast.ha.id),
    ]
    desk.expect_message(to=cast.yen, kind="step_assigned", containing="đã công bố với người dân")
    desk.expect_message(to=cast.phuc, kind="step_assigned", containing="Niêm yết mức phí")
    desk.expect_message(to=cast.kien, kind="step_assigned", containing="This was promised")
    desk.expect_message(to=cast.son, kind="step_requested", containing="Giữ trật tự ở chợ")
    assert (body.assignee_id, police.request) == (cast.kien.id, True)
    assert [promises.by_name(each) for each in (own, part, body, police)] == [
        *(True, False, True, True)
    ]

    desk.answer(part.key, by=cast.phuc, outcome="kept", account="Đã niêm yết tại chợ")
    desk.answer(body.key, by=cast.kien, outcome="broken", account="Thiếu bác sĩ, đã xin lỗi")
    desk.acknowledge(own.key, by=cast.yen)
    desk.put_reviews_off(incident)
    desk.fast_forward(hours(24 * 24))
    desk.expect_message(to=cast.ha, kind="step_passed", containing="Công khai cách tính phí")
    desk.expect_messages("step_overdue", cast.yen, about=own.key)
    desk.set_aside()
    passed = desk.reload(own)
    assert (passed.state, promises.by_name(passed)) == (StepState.OPEN, False)

    told = [line.text for line in desk.timeline(incident, Language.EN)]
    assert any("Promise followed up as step" in each and "mai hải yến" in each for each in told)
    with database.reading() as session:
        parts = closing_words.preview(session, incident, Language.VI)
    (said,) = [part.lines for part in parts if part.key == "promises"]
    assert said[0].endswith("hạn 17:00 ngày 15/12/2026): chờ xác nhận.")
    assert said[1].endswith("đã làm đúng cam kết. Đã niêm yết tại chợ")
    assert said[2].endswith("không làm được. Thiếu bác sĩ, đã xin lỗi")


def promised(desk: Desk) -> Incident:
    """A matter with one promise, kept by Yến until the middle of December."""
    desk.time += timedelta(seconds=14)
    incident = desk.opened(level=3, roles=ROLES)
    desk.plan(incident, "list", Role.SECRETARY, form="Promises")
    desk.answer("list", by=desk.cast.ha, promises="Công khai cách tính; Mai Hải Yến; 15/12/2026")
    desk.set_aside()
    return desk.reload(incident)


def followed(desk: Desk, incident: Incident) -> list[Step]:
    with database.reading() as session:
        return promises.among(steps.of_incident(session, incident.id))


def test_a_matter_is_stood_down_only_when_somebody_answers_for_what_it_promised(
    desk: Desk,
) -> None:
    cast, incident = desk.cast, promised(desk)
    (kept,) = followed(desk, incident)
    with desk.refused(GuardFailed, "«Công khai cách tính» là cam kết đã công bố"):
        desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=cast.binh)
    with desk.refused(Conflict, "Cam kết đã công bố không hủy được"):
        desk.do(added_steps.cancel, kept.id, reason="Thôi", by=cast.ha)
    with database.reading() as session:
        for person in (cast.ha, cast.binh):
            assert not permissions.allowed(session, person, Deed.CANCEL_STEP, kept)
    desk.do(directing.waive, kept.id, reason="Sở đã tự công khai", by=cast.binh)
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=cast.binh)
    desk.set_aside()


def test_a_promise_is_followed_up_where_its_matter_was_merged(desk: Desk) -> None:
    cast, merged = desk.cast, promised(desk)
    into = desk.opened(level=3, roles=ROLES)
    desk.set_aside()
    (before,) = followed(desk, merged)
    desk.do(merging.merge, merged.id, into.id, reason="Cùng một việc", by=cast.binh)
    (after,) = followed(desk, into)
    assert desk.reload(before).state is StepState.CANCELLED
    assert (after.assignee_id, after.due_at, after.own_title) == (
        *(cast.yen.id, before.due_at),
        "Công khai cách tính",
    )
    assert after.due_at
    assert after.due_at.astimezone(clock.LOCAL).strftime("%d/%m %H:%M:%S") == "15/12 17:00:00"
    assert after.added_by == cast.ha.id
    assert "Phụ trách: Mai Hải Yến" in " ".join(line.text for line in desk.timeline(into))
    desk.expect_message(to=cast.yen, kind="step_assigned", containing=into.number)
    desk.set_aside()
    assert desk.facts(into).count("PromiseListed") == 1
    desk.answer(after.key, by=cast.yen, outcome="kept", account="Đã công khai")
    desk.set_aside()
