"""What the room and REST say of a request to a body that is asked, not assigned."""

from collections.abc import Callable

from incidents.people.roles import Role
from incidents.record import links
from tests.api.conftest import Browser, Program
from tests.harness import Desk, hours


def test_a_request_is_never_called_overdue(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    incident = desk.opened(level=3, roles=[Role.SECRETARY, Role.POLICE_LIAISON])
    desk.plan(incident, "ask them", Role.POLICE_LIAISON, due=hours(2))
    desk.set_aside()
    room = f"/vu-viec/{incident.number}"
    page = new_browser("lan").get(room).text
    assert "đề nghị phối hợp · mong trả lời trước" in page
    (step,) = program("lan").get(f"/incidents/{incident.number}/steps").json()["items"]
    assert (step["request"], step["called_at"]) == (True, None)
    desk.fast_forward(hours(2))
    desk.set_aside()
    after = new_browser("long").get(room).text
    assert "chưa có trả lời" in after
    assert "quá hạn" not in after.partition('id="viec"')[2].partition("</section>")[0]
    # Nor does their own link say anything of lateness, and it still takes an answer.
    asked = desk.messages(to=desk.cast.son, kind="step_requested")[0]
    link = new_browser().get(f"/t/{links.token(asked.id)}").text
    assert "Mong trả lời trước" in link
    assert 'class="late"' not in link
    assert "hoan-thanh" in link
    told = program("long").get(f"/incidents/{incident.number}/timeline").json()["items"]
    assert "RequestUnanswered" in [line["fact"] for line in told]
