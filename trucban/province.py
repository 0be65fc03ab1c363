"""The demo province: invented bodies, officials, shifts and decisions to try the desk with."""

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from sqlmodel import Session, select

from incidents.matter.standing import FoundingDecision
from incidents.people import sign_ins
from incidents.people.authorisations import Authorisation
from incidents.people.duty import keeping
from incidents.people.organisations import Organisation, OrganisationKind
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock
from incidents.record.actors import Actor, Via
from incidents.record.language import Language
from incidents.words import statements
from incidents.words.shells import Shell
from incidents.words.statements import StatementKind
from trucban import merger

NAME = "Ủy ban nhân dân thành phố Cửa Sông"
"""How the demo desk signs what it publishes; no such city exists."""

PASSWORD = "trucban-demo"  # noqa: S105 - it guards invented data only
"""Everybody's password in the demo."""

SHIFTS = (
    (Role.DUTY_OFFICER, "Trực ban truyền thông", "SVHTTDL", "FREQ=DAILY;BYHOUR=6,14,22", 8),
    (Role.DEPARTMENT_DUTY_LEADER, "Trực lãnh đạo sở", "SVHTTDL", "FREQ=DAILY", 24),
    (Role.OFFICE_DUTY, "Trực Văn phòng UBND", "VP", "FREQ=DAILY", 24),
)
"""Role, roster, its office, when shifts begin, and for how many hours; its people take turns."""

_HAND_OVER = time(6)

_ABOVE = (OrganisationKind.PARTY, OrganisationKind.SUPERIOR)
"""They stand beside the people's committee or over it, never below."""


class _Post(NamedTuple):
    """An official and the part they hold; rank 1 holds it, the others deputise."""

    username: str
    name: str
    post: str
    body: str
    role: str = ""
    rank: int = 1
    language: str = "vi"
    administrator: bool = False


def seed(session: Session) -> None:
    """Write the demo province down; where it stands already, nothing is touched."""
    if session.exec(select(Organisation).where(Organisation.code == "UBND")).first():
        return
    now = clock.now()
    people = _people(session, now)
    today = now.astimezone(clock.LOCAL).date()
    _fill_rosters(session, people, today)
    _sign_papers(session, people, now, today)
    _approve_shells(session, people, today)
    merger.remember(session, people)


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads((files("trucban") / "province.toml").read_text("utf-8"))


def _posts() -> list[_Post]:
    return [_Post(**each) for each in _content()["posts"]]


def usernames() -> dict[str, str]:
    """Everybody's name and how they sign in."""
    return {each.name: each.username for each in _posts()}


def _people(session: Session, now: datetime) -> dict[str, Person]:
    bodies = {c: Organisation(code=c, name=n, kind=k) for c, (n, k) in _content()["bodies"].items()}
    for code, body in bodies.items():
        body.parent_id = None if code == "UBND" or body.kind in _ABOVE else bodies["UBND"].id
        body.valid_from = merger.MERGED_ON
    session.add_all(bodies.values())
    password = sign_ins.hash_password(PASSWORD)
    people: dict[str, Person] = {}
    for number, each in enumerate(_posts(), start=1):
        people[each.username] = person = Person(
            name=each.name,
            post=each.post,
            organisation_id=bodies[each.body].id,
            language=Language(each.language),
            username=each.username,
            password_hash=password,
            telephone=f"0900 000 {number:03}",
            administrator=each.administrator,
        )
        session.add(person)
        _reachable(session, person, now)
        if each.role:
            # A second apart, so that deputies of one rank keep the order they are written in.
            since = now - timedelta(days=30) + timedelta(seconds=number)
            held = RoleHolder(
                role=Role(each.role), person_id=person.id, rank=each.rank, valid_from=since
            )
            session.add(held)
    return people


def _reachable(session: Session, person: Person, now: datetime) -> None:
    session.add(
        ContactPoint(
            person_id=person.id,
            channel=ContactKind.MAIL,
            address=f"{person.username}@cuasong.test",
            verified_at=now,
        )
    )


def _fill_rosters(session: Session, people: dict[str, Person], today: date) -> None:
    """Somebody is on duty at every moment from now on, day and night, by rotation."""
    session.flush()
    keeper = Actor(people["quan.tri"].id, Via.COMMAND)
    bodies = {o.code: o.id for o in session.exec(select(Organisation))}
    for role, name, office, rule, hours in SHIFTS:
        roster = keeping.draw_up(
            session, name, role=role, organisation_id=bodies[office], by=keeper
        )
        session.flush()
        keeping.add(
            session,
            roster.id,
            people=[people[each.username].id for each in _posts() if each.role == role.value],
            rule=rule,
            hand_over=_HAND_OVER,
            length=timedelta(hours=hours),
            valid_from=today - timedelta(days=2),
            by=keeper,
        )


def _sign_papers(session: Session, people: dict[str, Person], now: datetime, today: date) -> None:
    """The decision that founds the task force, and the paper by which the deputy may sign."""
    founded = today - timedelta(days=200)
    session.add(
        FoundingDecision(
            number="214/QĐ-UBND",
            signed_on=founded,
            signer=people["chu.tich"].name,
            automatic_from_level=2,
            valid_from=founded,
        )
    )
    session.add(
        Authorisation(
            number="18/GUQ-UBND",
            role=Role.SPOKESPERSON,
            grantor_id=people["nguoi.phat.ngon"].id,
            grantee_id=people["pho.phat.ngon"].id,
            scope="Duyệt nội dung phát ngôn khi Người phát ngôn vắng mặt",
            valid_from=now - timedelta(days=30),
            valid_to=now + timedelta(days=180),
        )
    )


def _approve_shells(session: Session, people: dict[str, Person], today: date) -> None:
    """Frames signed in advance for the night; the hash covers them in both languages."""
    for code, each in _content()["shells"].items():
        words = {name: each[name] for name in ("title", "frame", "title_en", "frame_en")}
        session.add(
            Shell(
                **words,
                code=code,
                kind=StatementKind.HOLDING,
                frame_sha256=statements.digest(*words.values()),
                from_level=3,
                decision=each["decision"],
                decided_on=today - timedelta(days=120),
                approved_by=people[each["approved_by"]].id,
                approved_as=Role(each["approved_as"]),
                valid_to=today + timedelta(days=365),
            )
        )
