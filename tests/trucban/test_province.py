"""The demo province: whole, invented, written once, and somebody is on duty at every hour."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from incidents.insight import reading
from incidents.matter import incidents, standing, taskforces
from incidents.matter.incidents import today
from incidents.people import (
    authorisations,
    organisations,
    outsiders,
    persons,
    roles,
    rosters,
    sign_ins,
)
from incidents.people.directory import focal_points, postings, routing, stale, tree
from incidents.people.directory.focal_points import Standing
from incidents.people.directory.routing import Matter
from incidents.people.duty import faults, filling
from incidents.people.organisations import Succession
from incidents.people.persons import ContactPoint, Person
from incidents.people.roles import Role
from incidents.record import clock, database, proof
from incidents.record.language import Language
from incidents.words import shells
from incidents.words.shells import Shell
from trucban import province
from trucban.merger import MERGED_ON


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
    decision = standing.in_force(seeded, clock.now())
    assert decision
    assert (decision.automatic_from_level, decision.verified) == (2, False)
    paper = authorisations.valid(seeded, Role.SPOKESPERSON, clock.now())
    assert len(paper) == 1


def test_two_demo_sets_meet_on_the_day_of_the_merger(seeded: Session) -> None:
    """Districts are gone, communes stand directly below the city, press work has moved."""
    before = tree.on(seeded, MERGED_ON - timedelta(days=1))
    after = tree.on(seeded, MERGED_ON)
    assert not {n.body.code for n in before} & {n.body.code for n in after}
    assert {n.depth for n in before if n.body.kind == "commune"} == {2}
    assert {n.depth for n in after if n.body.kind == "commune"} == {1}
    assert "district" in {n.body.kind for n in before}
    assert "district" not in {n.body.kind for n in after}
    press = next(n.body for n in before if n.body.code == "T-STTTT")
    heirs = {
        organisations.get(seeded, s.successor_id).code: s.matter
        for s in tree.after(seeded, press.id)
    }
    assert heirs.keys() == {"SVHTTDL", "SKHCN"}
    assert heirs["SVHTTDL"].startswith("báo chí")
    taken = {each.predecessor_id for each in seeded.exec(select(Succession))}
    assert taken == {n.body.id for n in before}, "an old body without a successor"


def test_an_old_incident_keeps_the_old_names(seeded: Session) -> None:
    old = incidents.by_number(seeded, "2025-0001")
    assert old.status is incidents.Status.CLOSED
    seats = taskforces.members(seeded, old.id)
    people = list(persons.names(seeded, {m.person_id for m in seats}).values())
    then = {p.organisation for p in postings.on(seeded, people, old.day).values()}
    now = {p.organisation for p in postings.on(seeded, people, today()).values()}
    assert "Sở Thông tin và Truyền thông tỉnh Cửa Sông" in then
    assert not [name for name in then if "thành phố" in name]
    assert "Sở Văn hóa, Thể thao và Du lịch thành phố Cửa Sông" in now
    assert not [name for name in now if "tỉnh" in name]
    assert proof.verify(seeded, old.id).intact
    told = [line.text for line in reading.story(seeded, old.id, Language.VI)]
    assert any("Mở vụ việc 2025-0001" in line for line in told)


def test_every_body_with_people_has_a_tested_focal_point_and_nothing_is_stale(
    seeded: Session,
) -> None:
    found = stale.reviews(seeded, clock.now())
    works = {p.organisation_id for p in seeded.exec(select(Person))}
    assert not [r.body.code for r in found.values() if r.urgent]
    assert not [r.body.code for i, r in found.items() if i in works and Standing.FOCAL in r.lacking]


def test_whoever_is_asked_and_never_assigned_is_there_with_somebody_to_ask(
    seeded: Session,
) -> None:
    bodies = {n.body.id: n.body for n in tree.on(seeded, today())}
    asked = {i: b for i, b in bodies.items() if b.kind in outsiders.KINDS}
    assert {b.kind for b in asked.values()} == outsiders.KINDS
    for body_id in asked:
        standing = {f.standing: f.person_id for f in focal_points.of(seeded, body_id)}
        assert standing.keys() >= {Standing.FOCAL}
        assert outsiders.among(seeded, list(standing.values())) == set(standing.values())
    assert not [b.name for b in asked.values() if b.kind == "party" and b.parent_id]


def test_a_rumour_in_a_commune_goes_to_that_commune(seeded: Session) -> None:
    matter = Matter("TIN_GIA_MXH", "Tin cống ngăn mặn gãy", "Xã Vàm Lá")
    for role, code in ((Role.COMMUNE, "VAMLA"), (Role.SUBJECT_LEAD, "SNNMT")):
        rule, people = routing.routed(seeded, role, matter, clock.now())
        assert rule
        assert people
        assert organisations.get(seeded, rule.organisation_id).code == code


def test_every_shell_is_whole_and_stays_within_its_bounds(seeded: Session) -> None:
    offered = shells.on_offer(seeded, 3, today())
    assert {s.code for s in offered} == {"TIN-CHUNG", "LU-DE", "TRANG-GIA"}
    assert not shells.on_offer(seeded, 2, today())
    for shell in offered:
        values = {
            "gio": clock.now().isoformat(),
            "dia_ban": "xã Vàm Lá",
            "co_quan": "SYT",
            "gio_ke_tiep": (clock.now() + timedelta(hours=2)).isoformat(),
        }
        asked = {slot.value: values[slot.value] for slot in shell.slots}
        assert {"gio", "gio_ke_tiep"} < asked.keys()
        filled = shells.fill(seeded, shell, asked)
        assert all((filled.text, *filled.english))
        for text in (filled.text, filled.english[1]):
            assert "{" not in text
            assert len(text.split()) <= 180
            assert "http" not in text
    flood = seeded.exec(select(Shell).where(col(Shell.code) == "LU-DE")).one()
    assert "đến nơi cao" in flood.frame
