"""Somebody marked as left comes back: what can be given back is listed, confirmed, and no more."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from incidents.intake import triage
from incidents.matter import taskforces
from incidents.matter.incidents import Incident
from incidents.people import authorisations, departures, roles, rosters, sign_ins
from incidents.people.duty import feeds
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Shift
from incidents.record import database, links
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound
from incidents.record.timeline import DESK
from incidents.response.learning import lessons
from incidents.response.learning.lessons import Learnt
from incidents.response.staffing import coming_back, directing, recoverable
from incidents.response.staffing.holdings import HoldingKind
from incidents.response.staffing.recoverable import Fate, Recoverable
from tests.cast import PASSWORD
from tests.harness import Desk, hours, read
from tests.incidents.test_leaving import _holders, _leave, _on_shift, _rostered

ROOM = [Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROOM)


def _listed(person: Person) -> list[Recoverable]:
    with database.reading() as session:
        row = departures.of(session, person.id)
        assert row
        return recoverable.of(session, row)


def _fates(person: Person) -> dict[HoldingKind, Fate]:
    return {each.was.kind: each.fate for each in _listed(person)}


def _ids(person: Person, *kinds: HoldingKind) -> list[UUID]:
    return [each.was.id for each in _listed(person) if each.was.kind in kinds]


def _back(desk: Desk, person: Person, take: Collection[UUID] = (), **more: Any) -> None:
    values: dict[str, Any] = {
        "reason": "Ghi nhầm người",
        "confirmed": recoverable.fingerprint(_listed(person)),
    } | more
    desk.time += timedelta(minutes=1)
    desk.do(coming_back.come_back, person.id, take=take, by=desk.cast.an, **values)


def test_they_are_active_and_reached_again_and_what_moved_stays(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = desk.plan(incident, "write", Role.SECRETARY, due=hours(9))
    told = desk.expect_message(to=cast.ha, kind="step_assigned")
    with database.transaction() as session:
        token = sign_ins.begin(session, cast.ha)
    desk.do(feeds.make, cast.ha.id, by=cast.ha)
    desk.time += timedelta(minutes=1)
    _leave(desk, cast.ha, cast.kien)
    desk.set_aside()
    assert _fates(cast.ha) == {
        HoldingKind.STEP: Fate.TAKEABLE,
        HoldingKind.SEAT: Fate.TAKEABLE,
        HoldingKind.ROLE: Fate.TAKEABLE,
        HoldingKind.SIGN_IN: Fate.ANEW,
        HoldingKind.LINK: Fate.ANEW,
        HoldingKind.FEED: Fate.ANEW,
    }
    _back(desk, cast.ha)
    desk.expect_nothing()
    with database.reading() as session:
        assert sign_ins.check(session, "ha", PASSWORD).id == cast.ha.id
        assert sign_ins.find(session, token) is None
        assert feeds.of_owner(session, cast.ha.id) == []
        with pytest.raises(NotFound):
            links.find(session, links.token(told.id))
    assert desk.reload(step).assignee_id == cast.kien.id
    assert _holders(desk, Role.SECRETARY) == [cast.kien.id, cast.nga.id]
    (fact,) = [line for line in desk.timeline(DESK) if line.fact == "PersonCameBack"]
    assert "lấy lại 0 mục, 3 mục đã chấm dứt phải cấp mới. Lý do: Ghi nhầm người" in fact.text
    # Mail reaches them again.
    desk.do(directing.reassign, step.id, cast.ha.id, reason="Về lại", by=cast.tung)
    desk.expect_message(to=cast.ha, kind="step_passed")
    desk.set_aside()


def test_what_is_chosen_is_taken_back_piece_by_piece(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    one = desk.plan(incident, "write", Role.SECRETARY, due=hours(9))
    two = desk.plan(incident, "print", Role.SECRETARY, due=hours(9))
    desk.set_aside()
    _leave(desk, cast.ha, cast.kien)
    desk.set_aside()
    _back(desk, cast.ha, [one.id, *_ids(cast.ha, HoldingKind.ROLE, HoldingKind.SEAT)])
    desk.expect_message(to=cast.ha, kind="step_passed", about="write")
    desk.set_aside()
    assert desk.reload(one).assignee_id == cast.ha.id
    assert desk.reload(two).assignee_id == cast.kien.id
    assert _holders(desk, Role.SECRETARY) == [cast.ha.id, cast.nga.id] or _holders(
        desk, Role.SECRETARY
    ) == [cast.nga.id, cast.ha.id]
    with database.reading() as session:
        seats = [m for m in taskforces.members(session, incident.id) if m.role is Role.SECRETARY]
    assert [(m.person_id, m.rank) for m in seats] == [(cast.ha.id, 1), (cast.nga.id, 2)]
    (fact,) = [line for line in desk.timeline(incident) if line.fact == "MemberCameBack"]
    assert "lấy lại 1 vai, 1 nhiệm vụ, 0 thời hạn" in fact.text


def test_a_seat_and_a_post_that_stayed_empty_are_theirs_again(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _leave(desk, cast.binh)
    desk.set_aside()
    assert _holders(desk, Role.LEAD) == []
    _back(desk, cast.binh, _ids(cast.binh, HoldingKind.ROLE, HoldingKind.SEAT))
    assert _holders(desk, Role.LEAD) == [cast.binh.id]
    with database.reading() as session:
        assert [
            m.person_id
            for m in taskforces.members(session, incident.id)
            if m.role is Role.LEAD and m.rank == 1
        ] == [cast.binh.id]
        # The paper he had given ended with him and stays ended.
        assert authorisations.valid(session, Role.LEAD, desk.time) == []
    desk.set_aside()


def test_what_went_on_without_them_is_not_taken_back(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = desk.plan(incident, "write", Role.SECRETARY, due=hours(9))
    desk.set_aside()
    _leave(desk, cast.ha, cast.kien)
    desk.set_aside()
    seen = recoverable.fingerprint(_listed(cast.ha))
    desk.answer("write", by=cast.kien)
    desk.set_aside()
    assert _fates(cast.ha)[HoldingKind.STEP] is Fate.STAYS
    with desk.refused(Conflict, "đã thay đổi"):
        _back(desk, cast.ha, confirmed=seen)
    with desk.refused(Invalid, "không lấy lại được"):
        _back(desk, cast.ha, [step.id])
    with desk.refused(Invalid, "Nêu lý do"):
        _back(desk, cast.ha, reason=" ")


def test_lessons_and_watched_flags_are_taken_back(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    due = date(2026, 12, 1)
    one, two = (
        desk.do(lessons.learn, incident.id, Learnt(words, owner_id=cast.lan.id, due_on=due), by=by)
        for words, by in (("Gọi xã sớm hơn", cast.ha), ("Bổ sung danh bạ", cast.ha))
    )
    flag = desk.flag()
    desk.take(flag)
    desk.do(triage.watch, flag.id, review_at=desk.time + hours(30), by=cast.lan)
    _leave(desk, cast.lan, cast.long)
    desk.do(lessons.assign, two.id, cast.kien.id, due, by=cast.tung)  # it went on without her
    desk.set_aside()
    with desk.refused(Invalid, "không lấy lại được"):
        _back(desk, cast.lan, [two.id])
    with desk.refused(Invalid, "lấy lại cả vai ở bàn trực"):
        _back(desk, cast.lan, [flag.id])
    _back(desk, cast.lan, [one.id, flag.id, *_ids(cast.lan, HoldingKind.ROLE)])
    told = read(desk.expect_message(to=cast.long, kind="work_taken_back"))
    for gone in (f"{incident.number}/1", flag.code, "vai theo chức trách: Cán bộ trực"):
        assert gone in told
    assert f"{incident.number}/2" not in told
    desk.set_aside()
    owners = [desk.reload(each).owner_id for each in (one, two, flag)]
    assert owners == [cast.lan.id, cast.kien.id, cast.lan.id]
    assert desk.timeline(incident)[-1].text.startswith("Bài học 1: Trần Thị Lan làm việc lại")
    assert desk.timeline(flag)[-1].text.endswith("Trần Thị Lan làm việc lại, theo dõi lại")
    desk.fast_forward(hours(31))
    desk.expect_message(to=cast.lan, kind="signal_review")
    desk.set_aside()


def test_only_somebody_who_left_comes_back_and_once(desk: Desk) -> None:
    cast = desk.cast
    with desk.refused(AlreadySettled, "không ở trong số người đã thôi"):
        desk.do(coming_back.come_back, cast.ha.id, reason="x", confirmed="x", by=cast.an)
    _leave(desk, cast.kien)
    _back(desk, cast.kien)
    with desk.refused(AlreadySettled, "không ở trong số người đã thôi"):
        _back(desk, cast.kien)
    # And may leave again.
    _leave(desk, cast.kien)
    desk.set_aside()


def test_turns_nobody_took_close_their_gaps_and_those_that_moved_are_chosen(desk: Desk) -> None:
    cast = desk.cast
    _rostered(desk, cast.lan, cast.long)
    (now_on,) = _on_shift(desk)
    leaver = cast.lan if now_on == cast.lan.id else cast.long
    _leave(desk, leaver)
    assert _on_shift(desk) == []
    assert _fates(leaver)[HoldingKind.TURN] is Fate.AT_ONCE
    _back(desk, leaver)
    assert _on_shift(desk) == [leaver.id]
    _leave(desk, leaver, cast.kien)
    desk.set_aside()
    assert _on_shift(desk) == [cast.kien.id]
    _back(desk, leaver)
    assert _on_shift(desk) == [cast.kien.id]
    _leave(desk, leaver)
    desk.set_aside()
    assert HoldingKind.TURN not in _fates(leaver)


def test_a_turn_that_moved_is_taken_back_with_its_shifts(desk: Desk) -> None:
    cast = desk.cast
    _rostered(desk, cast.lan, cast.long)
    (now_on,) = _on_shift(desk)
    leaver = cast.lan if now_on == cast.lan.id else cast.long
    _leave(desk, leaver, cast.kien)
    desk.set_aside()
    _back(desk, leaver, _ids(leaver, HoldingKind.TURN))
    assert _on_shift(desk) == [leaver.id]
    with database.reading() as session:
        theirs = session.exec(select(Shift).where(Shift.person_id == cast.kien.id)).all()
    assert all(shift.ends_at <= desk.time for shift in theirs)
    desk.set_aside()


def test_a_shift_entered_by_hand_is_taken_back_by_itself(desk: Desk) -> None:
    cast = desk.cast
    _leave(desk, cast.long, cast.kien)
    desk.set_aside()
    _back(desk, cast.long, _ids(cast.long, HoldingKind.SHIFT))
    desk.expect_message(to=cast.kien, kind="work_taken_back", containing="shifts: Duty officer")
    with database.reading() as session:
        assert rosters.on_shift(session, desk.time + hours(7)) == [cast.long.id]
        assert roles.holders(session, Role.DUTY_OFFICER, desk.time) == [cast.lan.id, cast.kien.id]
        assert departures.of(session, cast.long.id).left_on == date(2026, 11, 22)  # type: ignore[union-attr]
