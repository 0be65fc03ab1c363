"""Shifts are swapped and given away: once, by whoever has them, before they begin."""

import threading
from datetime import UTC, timedelta
from uuid import UUID

from sqlmodel import col, select

from incidents.people import departures, posts
from incidents.people.duty import stand_ins, swaps
from incidents.people.duty.changes import Swap, SwapState
from incidents.people.duty.faults import FaultKind
from incidents.people.roles import RoleHolder
from incidents.record import database
from incidents.record.actors import Actor, Via
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotPermitted,
)
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.staffing import coming_back, holdings, recoverable
from incidents.response.staffing.holdings import HoldingKind
from incidents.response.staffing.recoverable import Fate
from tests.harness import START, Desk, read
from tests.incidents.shifts import draw_up, found, local, on, shift_at
from tests.incidents.test_leaving import _leave


def test_two_swap_and_both_shifts_change_hands(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    mine, theirs = shift_at(roster, local(24, 7)), shift_at(roster, local(24, 15))
    swap = desk.do(
        swaps.ask, mine.id, other_id=cast.hoa.id, in_return=theirs.id, reason="Giỗ", by=cast.duc
    )
    asked = read(desk.expect_message(to=cast.hoa, kind="swap_asked"))
    assert "Đổi lại, Hồ Trọng Đức nhận ca của đồng chí lúc" in asked
    assert "Lý do: Giỗ" in asked
    assert on(desk, local(24, 7)) == ["duc"]
    with desk.refused(NotPermitted):
        desk.do(swaps.accept, swap.id, by=cast.duc)
    desk.do(swaps.accept, swap.id, by=cast.hoa)
    agreed = desk.expect_message(to=cast.duc, kind="swap_accepted")
    assert "đồng chí trực ca của Dương Lệ Hoa lúc" in read(agreed)

    assert [on(desk, local(24, h)) for h in (7, 15, 23)] == [["hoa"], ["duc"], ["duc"]]
    with desk.refused(AlreadySettled):
        desk.do(swaps.accept, swap.id, by=cast.hoa)
    assert desk.facts(DESK)[-2:] == ["SwapAsked", "SwapAccepted"]


def test_a_shift_given_away_cannot_be_given_away_again(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa, cast.kien)
    mine = shift_at(roster, local(24, 7))
    first = desk.do(swaps.ask, mine.id, other_id=cast.hoa.id, by=cast.duc)
    assert "Không đổi lại ca nào." in read(desk.expect_message(to=cast.hoa, kind="swap_asked"))
    second = desk.do(swaps.ask, mine.id, other_id=cast.kien.id, by=cast.duc)
    with desk.refused(Conflict):
        desk.do(swaps.ask, mine.id, other_id=cast.kien.id, by=cast.duc)
    desk.do(swaps.accept, first.id, by=cast.hoa)
    with desk.refused(Conflict, "đã chuyển cho người khác"):
        desk.do(swaps.accept, second.id, by=cast.kien)
    desk.do(swaps.decline, second.id, by=cast.kien)
    desk.set_aside()
    assert on(desk, local(24, 7)) == ["hoa"]


def test_two_who_accept_at_once_do_not_both_get_the_shift(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa, cast.kien)
    mine = shift_at(roster, local(24, 7))
    asked = {
        p.id: desk.do(swaps.ask, mine.id, other_id=p.id, by=cast.duc).id
        for p in (cast.hoa, cast.kien)
    }
    together, outcomes = threading.Barrier(2), list[str]()

    def accept(person_id: UUID, swap_id: UUID) -> None:
        together.wait()
        try:
            with database.transaction() as session:
                swaps.accept(session, swap_id, by=Actor(person_id, Via.DESK))
            outcomes.append("taken")
        except Conflict:
            outcomes.append("too late")

    threads = [threading.Thread(target=accept, args=pair) for pair in asked.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.settle()
    desk.set_aside()

    assert sorted(outcomes) == ["taken", "too late"]
    with database.reading() as session:
        states = session.exec(select(Swap.state).order_by(col(Swap.state))).all()
    assert sorted(states) == [SwapState.ACCEPTED, SwapState.ASKED]
    assert len(on(desk, local(24, 7))) == 1


def test_only_a_member_of_the_roster_is_asked_and_takes_a_shift(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.hoa, cast.nga)
    mine = shift_at(roster, local(24, 7))
    with database.reading() as session:
        offered = swaps.may_be_asked(session, mine)
    # Nga takes turns; Đức holds the role by post.
    assert offered == {cast.nga.id, cast.duc.id}
    with desk.refused(Conflict, "Tô Trung Kiên không trực theo «Trực lãnh đạo sở»"):
        desk.do(swaps.ask, mine.id, other_id=cast.kien.id, by=cast.hoa)
    asked = desk.do(swaps.ask, mine.id, other_id=cast.duc.id, by=cast.hoa)
    with database.reading() as session:
        post = session.exec(select(RoleHolder).where(RoleHolder.person_id == cast.duc.id)).one()
    desk.do(posts.end, post.id, reason="Chuyển công tác", by=cast.an)
    with desk.refused(Conflict, "Hồ Trọng Đức không trực theo"):
        desk.do(swaps.accept, asked.id, by=cast.duc)
    assert on(desk, local(24, 7)) == ["hoa"]
    desk.set_aside()


def test_whoever_the_keeper_put_there_gives_a_shift_away_and_takes_none(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    before, theirs = shift_at(roster, local(24, 7)), shift_at(roster, local(24, 15))
    stretch = {"starts_at": before.starts_at, "ends_at": before.ends_at, "reason": "Họp"}
    desk.do(stand_ins.set_, roster.id, person_id=cast.kien.id, by=cast.tung, **stretch)
    (warned,) = found(local(24, 0), local(26, 0), FaultKind.OUTSIDE)
    assert (warned.person_id, warned.starts_at) == (cast.kien.id, before.starts_at)
    assert (warned.role, warned.ends_at) == (roster.role, before.ends_at)
    mine = shift_at(roster, local(24, 7))
    assert mine.person_id == cast.kien.id
    with desk.refused(Conflict, "Tô Trung Kiên không trực theo"):
        desk.do(swaps.ask, mine.id, other_id=cast.hoa.id, in_return=theirs.id, by=cast.kien)
    given = desk.do(swaps.ask, mine.id, other_id=cast.hoa.id, by=cast.kien)
    desk.do(swaps.accept, given.id, by=cast.hoa)
    assert on(desk, local(24, 7)) == ["hoa"]
    assert not found(local(24, 0), local(26, 0), FaultKind.OUTSIDE)
    desk.set_aside()


def test_only_ones_own_shift_to_come_is_asked_for(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    theirs, running = shift_at(roster, local(24, 15)), shift_at(roster, START)
    mine = shift_at(roster, local(24, 7))
    holder = cast.duc if running.person_id == cast.duc.id else cast.hoa
    with desk.refused(NotPermitted):
        desk.do(swaps.ask, theirs.id, other_id=cast.kien.id, by=cast.duc)
    with desk.refused(Invalid):
        desk.do(swaps.ask, running.id, other_id=cast.kien.id, by=holder)
    with desk.refused(Invalid):
        desk.do(swaps.ask, mine.id, other_id=cast.duc.id, by=cast.duc)
    with desk.refused(Invalid):
        desk.do(swaps.ask, mine.id, other_id=cast.kien.id, in_return=theirs.id, by=cast.duc)
    asked = desk.do(swaps.ask, mine.id, other_id=cast.hoa.id, by=cast.duc)
    with desk.refused(NotPermitted):
        desk.do(swaps.withdraw, asked.id, by=cast.hoa)
    desk.do(swaps.withdraw, asked.id, by=cast.duc)
    with desk.refused(AlreadySettled):
        desk.do(swaps.accept, asked.id, by=cast.hoa)
    desk.set_aside()


def swapped(desk: Desk) -> None:
    """Hòa does Đức's shift in the morning of the 24th, he hers in the afternoon."""
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    mine, theirs = shift_at(roster, local(24, 7)), shift_at(roster, local(24, 15))
    swap = desk.do(swaps.ask, mine.id, other_id=cast.hoa.id, in_return=theirs.id, by=cast.duc)
    desk.do(swaps.accept, swap.id, by=cast.hoa)
    desk.set_aside()
    assert [on(desk, local(24, h)) for h in (7, 15)] == [["hoa"], ["duc"]]
    desk.time += timedelta(minutes=1)


def test_a_swap_with_somebody_who_leaves_stands_with_the_successor_and_after_a_return(
    desk: Desk,
) -> None:
    cast = desk.cast
    swapped(desk)
    for person, at in ((cast.duc, local(24, 14)), (cast.hoa, local(24, 6))):
        with database.reading() as session:
            held = holdings.of(session, person.id)
        (listed,) = [each for each in held if each.kind is HoldingKind.AGREED]
        assert (listed.about, listed.at) == ("Trực lãnh đạo sở", at)
    _leave(desk, cast.duc, cast.kien)
    assert [on(desk, local(24, h)) for h in (7, 15)] == [["hoa"], ["kien"]]
    said = read(desk.expect_message(to=cast.hoa, kind="swap_after_leaving"))
    assert "Tô Trung Kiên trực thay Hồ Trọng Đức" in said
    assert "– 14:00 ngày 24/11/2026 – 22:00 ngày 24/11/2026: Tô Trung Kiên" in said
    desk.expect_messages("swap_after_leaving", cast.kien, cast.tung)
    desk.set_aside()
    with database.reading() as session:
        row = departures.of(session, cast.duc.id)
        assert row
        recovered = recoverable.of(session, row)
    turns = [each.row_id for each in recovered if each.was.kind is HoldingKind.TURN]
    (fate,) = [each.fate for each in recovered if each.was.kind is HoldingKind.AGREED]
    assert fate is Fate.STAYS
    seen = recoverable.fingerprint(recovered)
    desk.time += timedelta(minutes=1)
    back = {"reason": "Ghi nhầm", "confirmed": seen, "take": turns}
    desk.do(coming_back.come_back, cast.duc.id, by=cast.an, **back)
    desk.set_aside()
    assert [on(desk, local(24, h)) for h in (7, 15)] == [["hoa"], ["duc"]]


def test_without_a_successor_the_other_has_their_own_shift_again(desk: Desk) -> None:
    cast = desk.cast
    swapped(desk)
    _leave(desk, cast.hoa)
    assert [on(desk, local(24, h)) for h in (7, 15)] == [["duc"], []]
    said = read(desk.expect_message(to=cast.duc, kind="swap_after_leaving"))
    assert "– 06:00 ngày 24/11/2026 – 14:00 ngày 24/11/2026: Hồ Trọng Đức" in said
    assert "– 14:00 ngày 24/11/2026 – 22:00 ngày 24/11/2026: chưa có ai trực" in said
    desk.expect_messages("swap_after_leaving", cast.tung)
    told = desk.timeline(DESK, Language.EN)
    assert any("it is undone, each shift is again whose it was" in line.text for line in told)
    desk.set_aside()


def test_whoever_has_done_their_part_already_is_not_made_to_do_the_other_half(desk: Desk) -> None:
    cast = desk.cast
    swapped(desk)
    desk.time = local(24, 8).astimezone(UTC)
    _leave(desk, cast.duc)
    assert [on(desk, local(24, h)) for h in (9, 15)] == [["hoa"], []]
    said = desk.expect_message(to=cast.hoa, kind="swap_after_leaving")
    assert "nay chưa có ai trực; đề nghị bố trí người" in read(said)
    desk.expect_messages("swap_after_leaving", cast.tung)
    desk.set_aside()
