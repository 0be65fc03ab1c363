"""What an empty desk starts with: a first administrator, or the invented demo province."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from incidents.people import accounts, roles, rosters, sign_ins
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.sign_ins import SignInSession
from incidents.record import clock, database, settings
from incidents.record.language import N_
from trucban import province

ADMINISTRATOR = "quan-tri"

_SHOWN = (
    Role.SPOKESPERSON,
    Role.LEAD,
    Role.STANDING_DEPUTY,
    Role.SECRETARY,
    Role.MONITORING,
    Role.SUBJECT_LEAD,
    Role.LEGAL,
    Role.PUBLISHER,
    Role.COMMUNE,
)


@dataclass(frozen=True)
class Demo:
    """How to sign in at the demo: the person on shift now, and who holds the roles."""

    province: str
    password: str
    people: list[tuple[Role, str, str]]


@dataclass(frozen=True)
class Welcome:
    """What is said once the desk answers."""

    administrator: str = ADMINISTRATOR
    first_password: str = ""
    demo: Demo | None = None


def prepare(*, demo: bool) -> Welcome:
    """Fill an empty desk; the demo province never mixes with real people.

    A first password is made anew at each start until somebody has set their own with it: a crash
    between making it and printing it must not lock the desk for ever.
    """
    with database.transaction() as session:
        anybody = session.exec(select(Person.id).limit(1)).first()
        if demo and not anybody:
            province.seed(session)
            session.flush()
        elif not anybody:
            _first_administrator(session)
            session.flush()
        if _is_demo(session):
            return Welcome(demo=_demo(session))
        return Welcome(first_password=_first_password(session))


def _first_administrator(session: Session) -> None:
    body = Organisation(code="desk", name=N_("Bàn trực"), kind="desk")
    person = Person(
        name=N_("Quản trị viên"),
        organisation_id=body.id,
        username=ADMINISTRATOR,
        administrator=True,
    )
    session.add_all([body, person])


def _first_password(session: Session) -> str:
    """Another one-time password, or nothing once some administrator has come in."""
    first, *others = session.exec(
        select(Person)
        .where(col(Person.administrator), col(Person.active))
        .order_by(col(Person.username) != ADMINISTRATOR)
    ).all() or [None]
    if first is None or others or first.username != ADMINISTRATOR:
        return ""
    signed_in = select(SignInSession.id).where(col(SignInSession.person_id) == first.id).limit(1)
    if first.one_time_until is None and session.exec(signed_in).first():
        return ""
    password = accounts.one_time()
    first.password_hash = sign_ins.hash_password(password)
    first.one_time_until = clock.now() + accounts.VALID
    session.add(first)
    return password


def _is_demo(session: Session) -> bool:
    named = select(Organisation.id).where(Organisation.name == province.NAME)
    return session.exec(named).first() is not None


def sign_as_demo() -> None:
    """Let this process publish in the demo province's name, unless the office set another."""
    with database.reading() as session:
        if not settings.current().desk_name and _is_demo(session):
            settings.current().desk_name = province.NAME


def _demo(session: Session) -> Demo:
    now = clock.now()
    held = [(Role.DUTY_OFFICER, p) for p in rosters.on_shift(session, now)[:1]]
    held += [(role, p) for role in _SHOWN for p in roles.holders(session, role, now)[:1]]
    people = [(role, session.get_one(Person, person_id)) for role, person_id in held]
    return Demo(
        province=province.NAME,
        password=province.PASSWORD,
        people=[(role, person.name, person.username or "") for role, person in people],
    )
