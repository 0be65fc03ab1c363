"""Sign-ins: one answer to every mistake, and sessions that end."""

from datetime import timedelta

import pytest

from incidents.people import sign_ins
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.errors import NotPermitted
from tests.cast import PASSWORD
from tests.harness import Desk, hours


def test_sign_in_gives_one_answer_to_every_mistake(desk: Desk) -> None:
    with database.transaction() as session:
        assert sign_ins.check(session, "lan", PASSWORD).id == desk.cast.lan.id
        long = session.get_one(Person, desk.cast.long.id)
        long.active = False
        session.add(long)
    for username, password in (("lan", "sai"), ("khong-co", PASSWORD), ("long", PASSWORD)):
        with desk.refused(NotPermitted, "Tên đăng nhập hoặc mật khẩu"):
            _check(username, password)


def _check(username: str, password: str) -> None:
    with database.reading() as session:
        sign_ins.check(session, username, password)


def test_a_session_is_fresh_for_five_minutes_and_ends_by_itself(desk: Desk) -> None:
    with database.transaction() as session:
        token = sign_ins.begin(session, desk.cast.minh)
    with database.transaction() as session:
        found = sign_ins.find(session, token)
        assert found
        sign_in, person = found
        assert person.id == desk.cast.minh.id
        assert sign_in.token_hash != token
        assert sign_ins.fresh(sign_in)
        desk.time += sign_ins.FRESH + timedelta(seconds=1)
        assert not sign_ins.fresh(sign_in)
        with pytest.raises(NotPermitted):
            sign_ins.prove(session, sign_in, "sai")
        sign_ins.prove(session, sign_in, PASSWORD)
        assert sign_ins.fresh(sign_in)
    with database.reading() as session:
        assert sign_ins.find(session, token + "x") is None
        desk.time += hours(13)
        assert sign_ins.find(session, token) is None


def test_signing_out_or_leaving_ends_the_session(desk: Desk) -> None:
    with database.transaction() as session:
        tokens = [sign_ins.begin(session, p) for p in (desk.cast.minh, desk.cast.binh)]
    with database.transaction() as session:
        signed_in = sign_ins.find(session, tokens[0])
        assert signed_in
        sign_ins.end(session, signed_in[0])
        binh = session.get_one(Person, desk.cast.binh.id)
        binh.active = False
        session.add(binh)
    with database.reading() as session:
        assert [sign_ins.find(session, token) for token in tokens] == [None, None]
