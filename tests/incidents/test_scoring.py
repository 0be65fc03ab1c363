"""The score of an exercise tells what the record tells, against the deadlines of the day."""

from datetime import timedelta

import pytest

from incidents.insight import scoring
from incidents.insight.scoring import Score
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict
from incidents.record.outbox import Channel
from incidents.response.life import lifecycle, opening
from incidents.response.staffing import directing
from incidents.response.steps.steps import StepKind
from tests.harness import Desk, minutes


@pytest.fixture
def drill(desk: Desk) -> Incident:
    incident = desk.open(level=3, exercise=True, title="Diễn tập vỡ đập")
    desk.activate(incident, Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL)
    desk.set_aside()
    return incident


def _score(incident: Incident) -> Score:
    with database.reading() as session:
        return scoring.of(session, incident)


def test_what_was_taken_and_done_in_time_counts_and_what_was_not_is_named(
    desk: Desk, drill: Incident
) -> None:
    desk.plan(drill, "write it down", Role.SECRETARY, due=minutes(60))
    desk.plan(drill, "look it up", Role.LEGAL, due=minutes(60))
    desk.fast_forward(minutes(10))
    desk.acknowledge("write it down", by=desk.cast.ha)
    before = _score(drill)
    assert (before.asked, before.taken_in_time, before.due) == (1, 1, 0)
    assert before.typical_taking == minutes(10)

    desk.fast_forward(minutes(25))
    desk.acknowledge("look it up", by=desk.cast.dung)
    desk.fast_forward(minutes(20))
    desk.answer("write it down", by=desk.cast.ha)
    desk.fast_forward(minutes(20))
    after = _score(drill)

    assert (after.asked, after.taken_in_time) == (2, 1)
    assert (after.due, after.done_in_time) == (2, 1)
    assert [(late.key, late.by, late.done) for late in after.late] == [
        ("look it up", minutes(15), False)
    ]
    assert after.taking_allowed == minutes(30)
    desk.set_aside()


def test_answering_at_once_is_taking_it(desk: Desk, drill: Incident) -> None:
    desk.plan(drill, "write it down", Role.SECRETARY)
    desk.fast_forward(minutes(4))
    desk.answer("write it down", by=desk.cast.ha)
    assert _score(drill).typical_taking == minutes(4)
    assert (_score(drill).asked, _score(drill).taken_in_time) == (1, 1)
    desk.set_aside()


def test_silence_is_counted_once_the_time_to_take_it_is_over(desk: Desk, drill: Incident) -> None:
    desk.plan(drill, "write it down", Role.SECRETARY)
    desk.fast_forward(minutes(29))
    assert _score(drill).asked == 0
    desk.fast_forward(minutes(2))
    assert (_score(drill).asked, _score(drill).taken_in_time) == (1, 0)
    assert _score(drill).typical_taking is None
    desk.set_aside()


def test_more_time_given_by_a_person_counts(desk: Desk, drill: Incident) -> None:
    step = desk.plan(drill, "write it down", Role.SECRETARY, due=minutes(60))
    due = desk.time + minutes(120)
    desk.do(directing.extend, step.id, due, reason="Chờ số liệu", by=desk.cast.tung)
    desk.fast_forward(minutes(90))
    desk.answer("write it down", by=desk.cast.ha)
    assert (_score(drill).due, _score(drill).done_in_time) == (1, 1)
    desk.set_aside()


def test_first_words_are_timed_from_the_opening(desk: Desk, drill: Incident) -> None:
    assert _score(drill).first_text is None
    assert _score(drill).first_text_allowed == minutes(120)
    statement, _ = desk.drafted(drill)
    desk.plan(
        drill,
        "sign",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
        release_to=(Channel.PUBLIC_PAGE,),
    )
    desk.fast_forward(minutes(25))
    desk.sign("sign", by=desk.cast.minh)
    assert _score(drill).first_text == minutes(25)
    desk.set_aside()


def test_it_stands_beside_the_last_exercise_of_the_same_playbook(
    desk: Desk, drill: Incident
) -> None:
    with database.reading() as session:
        assert scoring.last_before(session, drill) is None
    desk.do(lifecycle.stand_down, drill.id, reason="Diễn xong", by=desk.cast.binh)
    real = desk.opened(level=3)
    mistaken = desk.open(level=3, exercise=True, title="Mở nhầm")
    desk.do(opening.undo, mistaken.id, reason="Mở nhầm", by=desk.cast.lan)
    again = desk.open(level=2, exercise=True, title="Diễn tập lần hai")
    with database.reading() as session:
        last = scoring.last_before(session, again)
        assert last
        assert last.number == drill.number
        with pytest.raises(Conflict, match="không phải diễn tập"):
            scoring.of(session, real)
    assert _score(again).level == 2
    desk.set_aside()


def test_the_end_of_an_exercise_is_the_end_of_its_clocks(desk: Desk, drill: Incident) -> None:
    desk.plan(drill, "write it down", Role.SECRETARY, due=minutes(60))
    desk.fast_forward(minutes(40))
    desk.do(lifecycle.stand_down, drill.id, reason="Diễn xong", by=desk.cast.binh)
    desk.fast_forward(timedelta(days=3))
    score = _score(desk.reload(drill))
    assert (score.asked, score.taken_in_time, score.due) == (1, 0, 0)
    desk.set_aside()


def test_bodies_that_are_asked_are_counted_by_themselves_and_never_late(
    desk: Desk, drill: Incident
) -> None:
    assert (_score(drill).requests, _score(drill).typical_answer) == (0, None)
    desk.plan(drill, "ask them", Role.POLICE_LIAISON, due=minutes(60))
    desk.plan(drill, "ask once more", Role.POLICE_LIAISON, due=minutes(60))
    desk.fast_forward(minutes(12))
    desk.answer("ask them", by=desk.cast.son)
    desk.fast_forward(minutes(300))
    score = _score(drill)
    assert (score.requests, score.answered, score.typical_answer) == (2, 1, minutes(12))
    assert (score.asked, score.due, score.late) == (0, 0, ())
    desk.set_aside()
