"""What an empty desk starts with, and the way back in."""

from sqlmodel import select

from incidents.people import accounts, sign_ins
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.actors import Actor, Via
from tests.cast import Cast
from tests.trucban.conftest import Trucban
from trucban import first_run


def _first() -> Person:
    with database.reading() as session:
        return session.exec(select(Person)).one()


def test_a_new_one_time_password_at_each_start_until_somebody_sets_their_own(
    migrated: None,
) -> None:
    first, second = (first_run.prepare(demo=False).first_password for _ in range(2))
    assert first != second
    with database.transaction() as session:
        person = sign_ins.check(session, first_run.ADMINISTRATOR, second)
        assert person.one_time_until
        sign_ins.begin(session, person)
    third = first_run.prepare(demo=False).first_password
    assert third
    with database.transaction() as session:
        accounts.set_own(
            session, person.id, password="đò xưa bến cũ", by=Actor(person.id, Via.DESK)
        )
    assert first_run.prepare(demo=False).first_password == ""
    assert _first().one_time_until is None


def test_the_command_lets_somebody_in_again(trucban: Trucban, office: Cast) -> None:
    said = trucban("password", "an", "--lang", "en")
    assert said.code == 0, said.err
    one_time = said.out.split(" / ")[1].split()[0]
    with database.reading() as session:
        found = sign_ins.check(session, "an", one_time)
    assert found.one_time_until
    assert trucban("password", "nobody").code == 1
