"""Accounts: a one-time password from an administrator, one's own after it, and closed again."""

import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from incidents.people import accounts, sign_ins
from incidents.people.accounts import AccountState, Given
from incidents.people.directory import postings
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotPermitted
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.cast import PASSWORD
from tests.harness import Desk, hours

OWN = "đò xưa bến cũ"


def newcomer(desk: Desk) -> Person:
    """Somebody new in the directory."""
    body = desk.cast.kien.organisation_id
    return desk.do(postings.enter, "Đào Thị Mận", organisation_id=body, by=desk.cast.an)


def given(desk: Desk, person: Person, username: str = "man.dao") -> Given:
    return desk.do(accounts.give, person.id, username=username, by=desk.cast.an)


def check(username: str, password: str) -> Person:
    with database.reading() as session:
        return sign_ins.check(session, username, password)


def set_own(desk: Desk, person: Person, password: str, **more: Any) -> Person:
    by = more.pop("by", person)
    return desk.do(accounts.set_own, person.id, password=password, by=by, **more)


def in_state(desk: Desk, person: Person) -> AccountState:
    return accounts.state(desk.reload(person))


def test_a_newcomer_gets_an_account_and_sets_a_password_of_their_own(desk: Desk) -> None:
    person = newcomer(desk)
    assert in_state(desk, person) is AccountState.NONE
    made = given(desk, person, " Man.Dao ")
    assert in_state(desk, person) is AccountState.WAITING
    assert check("man.dao", made.password).id == person.id
    assert made.valid_until == desk.time + accounts.VALID
    set_own(desk, person, OWN)
    assert in_state(desk, person) is AccountState.ON
    with desk.refused(NotPermitted, "không đúng"):
        check("man.dao", made.password)
    # Another keyboard puts the same letters together in another way.
    assert check("man.dao", unicodedata.normalize("NFD", OWN)).id == person.id
    assert desk.facts(DESK)[-2:] == ["AccountGiven", "PasswordSet"]
    told = desk.timeline(DESK, Language.VI)[-2].text
    assert told == "Cấp tài khoản man.dao cho Đào Thị Mận, với mật khẩu dùng một lần"


def test_a_password_is_in_no_fact_and_no_message(desk: Desk) -> None:
    made = desk.do(accounts.reset, desk.cast.minh.id, by=desk.cast.an)
    told = desk.expect_message(to=desk.cast.minh, kind="account_changed")
    assert made.password not in f"{told.values} {[x.text for x in desk.timeline(DESK)]}"
    assert made.password not in str(desk.reload(desk.cast.minh).password_hash)


def test_one_time_passwords_are_all_different_and_expire(desk: Desk) -> None:
    assert len({accounts.one_time() for _ in range(200)}) == 200
    made = given(desk, newcomer(desk))
    desk.time += accounts.VALID
    with desk.refused(NotPermitted, "đã hết hạn"):
        check("man.dao", made.password)
    with desk.refused(NotPermitted, "không đúng"):
        check("man.dao", "sai")
    assert in_state(desk, made.person) is AccountState.EXPIRED


def test_resetting_and_closing_end_every_session_and_the_old_password(desk: Desk) -> None:
    cast = desk.cast
    with database.transaction() as session:
        token = sign_ins.begin(session, cast.minh)
    made = desk.do(accounts.reset, cast.minh.id, by=cast.an)
    with database.reading() as session:
        assert sign_ins.find(session, token) is None
    with desk.refused(NotPermitted):
        check("minh", PASSWORD)
    with database.transaction() as session:
        token = sign_ins.begin(session, cast.minh)
    with desk.refused(Invalid) as silent:
        desk.do(accounts.close, cast.minh.id, reason=" ", by=cast.an)
    assert list(silent.value.fields) == ["reason"]
    desk.do(accounts.close, cast.minh.id, reason="Mất máy", by=cast.an)
    assert in_state(desk, cast.minh) is AccountState.OFF
    with database.reading() as session:
        assert sign_ins.find(session, token) is None
    for password in (made.password, PASSWORD):
        with desk.refused(NotPermitted, "không đúng"):
            check("minh", password)
    with desk.refused(AlreadySettled):
        desk.do(accounts.close, cast.minh.id, reason="Nữa", by=cast.an)
    desk.expect_message(to=cast.minh, kind="account_changed")
    desk.expect_message(to=cast.minh, kind="account_changed")
    again = desk.do(accounts.reset, cast.minh.id, by=cast.an)
    assert check("minh", again.password).id == cast.minh.id
    desk.set_aside()


def test_ones_own_password_keeps_the_session_it_was_set_in(desk: Desk) -> None:
    cast = desk.cast
    with database.transaction() as session:
        here, elsewhere = (sign_ins.begin(session, cast.minh) for _ in range(2))
    with database.reading() as session:
        found = sign_ins.find(session, here)
    assert found
    set_own(desk, cast.minh, OWN, keeping=found[0].id)
    with database.reading() as session:
        assert sign_ins.find(session, here)
        assert sign_ins.find(session, elsewhere) is None
    desk.expect_messages("account_changed", cast.minh)


@pytest.mark.parametrize(
    "password",
    ["ngắn quá", "x" * 201, "aaaaaaaaaaaaaaaa", "ababababababab", "leminhminhminh", PASSWORD],
)
def test_a_password_that_is_easy_to_guess_is_refused(desk: Desk, password: str) -> None:
    with desk.refused(Invalid) as weak:
        set_own(desk, desk.cast.minh, password)
    assert list(weak.value.fields) == ["new_password"]


@pytest.mark.parametrize("username", ["", "ab", "có dấu", "a b c", ".an", "an.", "a..n", "x" * 41])
def test_a_user_name_is_short_and_plain(desk: Desk, username: str) -> None:
    person = newcomer(desk)
    with desk.refused(Invalid) as wrong:
        given(desk, person, username)
    assert list(wrong.value.fields) == ["username"]


def test_what_cannot_be_is_refused(desk: Desk) -> None:
    cast, person = desk.cast, newcomer(desk)
    with desk.refused(Conflict, "chưa có tài khoản"):
        desk.do(accounts.reset, person.id, by=cast.an)
    with desk.refused(Conflict, "đã có người dùng"):
        given(desk, person, "MINH")
    with desk.refused(AlreadySettled, "đã có tài khoản minh"):
        given(desk, cast.minh)
    with desk.refused(NotPermitted, "tự đặt"):
        set_own(desk, cast.minh, OWN, by=cast.an)
    for verb, more in (
        (accounts.reset, {}),
        (accounts.close, {"reason": "x"}),
        (accounts.name_administrator, {"administrator": False, "reason": "x"}),
    ):
        with desk.refused(NotPermitted, "cần một quản trị khác"):
            desk.do(verb, cast.an.id, by=cast.an, **more)


def test_administrators_name_administrators(desk: Desk) -> None:
    cast = desk.cast
    values = {"administrator": True, "reason": "Hai người thay nhau"}
    desk.do(accounts.name_administrator, cast.hoa.id, by=cast.an, **values)
    with database.reading() as session:
        hoa = session.get_one(Person, cast.hoa.id)
        assert permissions.allowed(session, hoa, Deed.KEEP_ACCOUNTS)
    with desk.refused(AlreadySettled):
        desk.do(accounts.name_administrator, cast.hoa.id, by=cast.an, **values)
    desk.time += hours(1)
    values = {"administrator": False, "reason": "Chuyển công tác"}
    desk.do(accounts.name_administrator, cast.an.id, by=cast.hoa, **values)
    with database.reading() as session:
        an = session.get_one(Person, cast.an.id)
        for person, may in ((an, False), (cast.minh, False)):
            assert permissions.allowed(session, person, Deed.KEEP_ACCOUNTS) is may
    desk.expect_messages("account_changed", cast.hoa, cast.an)


def test_a_person_who_came_by_the_directory_alone_cannot_sign_in(desk: Desk) -> None:
    newcomer(desk)
    desk.time += timedelta(minutes=1)
    with desk.refused(NotPermitted, "không đúng"):
        check("", "")
