"""Accounts: a one-time password from an administrator, then a password of one's own.

A one-time password is shown once and kept only as its hash; whoever signs in with it can do
nothing but set their own. A person without a password, given or own, cannot sign in.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session, col, func, select

from incidents.people import persons, sign_ins
from incidents.people.persons import Person
from incidents.people.sign_ins import SignInSession
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotPermitted, Sentence, given
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Labelled

VALID = timedelta(days=3)
"""How long a one-time password waits for its first sign-in."""

SHORTEST = 12
"""Length counts, not signs: no rule asks for digits or capitals (ASVS 6.2)."""

LONGEST = 200
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9]|[._-](?=[a-z0-9])){2,39}")
# No sign that reads like another: it is copied from paper or said over the telephone.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4
_SAME_SIGNS = 4
"""A password of fewer different signs is a pattern, not a secret."""


class AccountState(Labelled):
    """Whether somebody can sign in."""

    NONE = "none", N_("chưa có tài khoản")
    WAITING = "waiting", N_("chờ đăng nhập lần đầu")
    EXPIRED = "expired", N_("mật khẩu dùng một lần đã hết hạn")
    ON = "on", N_("đang dùng")
    OFF = "off", N_("đã khóa")


@dataclass(frozen=True)
class AccountGiven(Fact):
    """Somebody can sign in, with a password that works once."""

    person: PersonId
    username: Private
    says: ClassVar[str] = N_("Cấp tài khoản %(username)s cho %(person)s, với mật khẩu dùng một lần")


@dataclass(frozen=True)
class PasswordReset(Fact):
    """The password of somebody counts no more; they got another that works once."""

    person: PersonId
    says: ClassVar[str] = N_("Cấp lại mật khẩu dùng một lần cho %(person)s; mọi phiên chấm dứt")


@dataclass(frozen=True)
class AccountClosed(Fact):
    """Somebody can sign in no longer."""

    person: PersonId
    reason: Private
    says: ClassVar[str] = N_("Khóa tài khoản của %(person)s; mọi phiên chấm dứt. Lý do: %(reason)s")


@dataclass(frozen=True)
class PasswordSet(Fact):
    """Somebody has a password of their own."""

    person: PersonId
    says: ClassVar[str] = N_("%(person)s đặt mật khẩu riêng; các phiên khác chấm dứt")


@dataclass(frozen=True)
class AdministratorNamed(Fact):
    """Somebody keeps the desk itself, or does no longer."""

    person: PersonId
    administrator: bool
    reason: Private
    says: ClassVar[str] = N_("Quyền quản trị của %(person)s: %(administrator)s. Lý do: %(reason)s")


@dataclass(frozen=True)
class Given:
    """An account with its one-time password, which nobody sees again."""

    person: Person
    password: str
    valid_until: datetime


def state(person: Person) -> AccountState:
    """Whether a person can sign in."""
    if not person.username:
        return AccountState.NONE
    if not person.password_hash or not person.active:
        return AccountState.OFF
    if person.one_time_until is None:
        return AccountState.ON
    return AccountState.WAITING if person.one_time_until > clock.now() else AccountState.EXPIRED


def give(session: Session, person_id: UUID, *, username: str, by: Actor) -> Given:
    """Give somebody a user name, which is theirs for ever, and a one-time password."""
    person = _active(session, person_id)
    if person.username:
        raise AlreadySettled(
            N_("%(name)s đã có tài khoản %(username)s."),
            name=person.name,
            username=person.username,
        )
    name = username.strip().casefold()
    if not _NAME.fullmatch(name):
        raise Invalid(
            fields={
                "username": (
                    N_("Tên đăng nhập gồm 3 đến 40 chữ không dấu, chữ số, dấu chấm, gạch."),
                    {},
                )
            }
        )
    if session.exec(select(Person.id).where(func.lower(Person.username) == name)).first():
        raise Conflict(N_("Tên đăng nhập %(username)s đã có người dùng."), username=name)
    person.username = name
    given = _one_time(session, person)
    timeline.record(session, timeline.DESK, AccountGiven(person.id, name), by=by)
    _tell(session, person, "given", by)
    return given


def reset(session: Session, person_id: UUID, *, by: Actor) -> Given:
    """Give somebody another one-time password, also after their account was closed."""
    person = _active(session, person_id)
    if not person.username:
        raise Conflict(N_("%(name)s chưa có tài khoản."), name=person.name)
    _not_oneself(person, by)
    given = _one_time(session, person)
    timeline.record(session, timeline.DESK, PasswordReset(person.id), by=by)
    _tell(session, person, "reset", by)
    return given


def close(session: Session, person_id: UUID, *, reason: str, by: Actor) -> Person:
    """Let somebody sign in no longer; what they hold, and the links in their mails, stay."""
    person = _active(session, person_id)
    if not person.username or not person.password_hash:
        raise AlreadySettled(N_("%(name)s không có tài khoản đang dùng."), name=person.name)
    _not_oneself(person, by)
    reason = given(reason)
    person.password_hash = person.one_time_until = None
    session.add(person)
    _end_sessions(session, person.id)
    timeline.record(session, timeline.DESK, AccountClosed(person.id, reason), by=by)
    _tell(session, person, "closed", by)
    return person


def name_administrator(
    session: Session, person_id: UUID, *, administrator: bool, reason: str, by: Actor
) -> Person:
    """Let somebody keep the desk itself, or no longer; nobody decides that about themselves."""
    person = _active(session, person_id)
    if person.administrator is administrator:
        raise AlreadySettled(
            N_("Quyền quản trị của %(name)s đã như vậy: %(administrator)s."),
            name=person.name,
            administrator=administrator,
        )
    _not_oneself(person, by)
    reason = given(reason)
    person.administrator = administrator
    session.add(person)
    fact = AdministratorNamed(person.id, administrator, reason)
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, person, "administrator" if administrator else "no_administrator", by)
    return person


def set_own(
    session: Session, person_id: UUID, *, password: str, keeping: UUID | None = None, by: Actor
) -> Person:
    """Set one's own password; every session but the one it was set in ends.

    That the caller knows the password it replaces was checked before: it takes its time.
    """
    person = _active(session, person_id)
    if person.id != by.person_id:
        raise NotPermitted(N_("Mỗi người tự đặt mật khẩu của mình."))
    if wrong := _weak(person, password):
        raise Invalid(fields={"new_password": wrong})
    person.password_hash, person.one_time_until = sign_ins.hash_password(password), None
    session.add(person)
    _end_sessions(session, person.id, but=keeping)
    timeline.record(session, timeline.DESK, PasswordSet(person.id), by=by)
    _tell(session, person, "set", None)
    return person


def one_time() -> str:
    """A password for one use: four groups of signs that nobody mistakes for others, 79 bits."""
    groups = ["".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS)]
    return "-".join(groups)


def _one_time(session: Session, person: Person) -> Given:
    password, until = one_time(), clock.now() + VALID
    person.password_hash, person.one_time_until = sign_ins.hash_password(password), until
    session.add(person)
    _end_sessions(session, person.id)
    return Given(person, password, until)


def _active(session: Session, person_id: UUID) -> Person:
    persons.active(session, person_id)
    return locked(session, Person, person_id) or persons.active(session, person_id)


def _not_oneself(person: Person, by: Actor) -> None:
    if person.id == by.person_id:
        raise NotPermitted(N_("Đồng chí không tự làm việc này cho mình; cần một quản trị khác."))


def _weak(person: Person, password: str) -> Sentence | None:
    """What is wrong with a password."""
    if not SHORTEST <= len(password) <= LONGEST:
        return N_("Mật khẩu dài từ %(least)s đến %(most)s ký tự; một câu dễ nhớ là tốt."), {
            "least": SHORTEST,
            "most": LONGEST,
        }
    told = password.casefold()
    known = [person.username or "", *person.name.casefold().split(), "trucban", "matkhau"]
    left = told
    for word in sorted(known, key=len, reverse=True):
        left = left.replace(word.casefold(), "") if word else left
    if len(set(told)) < _SAME_SIGNS or len(left) < SHORTEST // 2:
        return N_("Mật khẩu này dễ đoán: không dùng tên mình, không lặp một vài ký tự."), {}
    if person.password_hash and sign_ins.matches(password, person.password_hash):
        return N_("Đặt mật khẩu khác mật khẩu đang dùng."), {}
    return None


def _end_sessions(session: Session, person_id: UUID, *, but: UUID | None = None) -> None:
    now = clock.now()
    for each in session.exec(
        select(SignInSession).where(
            SignInSession.person_id == person_id, col(SignInSession.ended_at).is_(None)
        )
    ):
        if each.id != but:
            each.ended_at = now
            session.add(each)


def _tell(session: Session, person: Person, what: str, by: Actor | None) -> None:
    """Whoever it concerns hears of it, never the password itself."""
    values: dict[str, Any] = {"what": what, "username": person.username or ""}
    if by and by.person_id:
        values["by"] = str(by.person_id)
    key = f"account:{person.id}:{what}:{clock.now().isoformat()}"
    persons.tell(session, person.id, "account_changed", key=key, values=values)
