"""How people are reached: codes, calls, focal points tested by somebody else, what grows stale."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from incidents.insight import reading
from incidents.people import organisations, persons
from incidents.people.directory import contacts, focal_points, stale
from incidents.people.directory.focal_points import FocalPoint, Standing
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours, minutes


def body(code: str) -> UUID:
    with database.reading() as session:
        return organisations.by_code(session, code).id


def add(desk: Desk, kind: ContactKind, address: str, person: Person | None = None) -> ContactPoint:
    owner = {"person_id": person.id} if person else {"organisation_id": body("SYT")}
    return desk.do(contacts.add, kind, address, by=desk.cast.an, **owner)


def point(found: ContactPoint) -> ContactPoint:
    with database.reading() as session:
        return contacts.get(session, found.id)


def focal(desk: Desk, person: Person, standing: Standing = Standing.FOCAL) -> FocalPoint:
    return desk.do(focal_points.appoint, body("SYT"), person.id, standing=standing, by=desk.cast.an)


def told() -> str:
    """What the desk's own record says, line by line."""
    with database.reading() as session:
        return "\n".join(line.text for line in reading.story(session, DESK, Language.VI))


def test_an_e_mail_address_is_verified_by_the_code_sent_to_it(desk: Desk) -> None:
    added = add(desk, ContactKind.MAIL, "phong.kham@binhkhe.test")
    assert point(added).verified_at is None
    desk.do(_send, added.id, by=desk.cast.an)
    (sent,) = desk.messages(kind="contact_code")
    assert sent.address == "phong.kham@binhkhe.test"
    assert "code" not in sent.values, "the code itself lies nowhere"
    desk.set_aside()
    right = contacts.code(sent.values["nonce"])
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert desk.do(contacts.confirm, added.id, wrong, by=desk.cast.an).tries_left == 4
    assert point(added).verified_at is None
    desk.do(contacts.confirm, added.id, right, by=desk.cast.an)
    assert point(added).verified_at == desk.time
    assert "Kiểm chứng bằng mã: thư điện tử phong.kham@binhkhe.test" in told()
    with desk.refused(Conflict, "Không còn mã nào"):
        desk.do(contacts.confirm, added.id, right, by=desk.cast.an)


def _send(session, contact_id, *, by):  # noqa: ANN001, ANN202
    return contacts.send_code(session, contact_id)


def test_a_code_dies_after_five_tries_after_half_an_hour_and_with_the_next(desk: Desk) -> None:
    added = add(desk, ContactKind.MAIL, "phong.kham@binhkhe.test")
    desk.do(_send, added.id, by=desk.cast.an)
    with desk.refused(Conflict, "đợi một phút"):
        desk.do(_send, added.id, by=desk.cast.an)
    desk.time += minutes(2)
    desk.do(_send, added.id, by=desk.cast.an)
    first, second = (m.values["nonce"] for m in desk.messages(kind="contact_code"))
    desk.do(contacts.confirm, added.id, contacts.code(first), by=desk.cast.an)
    assert point(added).verified_at is None
    for _ in range(4):
        desk.do(contacts.confirm, added.id, "no", by=desk.cast.an)
    with desk.refused(Conflict, "Không còn mã nào"):
        desk.do(contacts.confirm, added.id, contacts.code(second), by=desk.cast.an)
    desk.time += minutes(2)
    desk.do(_send, added.id, by=desk.cast.an)
    third = desk.messages(kind="contact_code")[-1].values["nonce"]
    desk.time += minutes(31)
    with desk.refused(Conflict, "Không còn mã nào"):
        desk.do(contacts.confirm, added.id, contacts.code(third), by=desk.cast.an)
    desk.set_aside()


def test_any_other_way_is_verified_by_a_named_person_who_tried_it(desk: Desk) -> None:
    cast = desk.cast
    number = add(desk, ContactKind.TELEPHONE, "0900 000 901", cast.phuc)
    with desk.refused(Conflict, "không tự thử chính mình"):
        desk.do(contacts.tried, number.id, reached=True, by=cast.phuc)
    desk.do(contacts.tried, number.id, reached=True, by=cast.lan)
    assert (point(number).verified_at, point(number).verified_by) == (desk.time, cast.lan.id)
    desk.time += hours(1)
    desk.do(contacts.tried, number.id, reached=False, by=cast.lan)
    assert (point(number).verified_at, point(number).bounced_at) == (None, desk.time)
    with desk.refused(Conflict, "không kiểm chứng bằng mã"):
        desk.do(_send, number.id, by=cast.an)
    mail = add(desk, ContactKind.MAIL, "a@binhkhe.test", cast.phuc)
    with desk.refused(Conflict, "kiểm chứng bằng mã"):
        desk.do(contacts.tried, mail.id, reached=True, by=cast.lan)


def test_an_address_has_the_shape_of_its_kind_and_stands_once(desk: Desk) -> None:
    for kind, address in (
        (ContactKind.MAIL, "khong phai thu"),
        (ContactKind.TELEPHONE, "gọi anh Ba"),
        (ContactKind.APPRISE, "nhom truc"),
        (ContactKind.ZALO, " "),
    ):
        with desk.refused(Invalid):
            add(desk, kind, address)
    add(desk, ContactKind.ZALO, "Nhóm trực Sở Y tế")
    with desk.refused(Conflict, "đã có trong danh bạ"):
        add(desk, ContactKind.ZALO, "Nhóm trực  Sở Y tế")


def test_messages_go_by_mail_and_never_to_a_telephone_number(desk: Desk) -> None:
    cast = desk.cast
    add(desk, ContactKind.TELEPHONE, "0900 000 902", cast.phuc)
    told = desk.do(_tell, cast.phuc.id, by=cast.an)
    assert [m.address for m in told] == ["phuc@binhkhe.test"]
    desk.set_aside()


def _tell(session, person_id, *, by):  # noqa: ANN001, ANN202
    return persons.tell(session, person_id, "contacts_stale", key="try")


def test_a_contact_that_was_taken_out_is_gone_with_its_code(desk: Desk) -> None:
    added = add(desk, ContactKind.MAIL, "cu@binhkhe.test")
    desk.do(_send, added.id, by=desk.cast.an)
    desk.set_aside()
    desk.do(contacts.remove, added.id, by=desk.cast.an)
    with database.reading() as session:
        assert session.get(ContactPoint, added.id) is None
        assert session.exec(select(contacts.ContactCheck)).first() is None


def test_a_focal_point_is_tested_by_somebody_else_and_replaced_by_the_next(desk: Desk) -> None:
    cast = desk.cast
    first = focal(desk, cast.phuc)
    deputy = focal(desk, cast.yen, Standing.DEPUTY)
    with desk.refused(Invalid):
        desk.do(focal_points.test, first.id, reached=True, how=" ", by=cast.lan)
    with desk.refused(Conflict, "không tự thử chính mình"):
        desk.do(focal_points.test, first.id, reached=True, how="gọi", by=cast.phuc)
    desk.do(focal_points.test, first.id, reached=True, how="gọi di động", by=cast.lan)
    with database.reading() as session:
        rows = focal_points.of(session, body("SYT"))
        assert [(r.person_id, stale.untested(r, desk.time)) for r in rows] == [
            (cast.phuc.id, False),
            (cast.yen.id, True),
        ]
    with desk.refused(Conflict, "đã là đầu mối"):
        focal(desk, cast.phuc)
    focal(desk, cast.yen)
    with database.reading() as session:
        rows = focal_points.of(session, body("SYT"))
        assert [(r.person_id, r.standing) for r in rows] == [(cast.yen.id, Standing.FOCAL)]
    with desk.refused(Conflict, "không còn là đầu mối"):
        desk.do(focal_points.end, deputy.id, by=cast.an)


def test_what_nobody_tried_for_ninety_days_is_stale(desk: Desk) -> None:
    cast = desk.cast
    number = add(desk, ContactKind.TELEPHONE, "0900 000 903", cast.phuc)
    desk.do(contacts.tried, number.id, reached=True, by=cast.lan)
    tested = focal(desk, cast.phuc)
    desk.do(focal_points.test, tested.id, reached=True, how="gọi", by=cast.lan)
    assert not review(desk).urgent
    desk.time += timedelta(days=91)
    assert number.id in {p.id for p in review(desk).points}
    assert [f.id for f in review(desk).untested] == [tested.id]


def review(desk: Desk) -> stale.Review:
    with database.reading() as session:
        return stale.reviews(session, desk.time)[body("SYT")]


def test_who_may_keep_and_verify_contacts(desk: Desk) -> None:
    """Their own; those of the body they stand for; any for the keeper; nobody else's."""
    cast = desk.cast
    focal(desk, cast.kien)
    of_yen = add(desk, ContactKind.TELEPHONE, "0900 000 904", cast.yen)
    of_lan = add(desk, ContactKind.TELEPHONE, "0900 000 905", cast.lan)
    allowed = {
        (who.username, contact.id)
        for who in (cast.kien, cast.yen, cast.lan, cast.tung, cast.an, cast.ha)
        for contact in (of_yen, of_lan)
        if _allowed(who, contact)
    }
    keepers = {(w, c.id) for w in ("tung", "an") for c in (of_yen, of_lan)}
    assert allowed == keepers | {("kien", of_yen.id), ("yen", of_yen.id), ("lan", of_lan.id)}
    with database.reading() as session:
        kien, dung = (session.get_one(Person, p.id) for p in (cast.kien, cast.dung))
        assert permissions.allowed(session, kien, Deed.SEE_DIRECTORY)
        assert not permissions.allowed(session, kien, Deed.KEEP_DIRECTORY)
        assert not permissions.allowed(session, dung, Deed.KEEP_DIRECTORY)


def _allowed(who: Person, contact: ContactPoint) -> bool:
    with database.reading() as session:
        person = session.get_one(Person, who.id)
        return permissions.allowed(
            session, person, Deed.KEEP_CONTACTS, contacts.get(session, contact.id)
        )
