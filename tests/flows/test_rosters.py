"""The engine keeps rosters ahead, and says what is missing once."""

from datetime import UTC, timedelta

from sqlmodel import select

from flows.duties import rosters as duty
from incidents.people.duty import absences, filling
from incidents.people.persons import Person
from incidents.people.rosters import Roster
from incidents.record import database
from tests.harness import START, Desk, hours
from tests.incidents.shifts import draw_up, local


def test_rows_are_filled_before_they_run_out(desk: Desk) -> None:
    roster = draw_up(desk, desk.cast.duc, desk.cast.hoa, notes=False)
    assert duty.rosters() == 0
    desk.time += timedelta(days=20)

    assert duty.rosters() == 1
    with database.reading() as session:
        filled = session.get_one(Roster, roster.id).filled_until
    assert filled == desk.time + filling.HORIZON
    assert duty.rosters() == 0


def test_a_gap_is_told_to_the_standing_deputy_ahead_and_when_it_begins(desk: Desk) -> None:
    cast = desk.cast
    draw_up(desk, cast.duc, notes=False)
    for first, last in ((25, 26), (29, 30)):
        desk.do(
            absences.report,
            cast.duc.id,
            starts_at=local(first, 6),
            ends_at=local(last, 6),
            reason="Ốm",
            by=cast.duc,
        )
    for _ in range(3):
        duty.rosters()
        desk.settle()
        desk.time += timedelta(minutes=1)
    desk.expect_messages("roster_gap")

    desk.time = local(24, 7).astimezone(UTC)
    for _ in range(3):
        duty.rosters()
        desk.time += timedelta(hours=1)
        desk.settle()
    desk.expect_messages("roster_gap", cast.tung)
    desk.time = local(25, 7).astimezone(UTC)
    for _ in range(3):
        duty.rosters()
        desk.time += timedelta(hours=1)
        desk.settle()
    desk.expect_messages("roster_gap", cast.tung)


def test_without_a_standing_deputy_the_administrators_hear_of_it(desk: Desk) -> None:
    from incidents.people.roles import Role, RoleHolder

    cast = desk.cast
    with database.transaction() as session:
        for held in session.exec(select(RoleHolder).where(RoleHolder.role == Role.STANDING_DEPUTY)):
            session.delete(held)
        session.get_one(Person, cast.hoa.id).active = False
    draw_up(desk, cast.duc, notes=False, first=local(23, 6).date())
    with database.transaction() as session:
        session.get_one(Person, cast.duc.id).active = False
    desk.time = START + hours(1)
    with database.transaction() as session:
        filling.fill_all(session)
    duty.rosters()
    desk.settle()
    desk.expect_messages("roster_gap", cast.an)


def test_a_missing_note_is_asked_for_once(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    with database.reading() as session:
        spans = filling.spans(session, roster, START, START + hours(1))
    outgoing = cast.duc if spans[0].person_id == cast.duc.id else cast.hoa
    duty.rosters()
    desk.settle()
    desk.expect_messages("hand_over_missing")
    desk.time = local(23, 6).astimezone(UTC)
    for _ in range(2):
        duty.rosters()
        desk.settle()
    desk.expect_messages("hand_over_missing", outgoing)
