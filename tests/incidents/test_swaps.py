"""Shifts are swapped and given away: once, by whoever has them, before they begin."""

import threading
from uuid import UUID

from sqlmodel import col, select

from incidents.people.duty import (
    swaps,
)
from incidents.people.duty.changes import Swap, SwapState
from incidents.record import database
from incidents.record.actors import Actor, Via
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotPermitted,
)
from incidents.record.timeline import DESK
from tests.harness import START, Desk, read
from tests.incidents.shifts import draw_up, local, on, shift_at


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
    roster = draw_up(desk, cast.duc)
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
    roster = draw_up(desk, cast.duc)
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
