"""(c) People reached and heard: three channels at once, an answer in a chat, armed moments."""

import json
import random
import smtplib
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
from sqlmodel import Session, col, select

from incidents.intake import signals
from incidents.people import persons
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.actors import Actor, Via
from incidents.response.steps import steps, timers
from incidents.response.steps.steps import Step, StepState
from incidents.response.steps.timers import Timer, TimerKind
from tests.bench.children import Child, NotMeasured
from tests.bench.desk import Desk
from tests.bench.figures import Figure, abba, compare, ms, p95

PEOPLE = 500
WAYS = 3
ARMED = 10_000
SOON = 200
"""Of the armed moments those that come while it is measured."""
OVER = 20.0
"""Seconds over which they come."""
_DUTY = "900"
"""Lan's account on Zalo."""


class Chats:
    """Both services, and what they accepted."""

    def __init__(self, env: dict[str, str]) -> None:
        self.child = Child.module("tests.bench.chats", env=env)
        self.zalo, self.telegram, self.token = json.loads(self.child.line())

    @property
    def settings(self) -> dict[str, str]:
        """What lets a desk use them."""
        return {
            "TRUCBAN_ZALO_API": self.zalo,
            "TRUCBAN_ZALO_TOKEN": self.token,
            "TRUCBAN_TELEGRAM_API": self.telegram,
            "TRUCBAN_TELEGRAM_TOKEN": self.token,
        }

    def accepted(self, true: Callable[[str, str], bool], count: int = 1) -> tuple[float, str]:
        """When the last of so many such messages was accepted, and its text."""
        at, text, left = 0.0, "", count
        while left:
            at, account, text = json.loads(self.child.line())
            left -= true(account, text)
        return at, text


def measure(folder: Path) -> list[Figure]:
    """On a desk of its own, whose engine talks to a mail server and to both services."""
    with ExitStack() as stack:
        desk = Desk(folder, stack)
        chats = Chats(desk.env)
        stack.callback(chats.child.stop)
        crowd = _furnished(desk)
        engine = desk.engine(**chats.settings)
        # What was written before it first asked is of the past.
        engine.says("source='zalo")
        return [
            _answers(desk, chats),
            _fan_out(desk, chats, crowd, stack),
            _timing(desk),
        ]


def _furnished(desk: Desk) -> list[UUID]:
    """Five hundred people with three ways each, and Lan's account."""
    with database.transaction() as session:
        like = session.get_one(Person, desk.lan)
        _way(session, desk.lan, ContactKind.ZALO_CHAT, _DUTY)
        crowd: list[UUID] = []
        for number in range(PEOPLE):
            person = Person(name=f"Cán bộ {number}", organisation_id=like.organisation_id)
            session.add(person)
            crowd.append(person.id)
            _way(session, person.id, ContactKind.MAIL, f"dong{number}@binhkhe.test")
            _way(session, person.id, ContactKind.ZALO_CHAT, str(10_000 + number))
            _way(session, person.id, ContactKind.TELEGRAM, str(20_000 + number))
    return crowd


def _way(session: Session, person_id: UUID, kind: ContactKind, address: str) -> None:
    now = clock.now()
    session.add(ContactPoint(person_id=person_id, channel=kind, address=address, verified_at=now))


def _answers(desk: Desk, chats: Chats) -> Figure:
    """From the line somebody writes to the outcome they read: the flag is theirs by then."""
    taken = [_answered(desk, chats) for _ in range(30)]
    return Figure(
        "answer in a chat to its outcome there, p95",
        p95(taken),
        1,
        f"median {ms(statistics.median(taken))}, longest {ms(max(taken))}; {len(taken)} answers",
        "«nhận CODE» given to the service → the desk's answer accepted by it, the flag taken and "
        "committed between; the desk hangs in the service's long poll",
        unit=" s",
    )


def _answered(desk: Desk, chats: Chats) -> float:
    with database.transaction() as session:
        by = Actor(desk.lan, Via.REST)
        code = signals.flag(session, text="Tin đồn", url="https://mxh.test/1", by=by).code
    chats.accepted(lambda account, text: account == _DUTY and code in text)
    began = time.monotonic()
    chats.child.tell(f"{_DUTY} nhận {code}")
    at, _ = chats.accepted(lambda account, text: account == _DUTY and code in text)
    return at - began


def _fan_out(desk: Desk, chats: Chats, crowd: list[UUID], stack: ExitStack) -> Figure:
    incident = desk.open("BENCH_QUIET")
    desk.settled(recorded=False)
    count = iter(range(10_000))

    def ours() -> float:
        desk.post.until_quiet()
        began = _told(incident, crowd, next(count))
        mails = desk.post.accepted("dong", PEOPLE)
        at, _ = chats.accepted(lambda account, _: len(account) > len(_DUTY), 2 * PEOPLE)
        return max(mails, at) - began

    rounds = abba(ours, _bare(desk, chats, stack), rounds=2, each=1)
    return compare(
        f"fan-out: commit to last of {PEOPLE} people by {WAYS} channels",
        rounds,
        goal=2,
        method="the engine's process is woken by the commit of 1,500 messages; over a bare loop "
        "that hands the same number to the same three servers, one after the other, on three "
        "open connections",
    )


def _told(incident: UUID, crowd: list[UUID], number: int) -> float:
    with database.transaction() as session:
        persons.tell_all(
            session,
            crowd,
            "called_out",
            key=f"bench:{number}",
            incident_id=incident,
            values={"roles": [Role.COMMUNE.value]},
        )
    return time.monotonic()


def _bare(desk: Desk, chats: Chats, stack: ExitStack) -> Callable[[], float]:
    server = smtplib.SMTP("127.0.0.1", desk.post.port, "localhost")
    stack.callback(server.close)
    server.ehlo()
    client = stack.enter_context(httpx.Client())
    text = "Triệu tập Tổ công tác\n" * 20
    letter = f"Subject: x\r\n\r\n{text}".encode()

    def loop() -> float:
        desk.post.until_quiet()
        began = time.monotonic()
        for number in range(PEOPLE):
            server.sendmail("truc@localhost", [f"dong{number}@binhkhe.test"], letter)
            for base, account in ((chats.zalo, 10_000), (chats.telegram, 20_000)):
                client.post(
                    f"{base}/bot{chats.token}/sendMessage",
                    json={"chat_id": str(account + number), "text": text},
                )
        mails = desk.post.accepted("dong", PEOPLE)
        at, _ = chats.accepted(lambda account, _: len(account) > len(_DUTY), 2 * PEOPLE)
        return max(mails, at) - began

    return loop


def _timing(desk: Desk) -> Figure:
    """How late armed moments are carried out while ten thousand are armed."""
    desk.open("BENCH_STEPS")
    desk.settled(recorded=False)
    with database.transaction() as session:
        wanted = select(Step).where(Step.state == StepState.OPEN).order_by(col(Step.id).desc())
        step = session.exec(wanted.limit(1)).first()
        if step is None:
            raise NotMeasured("no step was opened")
        now = clock.now() + timedelta(seconds=5)
        first = timers.next_round(session, step.id)
        for number in range(ARMED):
            far = timedelta(days=1, seconds=number)
            soon = timedelta(seconds=random.uniform(0, OVER))
            due_at = now + (soon if number < SOON else far)
            timers.arm(session, step.id, TimerKind.REMIND, due_at, round_=first + number)
    until = time.monotonic() + OVER + 30
    late: list[float] = []
    while time.monotonic() < until and len(late) < SOON:
        time.sleep(1)
        late = _lateness(step.id, first)
    if len(late) < SOON:
        raise NotMeasured(f"only {len(late)} of {SOON} moments were carried out")
    return Figure(
        f"lateness of armed moments with {ARMED} armed, p99",
        statistics.quantiles(late, n=100, method="inclusive")[-1],
        1,
        f"median {ms(statistics.median(late))}, longest {ms(max(late))}; {SOON} moments within "
        f"{OVER:.0f} s",
        "due time of a row → its firing committed with the reminder",
        unit=" s",
    )


def _lateness(step_id: UUID, first: int) -> list[float]:
    with database.reading() as session:
        assert steps.get(session, step_id)
        found = session.exec(
            select(Timer).where(
                Timer.step_id == step_id,
                col(Timer.round).between(first, first + SOON - 1),
                col(Timer.fired_at).is_not(None),
            )
        )
        return [(each.fired_at - each.due_at).total_seconds() for each in found if each.fired_at]
