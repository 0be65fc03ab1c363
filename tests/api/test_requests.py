"""What the room and REST say of a request to a body that is asked, not assigned."""

from collections.abc import Callable

from incidents.people.roles import Role
from incidents.record import links
from incidents.response.staffing import recusing
from tests.api.conftest import Browser, Program
from tests.api.test_pages import counted
from tests.harness import Desk, hours, minutes


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


def test_the_page_of_a_body_gathers_what_it_was_asked_in_incidents_one_may_see(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    cast = desk.cast
    first, second = (
        desk.opened(level=3, roles=[Role.SECRETARY, Role.POLICE_LIAISON]) for _ in range(2)
    )
    desk.plan(first, "ask them", Role.POLICE_LIAISON, due=hours(2))
    desk.plan(first, "write", Role.SECRETARY, form="Request")
    desk.plan(first, "write elsewhere", Role.SECRETARY, form="Request")
    desk.plan(first, "hear", Role.SECRETARY, form="NewsroomAnswer")
    desk.fast_forward(minutes(10))
    for key, to in (("write", " công an TỈNH Bình Khê"), ("write elsewhere", "Báo Bình Khê")):
        desk.answer(key, by=cast.ha, referral="sent", reference="12/CV-TCT", addressee=to,
                    ground="Đề nghị xem xét")  # fmt: skip
    desk.fast_forward(minutes(1))
    desk.answer("hear", by=cast.ha, redress="partly")
    desk.set_aside()

    found = program("lan").get("/organisations/CA/requests").json()["items"]
    told = [(r["title"], r["reference"], r["outcome"], bool(r["answered_at"])) for r in found]
    assert told == [
        ("write", "12/CV-TCT", "cải chính một phần", True),
        ("ask them", "", "chờ xác nhận", False),
    ]
    assert found[1]["asked"] == [str(cast.son.id)]
    page = "/danh-ba/co-quan/CA"
    lan = new_browser("lan")
    lan.get(page)
    with counted() as few:
        shown = lan.get(page).text
    assert "12/CV-TCT" in shown
    assert f'href="/vu-viec/{first.number}"' in shown
    assert "Đã đề nghị trong các vụ việc" not in lan.get("/danh-ba/co-quan/SYT").text

    desk.plan(second, "ask them too", Role.POLICE_LIAISON, due=hours(2))
    desk.plan(second, "and this", Role.POLICE_LIAISON, due=hours(2))
    desk.set_aside()
    with counted() as more:
        assert "ask them too" in lan.get(page).text
    assert len(more) == len(few)
    desk.do(recusing.declare, second.id, cast.lan.id, reason="Người nhà", by=cast.binh)
    desk.set_aside()
    assert "ask them too" not in lan.get(page).text
    assert second.number not in program("lan").get("/organisations/CA/requests").text
