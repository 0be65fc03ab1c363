"""Frames approved in advance: filled at night, bounded, marked in an exercise."""

import hashlib
from datetime import timedelta

import pytest
from sqlmodel import select

from incidents.insight import contents
from incidents.matter.incidents import Incident
from incidents.record import clock, database
from incidents.record.errors import AlreadySettled, Conflict, Invalid
from incidents.record.language import Language, Phrase, speech
from incidents.response.answers import signing
from incidents.words import slots, statements
from incidents.words.shells import Shell
from incidents.words.slots import Slot
from incidents.words.statements import StatementKind
from tests import cast as the_cast
from tests.cast import filled
from tests.harness import Desk
from tests.incidents.signatures import ALL


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ALL)


def test_at_level_3_the_duty_officer_releases_a_shell_and_those_above_are_told(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    desk.do(signing.release_shell, incident.id, "ban-dau", filled(desk.time), by=cast.lan)
    desk.expect_published(StatementKind.HOLDING, "phường Tân Hưng. Nội dung đang xác minh")
    desk.expect_message(to=cast.minh, kind="statement_released")
    desk.set_aside()
    assert "77/QĐ-VP" in " ".join(line.text for line in desk.timeline(incident))
    with desk.refused(AlreadySettled, "đã được phát"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=cast.lan)


def test_a_shell_released_in_an_exercise_says_so_in_its_own_words(desk: Desk) -> None:
    drill = desk.open(level=3, exercise=True, title="Diễn tập vỡ đập")
    desk.do(signing.release_shell, drill.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)
    with database.reading() as session:
        ((_, version),) = statements.of_incident(session, drill.id)
    assert version.title.startswith("[DIỄN TẬP] ")
    assert version.text.startswith("DIỄN TẬP – không phải sự việc thật\n\n")
    assert version.title_en.startswith("[EXERCISE] ")
    assert version.text_en.startswith("EXERCISE – this is not a real event\n\n")
    desk.set_aside()


def test_both_languages_of_a_shell_go_out_under_one_hash(desk: Desk, incident: Incident) -> None:
    before = [each.text for each in the_cast.shell(desk.cast.minh).named_in(Language.EN)]
    assert before[0].startswith("At [Time and day it came in] the authorities heard of a matter at")
    assert before[1].startswith("Lúc [Giờ, ngày tiếp nhận], cơ quan chức năng")
    values = filled(desk.time)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", values, by=desk.cast.lan)
    with database.reading() as session:
        ((_, version),) = statements.of_incident(session, incident.id)
        assert contents.compare(session, incident.id) == []
    theirs, own = version.wordings(Language.EN)
    assert (theirs.title, own.title) == ("First information", "Thông tin ban đầu")
    ahead = desk.time + timedelta(minutes=90)
    # Typed slots say the same in every language, each in its own way.
    assert "a matter at Tân Hưng Ward. It is being verified" in theirs.text
    assert theirs.text.endswith(f"follows at {speech(Language.EN).moment(ahead)}.")
    assert "sự việc tại phường Tân Hưng." in own.text
    assert own.text.endswith(f"lúc {speech(Language.VI).moment(ahead)}.")
    hashes = [statements.digest(each.title, each.text) for each in (own, theirs)]
    assert version.sha256 == hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    desk.set_aside()


def test_at_level_2_no_shell_is_on_offer(desk: Desk) -> None:
    incident = desk.opened(level=2)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)


def test_a_shell_past_its_day_is_not_on_offer(desk: Desk, incident: Incident) -> None:
    with database.transaction() as session:
        shell = session.exec(select(Shell)).one()
        shell.valid_to = desk.time.date() - timedelta(days=1)
        session.add(shell)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)


@pytest.mark.parametrize(
    ("slot", "value", "saying"),
    [
        (Slot.PLACE, "", "Ô này phải điền."),
        (Slot.PLACE, "gần chợ", "Danh bạ không có «gần chợ»"),
        (Slot.PLACE, "UBP, Tân Hưng", "Danh bạ không có «Tân Hưng»"),
        (Slot.PLACE, ", ".join(["UBP"] * 6), "Tối đa 5 tên"),
        (Slot.PLACE, "CA", "Danh bạ không có «CA»"),
        (Slot.RECEIVED, "lúc 2 giờ", "Ngày giờ không hợp lệ."),
        (Slot.RECEIVED, timedelta(minutes=1), "Giờ tiếp nhận phải đã qua"),
        (Slot.RECEIVED, timedelta(days=-8), "Giờ tiếp nhận phải đã qua"),
        (Slot.NEXT, timedelta(), "Giờ thông tin tiếp theo phải ở phía trước"),
        (Slot.NEXT, timedelta(hours=25), "trong vòng 1 ngày"),
        ("them", "không có", "Mẫu không có ô này."),
    ],
)
def test_nothing_in_a_slot_is_free_text(
    desk: Desk, incident: Incident, slot: str, value: str | timedelta, saying: str
) -> None:
    written = value if isinstance(value, str) else (desk.time + value).isoformat()
    values = filled(desk.time) | {str(slot): written}
    with desk.refused(Invalid, saying) as caught:
        desk.do(signing.release_shell, incident.id, "BAN-DAU", values, by=desk.cast.lan)
    assert list(caught.value.fields) == [f"values.{slot}"]


def test_several_places_by_code_or_name_and_a_moment_without_a_zone_is_the_provinces(
    desk: Desk,
) -> None:
    local = desk.time.astimezone(clock.LOCAL).replace(tzinfo=None)
    given = {"gio": local.isoformat(), "dia_ban": "ubp; Tỉnh  Bình Khê", "co_quan": "CA"}
    with database.reading() as session:
        values = slots.read(session, [Slot.RECEIVED, Slot.PLACE, Slot.BODY], given)
    assert values["gio"] == desk.time
    assert values["dia_ban"] == Phrase(
        "phường Tân Hưng, tỉnh Bình Khê", "Tân Hưng Ward, Bình Khê Province"
    )
    assert str(values["co_quan"]) == "Công an tỉnh Bình Khê"


@pytest.mark.parametrize(
    "written", ["UBND phường Tân Hưng", "ubnd Phường Tân Hưng", "phường Tân Hưng", "UBP"]
)
def test_a_place_is_known_by_the_name_of_its_committee_and_said_by_its_own(
    desk: Desk, written: str
) -> None:
    with database.reading() as session:
        values = slots.read(session, [Slot.PLACE], {"dia_ban": written})
    assert values["dia_ban"] == Phrase("phường Tân Hưng", "Tân Hưng Ward")


def test_a_frame_signed_with_free_text_in_it_is_not_released(
    desk: Desk, incident: Incident
) -> None:
    with database.transaction() as session:
        shell = session.exec(select(Shell)).one()
        shell.frame += " Theo {nguon}."
        shell.frame_sha256 = statements.digest(
            shell.title, shell.frame, shell.title_en, shell.frame_en
        )
        session.add(shell)
    with desk.refused(Invalid, "ô chữ tự do"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)


@pytest.mark.parametrize("frame", ["frame", "frame_en"])
def test_an_altered_frame_is_refused(desk: Desk, incident: Incident, frame: str) -> None:
    with database.transaction() as session:
        shell = session.exec(select(Shell)).one()
        setattr(shell, frame, getattr(shell, frame) + " Mọi tin khác đều sai.")
        session.add(shell)
    with desk.refused(Invalid, "không còn khớp"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)
