"""An observer on the pages and over REST: everything to be read, nothing to be done but to mark."""

from collections.abc import Callable

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role, RoleHolder
from incidents.record import database
from tests.api.conftest import Browser, Program
from tests.harness import Desk, hours


@pytest.fixture
def watched(desk: Desk) -> Incident:
    """A real incident with something in it; Kiên, who speaks English, is the observer."""
    with database.transaction() as session:
        session.add(
            RoleHolder(
                role=Role.OBSERVER, person_id=desk.cast.kien.id, valid_from=desk.time - hours(1)
            )
        )
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SECRETARY])
    desk.plan(incident, "write", Role.SECRETARY)
    desk.set_aside()
    return incident


def test_an_observer_reads_every_page_and_finds_no_form_for_work(
    desk: Desk, watched: Incident, new_browser: Callable[..., Browser]
) -> None:
    kien, room = new_browser("kien"), f"/vu-viec/{watched.number}"
    flag = desk.flag("Đường hỏng")
    desk.set_aside()
    for path in ("/", "/vu-viec", room, f"/tin-bao/{flag.code}", "/lich-truc", "/danh-ba",
                 "/bai-hoc", f"{room}/kiem-tra", "/kich-ban/TIN_GIA_MXH"):  # fmt: skip
        assert kien.get(path).status_code == 200, path
    page = kien.get(room).text
    # All that is left is to say that one is concerned oneself.
    assert page.count(f'action="{room}') == page.count(f'action="{room}/khai-lien-quan"') == 1
    assert "Take" not in kien.get(f"/tin-bao/{flag.code}").text
    assert "/lich-truc/bao-vang" not in kien.get("/lich-truc").text
    for path, form in (
        (f"{room}/ghi-chu", {"kind": "note", "text": "x"}),
        (f"{room}/cap-do", {"level": "1", "reason": "x"}),
        (f"{room}/ghi-bai-hoc", {"improvement": "x"}),
        (f"/tin-bao/{flag.code}/tiep-nhan", {}),
        ("/lich-truc/bao-vang", {"starts_at": "2026-12-01T00:00", "ends_at": "2026-12-02T00:00",
                                 "reason": "x"}),
    ):  # fmt: skip
        assert kien.post(path, **form).status_code == 403, path
    for path in ("/hop-thu-di", "/quan-tri/thoi-viec"):
        assert kien.get(path).status_code == 403, path


def test_an_observer_is_seated_in_an_exercise_and_marks_it_over_rest(
    desk: Desk, watched: Incident, program: Callable[..., Program]
) -> None:
    drill = desk.open(level=3, exercise=True, title="Diễn tập")
    desk.activate(drill, Role.LEAD, Role.SECRETARY)
    step = desk.plan(drill, "mark", Role.OBSERVER, form="ExerciseMarks", due=hours(24))
    desk.set_aside()
    lan, kien = program("lan"), program("kien")
    seat = {"role": "observer", "person_id": str(desk.cast.kien.id)}
    assert lan.post(f"/incidents/{watched.number}/members", seat).status_code == 409
    seated = lan.post(f"/incidents/{drill.number}/members", seat)
    assert seated.status_code == 201, seated.text
    assert kien.get(f"/incidents/{drill.number}/exercise-score").status_code == 200
    note = {"kind": "note", "text": "x"}
    assert kien.post(f"/incidents/{drill.number}/notes", note).status_code == 403
    marks = dict.fromkeys(("acknowledgements", "first_text", "deadlines", "coordination"), "met")
    done = kien.post(f"/steps/{step.id}/complete", {"answer": {**marks, "kept_inside": True}})
    assert done.status_code == 200, done.text
    assert program("minh").post(f"/steps/{step.id}/complete", {}).status_code in (403, 422)
    desk.set_aside()


def test_the_seat_of_an_observer_is_offered_in_an_exercise_alone(
    desk: Desk, watched: Incident, new_browser: Callable[..., Browser]
) -> None:
    drill = desk.open(level=3, exercise=True, title="Diễn tập")
    desk.activate(drill, Role.LEAD, Role.SECRETARY)
    desk.set_aside()
    lan = new_browser("lan")
    offered = '<option value="observer">Quan sát, kiểm toán</option>'
    assert offered in lan.get(f"/vu-viec/{drill.number}").text
    assert offered not in lan.get(f"/vu-viec/{watched.number}").text
