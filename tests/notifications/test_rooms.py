"""Each incident has a room on the Matrix server: its task force, what happens, and then an end."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from flows.duties import audit, rooms
from incidents.matter import chat_rooms, incidents
from incidents.matter.chat_rooms import ChatRoom
from incidents.people.persons import ContactPoint, Person
from incidents.people.roles import Role
from incidents.record import database, settings, timeline
from incidents.record.inbox import IncomingState, Why
from incidents.record.timeline import Confidentiality
from incidents.response.answers import answering, journal
from incidents.response.life import grading, lifecycle, opening, resuming
from incidents.response.staffing import recusing, seating
from incidents.response.steps.steps import StepState
from notifications.channels import matrix_rooms
from notifications.channels.homeserver import Homeserver, Refused
from notifications.rooms import attending
from tests.conftest import BOTH_DATABASES
from tests.matrix_server import Account, MatrixServer
from tests.notifications import on_matrix
from tests.notifications.conftest import CODE, KEY, Stage, by
from tests.notifications.on_matrix import OnMatrix, came

on_both = pytest.mark.parametrize("database_kind", BOTH_DATABASES)


@pytest.fixture
def matrix(
    cast: object, matrix_server: MatrixServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OnMatrix]:
    """Asked for before the stage: the incident opens with the server in the settings."""
    made = on_matrix.run(matrix_server, monkeypatch)
    yield made
    made.chat.close()


def settle() -> None:
    """The engine goes round until no room is behind."""
    for _ in range(10):
        if not rooms.rooms():
            return
    raise AssertionError("the rooms do not come to rest")


def row(stage: Stage) -> ChatRoom:
    with database.reading() as session:
        return session.get_one(ChatRoom, stage.incident.id)


def entered(stage: Stage, account: Account) -> str:
    """The incident's room, its invitation taken."""
    name = row(stage).name
    assert name
    account.join(name)
    return name


def do(verb: Any, *args: Any, **values: Any) -> Any:
    with database.transaction() as session:
        return verb(session, *args, **values)


def stand_down(stage: Stage, reason: str = "Tin đã hết lan") -> None:
    do(lifecycle.stand_down, stage.incident.id, reason=reason, by=by(stage.cast.binh))


@on_both
def test_a_room_lives_from_the_opening_to_the_end_and_on_when_it_is_reopened(
    matrix: OnMatrix, stage: Stage
) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    settle()
    number = stage.incident.number
    assert binh.state(room, "m.room.name")["name"] == f"{number} {stage.incident.title}"
    assert binh.reads(room)[0].startswith(f"Phòng của vụ việc {number}")
    assert "Tổ công tác được kích hoạt" in binh.reads(room)[1]
    assert binh.state(room, "m.room.join_rules")["join_rule"] == "invite"
    step = stage.ask()
    settle()
    assert "hạn gần nhất 03:30" in binh.state(room, "m.room.topic")["topic"]
    asked = binh.reads(room)[-1]
    assert f"Việc {step.number} ({step.code}) «Xác minh tại cơ quan chủ quản»" in asked
    assert stage.cast.phuc.name in asked
    phuc, _ = matrix.join(stage.cast.phuc)
    settle()
    assert entered(stage, phuc) == room
    assert phuc.reads(room) == binh.reads(room), "who comes later reads what went before"
    do(answering.acknowledge, step.id, by=by(stage.cast.phuc))
    do(grading.override, stage.incident.id, level=4, reason="Lan nhanh", by=by(stage.cast.lan))
    settle()
    assert [words.partition(": ")[2] or words for words in phuc.reads(room)[-2:]] == [
        f"{stage.cast.phuc.name} đã nhận.",
        "Cấp độ 3 → 4.",
    ]
    assert "cấp độ 4" in binh.state(room, "m.room.topic")["topic"]
    stand_down(stage)
    settle()
    assert "Dừng xử lý vụ việc." in binh.reads(room)[-2]
    assert "chỉ còn để đọc" in binh.reads(room)[-1]
    assert not binh.may_write(room)
    assert row(stage).archived_at == stage.now
    assert not rooms.rooms()
    _reopen(stage)
    settle()
    assert row(stage).archived_at is None
    assert binh.may_write(room)
    assert row(stage).name == room
    with database.reading() as session:
        opened = timeline.entries_of(session, stage.incident.id, kind=chat_rooms.ChatRoomOpened)
    assert len(opened) == 1


@on_both
def test_only_the_task_force_is_let_in_and_whoever_leaves_is_put_out(
    matrix: OnMatrix, stage: Stage
) -> None:
    people = {name: getattr(stage.cast, name) for name in ("binh", "phuc", "kien", "ha")}
    accounts = {name: matrix.join(person)[0] for name, person in people.items()}
    settle()
    room = row(stage).name
    assert room
    assert [room in each.invited() for each in accounts.values()] == [True, True, False, False]
    do(
        seating.add,
        stage.incident.id,
        Role.SECRETARY,
        person_id=people["ha"].id,
        deputy=False,
        by=by(stage.cast.binh),
    )
    settle()
    for name in ("binh", "phuc", "ha"):
        accounts[name].join(room)
    do(
        recusing.declare,
        stage.incident.id,
        people["phuc"].id,
        reason="Có người nhà liên quan",
        by=by(stage.cast.binh),
    )
    step = stage.ask("another", role=Role.LEAD, form="Done")
    settle()
    assert step.code in accounts["ha"].reads(room)[-1]
    assert room not in accounts["phuc"].rooms()
    assert not any(step.code in words for words in accounts["phuc"].reads(room))
    assert "người nhà" not in "".join(accounts["binh"].reads(room))
    with database.transaction() as session:
        (point,) = session.exec(
            select(ContactPoint).where(ContactPoint.address == accounts["ha"].id)
        )
        session.delete(point)
    settle()
    assert room not in accounts["ha"].rooms(), "an account that is let go is nobody's"
    others = accounts["binh"].state(room, "m.room.power_levels")
    assert others["invite"] > others["users_default"]
    assert accounts["kien"].invited() == []


def test_what_is_reopened_while_its_room_is_being_shut_is_told_on(
    matrix: OnMatrix, stage: Stage
) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    stand_down(stage)
    real = attending._let_write

    def meanwhile(*given: Any) -> None:
        real(*given)
        patch.undo()
        _reopen(stage)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attending, "_let_write", meanwhile)
        rooms.rooms()
    settle()
    assert row(stage).archived_at is None
    assert binh.may_write(room)


def _reopen(stage: Stage) -> None:
    do(
        resuming.reopen,
        stage.incident.id,
        playbook=CODE,
        reason="Lại lan",
        by=by(stage.cast.binh),
    )


def test_whoever_leaves_the_room_by_themselves_is_not_asked_back(
    matrix: OnMatrix, stage: Stage
) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    binh.leave(room)
    stage.ask()
    settle()
    assert binh.invited() == []


@on_both
def test_an_answer_in_the_room_counts_as_in_a_message(matrix: OnMatrix, stage: Stage) -> None:
    phuc, direct = matrix.join(stage.cast.phuc)
    binh, _ = matrix.join(stage.cast.binh)
    first, second, third = (stage.ask(key) for key in (KEY, "another", "third"))
    matrix.exchange()
    settle()
    room = entered(stage, phuc)
    entered(stage, binh)
    posts = {
        step.id: next(e["event_id"] for e in phuc.events(room) if step.code in e["content"]["body"])
        for step in (first, second, third)
    }
    phuc.react(room, posts[first.id])
    phuc.reply(room, posts[second.id], "nhận")
    phuc.write(room, f"Em nhận {third.code}")
    matrix.exchange()
    for step in (first, second, third):
        assert stage.step(step.id).acknowledged_by == stage.cast.phuc.id
    assert "Đã ghi nhận" in phuc.reads(direct)[-1]
    settle()
    assert sum("đã nhận." in words for words in binh.reads(room)) == 3


def test_what_people_say_among_themselves_is_left_alone(matrix: OnMatrix, stage: Stage) -> None:
    phuc, direct = matrix.join(stage.cast.phuc)
    binh, to_binh = matrix.join(stage.cast.binh)
    step = stage.ask()
    matrix.exchange()
    settle()
    room = entered(stage, phuc)
    entered(stage, binh)
    post = binh.events(room)[-1]["event_id"]
    before = phuc.reads(direct), binh.reads(to_binh)
    phuc.write(room, "nhận rồi nhé, xong ngay")
    binh.react(room, post)
    binh.reply(room, post, "xong")
    binh.write(room, f"nhận {step.code}")
    stranger = matrix.server.account("la")
    matrix.exchange()
    assert stage.step(step.id).state is StepState.OPEN
    assert (phuc.reads(direct), binh.reads(to_binh)) == before
    assert [each.why for each in came()[-4:]] == [Why.NOT_OURS] * 4
    assert {each.state for each in came()[-4:]} == {IncomingState.IGNORED}
    assert not stranger.rooms()


def test_whoever_the_server_does_not_let_in_keeps_nobody_from_the_news(
    matrix: OnMatrix, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    phuc, _ = matrix.join(stage.cast.phuc)
    real = matrix_rooms.invite

    def invite(server: Homeserver, room: str, user: str) -> None:
        if user == phuc.id:
            raise Refused("M_FORBIDDEN", "no", status=403, retry_in=None)
        real(server, room, user)

    monkeypatch.setattr(matrix_rooms, "invite", invite)
    assert rooms.rooms() == 0
    assert binh.reads(entered(stage, binh))[-1].startswith("Tổ công tác")
    assert row(stage).reason == "403 M_FORBIDDEN no"
    assert rooms.rooms() == 0
    monkeypatch.setattr(matrix_rooms, "invite", real)
    stage.pass_time(timedelta(minutes=1))
    settle()
    assert row(stage).name in phuc.invited()


def test_somebody_whose_account_is_no_more_is_asked_otherwise(
    matrix: OnMatrix, stage: Stage
) -> None:
    binh, direct = matrix.join(stage.cast.binh)
    matrix.server.deactivate(binh)
    while matrix.account.state(direct, "m.room.member", binh.id)["membership"] == "join":
        time.sleep(0.05)
    settle()
    with database.reading() as session:
        wanted = select(ContactPoint).where(ContactPoint.address == binh.id)
        assert session.exec(wanted).one().bounced_at


def test_much_at_once_is_told_in_several_goes(
    matrix: OnMatrix, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "_AT_ONCE", 2)
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    before = len(binh.reads(room))
    asked = [stage.ask(f"ask {n}", form="Done") for n in range(5)]
    stand_down(stage)
    assert rooms.rooms() == 1
    assert len(binh.reads(room)) == before + 2
    settle()
    words = binh.reads(room)
    assert [s.code for w in words for s in asked if s.code in w] == [s.code for s in asked]
    assert "chỉ còn để đọc" in words[-1]
    assert len(words) == len(set(words))


def test_an_exercise_says_so_everywhere(matrix: OnMatrix, stage: Stage) -> None:
    with database.transaction() as session:
        drill = opening.open(
            session,
            playbook=CODE,
            level=2,
            title="Diễn tập cuối năm",
            exercise=True,
            by=by(stage.cast.lan),
        )
    binh, _ = matrix.join(stage.cast.binh)
    do(_activate, drill.id)
    stage.incident = drill
    settle()
    room = entered(stage, binh)
    stage.ask()
    settle()
    assert binh.state(room, "m.room.name")["name"].startswith("[DIỄN TẬP] ")
    assert all(words.startswith("[DIỄN TẬP] ") for words in binh.reads(room))
    assert len(binh.reads(room)) > 2


def _activate(session: Any, incident_id: Any) -> None:
    from incidents.matter import taskforces
    from incidents.record.actors import ENGINE

    taskforces.activate(session, incidents.get(session, incident_id), [Role.LEAD], by=ENGINE)


def test_a_restricted_matter_shows_its_number_alone(matrix: OnMatrix, stage: Stage) -> None:
    with database.transaction() as session:
        found = incidents.get(session, stage.incident.id, lock=True)
        found.confidentiality = Confidentiality.RESTRICTED
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    assert binh.state(room, "m.room.name")["name"] == stage.incident.number


def test_no_word_of_anybody_goes_into_the_room(matrix: OnMatrix, stage: Stage) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    step = stage.ask()
    secret = "ông Tư Xóm Gò"
    do(answering.decline, step.id, reason=f"Quen {secret}", by=by(stage.cast.phuc))
    do(answering.comment, step.id, f"Gọi {secret}", by=by(stage.cast.yen))
    do(journal.note, stage.incident.id, f"{secret} đã đăng lại", by=by(stage.cast.lan))
    stand_down(stage, reason=f"{secret} đã gỡ bài")
    settle()
    words = "\n".join(binh.reads(room))
    assert stage.cast.yen.name in words
    assert secret not in words
    assert "quen" not in words.lower()


@pytest.mark.timeout(180)
def test_a_server_that_was_away_is_told_everything_once_and_in_order(
    matrix: OnMatrix, stage: Stage
) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    matrix.server.stop()
    try:
        asked = [stage.ask(f"ask {n}", form="Done") for n in range(3)]
        assert rooms.rooms() == 0
        failing = row(stage)
        assert failing.due_at > stage.now
        assert failing.reason
        assert rooms.rooms() == 0
        assert row(stage).failures == 1, "nobody knocks before the pause is over"
        stage.pass_time(timedelta(minutes=6))
        rooms.rooms()
        with database.reading() as session:
            found = audit.findings(session, stage.now - audit.GRACE)
        assert [each.incident_id for each in found if each.what == "room"] == [stage.incident.id]
    finally:
        matrix.server.start()
    stage.pass_time(timedelta(minutes=1))
    settle()
    codes = [step.code for words in binh.reads(room) for step in asked if step.code in words]
    assert codes == [step.code for step in asked]
    assert row(stage).failing_since is None


def _dies(*_args: object, **_values: object) -> None:
    raise SystemExit


@on_both
@pytest.mark.parametrize(
    "place",
    [
        (chat_rooms, "made"),
        (matrix_rooms, "invite"),
        (chat_rooms, "let_in"),
        (chat_rooms, "told"),
        (chat_rooms, "done"),
    ],
    ids=lambda place: place[1],
)
def test_an_engine_that_dies_on_the_way_leaves_one_room_that_is_told_once(
    matrix: OnMatrix, stage: Stage, place: tuple[Any, str]
) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*place, _dies)
        with pytest.raises(SystemExit):
            rooms.rooms()
    matrix.again()
    assert rooms.rooms() == 0, "it is the dead one's for a while"
    stage.pass_time(chat_rooms.LEASE)
    settle()
    room = entered(stage, binh)
    assert len(matrix.account.rooms()) == 2  # the incident's, and the one with Bình alone
    words = binh.reads(room)
    assert len(words) == len(set(words)) == 2


@on_both
def test_engines_side_by_side_say_everything_once(matrix: OnMatrix, stage: Stage) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    for n in range(3):
        stage.ask(f"ask {n}", form="Done")
    with ThreadPoolExecutor(4) as hands:
        done = list(hands.map(lambda _: attending.attend(stage.incident.id), range(4)))
    assert done.count(True) >= 1
    settle()
    room = entered(stage, binh)
    words = binh.reads(room)
    assert len(words) == len(set(words)) == 5


@on_both
def test_a_matter_at_work_before_there_was_a_server_is_told_from_then_on(
    stage: Stage, matrix_server: MatrixServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = stage.ask()
    assert rooms.rooms() == 0
    with database.reading() as session:
        assert not session.exec(select(ChatRoom)).all()
    made = on_matrix.run(matrix_server, monkeypatch)
    binh, _ = made.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    new = stage.ask("another", form="Done")
    settle()
    words = "\n".join(binh.reads(room))
    assert words.startswith("Phòng của vụ việc")
    assert old.code not in words
    assert new.code in words
    made.chat.close()


def test_what_ended_before_its_room_was_made_gets_none(matrix: OnMatrix, stage: Stage) -> None:
    stand_down(stage)
    settle()
    assert row(stage).name is None
    assert matrix.account.rooms() == []


def test_a_room_that_breaks_stops_no_other(
    matrix: OnMatrix, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        opening.open(
            session,
            playbook=CODE,
            level=1,
            title="Vụ khác",
            exercise=True,
            by=by(stage.cast.lan),
        )
    real = attending._gather

    def gather(room: ChatRoom) -> Any:
        if room.incident_id == stage.incident.id:
            raise LookupError("nobody thought of this")
        return real(room)

    monkeypatch.setattr(attending, "_gather", gather)
    with pytest.raises(ExceptionGroup):
        rooms.rooms()
    with database.reading() as session:
        assert len([r for r in session.exec(select(ChatRoom)) if r.name]) == 1


@on_both
def test_old_rooms_are_left_by_whoever_left_the_office(matrix: OnMatrix, stage: Stage) -> None:
    binh, _ = matrix.join(stage.cast.binh)
    settle()
    room = entered(stage, binh)
    stand_down(stage)
    settle()
    with database.transaction() as session:
        session.get_one(Person, stage.cast.binh.id).active = False
    assert rooms.rooms() == 0
    assert rooms.rooms(archived=True) == 1
    assert room not in binh.rooms()
    assert rooms.rooms(archived=True) == 0


def test_the_engine_has_no_such_duty_without_a_server(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rooms.duties() == []
    monkeypatch.setenv("TRUCBAN_MATRIX_URL", "matrixs://truc:x@may.test")
    settings.current.cache_clear()
    assert [duty.name for duty in rooms.duties()] == ["rooms", "rooms of old"]
