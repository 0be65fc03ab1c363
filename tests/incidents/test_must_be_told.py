"""Whom a level asks for is told at the opening and at each change, once, and asked for nothing."""

from collections.abc import Iterator

import pytest

from incidents.matter import must_be_told
from incidents.people.directory import focal_points
from incidents.people.directory.focal_points import Standing
from incidents.people.organisations import Organisation, OrganisationKind
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Invalid
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.life import grading
from tests.harness import Desk, minutes, read


@pytest.fixture(autouse=True)
def _listening(desk: Desk) -> Iterator[None]:
    desk.leaders_listen = True
    yield
    desk.set_aside()


def party(desk: Desk) -> Person:
    """Kiên answers for a body of the Party."""
    with database.transaction() as session:
        body = Organisation(code="BTG", name="Ban Tuyên giáo", kind=OrganisationKind.PARTY.value)
        session.add(body)
        kien = session.get_one(Person, desk.cast.kien.id)
        kien.organisation_id = body.id
        session.add(kien)
    desk.do(focal_points.appoint, body.id, kien.id, standing=Standing.FOCAL, by=desk.cast.an)
    return kien


def test_at_its_opening_the_chair_hears_of_a_grave_matter_and_is_asked_for_nothing(
    desk: Desk,
) -> None:
    incident = desk.flag()
    desk.take(incident)
    made = desk.open(incident, level=3)
    mail = desk.expect_message(to=desk.cast.chuong, kind="reported_up")
    words = read(mail)
    assert "Kính báo cáo đồng chí Phan Đình Chương" in words
    assert "được mở ở cấp độ 3 – Cao" in words
    assert "không phải trả lời" in words
    # Bình and Tùng are called, which is more than being told.
    desk.expect_messages("reported_up", desk.cast.hoa)
    told = next(line for line in desk.timeline(made, Language.EN) if line.fact == "LeadersTold")
    assert told.text.startswith("Told as level 3 asks: ")
    assert "Chair of the People" in told.text


def test_a_small_matter_is_nobodys_but_those_who_are_called(desk: Desk) -> None:
    signal = desk.flag()
    desk.take(signal)
    desk.open(signal, level=0)
    assert desk.messages(kind="reported_up") == []


def test_each_change_of_the_level_is_told_once_up_and_down(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=1)
    desk.do(grading.override, incident.id, 4, reason="Lan rộng", by=cast.lan)
    mail = desk.expect_message(to=cast.chuong, kind="reported_up")
    assert "từ cấp độ 1 sang 4" in read(mail)
    desk.expect_messages("reported_up", cast.hoa, cast.tung)
    desk.fast_forward(minutes(5))
    desk.do(grading.override, incident.id, 1, reason="Lắng", second=cast.tung.id, by=cast.binh)
    desk.agree(incident, by=cast.tung)
    # Whoever heard that it was grave hears that it is not any more; Tùng agreed and knows.
    desk.expect_message(to=cast.chuong, kind="reported_up", containing="từ cấp độ 4 sang 1")
    desk.expect_messages("reported_up", cast.hoa)


def test_bodies_are_told_through_their_focal_points_but_never_of_an_exercise(desk: Desk) -> None:
    kien = party(desk)
    signal = desk.flag()
    desk.take(signal)
    desk.open(signal, level=3)
    mail = read(desk.expect_message(to=kien, kind="reported_up"))
    assert "call the duty officer" in mail
    assert "/vu-viec/" not in mail, "the room is closed to whoever is of another body"
    assert "/vu-viec/" in read(desk.expect_message(to=desk.cast.chuong, kind="reported_up"))
    desk.open(level=3, exercise=True)
    assert len(desk.messages(to=kien, kind="reported_up")) == 1
    assert len(desk.messages(to=desk.cast.chuong, kind="reported_up")) == 2


def test_the_office_says_who_must_be_told(desk: Desk) -> None:
    an = desk.cast.an
    with desk.refused(Invalid, "không nhận báo cáo"):
        desk.do(must_be_told.change, 2, [Role.MONITORING], by=an)
    with desk.refused(Invalid, "0 đến 4"):
        desk.do(must_be_told.change, 5, [Role.CHAIR], by=an)
    desk.do(must_be_told.change, 2, [Role.CHAIR, OrganisationKind.PARTY], by=an)
    assert desk.timeline(DESK)[-1].text == (
        "Cấp độ 2 phải báo cáo tới: Chủ tịch UBND, Cơ quan Đảng"
    )
    signal = desk.flag()
    desk.take(signal)
    desk.open(signal, level=2)
    desk.expect_messages("reported_up", desk.cast.chuong)
