"""Triage: set aside on a ground, watched by somebody until a time, merged where it is the same."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from incidents.intake import evidence, merging, signals, triage
from incidents.intake.signals import Ground, Nature, Signal, SignalState
from incidents.intake.triage import Transfer
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.response.life import lifecycle, opening
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours, minutes

TRANSFERRED = Transfer("UBND phường Tân Hưng", "18/PC-SVHTT", date(2026, 11, 22))


def taken(desk: Desk, text: str = "Đập hồ chứa sắp vỡ!", **values: object) -> Signal:
    signal = desk.flag(text, **values)
    desk.take(signal)
    desk.set_aside()
    return desk.reload(signal)


def dismiss(desk: Desk, signal: Signal, ground: Ground, reason: str, **values: object) -> Signal:
    return desk.do(
        triage.dismiss, signal.id, ground=ground, reason=reason, by=desk.cast.lan, **values
    )


def merge(desk: Desk, signal: Signal, into: str, **values: object) -> Signal:
    return desk.do(merging.merge, signal.id, into, by=desk.cast.lan, **values)


def allowed(person: Person, deed: Deed, signal: Signal) -> bool:
    with database.reading() as session:
        return permissions.allowed(session, person, deed, signal)


# --- nothing is done ---------------------------------------------------------------------------


def test_nothing_is_done_on_a_ground_and_with_a_reason(desk: Desk) -> None:
    signal = desk.flag("Đường xấu quá")
    desk.expect_messages("signal_flagged", desk.cast.lan)
    with desk.refused(Conflict, "tiếp nhận tin báo trước"):
        dismiss(desk, signal, Ground.OPINION, "ý kiến")
    desk.take(signal)
    with desk.refused(Invalid, "Nêu lý do"):
        dismiss(desk, signal, Ground.OPINION, " ")
    done = dismiss(desk, signal, Ground.OPINION, "Người dân nêu ý kiến")
    assert (done.state, done.ground, done.nature) == (
        SignalState.DISMISSED,
        Ground.OPINION,
        Nature.OPINION,
    )
    assert desk.timeline(signal)[-1].text.endswith("Lý do: Người dân nêu ý kiến")
    with desk.refused(AlreadySettled, "đã được xử lý"):
        dismiss(desk, signal, Ground.OTHER, "lần nữa")
    with desk.refused(Conflict, "không xử lý"):
        desk.open(signal)


def test_a_complaint_says_to_whom_it_went_number_and_date(desk: Desk) -> None:
    signal = taken(desk, "Đường hỏng mãi không sửa")
    with desk.refused(Invalid, "số phiếu chuyển") as refusal:
        dismiss(desk, signal, Ground.COMPLAINT, "Phản ánh dân sinh")
    assert set(refusal.value.fields) == {"transferred_to", "transfer_number", "transferred_on"}
    with desk.refused(Invalid, "không thể ở tương lai"):
        later = replace(TRANSFERRED, on=date(2026, 11, 25))
        dismiss(desk, signal, Ground.COMPLAINT, "Phản ánh dân sinh", transfer=later)
    # A complaint reported before is a complaint all the same.
    with desk.refused(Invalid, "số phiếu chuyển"):
        dismiss(desk, signal, Ground.DUPLICATE, "Đã báo", nature=Nature.COMPLAINT)
    done = dismiss(desk, signal, Ground.COMPLAINT, "Phản ánh dân sinh", transfer=TRANSFERRED)
    assert done.nature is Nature.COMPLAINT
    assert done.transferred_to == "UBND phường Tân Hưng"
    assert desk.facts(signal)[-2:] == ["SignalSetAside", "ComplaintTransferred"]
    assert "18/PC-SVHTT" in desk.timeline(signal)[-1].text


def test_a_ground_that_tells_nothing_of_the_words_leaves_their_nature(desk: Desk) -> None:
    signal = taken(desk)
    assert dismiss(desk, signal, Ground.NOT_OURS, "Tỉnh khác").nature is Nature.CLAIM


# --- taken and forgotten -------------------------------------------------------------------------


def test_of_a_taken_flag_nobody_decides_about_its_taker_hears_and_then_those_above(
    desk: Desk,
) -> None:
    signal, cast = taken(desk), desk.cast
    desk.fast_forward(minutes(29))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    desk.expect_message(to=cast.lan, kind="signal_undecided", containing=signal.code)
    desk.fast_forward(minutes(59))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    desk.expect_messages("signal_undecided", cast.duc, cast.hoa)
    incident = desk.open(signal)
    desk.do(opening.undo, incident.id, reason="Mở nhầm", by=cast.lan)
    desk.set_aside()
    desk.fast_forward(minutes(30))  # back in triage its time begins anew
    desk.expect_messages("signal_undecided", cast.lan)
    dismiss(desk, signal, Ground.NOT_OURS, "Tỉnh khác")
    desk.set_aside()
    desk.fast_forward(hours(2))
    desk.expect_nothing()


# --- watched -----------------------------------------------------------------------------------


def test_a_watched_flag_comes_back_to_its_owner_and_after_an_hour_to_the_desk(desk: Desk) -> None:
    signal, cast = taken(desk), desk.cast
    with desk.refused(Invalid, "phía trước"):
        desk.do(triage.watch, signal.id, review_at=desk.time, by=cast.lan)
    until = desk.time + hours(3)
    watched = desk.do(
        triage.watch,
        signal.id,
        review_at=until,
        owner_id=cast.khoi.id,
        reason="Đếm lượt",
        by=cast.lan,
    )
    assert (watched.state, watched.owner_id) == (SignalState.WATCHED, cast.khoi.id)
    assert "Lý Anh Khôi theo dõi" in desk.timeline(signal)[-1].text
    desk.expect_nothing()
    desk.fast_forward(hours(3) + minutes(1))
    told = desk.expect_message(to=cast.khoi, kind="signal_review", containing=signal.code)
    assert told.created_at == until
    desk.expect_nothing()
    desk.fast_forward(hours(1))
    desk.expect_messages("signal_review", cast.lan)
    desk.fast_forward(hours(40))
    desk.expect_nothing()


def test_watching_on_begins_anew_and_an_opened_flag_rings_no_more(desk: Desk) -> None:
    signal, lan = taken(desk), desk.cast.lan
    desk.do(triage.watch, signal.id, review_at=desk.time + hours(1), by=lan)
    assert desk.reload(signal).owner_id == lan.id
    desk.fast_forward(minutes(61))
    desk.expect_messages("signal_review", lan)
    desk.do(triage.watch, signal.id, review_at=desk.time + hours(1), by=lan)
    desk.fast_forward(minutes(61))
    desk.expect_messages("signal_review", lan)
    desk.do(triage.watch, signal.id, review_at=desk.time + hours(1), by=lan)
    desk.open(signal)
    desk.set_aside()
    desk.fast_forward(hours(5))
    assert not desk.messages(kind="signal_review")[2:]


def test_after_a_night_without_an_engine_owner_and_desk_are_told_at_once(desk: Desk) -> None:
    signal, cast = taken(desk), desk.cast
    desk.do(
        triage.watch, signal.id, review_at=desk.time + hours(1), owner_id=cast.khoi.id, by=cast.lan
    )
    desk.time += hours(9)
    desk.settle()
    desk.expect_messages("signal_review", cast.khoi, cast.long)


def test_the_review_of_somebody_who_left_goes_to_the_desk(desk: Desk) -> None:
    signal, cast = taken(desk), desk.cast
    desk.do(
        triage.watch, signal.id, review_at=desk.time + hours(1), owner_id=cast.khoi.id, by=cast.lan
    )
    with database.transaction() as session:
        persons.get(session, cast.khoi.id).active = False
    desk.fast_forward(minutes(61))
    desk.expect_messages("signal_review", cast.lan)


def test_whoever_watches_may_decide_about_that_flag_and_no_other(desk: Desk) -> None:
    signal, other, cast = taken(desk), taken(desk, "Chuyện khác"), desk.cast
    assert not allowed(cast.khoi, Deed.TRIAGE, signal)
    for wrong in (cast.kien.id, cast.an.id):  # no part at the desk
        with desk.refused(Invalid, "giữ một vai ở bàn trực"):
            desk.do(
                triage.watch,
                signal.id,
                review_at=desk.time + hours(1),
                owner_id=wrong,
                by=cast.lan,
            )
    desk.do(
        triage.watch, signal.id, review_at=desk.time + hours(1), owner_id=cast.khoi.id, by=cast.lan
    )
    signal = desk.reload(signal)
    assert allowed(cast.khoi, Deed.TRIAGE, signal)
    assert allowed(cast.khoi, Deed.OPEN, signal)
    assert not allowed(cast.khoi, Deed.TRIAGE, other)
    assert not allowed(cast.ha, Deed.TRIAGE, signal)
    with database.reading() as session, pytest.raises(NotPermitted):
        permissions.require(session, cast.khoi, Deed.OPEN)


# --- merged ------------------------------------------------------------------------------------


def test_a_flag_that_says_the_same_is_merged_and_its_code_keeps_working(desk: Desk) -> None:
    first, second = taken(desk), taken(desk, "Vỡ đập rồi!")
    with desk.refused(Invalid, "chính nó"):
        merge(desk, second, second.code)
    with desk.refused(NotFound, "TXXXXX"):
        merge(desk, second, "TXXXXX")
    gone = merge(desk, second, first.code.lower(), reason="Cùng một bài")
    assert (gone.state, gone.merged_into_id) == (SignalState.MERGED, first.id)
    assert desk.facts(second)[-1] == "SignalMerged"
    assert "kèm 1 tư liệu" in desk.timeline(first)[-1].text
    with database.reading() as session:
        assert signals.by_code(session, second.code).id == second.id
        assert [s.id for s in signals.merged_into(session, first.id)] == [second.id]
        assert len(evidence.of_signal(session, first.id)) == 2
        assert [s.id for s in signals.waiting(session)] == [first.id]
    with desk.refused(AlreadySettled, "đã được xử lý"):
        merge(desk, second, first.code)
    with desk.refused(Conflict, "đã gộp vào"):
        desk.open(second)


def test_what_was_merged_comes_along_when_the_flag_is_opened_or_taken_back(desk: Desk) -> None:
    first, second, third = taken(desk), taken(desk, "Vỡ đập!"), taken(desk, "Đập vỡ rồi")
    merge(desk, third, second.code)
    merge(desk, second, first.code)
    assert desk.reload(third).merged_into_id == first.id
    incident = desk.open(first)
    desk.set_aside()
    with database.reading() as session:
        assert {s.id for s in signals.of_incident(session, incident.id)} == {
            first.id,
            second.id,
            third.id,
        }
        assert len(evidence.of_incident(session, incident.id)) == 3
    desk.do(opening.undo, incident.id, reason="Mở nhầm", by=desk.cast.lan)
    desk.set_aside()
    assert desk.reload(first).state is SignalState.TRIAGE
    assert desk.reload(third).state is SignalState.MERGED
    assert desk.reload(third).incident_id is None


def test_a_flag_joins_a_live_incident_directly_or_through_the_flag_it_came_from(desk: Desk) -> None:
    first, second, third = taken(desk), taken(desk, "Vỡ đập!"), taken(desk, "Đập vỡ rồi")
    incident = desk.open(first)
    desk.set_aside()
    merge(desk, second, incident.number)
    merge(desk, third, first.code)
    assert desk.facts(incident)[-2:] == ["SignalJoined", "SignalJoined"]
    with database.reading() as session:
        flagged = signals.of_incident(session, incident.id)
        assert [s.state for s in flagged] == [
            SignalState.OPENED,
            SignalState.MERGED,
            SignalState.MERGED,
        ]
        assert len(evidence.of_incident(session, incident.id)) == 3
    desk.do(opening.undo, incident.id, reason="Mở nhầm", by=desk.cast.lan)
    desk.set_aside()
    assert desk.reload(second).state is SignalState.TRIAGE


def test_nothing_is_merged_into_what_has_ended(desk: Desk) -> None:
    first, second = taken(desk), taken(desk, "Vỡ đập!")
    incident = desk.open(first)
    desk.do(lifecycle.stand_down, incident.id, reason="Xong", by=desk.cast.binh)
    desk.set_aside()
    for into in (incident.number, first.code):
        with desk.refused(Conflict, "Dừng xử lý"):
            merge(desk, second, into)
    third = taken(desk, "Ý kiến thôi")
    dismiss(desk, third, Ground.OPINION, "Ý kiến")
    with desk.refused(Conflict, "đã được kết luận không xử lý"):
        merge(desk, second, third.code)
    new = desk.flag("Chưa ai nhận")
    desk.set_aside()
    with desk.refused(Conflict, "tiếp nhận tin báo trước"):
        merge(desk, new, second.code)


def test_two_flags_are_not_merged_into_one_another(desk: Desk) -> None:
    first, second = taken(desk), taken(desk, "Vỡ đập!")
    merge(desk, second, first.code)
    with desk.refused(Conflict, "chính tin này"):
        merge(desk, first, second.code)
    with desk.refused(NotFound):
        desk.do(merging.merge, UUID(int=1), first.code, by=desk.cast.lan)
