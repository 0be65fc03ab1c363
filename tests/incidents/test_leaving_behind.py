"""What somebody leaves behind beside their steps: lessons, flags, and work taken from them."""

from datetime import date

import pytest

from incidents.intake import triage
from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.learning import lesson_register, lessons
from incidents.response.learning.lesson_register import Filter
from incidents.response.learning.lessons import Learnt
from incidents.response.staffing import directing, holdings, leaving
from incidents.response.staffing.holdings import HoldingKind
from incidents.response.steps.steps import StepState
from tests.harness import Desk, hours


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY])


def leave(desk: Desk, person: Person, successor: Person | None = None) -> None:
    with database.reading() as session:
        seen = holdings.fingerprint(holdings.of(session, person.id))
    desk.do(
        leaving.leave,
        person.id,
        left_on=date(2026, 11, 22),
        confirmed=seen,
        successor_id=successor.id if successor else None,
        by=desk.cast.an,
    )


def test_lessons_and_watched_flags_go_to_the_successor_or_where_nobodys_are_looked_for(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    learnt = Learnt("Gọi xã sớm hơn", owner_id=cast.lan.id, due_on=date(2026, 12, 1))
    mine = desk.do(lessons.learn, incident.id, learnt, by=cast.ha)
    flag = desk.flag()
    desk.take(flag)
    desk.do(triage.watch, flag.id, review_at=desk.time + hours(30), by=cast.lan)
    desk.set_aside()
    with database.reading() as session:
        listed = [each.kind for each in holdings.of(session, cast.lan.id)]
    assert (listed.count(HoldingKind.LESSON), listed.count(HoldingKind.FLAG)) == (1, 1)
    leave(desk, cast.lan, cast.long)
    assert desk.reload(mine).owner_id == cast.long.id
    assert desk.reload(flag).owner_id == cast.long.id
    assert desk.timeline(flag)[-1].text.endswith("theo dõi tiếp: Đỗ Văn Long")
    desk.set_aside()

    leave(desk, cast.long)
    assert desk.reload(mine).owner_id is None
    assert desk.reload(flag).owner_id is None
    assert desk.timeline(incident)[-1].text.endswith("phụ trách tiếp: –")
    with database.reading() as session:
        unassigned = lesson_register.find(session, Filter.UNASSIGNED)
    assert [entry.lesson.id for entry in unassigned] == [mine.id]
    desk.set_aside()
    desk.fast_forward(hours(31))  # nobody is on shift: those who stand in hear of the flag
    assert desk.messages(kind="signal_review")
    desk.set_aside()


def test_work_taken_from_somebody_does_not_come_back_to_them_when_its_time_is_over(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = desk.plan(incident, "ask", Role.STANDING_DEPUTY, then=Role.STANDING_DEPUTY)
    assert step.assignee_id == cast.tung.id
    desk.do(directing.reassign, step.id, cast.ha.id, reason="Bận", by=cast.binh)
    desk.acknowledge("ask", by=cast.ha)
    desk.fast_forward(hours(3))
    assert desk.reload(step).assignee_id == cast.ha.id
    assert desk.reload(step).state is StepState.OVERDUE
    desk.set_aside()


def test_whoever_was_replaced_inherits_nothing_in_their_old_role(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    values = {"outgoing": cast.tung.id, "incoming": cast.duc.id, "reason": "Đi công tác"}
    desk.do(directing.replace_member, incident.id, Role.STANDING_DEPUTY, **values, by=cast.chuong)
    step = desk.plan(incident, "ask", Role.SECRETARY, then=Role.STANDING_DEPUTY)
    desk.acknowledge("ask", by=cast.ha)
    leave(desk, cast.duc)  # the seat is empty, and Tùng still holds the post
    desk.fast_forward(hours(2))
    assert desk.reload(step).assignee_id == cast.ha.id
    assert desk.reload(step).state is StepState.OVERDUE
    desk.set_aside()
