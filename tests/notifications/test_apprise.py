"""The door to Apprise: a code and a time go out to services the office named, and nothing else."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from sqlmodel import select

from incidents.intake import signals
from incidents.people.persons import ContactKind, ContactPoint
from incidents.record import clock, database, settings
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from notifications import apprise_gateway, delivery, rendering
from notifications.outcomes import FailedForGood, FailedForNow, Sent
from tests.cast import Cast
from tests.notifications.conftest import by


@dataclass
class Service:
    """A chat service on loopback: what it was told, and how it answers."""

    port: int = 0
    told: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    released: Event = field(default_factory=Event)
    hangs: bool = False


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if made.hangs:
                made.released.wait(30)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.told.append(json.loads(body))
            self.send_response(made.status)
            self.end_headers()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield made
        made.released.set()
        server.shutdown()


@pytest.fixture
def set_urls(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def chosen(urls: str) -> None:
        monkeypatch.setenv("TRUCBAN_APPRISE_URLS", urls)
        settings.current.cache_clear()

    return chosen


def test_a_duty_alert_goes_out_as_a_code_and_a_time(
    cast: Cast, service: Service, set_urls: Callable[[str], None]
) -> None:
    set_urls(f"nhom-truc=json://127.0.0.1:{service.port}/")
    with database.transaction() as session:
        session.add(
            ContactPoint(
                person_id=cast.lan.id,
                channel=ContactKind.APPRISE,
                address="nhom-truc",
                position=2,
                verified_at=clock.now(),
            )
        )
    with database.transaction() as session:
        flagged = signals.flag(session, text="Hồ Suối Trầm sắp vỡ!", by=by(cast.khoi))
    assert delivery.deliver_due() == 2
    assert [(told["title"], told["message"]) for told in service.told] == [
        (
            f"[{flagged.code}]",
            "Bàn trực có tin cho đồng chí, hạn xác nhận 02:45 ngày 23/11/2026. Xem trong thư.",
        )
    ]
    with database.reading() as session:
        message = session.exec(
            select(OutgoingMessage).where(OutgoingMessage.channel == Channel.APPRISE)
        ).one()
        assert rendering.preview(session, message).text == service.told[0]["message"]
    assert message.state is MessageState.SENT
    assert str(service.port) not in f"{message.key} {message.address}"


def test_a_service_that_refuses_is_tried_again_and_its_reason_holds_no_secret(
    service: Service, set_urls: Callable[[str], None]
) -> None:
    set_urls(f"a=json://truc:bi-mat@127.0.0.1:{service.port}/")
    service.status = 503
    outcome = apprise_gateway.send("a", title="[2026-0001]", body="x")
    assert isinstance(outcome, FailedForNow)
    assert "503" in outcome.reason
    assert "bi-mat" not in outcome.reason
    service.status = 200
    assert apprise_gateway.send("a", title="[2026-0001]", body="x") == Sent()


def test_a_hanging_service_costs_no_more_than_the_time_allowed(
    service: Service, set_urls: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_urls(f"a=json://127.0.0.1:{service.port}/")
    monkeypatch.setattr(apprise_gateway, "TIMEOUT", 0.2)
    service.hangs = True
    outcome = apprise_gateway.send("a", title="t", body="x")
    assert outcome == FailedForNow("dịch vụ nhắn tin không trả lời")


@pytest.mark.parametrize("url", ["syslog://", "dbus://", "file:///etc", "tgram://1:a/2", "json"])
def test_a_service_off_the_list_is_not_used(url: str, set_urls: Callable[[str], None]) -> None:
    set_urls(f"a={url}")
    assert isinstance(apprise_gateway.send("a", title="t", body="x"), FailedForGood)


def test_a_name_nobody_set_up_is_said(set_urls: Callable[[str], None]) -> None:
    set_urls("a=json://127.0.0.1:1/")
    outcome = apprise_gateway.send("b", title="t", body="x")
    assert outcome == FailedForGood("không có dịch vụ nhắn tin tên này trong cấu hình")
