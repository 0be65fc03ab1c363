"""The directory through time: names of their day, merged and split bodies, people who move."""

from datetime import date, timedelta
from typing import Any

import pytest

from incidents.insight import reading
from incidents.people import organisations
from incidents.people.directory import keeping, postings, tree
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language
from incidents.record.timeline import DESK
from tests.harness import Desk

TODAY = date(2026, 11, 23)
LATER = date(2027, 3, 1)


def code(which: str) -> Organisation:
    with database.reading() as session:
        return organisations.by_code(session, which)


def name(which: str, day: date) -> str:
    with database.reading() as session:
        return organisations.name_on(session, organisations.by_code(session, which).id, day)


def told() -> str:
    """What the desk's own record says, line by line."""
    with database.reading() as session:
        return "\n".join(line.text for line in reading.story(session, DESK, Language.VI))


def test_a_renamed_body_keeps_its_old_name_for_the_days_before(desk: Desk) -> None:
    body = code("SYT")
    desk.do(
        keeping.change,
        body.id,
        name="Sở Y tế và Dân số",
        parent_id=code("UBND").id,
        starts_on=TODAY,
        basis="12/NQ-HĐND",
        by=desk.cast.an,
    )
    assert name("SYT", TODAY - timedelta(days=1)) == "Sở Y tế tỉnh Bình Khê"
    assert name("SYT", TODAY) == "Sở Y tế và Dân số"
    assert code("SYT").name == "Sở Y tế tỉnh Bình Khê", "the row itself is never written over"
    assert "từ 23/11/2026 là Sở Y tế và Dân số. Căn cứ: 12/NQ-HĐND" in told()


def test_a_body_is_not_renamed_twice_from_one_day_nor_placed_under_itself(desk: Desk) -> None:
    above, below = code("UBND"), code("SYT")
    how: dict[str, Any] = {"starts_on": TODAY, "basis": "", "by": desk.cast.an}
    desk.do(keeping.change, below.id, name=below.name, parent_id=above.id, **how)
    with desk.refused(Conflict, "Từ ngày 23/11/2026 đã ghi"):
        desk.do(keeping.change, below.id, name="Khác", parent_id=above.id, **how)
    with desk.refused(Conflict, "đã mang tên"):
        again: dict[str, Any] = how | {"starts_on": LATER}
        desk.do(keeping.change, below.id, name=below.name, parent_id=above.id, **again)
    with desk.refused(Invalid):
        desk.do(keeping.change, above.id, name=above.name, parent_id=below.id, **how)


def test_two_bodies_merge_into_one_and_the_tree_of_each_day_shows_its_own(desk: Desk) -> None:
    cast = desk.cast
    new = desk.do(
        keeping.found,
        "SVHYT",
        name="Sở Văn hóa và Y tế",
        kind="department",
        parent_id=code("UBND").id,
        valid_from=LATER,
        by=cast.an,
    )
    old = [code("SVHTT").id, code("SYT").id]
    made = desk.do(
        keeping.succeed,
        old,
        successors=[new.id],
        happened_on=LATER,
        basis="30/NQ-HĐND",
        by=cast.an,
    )
    assert len(made) == 2
    with database.reading() as session:
        before = {n.body.code for n in tree.on(session, LATER - timedelta(days=1))}
        after = {n.body.code for n in tree.on(session, LATER)}
        kin = [s.predecessor_id for s in tree.before(session, new.id)]
    assert {"SVHTT", "SYT"} <= before
    assert "SVHYT" not in before
    assert after == (before - {"SVHTT", "SYT"}) | {"SVHYT"}
    assert kin == old


def test_a_split_names_what_passed_and_may_let_the_old_body_live(desk: Desk) -> None:
    cast = desk.cast
    old, press, digital = code("SVHTT"), code("SYT"), code("CA")
    for new, matter in ((press, "báo chí"), (digital, "an toàn mạng")):
        desk.do(
            keeping.succeed,
            [old.id],
            successors=[new.id],
            happened_on=TODAY,
            matter=matter,
            ends=False,
            by=cast.an,
        )
    assert code("SVHTT").valid_to is None
    with database.reading() as session:
        assert [s.matter for s in tree.after(session, old.id)] == ["báo chí", "an toàn mạng"]
    with desk.refused(Conflict, "đã được ghi"):
        again: dict[str, Any] = {"successors": [press.id], "happened_on": TODAY, "by": cast.an}
        desk.do(keeping.succeed, [old.id], **again)
    with desk.refused(Invalid):
        again["successors"] = [old.id]
        desk.do(keeping.succeed, [old.id], **again)


def test_an_incident_keeps_the_agencies_of_its_own_day(desk: Desk) -> None:
    """Renamed and merged away afterwards: the old incident's task force is as it was."""
    cast = desk.cast
    incident = desk.opened(level=2)
    desk.set_aside()
    desk.time += timedelta(days=30)
    day = desk.time.date()
    desk.do(
        keeping.change,
        code("SYT").id,
        name="Sở Y tế và Dân số",
        parent_id=None,
        starts_on=day,
        basis="",
        by=cast.an,
    )
    desk.do(
        postings.move,
        cast.khoi.id,
        organisation_id=code("UBND").id,
        post="Phó Chánh Văn phòng",
        starts_on=day,
        by=cast.an,
    )
    with database.reading() as session:
        people = [session.get_one(Person, p.id) for p in (cast.phuc, cast.khoi)]
        then = postings.on(session, people, incident.day)
        now = postings.on(session, people, day)
    assert then[cast.khoi.id].organisation == "Sở Văn hóa, Thể thao và Du lịch tỉnh Bình Khê"
    assert then[cast.phuc.id].organisation == "Sở Y tế tỉnh Bình Khê"
    assert now[cast.phuc.id].organisation == "Sở Y tế và Dân số"
    assert now[cast.khoi.id].organisation == "UBND tỉnh Bình Khê"


def test_where_somebody_worked_before_stays_known(desk: Desk) -> None:
    cast = desk.cast
    moved: dict[str, Any] = {
        "organisation_id": code("UBND").id,
        "post": "Chuyên viên",
        "by": cast.an,
    }
    desk.do(postings.move, cast.kien.id, starts_on=TODAY, **moved)
    with database.reading() as session:
        kien = session.get_one(Person, cast.kien.id)
        before = postings.on(session, [kien], TODAY - timedelta(days=1))[kien.id]
        after = postings.on(session, [kien], TODAY)[kien.id]
    assert (before.organisation, before.post) == ("Sở Y tế tỉnh Bình Khê", "Chuyên viên")
    assert after.organisation == "UBND tỉnh Bình Khê"
    with desk.refused(Conflict, "đúng chức vụ đó"):
        desk.do(postings.move, cast.kien.id, starts_on=TODAY, **moved)
    with desk.refused(Invalid):
        moved["organisation_id"] = code("SYT").id
        desk.do(postings.move, cast.kien.id, starts_on=TODAY, **moved)
    with desk.refused(Invalid):
        desk.do(postings.move, cast.kien.id, starts_on=TODAY + timedelta(days=2), **moved)


@pytest.mark.parametrize(("wrong", "values"), [("code", {"code": " "}), ("name", {"name": ""})])
def test_a_body_needs_code_and_name(desk: Desk, wrong: str, values: dict[str, str]) -> None:
    given = {"code": "MOI", "name": "Sở Mới"} | values
    with desk.refused(Invalid) as refused:
        desk.do(
            keeping.found, given["code"], name=given["name"], kind="department", by=desk.cast.an
        )
    assert set(refused.value.fields) == {wrong}


def test_a_code_is_given_once(desk: Desk) -> None:
    with desk.refused(Conflict, "«SYT»"):
        desk.do(keeping.found, "SYT", name="Sở khác", kind="department", by=desk.cast.an)
