"""The posture of the words from outside: over REST, in the room, and beside a statement."""

from collections.abc import Callable

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.words.statements import StatementKind
from tests.api.conftest import Browser, Program
from tests.harness import Desk

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def test_a_program_reads_what_is_suggested_and_takes_a_posture(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    minh, ha = program("minh"), program("ha")
    here = f"/incidents/{incident.number}/posture"
    found = minh.get(here).json()
    assert (found["suggestion"]["postures"], found["standing"]) == ([], None)
    assert found["suggestion"]["reasons"][0].startswith("Loại vụ việc: cơ quan cũng là nạn nhân")
    asked = {"cluster": "victim", "postures": ["explain"], "reason": "Phải nói rõ phần đúng"}
    assert ha.post(here, asked).status_code == 403
    assert minh.post(here, asked | {"postures": ["attack_accuser"]}).status_code == 422
    refused = minh.post(here, asked | {"postures": ["deny"]})
    assert (refused.status_code, "Chỉ bác bỏ" in refused.text) == (409, True)
    taken = minh.post(here, asked)
    assert taken.status_code == 201
    stands = taken.json()["standing"]
    assert (stands["postures"], stands["decision"], stands["stray"]) == (["explain"], 1, None)
    assert stands["taken_by"] == str(desk.cast.minh.id)
    desk.set_aside()


def test_the_room_suggests_asks_and_keeps_a_refused_form(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    room, minh = f"/vu-viec/{incident.number}", new_browser("minh")
    assert "Chưa xác minh xong: chưa bác bỏ" in minh.get(room).text
    refused = minh.post(f"{room}/tu-the", **{"cluster": "accidental", "postures.deny": "true"})
    assert refused.status_code == 422
    assert 'name="postures.deny" value="true" checked' in refused.text
    form = {"cluster": "accidental", "postures.rebuild": "true", "reason": "Báo nêu đúng"}
    taken = minh.post(f"{room}/tu-the", **form)
    assert taken.url.path == room
    assert "nhận lỗi, xin lỗi, khắc phục" in taken.text
    assert "quyết định 1" in taken.text
    assert 'name="postures.' not in new_browser("ha").get(room).text
    desk.set_aside()


def test_a_text_that_contradicts_the_posture_says_so_before_it_is_signed(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    statement, _ = desk.drafted(incident, StatementKind.REFUTATION, by=desk.cast.ha)
    minh = new_browser("minh")
    said = "Tư thế đã chọn là nhận lỗi; văn bản này lại bác bỏ."
    assert said not in minh.get(f"/phat-ngon/{statement.id}").text
    form = {"cluster": "accidental", "postures.rebuild": "true", "reason": "Báo nêu đúng"}
    minh.post(f"/vu-viec/{incident.number}/tu-the", **form)
    assert said in minh.get(f"/phat-ngon/{statement.id}").text
    desk.set_aside()
