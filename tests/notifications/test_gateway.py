"""Short messages and calls: brief, answered by a code or a key, only where a number is theirs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from flows.duties import carry_out, deliver, escalate, receive
from flows.duties.receive import Receiving
from incidents.people import persons
from incidents.people.directory import contacts
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import database, settings, timeline
from incidents.record.actors import Via
from incidents.record.errors import Conflict, Invalid
from incidents.record.inbox import IncomingMessage, Why
from incidents.record.language import Language
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from incidents.response.steps.steps import Step, StepState
from notifications import delivery, short
from notifications.channels import chats
from tests.conftest import BOTH_DATABASES
from tests.gateway_server import GatewayService, No
from tests.notifications.conftest import Stage, by

PHUC, BINH = "+84912000071", "+84912000072"


@pytest.fixture(params=BOTH_DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


class Gate:
    """The gateway, the desk behind it, and those who carry a telephone."""

    def __init__(self, stage: Stage, service: GatewayService) -> None:
        self.stage, self.service = stage, service
        (self.desk,) = receive.all_of_the_settings()

    def exchange(self) -> None:
        """Everything that waits goes out, and whatever came is taken."""
        while delivery.deliver_due():
            pass
        self.desk.receive()
        while delivery.deliver_due():
            pass

    def number(self, who: Person, kind: ContactKind, number: str) -> ContactPoint:
        """A number written down, with the code that went there typed in; the only way to them."""
        with database.transaction() as session:
            for old in session.exec(select(ContactPoint).where(ContactPoint.person_id == who.id)):
                if old.channel not in (ContactKind.SMS, ContactKind.CALL):
                    old.after_minutes = old.grave_after_minutes = None
            point = contacts.add(session, kind, number, person_id=who.id, by=by(who))
            code = contacts.code(contacts.send_code(session, point.id).nonce)
        self.exchange()
        said = self.service.sent(kind.value, point.address)[-1]["text"]
        assert code in said.replace(" ", "")
        with database.transaction() as session:
            contacts.confirm(session, point.id, code, by=by(who))
        return point

    def say(self, number: str, text: str) -> str:
        """What the desk answers a short message."""
        before = len(self.service.texts_to(number))
        self.service.write(number, text)
        self.exchange()
        return "\n".join(self.service.texts_to(number)[before:])


@pytest.fixture
def gate(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    service = GatewayService()
    monkeypatch.setenv("TRUCBAN_GATEWAY_URL", service.url)
    monkeypatch.setenv("TRUCBAN_GATEWAY_TOKEN", service.token)
    monkeypatch.setenv("TRUCBAN_GATEWAY_CALLS", "true")
    settings.current.cache_clear()
    found = Gate(stage, service)
    found.desk.receive()
    yield found
    found.desk.source.close()
    for chat in chats.configured().values():
        chat.close()
    service.stop()


def acknowledged(stage: Stage, step: Step) -> bool:
    return stage.step(step.id).state is StepState.ACKNOWLEDGED


def test_a_short_message_is_one_part_without_marks_and_names_nobody(
    gate: Gate, stage: Stage
) -> None:
    gate.number(stage.cast.phuc, ContactKind.SMS, "0912 000.071")
    step = stage.ask()
    gate.exchange()
    (asked,) = gate.service.texts_to(PHUC)[1:]
    assert asked.startswith(f"Viec ma {step.code}, cap 3, cho dong chi xac nhan truoc")
    assert asked.endswith(f"Tra loi: NHAN {step.code}")
    assert len(asked) <= 160
    assert asked.isascii()
    assert stage.incident.title not in asked


def test_a_line_with_the_code_takes_it_and_its_author_hears_so(gate: Gate, stage: Stage) -> None:
    gate.number(stage.cast.phuc, ContactKind.SMS, "0912000071")
    step = stage.ask()
    gate.exchange()
    gate.service.write("0912000071", f"nhan {step.code.lower()}")
    gate.exchange()
    assert "nhan viec 1" in gate.service.texts_to(PHUC)[-1]
    assert acknowledged(stage, step)
    with database.reading() as session:
        entries = [e for e, _ in timeline.entries_of(session, stage.incident.id)]
    (entry,) = [e for e in entries if e.fact == "StepAcknowledged"]
    assert (entry.actor_id, entry.via) == (stage.cast.phuc.id, Via.SMS)


def test_a_number_nobody_verified_says_nothing_and_costs_nothing(gate: Gate, stage: Stage) -> None:
    with database.transaction() as session:
        phuc = stage.cast.phuc
        contacts.add(session, ContactKind.SMS, BINH, person_id=phuc.id, by=by(phuc))
    step = stage.ask()
    gate.exchange()
    assert gate.say("+84999999999", f"nhận {step.code}") == ""
    assert gate.say(BINH, f"nhận {step.code}") == ""
    assert stage.step(step.id).state is StepState.OPEN
    with database.reading() as session:
        assert {row.why for row in session.exec(select(IncomingMessage))} == {Why.UNKNOWN_SENDER}


def test_nobody_answers_for_another(gate: Gate, stage: Stage) -> None:
    gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    gate.number(stage.cast.binh, ContactKind.SMS, BINH)
    step = stage.ask()
    gate.exchange()
    assert "khong phai viec cua dong chi" in gate.say(BINH, f"nhận {step.code}")
    assert stage.step(step.id).state is StepState.OPEN


def test_at_level_3_a_call_comes_after_a_while_and_key_1_takes_it(gate: Gate, stage: Stage) -> None:
    gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    gate.number(stage.cast.phuc, ContactKind.CALL, PHUC)
    step = stage.ask()
    gate.exchange()
    assert len(gate.service.sent("call", PHUC)) == 1, "only the code was read out so far"
    stage.pass_time(timedelta(minutes=5))
    gate.exchange()
    call = gate.service.sent("call", PHUC)[-1]
    assert " ".join(step.code) in call["text"]
    assert "Bấm phím 1 để tiếp nhận" in call["text"]
    assert (call["keys"], call["language"]) == (["1"], "vi")
    gate.service.press(call, "7")
    gate.exchange()
    assert not acknowledged(stage, step)
    before = len(gate.service.texts_to(PHUC))
    gate.service.press(call)
    gate.service.press(call)
    gate.exchange()
    assert acknowledged(stage, step)
    assert len(gate.service.texts_to(PHUC)) == before + 2, "told by a short one"
    assert len(gate.service.sent("call", PHUC)) == 2
    with database.reading() as session:
        entries = [e for e, _ in timeline.entries_of(session, stage.incident.id)]
    assert [e.via for e in entries if e.fact == "StepAcknowledged"] == [Via.CALL]


def test_a_key_pressed_on_anothers_telephone_takes_nothing(gate: Gate, stage: Stage) -> None:
    gate.number(stage.cast.phuc, ContactKind.CALL, PHUC)
    step = stage.ask()
    stage.pass_time(timedelta(minutes=5))
    gate.exchange()
    call = gate.service.sent("call", PHUC)[-1]
    gate.service.press(call, by="+84999999999")
    gate.number(stage.cast.binh, ContactKind.CALL, BINH)
    gate.service.press(call, by=BINH)
    gate.exchange()
    assert stage.step(step.id).state is StepState.OPEN


def test_below_level_3_and_for_a_notice_nobody_is_called(gate: Gate, stage: Stage) -> None:
    phuc = stage.cast.phuc
    gate.number(phuc, ContactKind.SMS, PHUC)
    gate.number(phuc, ContactKind.CALL, PHUC)
    with database.reading() as session:
        for level, answered, expected in ((3, True, True), (2, True, False), (3, False, False)):
            (ways,) = persons.ways(session, [phuc.id], level=level, answered=answered).values()
            called = ContactKind.CALL in {way.point.channel for way in ways}
            assert called is expected, (level, answered)


def test_what_no_other_way_delivers_is_called_out_at_once(gate: Gate, stage: Stage) -> None:
    gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    point = gate.number(stage.cast.phuc, ContactKind.CALL, PHUC)
    with database.transaction() as session:
        session.get_one(ContactPoint, point.id).grave_after_minutes = None
    gate.service.refusals.append(No(400, "cannot be sent"))
    step = stage.ask()
    gate.exchange()
    stage.pass_time(timedelta(minutes=5))
    while carry_out(escalate.UNREACHED) + delivery.deliver_due():
        pass
    assert " ".join(step.code) in gate.service.sent("call", PHUC)[-1]["text"]


def test_the_same_message_handed_over_twice_is_sent_once(gate: Gate, stage: Stage) -> None:
    gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    gate.service.cuts = 1
    stage.ask()
    gate.exchange()
    with database.reading() as session:
        wanted = select(OutgoingMessage).where(OutgoingMessage.channel == Channel.SMS)
        newest = session.exec(wanted.order_by(col(OutgoingMessage.id).desc())).first()
    assert newest
    assert newest.state is MessageState.QUEUED, "it was taken, and nobody could know"
    stage.pass_time(timedelta(minutes=1))
    gate.exchange()
    assert stage.reload(newest).state is MessageState.SENT
    assert len(gate.service.texts_to(PHUC)) == 2


@pytest.mark.parametrize(
    ("no", "state", "pause"),
    [
        (No(429, "slowly", {"Retry-After": "90"}), MessageState.QUEUED, timedelta(seconds=90)),
        (No(503, "away"), MessageState.QUEUED, timedelta(seconds=5)),
        (No(401, "token"), MessageState.QUEUED, timedelta(minutes=5)),
        (No(422, "cannot be said"), MessageState.FAILED, None),
        (No(410, "no such number"), MessageState.FAILED, None),
    ],
)
def test_what_a_refusal_means(
    gate: Gate, stage: Stage, no: No, state: MessageState, pause: timedelta | None
) -> None:
    point = gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    gate.service.refusals.append(no)
    step = stage.ask()
    delivery.deliver_due()
    with database.reading() as session:
        (message,) = session.exec(
            select(OutgoingMessage).where(
                OutgoingMessage.step_id == step.id, OutgoingMessage.channel == Channel.SMS
            )
        )
        dead = session.get_one(ContactPoint, point.id).bounced_at is not None
    assert message.state is state
    assert str(no.status) in (message.reason or "")
    assert dead is (no.status == 410)
    if pause:
        assert pause * 0.8 <= message.due_at - stage.now <= pause


def test_a_message_that_reached_nobody_marks_the_number(gate: Gate, stage: Stage) -> None:
    point = gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    stage.ask()
    gate.exchange()
    message = gate.service.sent("sms", PHUC)[-1]
    more = {"message": message["id"], "of": "sms", "reason": "absent subscriber"}
    gate.service.happen(kind="failed", number_dead=False, **more)
    gate.exchange()
    assert _bounced(point) is False
    gate.service.happen(kind="failed", number_dead=True, **more)
    gate.exchange()
    assert _bounced(point) is True


def _bounced(point: ContactPoint) -> bool:
    with database.reading() as session:
        return session.get_one(ContactPoint, point.id).bounced_at is not None


def test_events_that_are_not_as_agreed_stop_nothing(gate: Gate, stage: Stage) -> None:
    gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    step = stage.ask()
    gate.exchange()
    gate.service.happen(kind="sms")
    gate.service.happen(kind="rung", **{"from": PHUC})
    gate.service.happen(kind="pressed", key="1", message=None, **{"from": PHUC})
    gate.say(PHUC, f"ok {step.code}")
    assert acknowledged(stage, step)


def test_a_gateway_that_is_away_is_an_oserror_and_a_wait_ends_when_something_comes(
    gate: Gate,
) -> None:
    source = gate.desk.source
    assert not source.wait(0)
    gate.service.write(PHUC, "alo")
    assert source.wait(5)
    gate.service.token = "another"
    with pytest.raises(OSError, match="events: 401"):
        source.poll("0")
    assert isinstance(gate.desk, Receiving)


def test_what_came_before_the_first_look_is_not_taken(gate: Gate, stage: Stage) -> None:
    found, place = gate.desk.source.poll(None)
    gate.service.write(PHUC, "alo")
    assert (list(found), gate.desk.source.poll(None)[1]) == ([], str(int(place) + 1))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0912 000 071", PHUC),
        ("+84 912.000.071", PHUC),
        ("0084912000071", PHUC),
        ("(0912) 000-071", PHUC),
        ("912000071", None),
        ("gọi bác Tư", None),
        ("+84", None),
    ],
)
def test_numbers_are_kept_as_the_world_writes_them(given: str, kept: str | None) -> None:
    if kept:
        assert contacts.checked(ContactKind.SMS, given) == kept
        return
    with pytest.raises(Invalid):
        contacts.checked(ContactKind.CALL, given)


def test_only_a_code_that_went_there_verifies_a_number(gate: Gate, stage: Stage) -> None:
    point = gate.number(stage.cast.phuc, ContactKind.SMS, PHUC)
    with database.transaction() as session, pytest.raises(Conflict):
        contacts.tried(session, point.id, reached=True, by=by(stage.cast.lan))


def test_how_much_one_short_message_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        short.message("Đề nghị «xã Gò Trầm» – hẹn 3 giờ…") == 'De nghi "xa Go Tram" - hen 3 gio...'
    )
    long = "Đập-" * 200
    assert len(short.message(long)) == 3 * 153
    monkeypatch.setenv("TRUCBAN_SMS_MARKS", "true")
    settings.current.cache_clear()
    assert short.message("Đề nghị") == "Đề nghị"
    assert len(short.message(long)) <= 3 * 67


def test_in_english_for_who_reads_english_and_an_exercise_says_so(gate: Gate, stage: Stage) -> None:
    with database.transaction() as session:
        session.get_one(Person, stage.cast.phuc.id).language = Language.EN
    gate.number(stage.cast.phuc, ContactKind.CALL, PHUC)
    stage.ask()
    stage.pass_time(timedelta(minutes=5))
    gate.exchange()
    call = gate.service.sent("call", PHUC)[-1]
    assert call["language"] == "en"
    assert call["text"].startswith("This is the duty desk.")
    assert call["text"].endswith("Press 1 to take it.")


def test_each_way_has_a_lane_of_its_own(gate: Gate) -> None:
    names = {duty.name for duty in deliver.duties(receive.chats())}
    assert {"deliver sms", "deliver call"} <= names
    assert [each.source.channel for each in receive.all_of_the_settings()] == [Channel.SMS]
