"""Flags: taken in as they were seen, answered by the duty desk."""

import hashlib

import pytest
from sqlmodel import select

from incidents.intake import evidence, signals
from incidents.intake.evidence import Evidence, EvidenceKind
from incidents.intake.signals import File, Nature, SignalState
from incidents.people.roles import Role, RoleHolder
from incidents.people.rosters import Shift
from incidents.record import database, ids
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound
from incidents.record.outbox import MessageState
from incidents.response.life import opening
from tests.harness import CODE, Desk, hours, minutes

PICTURE = File(b"\x89PNG invented picture", "../../anh chup.png", "image/png")


def _off_shift() -> None:
    with database.transaction() as session:
        for shift in session.exec(select(Shift)):
            session.delete(shift)


def test_a_flag_wakes_the_duty_officer_on_shift_and_nobody_else(desk: Desk) -> None:
    signal = desk.flag(reach=1200, seen_where="một hội nhóm công khai")
    desk.expect_messages("signal_flagged", desk.cast.lan)
    assert signal.state is SignalState.NEW
    assert desk.facts(signal) == ["SignalFlagged", "EvidenceKept"]


def test_the_next_shift_is_woken_once_it_has_begun(desk: Desk) -> None:
    desk.fast_forward(hours(6))
    desk.flag()
    desk.expect_messages("signal_flagged", desk.cast.long)


def test_with_nobody_on_shift_the_two_stand_ins_are_woken_together(desk: Desk) -> None:
    _off_shift()
    desk.flag()
    desk.expect_messages("signal_flagged", desk.cast.duc, desk.cast.hoa)


def test_a_stand_in_on_shift_is_woken_before_the_one_who_holds_the_post(desk: Desk) -> None:
    _off_shift()
    with database.transaction() as session:
        session.add(
            Shift(
                role=Role.OFFICE_DUTY,
                person_id=desk.cast.thao.id,
                starts_at=desk.time,
                ends_at=desk.time + hours(8),
            )
        )
    desk.flag()
    desk.expect_messages("signal_flagged", desk.cast.duc, desk.cast.thao)


def test_with_no_stand_in_either_the_holder_of_the_duty_post_is_woken(desk: Desk) -> None:
    _off_shift()
    with database.transaction() as session:
        for holder in session.exec(select(RoleHolder)):
            if holder.role in (Role.DEPARTMENT_DUTY_LEADER, Role.OFFICE_DUTY):
                session.delete(holder)
    desk.flag()
    desk.expect_messages("signal_flagged", desk.cast.lan)


def test_text_and_files_are_kept_under_their_hash_whatever_their_name(desk: Desk) -> None:
    signal = desk.flag("Đập sắp vỡ", files=[PICTURE])
    desk.set_aside()
    with database.reading() as session:
        kept = evidence.of_signal(session, signal.id)
    assert {k.kind for k in kept} == {EvidenceKind.TEXT, EvidenceKind.FILE}
    for each in kept:
        stored = evidence.path_of(each.sha256)
        assert hashlib.sha256(stored.read_bytes()).hexdigest() == each.sha256
        assert "/" not in each.filename
        assert each.captured_at == signal.flagged_at
    assert signal.text_sha256 == hashlib.sha256("Đập sắp vỡ".encode()).hexdigest()


def test_the_same_picture_twice_is_one_file_and_two_rows(desk: Desk) -> None:
    first, second = desk.flag("một", files=[PICTURE]), desk.flag("hai", files=[PICTURE])
    desk.set_aside()
    sha256 = hashlib.sha256(PICTURE.content).hexdigest()
    with database.reading() as session:
        rows = session.exec(select(Evidence).where(Evidence.sha256 == sha256)).all()
    assert {row.signal_id for row in rows} == {first.id, second.id}
    assert len(list(evidence.path_of(sha256).parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("values", "saying"),
    [
        ({"text": "   "}, "Cần có nội dung, đường dẫn hoặc tệp."),
        ({"text": "a" * 100_001}, "100.000 ký tự"),
        ({"text": "", "url": "ftp://example.test/bai"}, "http:// hoặc https://"),
        ({"text": "", "url": "javascript:alert(1)"}, "http:// hoặc https://"),
        ({"text": "", "url": "https:///khong-co-may"}, "http:// hoặc https://"),
        ({"text": "tin", "url": "http://[::1"}, "http:// hoặc https://"),
        ({"reach": -1}, "không thể âm"),
        ({"files": [File(b"", "trong.png", "image/png")]}, "Tệp trống."),
    ],
)
def test_a_flag_that_says_nothing_usable_is_refused(
    desk: Desk, values: dict[str, object], saying: str
) -> None:
    with desk.refused(Invalid, saying):
        desk.flag(**values)  # type: ignore[arg-type]


def test_nobody_has_seen_it_in_the_future(desk: Desk) -> None:
    with desk.refused(Invalid, "thời điểm chưa tới"):
        desk.flag(seen_at=desk.time + minutes(1))
    assert desk.flag(seen_at=desk.time).seen_at == desk.time
    desk.expect_messages("signal_flagged", desk.cast.lan)


def test_the_title_of_an_incident_is_one_line(desk: Desk) -> None:
    signal = desk.flag()
    desk.take(signal)
    assert desk.open(signal, title=" Tin vỡ đập\r\n Bcc: ai@do.test ").title == (
        "Tin vỡ đập Bcc: ai@do.test"
    )
    desk.set_aside()


def test_a_file_over_the_limit_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from incidents.record import settings

    monkeypatch.setenv("TRUCBAN_UPLOAD_LIMIT_MB", "1")
    settings.current.cache_clear()
    big = File(b"x" * (1024 * 1024 + 1), "to.bin", "application/octet-stream")
    with desk.refused(Invalid, "lớn hơn 1 MB"):
        desk.flag(files=[big])


def test_taking_a_flag_tells_the_others_who_were_woken(desk: Desk) -> None:
    _off_shift()
    signal = desk.flag()
    desk.expect_messages("signal_flagged", desk.cast.duc, desk.cast.hoa)
    desk.take(signal, by=desk.cast.hoa)
    desk.expect_messages("signal_taken", desk.cast.duc)
    assert desk.reload(signal).state is SignalState.TRIAGE
    assert desk.reload(signal).acknowledged_by == desk.cast.hoa.id
    with desk.refused(AlreadySettled, "đã có người tiếp nhận"):
        desk.take(signal, by=desk.cast.duc)


def test_a_call_that_has_not_left_when_the_flag_is_taken_never_does(desk: Desk) -> None:
    desk.mail_works = False
    signal = desk.flag()
    desk.take(signal)
    desk.mail_works = True
    desk.settle()
    (call,) = desk.messages(kind="signal_flagged")
    assert call.state is MessageState.CANCELLED
    desk.set_aside()


def test_a_code_is_found_in_small_letters_and_an_unknown_one_named(desk: Desk) -> None:
    signal = desk.flag()
    desk.set_aside()
    with database.reading() as session:
        assert signals.by_code(session, signal.code.lower()).id == signal.id
        assert [s.id for s in signals.waiting(session)] == [signal.id]
    with desk.refused(NotFound, "TXXXXX"), database.reading() as session:
        signals.by_code(session, "TXXXXX")


def test_a_code_that_is_taken_is_drawn_again_and_no_flag_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.flag()
    drawn = iter([first.code[1:], first.code[1:], "2345C"])
    monkeypatch.setattr(ids, "spoken_code", lambda _length=4: next(drawn))
    assert desk.flag().code == "T2345C"
    desk.expect_messages("signal_flagged", desk.cast.lan, desk.cast.lan)


def test_headlines_are_one_short_line(desk: Desk) -> None:
    signal = desk.flag("Một\n dòng " * 40)
    desk.set_aside()
    assert len(signal.headline) <= 90
    assert "\n" not in signal.headline


def test_only_a_record_opens_an_incident_and_opinion_starts_no_rumour_playbook(desk: Desk) -> None:
    signal = desk.flag()
    desk.expect_messages("signal_flagged", desk.cast.lan)
    with desk.refused(Conflict, "tiếp nhận tin báo trước"):
        desk.open(signal)
    desk.take(signal)
    with desk.refused(Invalid, "Ý kiến, phản ánh hay câu hỏi"):
        desk.open(signal, nature=Nature.OPINION)
    with desk.refused(Invalid, "mã KHONG_CO"):
        desk.open(signal, playbook="KHONG_CO")
    with desk.refused(Invalid, "Đặt tên ngắn"):
        desk.open(signal, title=" ")
    with desk.refused(Invalid, "Tối đa 200 ký tự"):
        desk.open(signal, title="a" * 201)
    with desk.refused(Invalid, "Cấp độ từ 0 đến 4"):
        desk.open(signal, level=5)
    desk.fast_forward(minutes(1))
    incident = desk.open(signal)
    desk.expect_messages("incident_opened", desk.cast.tung, desk.cast.binh)
    assert incident.detected_at == signal.flagged_at
    with desk.refused(AlreadySettled, incident.number):
        desk.open(signal)
    with database.reading() as session:
        assert {e.incident_id for e in evidence.of_signal(session, signal.id)} == {incident.id}


def test_an_exercise_may_open_without_a_flag(desk: Desk) -> None:
    incident = desk.do(
        opening.open, playbook=CODE, level=1, title="Diễn tập", exercise=True, by=desk.cast.lan
    )
    desk.expect_messages("incident_opened", desk.cast.tung, desk.cast.binh)
    assert incident.exercise
