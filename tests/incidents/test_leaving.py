"""People leave: what they hold is listed, confirmed, and moves or ends in one commit."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlmodel import select

from incidents.matter import recusals, taskforces
from incidents.matter.incidents import Incident
from incidents.people import authorisations, departures, roles, rosters, sign_ins
from incidents.people.departures import Departure
from incidents.people.directory import focal_points, stale
from incidents.people.directory.focal_points import Standing
from incidents.people.duty import feeds, keeping, swaps
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.people.rosters import Roster, Shift
from incidents.record import database, links
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.timeline import DESK
from incidents.response.staffing import directing, holdings, leaving, recusing, seating
from incidents.response.staffing.holdings import HoldingKind
from incidents.response.steps.steps import StepKind, StepState
from tests.cast import PASSWORD
from tests.harness import Desk, hours


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY])


def _held(person: Person) -> dict[HoldingKind, int]:
    with database.reading() as session:
        found = holdings.of(session, person.id)
    return {
        k: sum(h.kind is k for h in found) for k in HoldingKind if any(h.kind is k for h in found)
    }


def _seen(person: Person) -> str:
    with database.reading() as session:
        return holdings.fingerprint(holdings.of(session, person.id))


def _leave(desk: Desk, person: Person, successor: Person | None = None, **more: Any) -> Departure:
    values: dict[str, Any] = {"left_on": date(2026, 11, 22), "confirmed": _seen(person)} | more
    return desk.do(
        leaving.leave,
        person.id,
        successor_id=successor.id if successor else None,
        by=values.pop("by", desk.cast.an),
        **values,
    )


def _holders(desk: Desk, role: Role) -> list[Any]:
    with database.reading() as session:
        return roles.holders(session, role, desk.time)


def test_whoever_leaves_stands_for_no_body_and_is_no_longer_asked_to_be_tested(
    desk: Desk,
) -> None:
    cast = desk.cast
    body = cast.kien.organisation_id
    made = desk.do(focal_points.appoint, body, cast.kien.id, standing=Standing.FOCAL, by=cast.tung)
    assert _held(cast.kien)[HoldingKind.FOCAL] == 1
    with database.reading() as session:
        assert [r.id for r in stale.reviews(session, desk.time)[body].untested] == [made.id]
    _leave(desk, cast.kien, cast.phuc)
    assert desk.reload(made).ended_at == desk.time
    with database.reading() as session:
        assert focal_points.of(session, body) == []
        assert stale.reviews(session, desk.time)[body].untested == []
    assert HoldingKind.FOCAL not in _held(cast.phuc)


def test_everything_goes_to_the_successor_in_one_commit(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = desk.plan(incident, "write", Role.SECRETARY, due=hours(9))
    told = desk.expect_message(to=cast.ha, kind="step_assigned")
    with database.transaction() as session:
        token = sign_ins.begin(session, cast.ha)
    desk.do(feeds.make, cast.ha.id, by=cast.ha)
    assert _held(cast.ha) == {
        HoldingKind.STEP: 1,
        HoldingKind.SEAT: 1,
        HoldingKind.ROLE: 1,
        HoldingKind.SIGN_IN: 1,
        HoldingKind.LINK: 1,
        HoldingKind.FEED: 1,
    }
    desk.time += timedelta(minutes=1)
    _leave(desk, cast.ha, cast.kien)
    desk.expect_messages("step_passed", cast.kien)
    desk.expect_messages("work_inherited", cast.kien)
    assert _held(cast.ha) == {}
    assert desk.reload(step).assignee_id == cast.kien.id
    assert _holders(desk, Role.SECRETARY) == [cast.kien.id, cast.nga.id]
    with database.reading() as session:
        seats = [m for m in taskforces.members(session, incident.id) if m.role is Role.SECRETARY]
        assert [(m.person_id, m.rank) for m in seats] == [(cast.kien.id, 1), (cast.nga.id, 2)]
        assert sign_ins.find(session, token) is None
        with pytest.raises(NotFound, match="hết hiệu lực"):
            links.find(session, links.token(told.id))
        with pytest.raises(NotPermitted):
            sign_ins.check(session, "ha", PASSWORD)
        left = departures.of(session, cast.ha.id)
    assert left
    assert (left.left_on, left.successor_id) == (date(2026, 11, 22), cast.kien.id)
    assert "MemberLeft" in desk.facts(incident)
    assert {"PersonLeft", "FeedRevoked"} <= set(desk.facts(DESK))
    with desk.refused(NotPermitted):
        desk.acknowledge("write", by=cast.ha)


def test_without_a_successor_work_goes_to_the_next_of_the_role(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = desk.plan(incident, "write", Role.SECRETARY, due=hours(9))
    desk.set_aside()
    _leave(desk, cast.ha)
    desk.expect_messages("step_passed", cast.nga)
    assert desk.reload(step).assignee_id == cast.nga.id
    assert _holders(desk, Role.SECRETARY) == [cast.nga.id]
    passed = next(line for line in desk.timeline(incident) if line.fact == "StepPassed")
    assert "đã thôi làm" in passed.text


def test_authority_is_not_inherited(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    with database.reading() as session:
        assert authorisations.valid(session, Role.LEAD, desk.time)
    statement, version = desk.drafted(incident, by=cast.ha)
    step = desk.plan(
        incident,
        "sign",
        Role.LEAD,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
        due=hours(9),
    )
    desk.set_aside()
    # The paper Bình gave ends with him; his successor signs by post, not by paper.
    desk.time += timedelta(minutes=1)
    _leave(desk, cast.binh, cast.kien)
    desk.set_aside()
    with database.reading() as session:
        assert authorisations.valid(session, Role.LEAD, desk.time) == []
    assert desk.reload(step).assignee_id == cast.kien.id
    with desk.refused(NotPermitted):
        desk.sign(version, by=cast.tung)
    desk.sign(version, by=cast.kien)
    desk.set_aside()


def test_a_successor_who_is_concerned_gets_nothing_of_that_incident(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = desk.plan(incident, "write", Role.SECRETARY, due=hours(9))
    desk.do(recusing.declare, incident.id, cast.kien.id, reason="x", by=cast.tung)
    desk.set_aside()
    _leave(desk, cast.ha, cast.kien)
    desk.set_aside()
    assert desk.reload(step).assignee_id == cast.nga.id
    with database.reading() as session:
        assert recusals.of(session, incident.id).named == {cast.kien.id}
        assert cast.kien.id not in [m.person_id for m in taskforces.members(session, incident.id)]


def _rostered(desk: Desk, *people: Person) -> Roster:
    with database.transaction() as session:
        for shift in session.exec(select(Shift)):
            session.delete(shift)
    an = desk.cast.an
    roster = desk.do(
        keeping.draw_up,
        "Trực ban",
        role=Role.DUTY_OFFICER,
        organisation_id=desk.cast.lan.organisation_id,
        by=an,
    )
    desk.do(
        keeping.add,
        roster.id,
        people=[p.id for p in people],
        rule="FREQ=DAILY;BYHOUR=6,18",
        hand_over=time(6),
        length=hours(12),
        valid_from=date(2026, 11, 22),
        by=an,
    )
    return roster


def _on_shift(desk: Desk) -> list[Any]:
    with database.reading() as session:
        return rosters.on_shift(session, desk.time)


def test_turns_and_the_running_shift_move_and_who_was_on_duty_stays(desk: Desk) -> None:
    cast = desk.cast
    _rostered(desk, cast.lan, cast.long)
    (now_on,) = _on_shift(desk)
    leaver = cast.lan if now_on == cast.lan.id else cast.long
    with database.reading() as session:
        next_of_other = session.exec(
            select(Shift).where(Shift.person_id != leaver.id).order_by(Shift.starts_at)  # type: ignore[arg-type]
        ).first()
    assert next_of_other
    desk.time += hours(1)
    desk.do(
        swaps.ask,
        _own(leaver, desk).id,
        other_id=next_of_other.person_id,
        by=leaver,
    )
    desk.set_aside()
    held = _held(leaver)
    assert {HoldingKind.TURN, HoldingKind.SHIFT, HoldingKind.SWAP} <= set(held)
    _leave(desk, leaver, cast.kien)
    desk.set_aside()
    assert _on_shift(desk) == [cast.kien.id]
    with database.reading() as session:
        mine = session.exec(select(Shift).where(Shift.person_id == leaver.id)).all()
        theirs = session.exec(select(Shift).where(Shift.person_id == cast.kien.id)).all()
    assert [s.ends_at for s in mine] == [desk.time]
    assert min(s.starts_at for s in theirs) == desk.time
    # The engine fills again and changes nothing.
    with database.transaction() as session:
        from incidents.people.duty import filling

        filling.fill_all(session)
    with database.reading() as session:
        assert session.exec(select(Shift).where(Shift.person_id == cast.kien.id)).all() == theirs
    assert "SwapWithdrawn" in desk.facts(DESK)


def _own(person: Person, desk: Desk) -> Shift:
    with database.reading() as session:
        rows = session.exec(select(Shift).where(Shift.person_id == person.id)).all()
    return min((s for s in rows if s.starts_at > desk.time), key=lambda s: s.starts_at)


def test_without_a_successor_shifts_become_gaps(desk: Desk) -> None:
    cast = desk.cast
    _rostered(desk, cast.lan, cast.long)
    (now_on,) = _on_shift(desk)
    _leave(desk, cast.lan if now_on == cast.lan.id else cast.long)
    assert _on_shift(desk) == []
    desk.set_aside()


def test_shifts_entered_by_hand_move_too(desk: Desk) -> None:
    cast = desk.cast
    _leave(desk, cast.lan, cast.kien)
    desk.set_aside()
    assert _on_shift(desk) == [cast.kien.id]
    assert HoldingKind.SHIFT not in _held(cast.lan)


def test_what_was_confirmed_is_what_moves(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    seen = _seen(cast.ha)
    desk.plan(incident, "write", Role.SECRETARY, due=hours(9))
    desk.set_aside()
    with desk.refused(Conflict, "đã thay đổi"):
        _leave(desk, cast.ha, confirmed=seen)


def test_who_may_not_leave_so(desk: Desk) -> None:
    cast = desk.cast
    with desk.refused(Conflict, "không tự cho mình thôi"):
        _leave(desk, cast.an)
    with desk.refused(Invalid, "đã thôi"):
        _leave(desk, cast.ha, left_on=date(2026, 12, 1))
    with desk.refused(Invalid, "người khác"):
        _leave(desk, cast.ha, cast.ha)
    _leave(desk, cast.kien)
    with desk.refused(AlreadySettled, "đã thôi"):
        _leave(desk, cast.kien)
    with desk.refused(Invalid, "không còn làm việc"):
        _leave(desk, cast.ha, cast.kien)
    desk.set_aside()


def test_nobody_who_left_is_assigned_seated_or_called(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = desk.plan(incident, "write", Role.SECRETARY)
    desk.set_aside()
    _leave(desk, cast.kien)
    gone = "không còn làm việc"
    with desk.refused(Invalid, gone):
        desk.do(directing.reassign, step.id, cast.kien.id, reason="x", by=cast.tung)
    with desk.refused(Invalid, gone):
        desk.do(
            seating.add, incident.id, Role.LEGAL, person_id=cast.kien.id, deputy=False, by=cast.tung
        )
    _leave(desk, cast.binh)
    desk.set_aside()
    decide = desk.plan(incident, "decide", Role.LEAD, kind=StepKind.DECIDE)
    assert decide.assignee_id == cast.chuong.id
    assert decide.state is StepState.OPEN
    with database.reading() as session:
        held = session.exec(select(RoleHolder).where(RoleHolder.person_id == cast.binh.id)).one()
    assert held.valid_to == desk.time
    desk.expect_messages("step_assigned", cast.chuong)
