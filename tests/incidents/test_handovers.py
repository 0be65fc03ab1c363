"""Handing shifts over: drawn from the record, read by whoever comes next, missed when missing."""

from datetime import timedelta

import pytest
from sqlmodel import select

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Shift
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotPermitted
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.reports import handovers
from incidents.response.reports.handovers import HandOver
from tests.harness import Desk, hours
from tests.incidents.shifts import draw_up

SAID = {"open_work": "Hai vụ", "deadlines": "03:00", "unknown": "Nguồn tin", "remarks": "Gọi lại"}


def shift_of(person: Person) -> Shift:
    with database.reading() as session:
        return session.exec(select(Shift).where(Shift.person_id == person.id)).one()


def handed_over(desk: Desk) -> HandOver:
    note = desk.do(handovers.write, shift_of(desk.cast.lan).id, by=desk.cast.lan, **SAID)
    desk.expect_messages("shift_handed_over", desk.cast.long)
    return note


def test_the_record_fills_the_note_in(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=[Role.SECRETARY])
    desk.plan(incident, "write it down", Role.SECRETARY)
    waiting = desk.flag("Một chuyện khác")
    desk.set_aside()
    with database.transaction() as session:
        claims.state(session, incident.id, ["Đập đã nứt"], nature=Nature.CLAIM, by=desk_actor(desk))
    with database.reading() as session:
        vi, en = (handovers.prefill(session, language) for language in Language)

    assert vi.incidents == en.incidents == 1
    assert f"{incident.number} {incident.title} (cấp 3" in vi.open_work
    assert waiting.code in vi.open_work
    assert "write it down, Phạm Thu Hà" in vi.deadlines
    assert f"{incident.number}: Đập đã nứt (đang xác minh)" in vi.unknown
    assert f"{waiting.code} chưa ai tiếp nhận" in vi.unknown
    assert "nobody has taken it" in en.unknown


def desk_actor(desk: Desk):  # noqa: ANN201 - a line of the story
    from incidents.record.actors import Actor, Via

    return Actor(desk.cast.lan.id, Via.DESK)


def test_an_empty_desk_says_so(desk: Desk) -> None:
    with database.reading() as session:
        drawn = handovers.prefill(session, Language.VI)
    assert (drawn.open_work, drawn.deadlines, drawn.unknown) == ("không có",) * 3


def test_the_incoming_officer_reads_and_acknowledges(desk: Desk) -> None:
    cast = desk.cast
    note = handed_over(desk)
    assert "Nguồn tin" in desk.timeline(DESK)[-1].text
    for nosy in (cast.lan, cast.ha):
        with desk.refused(NotPermitted):
            desk.do(handovers.acknowledge, note.id, by=nosy)
    desk.do(handovers.acknowledge, note.id, by=cast.long)

    assert desk.facts(DESK) == ["ShiftHandedOver", "HandOverAcknowledged"]
    assert "Trần Thị Lan" in desk.timeline(DESK)[-1].text
    with desk.refused(AlreadySettled):
        desk.do(handovers.acknowledge, note.id, by=cast.long)
    with desk.refused(AlreadySettled):
        desk.do(handovers.write, note.shift_id, by=cast.lan, **SAID)


def test_it_is_written_again_until_somebody_has_read_it(desk: Desk) -> None:
    first = handed_over(desk)
    second = desk.do(
        handovers.write, first.shift_id, by=desk.cast.lan, **SAID | {"unknown": "Không còn gì"}
    )
    desk.expect_message(to=desk.cast.long, kind="shift_handed_over")
    assert (second.id, second.unknown, second.versions) == (first.id, "Không còn gì", 2)


def test_only_ones_own_shift_and_only_in_time(desk: Desk) -> None:
    cast = desk.cast
    lans, longs = shift_of(cast.lan), shift_of(cast.long)
    with desk.refused(NotPermitted):
        desk.do(handovers.write, lans.id, by=cast.long, **SAID)
    with desk.refused(Conflict):
        desk.do(handovers.write, longs.id, by=cast.long, **SAID)
    with desk.refused(Invalid) as caught:
        desk.do(handovers.write, lans.id, by=cast.lan, **SAID | {"unknown": " ", "deadlines": ""})
    assert set(caught.value.fields) == {"unknown", "deadlines"}
    desk.fast_forward(timedelta(days=2))
    with desk.refused(Conflict):
        desk.do(handovers.write, lans.id, by=cast.lan, **SAID)


@pytest.mark.parametrize("notes", [True, False])
def test_a_shift_that_ended_without_a_note_is_missed_where_one_is_due(
    desk: Desk, notes: bool
) -> None:
    cast = desk.cast
    draw_up(desk, cast.duc, cast.hoa, notes=notes)
    desk.fast_forward(hours(4))
    with database.reading() as session:
        missing = handovers.missing(session)
    assert len(missing) == int(notes)
    if notes:
        (shift,) = missing
        author = cast.duc if shift.person_id == cast.duc.id else cast.hoa
        desk.do(handovers.write, shift.id, by=author, **SAID)
        with database.reading() as session:
            assert handovers.missing(session) == []
    desk.set_aside()


def test_nobody_hands_over_to_themselves(desk: Desk) -> None:
    draw_up(desk, desk.cast.duc)
    desk.fast_forward(hours(4))
    with database.reading() as session:
        assert handovers.missing(session) == []
