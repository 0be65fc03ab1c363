"""Which body's people are called follows from what the matter is about, by dated rules."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from incidents.insight import reading
from incidents.matter import taskforces
from incidents.people import organisations
from incidents.people.directory import focal_points, keeping, postings, routing
from incidents.people.directory.focal_points import Standing
from incidents.people.directory.routing import Matter, RoutingRule
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language
from tests.harness import Desk

SPRING = date(2026, 3, 1)
MATTER = Matter("TIN_GIA_MXH", "Tin đồn vỡ đê ở phường Bến Lứa", "phường Bến Lứa")


def body(code: str) -> UUID:
    with database.reading() as session:
        return organisations.by_code(session, code).id


def route(desk: Desk, role: Role, code: str, **what: Any) -> RoutingRule:
    given = {"valid_from": SPRING} | what
    return desk.do(routing.lay_down, role, body(code), by=desk.cast.an, **given)


def called(desk: Desk, role: Role) -> list[str]:
    """Who sits in the role of a task force called out now, by first name."""
    incident = desk.opened(level=2, roles=[role])
    with database.reading() as session:
        people = {p.id: p.username for p in vars(desk.cast).values()}
        return [people[m.person_id] for m in taskforces.members(session, incident.id)]


def decides(matter: Matter, role: Role = Role.COMMUNE, day: date = date(2026, 11, 23)) -> str:
    with database.reading() as session:
        rule = routing.rule_for(session, role, matter, day)
        return (
            session.get_one(organisations.Organisation, rule.organisation_id).code if rule else ""
        )


def test_without_a_fitting_rule_the_holders_of_the_role_are_called_as_ever(desk: Desk) -> None:
    route(desk, Role.SUBJECT_LEAD, "CA", topic="ma túy")
    assert called(desk, Role.SUBJECT_LEAD) == ["phuc", "yen"]


def test_a_rule_leads_to_the_body_s_holders_and_the_record_names_it(desk: Desk) -> None:
    cast = desk.cast
    with database.transaction() as session:
        session.add(
            roles_row(Role.SUBJECT_LEAD, cast.son.id, desk.time - timedelta(days=1), rank=9)
        )
    route(desk, Role.SUBJECT_LEAD, "CA", playbook="TIN_GIA_MXH")
    incident = desk.opened(level=2, roles=[Role.SUBJECT_LEAD])
    with database.reading() as session:
        seats = [m.person_id for m in taskforces.members(session, incident.id)]
        told = [line.text for line in reading.story(session, incident.id, Language.VI)]
    assert seats == [cast.son.id]
    routed = "Việc của Thành viên chuyên môn thuộc Công an tỉnh Bình Khê theo phân công"
    assert any(routed in line for line in told)

    desk.time += timedelta(days=10)
    desk.do(
        keeping.change,
        body("CA"),
        name="Công an thành phố Bình Khê",
        parent_id=None,
        starts_on=desk.time.date(),
        basis="",
        by=cast.an,
    )
    with database.reading() as session:
        told = [line.text for line in reading.story(session, incident.id, Language.VI)]
    assert any(routed in line for line in told), "the record keeps the name of its own day"


def roles_row(role: Role, person_id: UUID, since: Any, *, rank: int) -> Any:
    from incidents.people.roles import RoleHolder

    return RoleHolder(role=role, person_id=person_id, rank=rank, valid_from=since)


def test_a_body_without_a_holder_is_reached_through_its_focal_point(desk: Desk) -> None:
    cast = desk.cast
    desk.do(focal_points.appoint, body("CA"), cast.son.id, standing=Standing.FOCAL, by=cast.an)
    route(desk, Role.SUBJECT_LEAD, "CA", playbook="TIN_GIA_MXH")
    assert called(desk, Role.SUBJECT_LEAD) == ["son"]


def test_a_rule_that_leads_to_nobody_changes_nothing(desk: Desk) -> None:
    route(desk, Role.SUBJECT_LEAD, "CA", playbook="TIN_GIA_MXH")
    assert called(desk, Role.SUBJECT_LEAD) == ["phuc", "yen"]


def test_a_step_outside_the_task_force_follows_the_rule_too(desk: Desk) -> None:
    route(desk, Role.SUBJECT_LEAD, "SVHTT", playbook="TIN_GIA_MXH")
    cast = desk.cast
    desk.do(focal_points.appoint, body("SVHTT"), cast.khoi.id, standing=Standing.FOCAL, by=cast.an)
    incident = desk.opened(level=1)
    step = desk.plan(incident, "verify", Role.SUBJECT_LEAD)
    assert step.assignee_id == cast.khoi.id
    desk.set_aside()


def test_the_place_weighs_more_than_the_topic_and_the_topic_more_than_the_playbook(
    desk: Desk,
) -> None:
    route(desk, Role.COMMUNE, "SYT", playbook="TIN_GIA_MXH")
    assert decides(MATTER) == "SYT"
    route(desk, Role.COMMUNE, "CA", topic="lũ, vỡ đê")
    assert decides(MATTER) == "CA"
    route(desk, Role.COMMUNE, "UBP", area="phường bến lứa, xã Vàm Lá")
    assert decides(MATTER) == "UBP"
    assert decides(Matter("", "Họp chợ", "Bến Lứa Đông")) == ""
    assert decides(MATTER, Role.SUBJECT_LEAD) == ""


def test_accents_and_whole_words_tell_places_apart(desk: Desk) -> None:
    route(desk, Role.COMMUNE, "UBP", area="Bến Lứa")
    assert decides(Matter("", "", "ấp 3, BẾN  LỨA.")) == "UBP"
    assert decides(Matter("", "", "Bến Lửa")) == ""
    assert decides(Matter("", "", "Bến Lứan")) == ""


def test_a_rule_counts_from_its_first_day_to_its_last(desk: Desk) -> None:
    rule = route(desk, Role.COMMUNE, "UBP", area="Bến Lứa", valid_from=date(2026, 6, 1))
    assert decides(MATTER, day=date(2026, 5, 31)) == ""
    desk.do(routing.end, rule.id, last_day=date(2026, 11, 23), by=desk.cast.an)
    assert decides(MATTER, day=date(2026, 11, 23)) == "UBP"
    assert decides(MATTER, day=date(2026, 11, 24)) == ""
    with desk.refused(Conflict, "đã hết hiệu lực"):
        desk.do(routing.end, rule.id, last_day=date(2026, 11, 25), by=desk.cast.an)


def test_a_rule_must_say_when_and_for_whom(desk: Desk) -> None:
    with desk.refused(Invalid):
        route(desk, Role.COMMUNE, "UBP", topic=" , ")
    with desk.refused(Invalid):
        route(desk, Role.LEAD, "UBP", topic="đê")
    with desk.refused(Invalid):
        route(desk, Role.COMMUNE, "UBP", topic="đê", valid_to=date(2026, 1, 1))


def test_a_person_who_left_the_body_is_not_called_for_it(desk: Desk) -> None:
    cast: dict[str, Person] = vars(desk.cast)
    route(desk, Role.SUBJECT_LEAD, "SYT", playbook="TIN_GIA_MXH")
    desk.do(
        postings.move,
        cast["phuc"].id,
        organisation_id=body("UBND"),
        post="Phó Chánh Văn phòng",
        starts_on=date(2026, 11, 23),
        by=cast["an"],
    )
    assert called(desk, Role.SUBJECT_LEAD) == ["yen"]
