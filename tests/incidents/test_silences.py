"""Not to respond is a decision: four questions, a reason, a name, and a time to look again."""

from datetime import datetime
from typing import Any

from incidents.intake import triage
from incidents.intake.signals import Ground, Signal, SignalState
from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid
from incidents.response.judgement import silences
from incidents.response.judgement.silences import Silence
from incidents.response.life import lifecycle
from incidents.response.steps.forms import AnswerOrWatch, Course
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours, minutes

NO: dict[str, Any] = {
    "spreading": False,
    "silence_harms": False,
    "fact_held": True,
    "without_repeating": True,
    "reason": "Chỉ một bài, ít người xem",
}


def weigh(
    desk: Desk,
    place: Incident | Signal,
    course: Course = Course.WATCH,
    *,
    review_at: datetime | None = None,
    by: Person | None = None,
) -> Silence | None:
    test = AnswerOrWatch(**NO, course=course, review_at=review_at)
    return desk.do(silences.weigh, place, test, by=by or desk.cast.tung)


def kept(place: Incident | Signal) -> list[Silence]:
    with database.reading() as session:
        return silences.of(session, place)


def taken(desk: Desk) -> Signal:
    signal = desk.flag()
    desk.take(signal)
    desk.set_aside()
    return desk.reload(signal)


def test_not_to_respond_is_kept_with_its_reason_and_rings_for_whoever_decided(desk: Desk) -> None:
    incident, cast = desk.opened(), desk.cast
    with desk.refused(Invalid, "Ghi giờ xem lại"):
        weigh(desk, incident)
    with desk.refused(Invalid, "phía trước"):
        weigh(desk, incident, review_at=desk.time)
    until = desk.time + hours(2)
    silence = weigh(desk, incident, review_at=until)
    assert silence
    assert (silence.decided_by, silence.review_at) == (cast.tung.id, until)
    said = desk.timeline(incident)[-1].text
    assert "Quyết định chưa trả lời, xem lại lúc 04:30" in said
    assert "Đang lan ra ngoài: không" in said
    assert "Chỉ một bài" in said
    desk.fast_forward(hours(2) + minutes(1))
    desk.expect_message(to=cast.tung, kind="silence_review", containing=incident.number)
    desk.expect_nothing()
    desk.fast_forward(hours(1))
    desk.expect_messages("silence_review", cast.lan)
    desk.fast_forward(hours(30))
    desk.expect_nothing()


def test_a_new_decision_replaces_the_one_before_and_an_answer_ends_it(desk: Desk) -> None:
    incident = desk.opened()
    weigh(desk, incident, review_at=desk.time + hours(1))
    weigh(desk, incident, review_at=desk.time + hours(3))
    assert [s.ended_at is None for s in kept(incident)] == [True, False]
    assert weigh(desk, incident, Course.ANSWER) is None
    assert all(s.ended_at for s in kept(incident))
    assert desk.facts(incident)[-1] == "ResponseChosen"
    desk.fast_forward(hours(9))
    desk.expect_nothing()


def test_of_an_ended_incident_nothing_rings_and_nothing_is_decided(desk: Desk) -> None:
    incident = desk.opened()
    weigh(desk, incident, review_at=desk.time + hours(1))
    desk.do(lifecycle.stand_down, incident.id, reason="Xong", by=desk.cast.binh)
    desk.set_aside()
    desk.fast_forward(hours(5))
    desk.expect_nothing()
    with desk.refused(Conflict, "Dừng xử lý"):
        weigh(desk, incident, review_at=desk.time + hours(1))


def test_not_to_respond_to_a_flag_is_to_watch_it(desk: Desk) -> None:
    signal, lan = taken(desk), desk.cast.lan
    weigh(desk, signal, review_at=desk.time + hours(1), by=lan)
    watched = desk.reload(signal)
    assert (watched.state, watched.owner_id) == (SignalState.WATCHED, lan.id)
    assert desk.facts(signal)[-2:] == ["SignalUnderWatch", "ResponseHeldBack"]
    desk.fast_forward(minutes(61))
    desk.expect_messages("signal_review", lan)
    desk.expect_nothing()
    desk.do(triage.dismiss, signal.id, ground=Ground.OTHER, reason="Đã yên", by=lan)
    with desk.refused(AlreadySettled, "đã được xử lý"):
        weigh(desk, signal, review_at=desk.time + hours(1), by=lan)


def test_a_playbooks_own_step_makes_the_same_decision(desk: Desk) -> None:
    incident, cast = desk.opened(level=3, roles=[Role.STANDING_DEPUTY]), desk.cast
    answer: dict[str, Any] = {name: str(value).lower() for name, value in NO.items()} | {
        "course": "watch"
    }
    desk.plan(incident, "weigh", Role.STANDING_DEPUTY, form="AnswerOrWatch")
    desk.set_aside()
    with desk.refused(Invalid, "phía trước"):
        past = desk.time.isoformat()
        desk.answer("weigh", by=cast.tung, **answer, review_at=past)
    desk.answer("weigh", by=cast.tung, **answer)
    (silence,) = kept(incident)
    assert silence.review_at == desk.time + hours(4), "the cadence of level 3"
    assert desk.facts(incident)[-2:] == ["ResponseHeldBack", "StepAnswered"]
    desk.plan(incident, "weigh again", Role.STANDING_DEPUTY, form="AnswerOrWatch")
    answer["course"] = "answer"
    desk.answer("weigh again", by=cast.tung, **answer)
    assert kept(incident)[0].ended_at
    desk.set_aside()


def test_who_may_decide_and_who_may_not(desk: Desk) -> None:
    incident, signal, cast = desk.opened(), taken(desk), desk.cast
    with database.reading() as session:
        for place in (incident, signal):
            for person, may in (
                (cast.lan, True),
                (cast.tung, True),
                (cast.minh, True),
                (cast.ha, False),
                (cast.khoi, False),
                (cast.kien, False),
                (cast.an, False),
            ):
                assert permissions.allowed(session, person, Deed.WEIGH, place) is may
