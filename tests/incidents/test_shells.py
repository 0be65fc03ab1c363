"""Frames approved in advance: filled at night, bounded, marked in an exercise."""

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from incidents.insight import contents
from incidents.matter.incidents import Incident
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid
from incidents.record.language import Language
from incidents.response.answers import signing
from incidents.words import shells, statements
from incidents.words.shells import Shell
from incidents.words.statements import StatementKind
from tests import cast as the_cast
from tests.harness import Desk
from tests.incidents.signatures import ALL, FILLED


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ALL)


def test_at_level_3_the_duty_officer_releases_a_shell_and_those_above_are_told(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    desk.do(signing.release_shell, incident.id, "ban-dau", FILLED, by=cast.lan)
    desk.expect_published(StatementKind.HOLDING, "phường Tân Hưng. Nội dung đang xác minh")
    desk.expect_message(to=cast.minh, kind="statement_released")
    desk.set_aside()
    assert "77/QĐ-VP" in " ".join(line.text for line in desk.timeline(incident))
    with desk.refused(AlreadySettled, "đã được phát"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=cast.lan)


def test_a_shell_released_in_an_exercise_says_so_in_its_own_words(desk: Desk) -> None:
    drill = desk.open(level=3, exercise=True, title="Diễn tập vỡ đập")
    desk.do(signing.release_shell, drill.id, "BAN-DAU", FILLED, by=desk.cast.lan)
    with database.reading() as session:
        ((_, version),) = statements.of_incident(session, drill.id)
    assert version.title.startswith("[DIỄN TẬP] ")
    assert version.text.startswith("DIỄN TẬP – không phải sự việc thật\n\n")
    assert version.title_en.startswith("[EXERCISE] ")
    assert version.text_en.startswith("EXERCISE – this is not a real event\n\n")
    desk.set_aside()


def test_both_languages_of_a_shell_go_out_under_one_hash(desk: Desk, incident: Incident) -> None:
    before = [each.text for each in the_cast.shell(desk.cast.minh).named_in(Language.EN)]
    assert before[0].startswith("At [Time] the authorities heard of a matter at [Place].")
    assert before[1].startswith("Lúc [Giờ], cơ quan chức năng")
    lan, english = desk.cast.lan, {"place": "Tân Hưng ward", "next": " "}
    for wrong, saying in (
        ({"place": "x" * 61}, "Tối đa 60 ký tự"),
        ({"more": "none"}, "Mẫu không có ô này."),
    ):
        with desk.refused(Invalid, saying) as caught:
            desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, wrong, by=lan)
        assert list(caught.value.fields) == [f"values_en.{next(iter(wrong))}"]
    desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, english, by=lan)
    with database.reading() as session:
        ((_, version),) = statements.of_incident(session, incident.id)
        assert contents.compare(session, incident.id) == []
    theirs, own = version.wordings(Language.EN)
    assert (theirs.title, own.title) == ("First information", "Thông tin ban đầu")
    # A slot left empty says in English what it says in Vietnamese.
    assert "at Tân Hưng ward. It is being verified" in theirs.text
    assert theirs.text.endswith(f"follows at {FILLED['next']}.")
    assert "Tân Hưng ward" not in own.text
    hashes = [statements.digest(each.title, each.text) for each in (own, theirs)]
    assert version.sha256 == hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    desk.set_aside()


def test_at_level_2_no_shell_is_on_offer(desk: Desk) -> None:
    incident = desk.opened(level=2)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=desk.cast.lan)


def test_a_shell_past_its_day_is_not_on_offer(desk: Desk, incident: Incident) -> None:
    with database.transaction() as session:
        shell = session.exec(select(Shell)).one()
        shell.valid_to = desk.time.date() - timedelta(days=1)
        session.add(shell)
    with desk.refused(Conflict, "dùng được ở cấp độ này"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=desk.cast.lan)


@pytest.mark.parametrize(
    ("values", "saying"),
    [
        ({"place": ""}, "Ô này phải điền."),
        ({"place": "x" * 61}, "Tối đa 60 ký tự, trên một dòng."),
        ({"place": "hai\ndòng"}, "trên một dòng"),
        ({"more": "không có"}, "Mẫu không có ô này."),
    ],
)
def test_the_slots_of_a_shell_are_bounded(
    desk: Desk, incident: Incident, values: dict[str, str], saying: str
) -> None:
    with desk.refused(Invalid, saying):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED | values, by=desk.cast.lan)


def test_what_a_slot_says_is_never_read_as_a_slot() -> None:
    frame = "Tại {place} lúc {time}"
    shell = Shell(
        code="X",
        title="T",
        frame=frame,
        frame_sha256=statements.digest("T", frame),
        slots={"place": {"limit": 20}, "time": {"limit": 20}},
        decision="1",
        decided_on=the_cast.date(2026, 1, 1),
        approved_by=UUID(int=1),
    )
    filled = shells.fill(shell, {"place": "{time}", "time": "3 giờ"}, {})
    assert (filled.text, filled.english) == ("Tại {time} lúc 3 giờ", ("", ""))


@pytest.mark.parametrize("frame", ["frame", "frame_en"])
def test_an_altered_frame_is_refused(desk: Desk, incident: Incident, frame: str) -> None:
    with database.transaction() as session:
        shell = session.exec(select(Shell)).one()
        setattr(shell, frame, getattr(shell, frame) + " Mọi tin khác đều sai.")
        session.add(shell)
    with desk.refused(Invalid, "không còn khớp"):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", FILLED, by=desk.cast.lan)
