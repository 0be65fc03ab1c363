"""Stories of messages: the cast, a playbook with texts in two languages, and a real mail server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from incidents.intake import signals
from incidents.intake.signals import Signal
from incidents.matter import incidents, taskforces
from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, database, settings
from incidents.record.actors import ENGINE, Actor, Via
from incidents.record.outbox import DeliveryAttempt, OutgoingMessage
from incidents.response.life import opening
from incidents.response.steps import catalog, passing, runs
from incidents.response.steps.catalog import PlaybookVersion
from incidents.response.steps.passing import Plan
from incidents.response.steps.steps import Step, StepKind
from tests import mail_server as mail_servers
from tests.cast import Cast
from tests.harness import START
from tests.mail_server import MailServer

KEY = "verify with the agency in charge"
CODE = "TIN_GIA_MXH"


@dataclass
class Stage:
    """An incident at work, and the clock of the story."""

    cast: Cast
    incident: Incident
    now: Any = START

    def pass_time(self, length: timedelta) -> None:
        self.now += length

    def ask(self, key: str = KEY, role: Role = Role.SUBJECT_LEAD, **more: Any) -> Step:
        """Open a step as a playbook does."""
        plan: dict[str, Any] = {
            "kind": StepKind.ASK,
            "form": "Verification",
            "due": timedelta(minutes=60),
            **more,
        }
        with database.transaction() as session:
            run = runs.of_incident(session, self.incident.id)[0]
            incident = incidents.get(session, self.incident.id)
            return passing.open_step(session, incident, run.id, Plan(key=key, role=role, **plan))

    def message(self, kind: str, to: Person) -> OutgoingMessage:
        """The newest message of a kind to a person, as it stands now."""
        with database.reading() as session:
            return session.exec(
                select(OutgoingMessage)
                .where(OutgoingMessage.kind == kind, OutgoingMessage.recipient_id == to.id)
                .order_by(col(OutgoingMessage.id).desc())
            ).first() or pytest.fail(f"no {kind} to {to.name}")

    def reload(self, message: OutgoingMessage) -> OutgoingMessage:
        with database.reading() as session:
            return session.get_one(OutgoingMessage, message.id)

    def attempts(self, message: OutgoingMessage) -> list[DeliveryAttempt]:
        with database.reading() as session:
            return list(
                session.exec(
                    select(DeliveryAttempt)
                    .where(DeliveryAttempt.message_id == message.id)
                    .order_by(col(DeliveryAttempt.number))
                )
            )

    def step(self, step_id: UUID | None) -> Step:
        with database.reading() as session:
            return session.get_one(Step, step_id)


def by(person: Person, via: Via = Via.DESK) -> Actor:
    return Actor(person.id, via)


@pytest.fixture
def flagged(cast: Cast) -> Signal:
    """A flag whose words must never leave the desk."""
    with database.transaction() as session:
        return signals.flag(
            session,
            text="Nghe nói hồ Suối Trầm sắp vỡ, ông Tư Xóm Gò kể lại!",
            url="https://mang-xa-hoi.test/bai/1",
            seen_where="nhóm Chợ Gò",
            reach=12000,
            by=by(cast.khoi),
        )


@pytest.fixture
def stage(cast: Cast, flagged: Signal) -> Stage:
    """An incident of level 3 with its task force and no step yet."""
    with database.transaction() as session:
        catalog.publish(session, _playbook())
        signals.acknowledge(session, flagged.id, by=by(cast.lan))
        incident = opening.open(
            session,
            playbook=CODE,
            level=3,
            title="Tin đồn hồ Suối Trầm sắp vỡ",
            place="xã Gò Trầm",
            signal_id=flagged.id,
            by=by(cast.lan),
        )
        taskforces.activate(
            session, incident, [Role.LEAD, Role.SPOKESPERSON, Role.SUBJECT_LEAD], by=ENGINE
        )
    staged = Stage(cast, incident)
    clock.set_source(lambda: staged.now)
    return staged


@pytest.fixture
def mails(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server, set in the settings of the desk."""
    folder = tmp_path / "mail"
    folder.mkdir()
    with mail_servers.running(folder) as server:
        monkeypatch.setenv("TRUCBAN_SMTP_URL", server.smtp_url)
        monkeypatch.setenv("TRUCBAN_MAIL_FROM", "Trực Ban tỉnh Bình Khê <truc@binhkhe.test>")
        monkeypatch.setenv("TRUCBAN_PUBLIC_URL", "https://truc.binhkhe.test")
        settings.current.cache_clear()
        yield server


def _playbook() -> PlaybookVersion:
    return PlaybookVersion(
        code=CODE,
        version=1,
        source_sha256="0" * 64,
        texts={
            "vi": {
                "title": "Tin giả trên mạng xã hội",
                "gist": "",
                "steps": {
                    KEY: {
                        "title": "Xác minh tại cơ quan chủ quản",
                        "gist": "Kiểm tra từng điểm, trả lời đúng, sai hay chưa rõ.",
                    }
                },
            },
            "en": {
                "title": "False rumour on social networks",
                "gist": "",
                "steps": {
                    KEY: {
                        "title": "Verify with the agency in charge",
                        "gist": "Check each point: right, wrong or not yet known.",
                    }
                },
            },
        },
        templates={
            "vi": {
                "holding": {
                    "title": "Thông tin ban đầu về sự việc tại {{ incident.place }}",
                    "text": "{{ desk.name }}, lúc {{ now | moment }}.\n\n"
                    "{% if facts %}Sự thật: {{ facts.explanation }}{% endif %}",
                },
                "broken": {"title": "Lỗi", "text": "{{ incident.rumour }}"},
                "prying": {"title": "Lỗi", "text": "{{ ''.__class__.__mro__ }}"},
            }
        },
        published_at=START,
    )
