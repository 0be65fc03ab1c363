"""The demo province: whole, invented, written once, and somebody is on duty at every hour."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from incidents.matter.incidents import today
from incidents.matter.taskforces import standing_decision
from incidents.people import authorisations, roles, rosters, sign_ins
from incidents.people.duty import faults, filling
from incidents.people.persons import ContactPoint, Person
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.language import Language
from incidents.words import shells
from incidents.words.shells import Shell
from trucban import province


@pytest.fixture
def seeded(migrated: None) -> Iterator[Session]:
    with database.transaction() as session:
        province.seed(session)
    with database.reading() as session:
        yield session


def counts(session: Session) -> dict[str, int]:
    return {
        name: session.exec(select(func.count()).select_from(table)).one()
        for name, table in SQLModel.metadata.tables.items()
    }


def test_a_second_seed_touches_nothing(seeded: Session) -> None:
    before = counts(seeded)
    with database.transaction() as session:
        province.seed(session)
    with database.reading() as session:
        assert counts(session) == before


def test_every_role_has_a_holder_and_a_deputy(seeded: Session) -> None:
    for role in Role:
        if role is not Role.LEAD:
            assert len(roles.holders(seeded, role, clock.now())) > 1, role
    assert roles.holders(seeded, Role.LEAD, clock.now())


def test_everybody_can_sign_in_and_be_reached(seeded: Session) -> None:
    people = seeded.exec(select(Person)).all()
    points = {p.person_id: p for p in seeded.exec(select(ContactPoint))}

    assert len({p.password_hash for p in people}) == 1
    for person in people:
        assert person.username
        assert person.username.isascii()
        assert points[person.id].verified_at
        assert points[person.id].address.endswith(".test")
        assert person.telephone.startswith("0900 000 0")
    assert sign_ins.check(seeded, "truc.ban", province.PASSWORD).post == "Chuyên viên trực"
    assert len({p.telephone for p in people}) == len(people)
    assert [p.username for p in people if p.administrator] == ["quan.tri"]
    assert Language.EN in {p.language for p in people}


def test_somebody_is_on_duty_at_every_hour_for_sixty_days(seeded: Session) -> None:
    begin = clock.now()
    for hour in range(0, filling.HORIZON.days * 24, 5):
        at = begin + timedelta(hours=hour)
        for role, *_ in province.SHIFTS:
            assert len(rosters.on_shift(seeded, at, role)) == 1, (role, at)


def test_the_rosters_have_no_fault_for_two_months(seeded: Session) -> None:
    assert [r.role for r in rosters.every(seeded)] == [role for role, *_ in province.SHIFTS]
    assert faults.find(seeded, clock.now(), clock.now() + timedelta(days=70)) == []


def test_the_task_force_acts_by_itself_from_level_2_and_the_deputy_may_speak(
    seeded: Session,
) -> None:
    decision = standing_decision(seeded, today())
    assert decision
    assert (decision.automatic_from_level, decision.verified) == (2, False)
    paper = authorisations.valid(seeded, Role.SPOKESPERSON, clock.now())
    assert len(paper) == 1


def test_every_shell_is_whole_and_stays_within_its_bounds(seeded: Session) -> None:
    offered = shells.on_offer(seeded, 3, today())
    assert {s.code for s in offered} == {"TIN-CHUNG", "LU-DE", "TRANG-GIA"}
    assert not shells.on_offer(seeded, 2, today())
    for shell in offered:
        filled = shells.fill(
            shell, {name: "x" * slot["limit"] for name, slot in shell.slots.items()}
        )
        assert "{" not in filled
        assert len(filled.split()) <= 180
        assert "http" not in filled
    flood = seeded.exec(select(Shell).where(col(Shell.code) == "LU-DE")).one()
    assert "đến nơi cao" in flood.frame
