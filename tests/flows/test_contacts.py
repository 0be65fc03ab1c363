"""The engine asks once a week, in office hours, whoever can mend a stale directory."""

from datetime import timedelta
from uuid import UUID

from flows.duties import contacts as duty
from incidents.people import organisations
from incidents.people.directory import contacts, focal_points
from incidents.people.directory.focal_points import Standing
from incidents.people.persons import ContactKind
from incidents.record import database
from tests.harness import Desk, hours


def body(code: str) -> UUID:
    with database.reading() as session:
        return organisations.by_code(session, code).id


def go(desk: Desk) -> int:
    done = duty.contacts()
    desk.settle()
    return done


def test_nobody_is_asked_while_everything_was_tried_lately(desk: Desk) -> None:
    desk.time += hours(8)
    assert go(desk) == 0


def test_a_stale_contact_nags_its_focal_point_and_the_office_once_a_week(desk: Desk) -> None:
    cast = desk.cast
    desk.do(
        contacts.add,
        ContactKind.TELEPHONE,
        "0900 000 906",
        organisation_id=body("SYT"),
        by=cast.an,
    )
    focal = desk.do(
        focal_points.appoint, body("SYT"), cast.kien.id, standing=Standing.FOCAL, by=cast.an
    )
    desk.do(focal_points.test, focal.id, reached=True, how="gọi", by=cast.lan)
    assert go(desk) == 0, "it is half past two at night"

    desk.time += hours(8)
    for _ in range(3):
        go(desk)
        desk.time += timedelta(hours=1)
    asked = desk.expect_message(to=cast.kien, kind="contacts_stale")
    told = desk.expect_message(to=cast.hoa, kind="directory_review")
    assert (asked.values["code"], asked.values["points"]) == ("SYT", 1)
    assert told.values["names"] == ["Sở Y tế tỉnh Bình Khê"]
    desk.expect_nothing()

    desk.time += timedelta(days=7)
    go(desk)
    desk.expect_message(to=cast.kien, kind="contacts_stale")
    desk.expect_message(to=cast.hoa, kind="directory_review")
    desk.expect_nothing()


def test_a_body_without_a_focal_point_is_the_office_s_to_mend(desk: Desk) -> None:
    desk.do(
        contacts.add,
        ContactKind.ZALO,
        "Nhóm trực",
        organisation_id=body("SYT"),
        by=desk.cast.an,
    )
    desk.time += hours(8)
    go(desk)
    desk.expect_message(to=desk.cast.hoa, kind="directory_review")
    desk.expect_nothing()
