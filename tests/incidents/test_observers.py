"""Observers look at everything, do nothing in it, and mark exercises."""

from typing import Any

import pytest
from sqlmodel import select

from incidents.matter import taskforces
from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.people.roles import READS, Role, RoleHolder
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.response.staffing import directing, holdings, leaving, seating
from incidents.response.steps import added_steps
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours

MAY = {
    Deed.FLAG,
    Deed.SEE_DESK,
    Deed.SEE_INCIDENT,
    Deed.SEE_LESSONS,
    Deed.SEE_ROSTERS,
    Deed.SEE_DIRECTORY,
    Deed.VERIFY_RECORD,
}


@pytest.fixture
def observer(desk: Desk) -> Person:
    with database.transaction() as session:
        session.add(
            RoleHolder(
                role=Role.OBSERVER, person_id=desk.cast.kien.id, valid_from=desk.time - hours(1)
            )
        )
    return desk.cast.kien


def exercise(desk: Desk) -> Incident:
    incident = desk.open(exercise=True)
    desk.activate(incident, Role.LEAD, Role.SECRETARY)
    desk.set_aside()
    return desk.reload(incident)


def test_an_observer_reads_everything_and_does_nothing(desk: Desk, observer: Person) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SECRETARY])
    with database.reading() as session:
        alone = {d for d in Deed if permissions.allowed(session, observer, d, incident)}
        at_once = permissions.deeds(session, observer, incident)
        insider = permissions.deeds(session, desk.cast.mai, incident)
    # Their own addresses are theirs to keep, as everybody's are.
    assert alone == MAY
    assert at_once <= MAY
    assert {Deed.SEE_DESK, Deed.SEE_INCIDENT, Deed.VERIFY_RECORD} <= at_once
    assert {Deed.NOTE, Deed.OWN_DUTY, Deed.TEST_CONTACTS} <= insider


def test_whoever_holds_another_part_does_what_that_part_does(desk: Desk) -> None:
    incident, ha = desk.opened(level=3, roles=[Role.SECRETARY]), desk.cast.ha
    with database.transaction() as session:
        session.add(
            RoleHolder(role=Role.OBSERVER, person_id=ha.id, valid_from=desk.time - hours(1))
        )
    with database.reading() as session:
        assert permissions.allowed(session, ha, Deed.NOTE, incident)
        assert permissions.allowed(session, ha, Deed.GRADE, incident)


def test_an_observer_sits_in_an_exercise_and_marks_it(desk: Desk, observer: Person) -> None:
    incident, cast = exercise(desk), desk.cast
    seat = desk.do(
        seating.add, incident.id, Role.OBSERVER, person_id=cast.hoa.id, deputy=False, by=cast.lan
    )
    assert seat.role in READS
    desk.expect_message(to=cast.hoa, kind="called_out")
    # The seat comes before the post.
    step = desk.plan(incident, "mark", Role.OBSERVER, form="ExerciseMarks", due=hours(24))
    assert step.assignee_id == cast.hoa.id
    marks: dict[str, Any] = dict.fromkeys(
        ("acknowledgements", "first_text", "deadlines", "coordination"), "met"
    )
    marks["kept_inside"] = True
    desk.answer("mark", by=cast.hoa, **marks)
    assert desk.step("mark").answer
    desk.set_aside()


def test_without_a_seat_the_post_marks_and_without_a_post_the_office_on_duty(
    desk: Desk, observer: Person
) -> None:
    incident, cast = exercise(desk), desk.cast
    first = desk.plan(incident, "mark", Role.OBSERVER, form="ExerciseMarks", due=hours(24))
    assert first.assignee_id == observer.id
    with database.transaction() as session:
        held = session.exec(select(RoleHolder).where(RoleHolder.person_id == observer.id)).one()
        session.delete(held)
    second = desk.plan(incident, "mark 2", Role.OBSERVER, form="ExerciseMarks", due=hours(24))
    assert second.assignee_id == cast.hoa.id
    desk.set_aside()


def test_nobody_observes_a_real_incident_from_a_seat_or_marks_themselves(desk: Desk) -> None:
    cast = desk.cast
    real = desk.opened(level=3, roles=[Role.LEAD])
    with desk.refused(Conflict, "chỉ tham gia diễn tập"):
        desk.do(
            seating.add, real.id, Role.OBSERVER, person_id=cast.kien.id, deputy=False, by=cast.lan
        )
    unled = desk.opened(level=1)
    with desk.refused(Conflict, "chỉ tham gia diễn tập"):
        desk.do(
            taskforces.activate_by_direction,
            unled.id,
            [Role.LEAD, Role.OBSERVER],
            given_by="Phó Chủ tịch",
            call_back="0900 000 007",
            by=cast.lan,
        )
    drill = exercise(desk)
    with desk.refused(Conflict, "không giữ vai nào khác"):
        desk.do(
            seating.add, drill.id, Role.OBSERVER, person_id=cast.ha.id, deputy=False, by=cast.lan
        )
    desk.do(seating.add, drill.id, Role.OBSERVER, person_id=cast.kien.id, deputy=False, by=cast.lan)
    desk.set_aside()
    with desk.refused(Conflict, "không giữ vai nào khác"):
        desk.do(
            seating.add, drill.id, Role.LEGAL, person_id=cast.kien.id, deputy=False, by=cast.tung
        )
    # Nor does the seat of somebody who acts go to an observer by hand-over.
    with desk.refused(Conflict, "không giữ vai nào khác"):
        desk.do(
            seating.hand_over,
            drill.id,
            Role.SECRETARY,
            outgoing=cast.ha.id,
            incoming=cast.kien.id,
            handed_over="Hồ sơ",
            by=cast.tung,
        )


def test_observers_are_given_no_work_of_real_incidents(desk: Desk, observer: Person) -> None:
    cast = desk.cast
    real = desk.opened(level=3, roles=[Role.LEAD, Role.SECRETARY])
    step = desk.plan(real, "write", Role.SECRETARY)
    asked: dict[str, Any] = {"title": "Soát", "due_at": desk.time + hours(2), "by": cast.lan}
    with desk.refused(Conflict, "chỉ tham gia diễn tập"):
        desk.do(added_steps.add, real.id, role=Role.OBSERVER, **asked)
    with desk.refused(Conflict, "chỉ tham gia diễn tập"):
        desk.do(added_steps.add, real.id, person_id=observer.id, **asked)
    only = "chỉ quan sát"
    with desk.refused(Conflict, only):
        desk.do(added_steps.add, real.id, role=Role.LEGAL, person_id=observer.id, **asked)
    with desk.refused(Conflict, only):
        desk.do(directing.reassign, step.id, observer.id, reason="x", by=cast.lan)
    with desk.refused(Conflict, only):
        desk.do(
            directing.replace_member,
            real.id,
            Role.SECRETARY,
            outgoing=cast.ha.id,
            incoming=observer.id,
            reason="x",
            by=cast.lan,
        )
    with database.reading() as session:
        seen = holdings.fingerprint(holdings.of(session, cast.ha.id))
    with desk.refused(Invalid, only):
        desk.do(
            leaving.leave,
            cast.ha.id,
            left_on=desk.time.date(),
            confirmed=seen,
            successor_id=observer.id,
            by=cast.an,
        )
    # Whoever holds another part, or none, works as before.
    desk.do(directing.reassign, step.id, cast.mai.id, reason="x", by=cast.lan)
    desk.set_aside()


def test_an_observer_by_seat_does_nothing_else_in_the_exercise(desk: Desk) -> None:
    drill, cast = exercise(desk), desk.cast
    desk.do(seating.add, drill.id, Role.OBSERVER, person_id=cast.kien.id, deputy=False, by=cast.lan)
    step = desk.plan(drill, "write", Role.SECRETARY)
    with desk.refused(Conflict, "chỉ quan sát"):
        desk.do(directing.reassign, step.id, cast.kien.id, reason="x", by=cast.lan)
    desk.set_aside()
