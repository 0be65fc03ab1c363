"""A post ends: the duty in its part goes on to a successor, or shows as a gap."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select

from incidents.people import posts
from incidents.people.duty import faults, filling, keeping, stand_ins, swaps
from incidents.people.duty.faults import FaultKind
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, database
from incidents.record.errors import Conflict
from incidents.record.timeline import DESK
from incidents.response.staffing import holdings, post_endings
from incidents.response.staffing.holdings import HoldingKind
from incidents.response.staffing.post_endings import Successor
from tests.harness import Desk, hours
from tests.incidents.shifts import MORNING, draw_up, local, on

ROLE = Role.DEPARTMENT_DUTY_LEADER


def post_of(person: Person, role: Role) -> RoleHolder:
    with database.reading() as session:
        return next(p for p, who in posts.listed(session) if who.id == person.id and p.role is role)


def kinds(person: Person, role: Role) -> set[HoldingKind]:
    with database.reading() as session:
        return {each.kind for each in holdings.on_duty_in(session, person.id, role)}


def gaps(desk: Desk, roster: Roster, days: int = 7) -> list[tuple[datetime, datetime]]:
    with database.reading() as session:
        found = faults.find(session, desk.time, desk.time + timedelta(days=days))
    return [
        (f.starts_at, f.ends_at) for f in found if f.role is roster.role and f.kind is FaultKind.GAP
    ]


def test_a_successor_takes_the_turns_from_the_moment_on_and_swaps_that_were_agreed_stay(
    desk: Desk,
) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    desk.time += hours(1)
    # Agreed before: Hoa takes the shift of Đức on the 25th, and he stands in for her on the 26th.
    given = next(s for s in _of(roster, cast.duc.id) if s.starts_at > local(25, 0))
    swap = desk.do(swaps.ask, given.id, other_id=cast.hoa.id, by=cast.duc)
    desk.do(swaps.accept, swap.id, by=cast.hoa)
    waits = next(s for s in _of(roster, cast.duc.id) if s.starts_at > local(27, 0))
    desk.do(swaps.ask, waits.id, other_id=cast.hoa.id, by=cast.duc)
    theirs = next(s for s in _of(roster, cast.hoa.id) if s.starts_at > local(26, 0))
    desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.duc.id,
        starts_at=theirs.starts_at,
        ends_at=theirs.ends_at,
        instead_of=cast.hoa.id,
        reason="Họp",
        by=cast.tung,
    )
    desk.set_aside()
    before = {s.slot_at: s.person_id for s in _rows(roster) if s.starts_at > desk.time}

    until = local(24, 8)
    desk.time += hours(1)
    post = post_of(cast.duc, ROLE)
    with database.reading() as session:
        seen = holdings.fingerprint(post_endings.on_duty(session, post))
    with desk.refused(Conflict, "đã thay đổi"):
        desk.do(post_endings.end, post.id, reason="x", confirmed="0", by=cast.an)
    desk.do(
        post_endings.end,
        post.id,
        ends_at=until,
        successor=Successor(cast.kien.id),
        reason="Nghỉ hưu",
        confirmed=seen,
        by=cast.an,
    )
    desk.expect_messages("duty_passed_on", cast.kien)
    desk.set_aside()
    told_so = desk.timeline(DESK)
    assert any("Hồ Trọng Đức thôi trực trong vai" in line.text for line in told_so)
    assert desk.facts(DESK)[-1] == "SwapWithdrawn"

    # A shift that runs at that moment is cut there; every later one of his is hers to keep.
    assert on(desk, until - hours(1)) == ["duc"]
    assert on(desk, until) == ["kien"]
    after = {s.slot_at: s.person_id for s in _rows(roster) if s.starts_at > until}
    heir = {cast.duc.id: cast.kien.id}
    assert after == {at: heir.get(who, who) for at, who in before.items() if at in after}
    assert after[given.slot_at] == cast.hoa.id
    assert after[theirs.slot_at] == cast.kien.id
    assert gaps(desk, roster) == []

    # When the moment has come nothing more is to move, and filling again changes nothing.
    desk.time = until + hours(1)
    with database.transaction() as session:
        post_endings.close(session, post.id)
    with database.transaction() as session:
        filling.fill_all(session)
    assert desk.facts(DESK).count("DutyPassedOn") == 1
    assert on(desk, desk.time) == ["kien"]
    assert kinds(cast.duc, ROLE) == set()
    desk.set_aside()


def test_without_a_successor_the_places_are_gaps_until_somebody_is_named_again(desk: Desk) -> None:
    cast = desk.cast
    # Not around the clock: only what was planned can be missed, and here it is.
    roster = draw_up(
        desk, cast.duc, cast.hoa, rule="FREQ=DAILY", length=hours(8), around_the_clock=False
    )
    desk.time += hours(1)
    desk.do(post_endings.end, post_of(cast.duc, ROLE).id, reason="Nghỉ hưu", by=cast.an)
    desk.set_aside()
    assert {s.person_id for s in _rows(roster) if s.ends_at > desk.time} == {cast.hoa.id}
    missing = gaps(desk, roster, days=4)
    assert missing
    assert all(end - start == hours(8) for start, end in missing)
    # Somebody stands in for the empty place: the gap is closed for that day.
    start, end = missing[0]
    desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.kien.id,
        starts_at=start,
        ends_at=end,
        reason="Thay",
        by=cast.tung,
    )
    assert gaps(desk, roster, days=4) == missing[1:]
    # He comes back into the part and on a rotation of his own: that one counts.
    desk.do(
        posts.appoint, role=ROLE, person_id=cast.duc.id, rank=1, valid_from=desk.time, by=cast.an
    )
    desk.time += hours(1)
    desk.do(
        keeping.add,
        roster.id,
        people=[cast.duc.id],
        rule="FREQ=DAILY",
        hand_over=MORNING,
        length=hours(8),
        valid_from=local(28, 0).date(),
        by=cast.tung,
    )
    desk.set_aside()
    assert cast.duc.id in {s.person_id for s in _rows(roster)}


def test_shifts_by_hand_go_too_and_whoever_goes_on_in_the_part_keeps_them(desk: Desk) -> None:
    cast = desk.cast
    assert kinds(cast.lan, Role.DUTY_OFFICER) == {HoldingKind.SHIFT}
    desk.do(
        post_endings.end,
        post_of(cast.lan, Role.DUTY_OFFICER).id,
        successor=Successor(cast.kien.id),
        reason="Chuyển công tác",
        by=cast.an,
    )
    desk.set_aside()
    assert on(desk, desk.time, Role.DUTY_OFFICER) == ["kien"]
    # Long becomes the holder in the moment his post as a deputy ends: his shift stays his.
    deputy = post_of(cast.long, Role.DUTY_OFFICER)
    desk.do(post_endings.end, post_of(cast.kien, Role.DUTY_OFFICER).id, reason="x", by=cast.an)
    desk.set_aside()
    assert on(desk, desk.time, Role.DUTY_OFFICER) == []
    desk.do(
        post_endings.end,
        deputy.id,
        successor=Successor(cast.long.id),
        reason="Văn bản mới",
        by=cast.an,
    )
    desk.set_aside()
    assert on(desk, desk.time + hours(7), Role.DUTY_OFFICER) == ["long"]


def _rows(roster: Roster) -> list[Shift]:
    with database.reading() as session:
        wanted = select(Shift).where(Shift.roster_id == roster.id)
        return sorted(session.exec(wanted), key=lambda s: s.starts_at)


def _of(roster: Roster, person_id: UUID) -> list[Shift]:
    return [s for s in _rows(roster) if s.person_id == person_id and s.starts_at > clock.now()]
