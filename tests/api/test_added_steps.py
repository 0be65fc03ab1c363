"""Steps added by hand from outside: over REST, in the room, and through the link in the mail."""

import re
from collections.abc import Callable

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database, links
from incidents.response.steps import steps
from incidents.response.steps.steps import Step, StepState
from tests.api.conftest import Browser, Program
from tests.harness import Desk, hours

TITLE = "Gọi trạm bơm Vàm Lá hỏi mực nước"
ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.SUBJECT_LEAD]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def only(incident: Incident) -> Step:
    with database.reading() as session:
        return steps.of_incident(session, incident.id)[-1]


def test_a_program_adds_a_step_and_takes_it_back(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    lan, minh = program("lan"), program("minh")
    here = f"/incidents/{incident.number}/steps"
    asked = {
        "title": TITLE,
        "person_id": str(desk.cast.yen.id),
        "due_at": (desk.time + hours(2)).isoformat(),
    }
    assert minh.post(here, asked).status_code == 403
    wrong = lan.post(here, asked | {"form": "SignOff"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["form"])
    made = lan.post(here, asked, key="once")
    assert (made.status_code, made.json()["title"], made.json()["by_hand"]) == (201, TITLE, True)
    assert lan.post(here, asked, key="once").json() == made.json()
    (listed,) = lan.get(here).json()["items"]
    assert (listed["title"], listed["role"]) == (TITLE, "subject_lead")
    gone = lan.post(f"/steps/{made.json()['id']}/cancel", {"reason": "Đã có số"})
    assert gone.json()["state"] == "cancelled"
    desk.set_aside()


def test_the_room_adds_one_and_the_mail_answers_it(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    room, lan = f"/vu-viec/{incident.number}", new_browser("lan")
    form = {"title": TITLE, "role": "subject_lead", "due_at": "2026-11-23T06:00"}
    form |= {"form": "YesOrNo", "mandatory": "false", "gist": "Hỏi cả đêm qua"}
    refused = lan.post(f"{room}/them-viec", **(form | {"due_at": "2026-11-22T06:00"}))
    assert refused.status_code == 422
    assert "Hạn phải ở phía trước" in refused.text
    assert TITLE in refused.text, "what was typed stays"
    assert "Đã ghi nhận" in lan.post(f"{room}/them-viec", **form).text
    desk.settle()
    made = only(incident)
    page = lan.get(room).text
    assert TITLE in page
    assert "Trần Thị Lan thêm" in page
    mail = desk.expect_message(to=desk.cast.phuc, kind="step_assigned", containing=TITLE)
    number = links.number(mail.id)
    stranger = new_browser()
    seen = stranger.get(f"/t/{links.token(mail.id)}")
    assert "Hỏi cả đêm qua" in seen.text
    answer = {"number": number, "yes": "true", "ground": "Trạm báo 1,2 m"}
    done = stranger.client.post(f"/t/{links.token(mail.id)}/hoan-thanh", data=answer)
    assert done.status_code == 200, done.text
    assert only(incident).state is StepState.DONE
    at_step = lan.get(f"/nhiem-vu/{made.id}").text
    assert re.search(r"Người thêm</dt><dd>Trần Thị Lan", at_step)
    assert "Hủy việc" not in at_step
    desk.set_aside()


def test_the_steps_page_cancels_what_was_added(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    lan, minh = new_browser("lan"), new_browser("minh")
    form = {"title": TITLE, "role": "subject_lead", "due_at": "2026-11-23T06:00"}
    lan.post(f"/vu-viec/{incident.number}/them-viec", **form)
    step = only(incident)
    assert "Hủy việc" in lan.get(f"/nhiem-vu/{step.id}").text
    assert "Hủy việc" not in minh.get(f"/nhiem-vu/{step.id}").text
    assert TITLE in lan.get("/").text
    assert minh.post(f"/nhiem-vu/{step.id}/huy", reason="Thôi").status_code == 403
    assert lan.post(f"/nhiem-vu/{step.id}/huy", reason="Thôi").status_code == 200
    assert only(incident).state is StepState.CANCELLED
    desk.set_aside()
