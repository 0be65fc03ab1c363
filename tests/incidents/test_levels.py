"""The level: the highest of band, floors and judgement, by rules an old incident keeps."""

from datetime import date, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from incidents.insight import levels
from incidents.insight.levels import Origin
from incidents.matter import level_rules
from incidents.matter.incidents import Incident
from incidents.matter.level_rules import Floor
from incidents.people.roles import Role
from incidents.record import database, schema
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language, speech
from incidents.record.timeline import DESK
from incidents.response.life import grading, level_changes, lowering
from tests.harness import Desk, read

SLIGHT = {"reach": 1, "velocity": 1, "harm": 1, "credibility": 1, "duty": 1}
MIDDLING = {"reach": 2, "velocity": 1, "harm": 3, "credibility": 1, "duty": 1}
HARM_ALONE = {"reach": 0, "velocity": 0, "harm": 100, "credibility": 0, "duty": 0}


def origin(incident: Incident) -> Origin:
    with database.reading() as session:
        return levels.origin(session, session.get_one(Incident, incident.id))


def rules(desk: Desk, **changed: Any) -> Any:
    with database.reading() as session:
        newest = level_rules.listed(session)[0]
    values: dict[str, Any] = {
        "effective_from": date(2026, 11, 23),
        "weights": newest.weights,
        "bands": newest.bands,
        "floors": newest.listed,
        "basis": "QĐ 90/QĐ-UBND",
    }
    return desk.do(level_rules.make, **values | changed, by=desk.cast.an)


def test_a_desk_begins_with_the_proposed_rules(desk: Desk) -> None:
    with database.reading() as session:
        (rule,) = level_rules.listed(session)
    assert sum(rule.weights.values()) == 100
    assert rule.bands == [0, 20, 40, 60, 80]
    assert [(f.code, f.level) for f in rule.listed] == [
        ("LIFE_SAFETY", 3),
        ("OFFICIAL_CHANNEL", 3),
        ("NATIONAL_ATTENTION", 3),
        ("RUN_OR_CROWD", 4),
        ("DISASTER_AREA", 3),
    ]
    assert all(f.vi != f.en for f in rule.listed)


def test_a_floor_holds_the_level_up_whatever_the_points_are(desk: Desk) -> None:
    incident = desk.opened(level=2)
    lan = desk.cast.lan
    desk.do(grading.score, incident.id, SLIGHT, floors=["LIFE_SAFETY"], by=lan)
    assert desk.reload(incident).level == 3
    found = origin(incident)
    assert (found.points, found.band, found.override) == (25, 1, None)
    assert [f.code for f in found.applying] == ["LIFE_SAFETY"]
    story = [line.text for line in desk.timeline(incident, Language.EN)]
    assert "Floor of level 3: Life safety, or a rumour of evacuation" in story
    assert any("25 points, the band of level 1" in line for line in story)
    with desk.refused(Conflict, "Đe dọa tính mạng"):
        desk.do(
            grading.override,
            incident.id,
            1,
            reason="Đã yên",
            second=desk.cast.tung.id,
            by=lan,
        )
    with desk.refused(Invalid, "không có mức sàn"):
        desk.do(grading.score, incident.id, SLIGHT, floors=["UNKNOWN"], by=lan)


def test_a_floor_that_is_gone_lets_the_level_down_with_a_second_person(desk: Desk) -> None:
    incident = desk.opened(level=2)
    lan, tung = desk.cast.lan, desk.cast.tung
    desk.do(grading.score, incident.id, SLIGHT, floors=["RUN_OR_CROWD"], by=lan)
    assert desk.reload(incident).level == 4
    with desk.refused(Invalid, "người thứ hai"):
        desk.do(grading.score, incident.id, SLIGHT, second=lan.id, by=lan)
    desk.do(grading.score, incident.id, SLIGHT, second=tung.id, by=lan)
    asked = desk.expect_message(to=tung, kind="lowering_asked", containing="25 điểm")
    assert "từ cấp 4 xuống cấp 1" in read(asked)
    stands = desk.reload(incident)
    assert (stands.level, origin(stands).applying[0].code) == (4, "RUN_OR_CROWD")
    desk.agree(incident, by=tung)
    desk.expect_message(to=lan, kind="level_changed", containing="Người thứ hai đồng ý")
    assert desk.reload(incident).level == 1
    assert origin(incident).applying == []


def test_what_is_told_of_a_level_leaves_out_what_there_was_not(desk: Desk) -> None:
    lan, before, after = desk.cast.lan.id, 3, 2
    set_, lowered, carried = (
        level_changes.LevelSet,
        level_changes.LevelLowered,
        grading.LevelCarried,
    )
    known = {"%(seconded_by)s", "%(asked_by)s", "%(asked_of)s", "%(points)s"}
    for fact, holes in [
        (set_(2, 3, None, None, "Lan"), set[str]()),
        (set_(2, 3, 45, None, ""), {"%(points)s"}),
        (set_(3, 3, 45, None, ""), {"%(points)s"}),
        (set_(before, after, None, lan, ""), {"%(seconded_by)s"}),
        (set_(before, after, 25, lan, ""), {"%(points)s", "%(seconded_by)s"}),
        (lowered(before, after, None, lan, ""), {"%(asked_by)s"}),
        (lowered(before, after, 25, lan, ""), {"%(points)s", "%(asked_by)s"}),
        (lowering.LoweringAsked(before, after, None, None, ""), set[str]()),
        (lowering.LoweringAsked(before, after, 25, None, ""), {"%(points)s"}),
        (lowering.LoweringAsked(before, after, None, lan, ""), {"%(asked_of)s"}),
        (lowering.LoweringAsked(before, after, 25, lan, ""), {"%(points)s", "%(asked_of)s"}),
        (carried("2026-0001", 3, 3, None), set[str]()),
        (carried("2026-0001", 3, 2, lan), {"%(seconded_by)s"}),
    ]:
        assert {hole for hole in known if hole in fact.sentence} == holes
        assert speech(Language.EN).text(fact.sentence) != fact.sentence


def test_what_a_person_raised_it_to_stands_over_later_scores(desk: Desk) -> None:
    incident = desk.opened(level=2, roles=[Role.LEAD])
    lan, tung = desk.cast.lan, desk.cast.tung
    desk.do(grading.override, incident.id, 4, reason="Dân bỏ chạy", by=lan)
    desk.do(grading.score, incident.id, MIDDLING, by=lan)
    found = origin(incident)
    assert (desk.reload(incident).level, found.band) == (4, 2)
    assert found.override
    assert (found.override.before, found.override.after) == (2, 4)
    assert (found.override.reason, found.override.by) == ("Dân bỏ chạy", lan.id)
    assert (found.worked_out, found.raised_to) == (2, 4)
    assert found.raise_held
    for language, words in ((Language.VI, "ứng với cấp 2; mức đã nâng"), (Language.EN, "level 2")):
        assert words in found.raise_held.said(speech(language))
    said = [line.text for line in desk.timeline(incident)]
    assert "Cấp độ 2 → 4. Dân bỏ chạy" in said
    assert any(s.startswith("Điểm và mức sàn ứng với cấp 2; mức đã nâng lên cấp 4") for s in said)
    assert said[-1] == "Giữ cấp độ 4 (45 điểm)."
    desk.do(grading.score, incident.id, dict.fromkeys(SLIGHT, 4), by=lan)
    most = origin(incident)
    assert (most.points, most.worked_out, most.raise_held) == (100, 4, None)
    assert most.override
    assert most.override.reason == "Dân bỏ chạy"
    desk.do(grading.override, incident.id, 3, reason="Đã về nhà", by=lan)
    desk.agree(incident, by=tung)
    lowered = origin(desk.reload(incident)).override
    assert lowered
    assert (lowered.by, lowered.seconded_by, lowered.reason) == (lan.id, tung.id, "Đã về nhà")
    desk.do(grading.score, incident.id, MIDDLING, by=lan)
    desk.agree(incident, by=tung)
    assert (desk.reload(incident).level, origin(incident).override) == (2, None)
    desk.set_aside()


def test_an_old_incident_shows_the_rules_it_was_graded_by(desk: Desk) -> None:
    old = desk.opened(level=2)
    desk.do(grading.score, old.id, MIDDLING, by=desk.cast.lan)
    made = rules(desk, weights=HARM_ALONE, floors=[Floor("OWN", 2, "Đê xung yếu", "Weak dyke")])
    assert made.version == 2
    fresh = desk.opened(level=2)
    desk.do(grading.score, fresh.id, MIDDLING, floors=["OWN"], by=desk.cast.lan)
    was, became = origin(old), origin(fresh)
    assert (was.version, was.points, was.band) == (1, 45, 2)
    assert (became.version, became.points, became.band) == (2, 75, 3)
    assert [f.en for f in became.applying] == ["Weak dyke"]
    told = desk.timeline(DESK, Language.EN)[-1].text
    assert told.startswith("Made version 2 of the grading rules, in force from 23 Nov 2026")
    assert "Weak dyke" in told


def test_rules_that_apply_later_wait_for_their_day(desk: Desk) -> None:
    rules(desk, effective_from=date(2026, 12, 1), weights=HARM_ALONE)
    early = desk.opened(level=2)
    desk.do(grading.score, early.id, MIDDLING, by=desk.cast.lan)
    assert origin(early).version == 1
    desk.set_aside()
    desk.time += timedelta(days=9)
    desk.do(grading.score, early.id, MIDDLING, by=desk.cast.lan)
    assert (origin(early).version, desk.reload(early).level) == (2, 3)
    desk.set_aside()


@pytest.mark.parametrize(
    ("changed", "saying"),
    [
        ({"effective_from": date(2026, 11, 22)}, "từ hôm nay"),
        ({"weights": HARM_ALONE | {"reach": 1}}, "hiện là 101"),
        ({"weights": {"harm": 100}}, "cả năm tiêu chí"),
        ({"bands": [0, 20, 20, 60, 80]}, "tăng dần"),
        ({"bands": [0, 20, 40, 60]}, "tăng dần"),
        ({"bands": [5, 20, 40, 60, 80]}, "tăng dần"),
        ({"bands": [0, 20, 40, 60, 101]}, "tăng dần"),
        ({"basis": " "}, "Ghi căn cứ"),
        ({"floors": [Floor("A", 3, "Một", "One"), Floor("A", 3, "Hai", "Two")]}, "mỗi mã"),
        ({"floors": [Floor("a b", 3, "Một", "One")]}, "chữ in hoa"),
        ({"floors": [Floor("A", 0, "Một", "One")]}, "cấp 1 đến 4"),
        ({"floors": [Floor("A", 3, "Một", " ")]}, "tiếng Anh"),
    ],
)
def test_rules_that_cannot_be_are_refused(desk: Desk, changed: dict[str, Any], saying: str) -> None:
    with desk.refused(Invalid, saying):
        rules(desk, **changed)


def test_a_desk_full_of_incidents_takes_the_rules_over_and_gives_them_back(desk: Desk) -> None:
    incident = desk.opened(level=2, roles=[Role.LEAD])
    desk.do(grading.score, incident.id, MIDDLING, by=desk.cast.lan)
    desk.set_aside()
    database.dispose()
    with schema.altering() as connection:
        command.downgrade(schema._config(connection), "0004")
        assert connection.execute(text("SELECT sum(percent) FROM criterion_weight")).scalar() == 100
    schema.upgrade()
    database.dispose()
    found = origin(incident)
    assert (found.version, found.points, found.band) == (1, 45, 2)
    with database.writing_engine().begin() as connection:
        linked = "SELECT count(*) FROM task_force t JOIN incident i ON i.id = t.incident_id"
        assert connection.execute(text(linked)).scalar() == 1
