"""Calendar feeds: text any calendar reads, at an address that ends when it is revoked."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.people.duty import absences, feeds, icalendar
from incidents.people.duty.icalendar import Event
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.errors import AlreadySettled, NotFound, NotPermitted
from incidents.record.timeline import DESK
from tests.harness import Desk
from tests.incidents.shifts import draw_up, local

AT = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


def unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_lines_are_folded_between_characters_and_text_is_escaped() -> None:
    said = "Trực; Văn phòng, \\ ban đêm\ndòng hai " + "ữ" * 100
    text = icalendar.calendar(
        "Lịch, trực", [Event("a@b", AT, AT + timedelta(hours=8), said, "", AT, 3)], language="vi"
    )
    lines = unfolded(text)

    escaped = "Trực\\; Văn phòng\\, \\\\ ban đêm\\ndòng hai " + "ữ" * 100
    assert f"SUMMARY:{escaped}" in lines
    assert "NAME:Lịch\\, trực" in lines
    assert "DTSTART:20261123T230000Z" in lines
    assert "DTEND:20261124T070000Z" in lines
    assert "SEQUENCE:3" in lines
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1


@pytest.mark.parametrize("length", [74, 75, 76, 148, 149, 150])
def test_no_line_is_longer_than_75_octets(length: int) -> None:
    line = "x" * length
    assert icalendar.folded(line).replace("\r\n ", "") == line
    assert max(len(part) for part in icalendar.folded(line).split("\r\n")) <= 75


def test_a_name_cannot_smuggle_a_line_in() -> None:
    assert icalendar.escaped("a\r\nATTENDEE:x\x00\u2028b") == "a\\nATTENDEE:xb"


def read(given: str) -> list[str]:
    with database.reading() as session:
        return unfolded(feeds.read(session, given))


def test_a_person_reads_their_shifts_until_they_revoke_the_address(desk: Desk) -> None:
    cast = desk.cast
    draw_up(desk, cast.duc, cast.hoa)
    feed = desk.do(feeds.make, cast.duc.id, by=cast.duc)
    again = desk.do(feeds.make, cast.duc.id, by=cast.duc)
    given = feeds.token(feed)

    assert again.id == feed.id
    assert len(given) == 32
    assert given not in feed.token_hash
    lines = read(given)
    assert "SUMMARY:Trực lãnh đạo sở chủ trì" in lines
    assert sum(line == "BEGIN:VEVENT" for line in lines) > 80
    assert "Dương Lệ Hoa" not in "\n".join(lines)
    with desk.refused(NotPermitted):
        desk.do(feeds.revoke, feed.id, by=cast.hoa)
    desk.do(feeds.revoke, feed.id, by=cast.duc)
    with desk.refused(NotFound), database.reading() as session:
        feeds.read(session, given)
    with desk.refused(AlreadySettled):
        desk.do(feeds.revoke, feed.id, by=cast.duc)
    assert desk.facts(DESK)[-2:] == ["FeedMade", "FeedRevoked"]
    anew = desk.do(feeds.make, cast.duc.id, by=cast.duc)
    assert feeds.token(anew) != given


def test_a_roster_names_everybody_and_a_change_counts(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    feed = desk.do(feeds.make, cast.tung.id, roster_id=roster.id, by=cast.tung)
    lines = read(feeds.token(feed))
    assert "SEQUENCE:1" not in lines
    assert {"Hồ Trọng Đức", "Dương Lệ Hoa"} <= {line.split(": ")[-1] for line in lines}

    desk.time = local(24, 9).astimezone(UTC)
    desk.do(
        absences.report,
        cast.duc.id,
        starts_at=local(24, 9),
        ends_at=local(25, 9),
        reason="Ốm",
        by=cast.duc,
    )
    changed = read(feeds.token(feed))
    assert "SEQUENCE:1" in changed
    where = changed.index("SEQUENCE:1")
    assert changed[where - 1] == "LAST-MODIFIED:20261124T020000Z"
    assert changed[where + 2] == "DTEND:20261124T020000Z"
    assert "Ốm" not in "\n".join(changed)


def test_whoever_leaves_takes_the_address_with_them(desk: Desk) -> None:
    feed = desk.do(feeds.make, desk.cast.lan.id, by=desk.cast.lan)
    with database.transaction() as session:
        session.get_one(Person, desk.cast.lan.id).active = False
    with desk.refused(NotFound), database.reading() as session:
        feeds.read(session, feeds.token(feed))
