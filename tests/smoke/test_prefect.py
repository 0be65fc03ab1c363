"""Playbooks with a real Prefect server: through it, across its outages, and by stock workers."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

from flows import installed, prefect_server
from flows.engine import Engine
from incidents.intake import signals
from incidents.matter.incidents import Incident
from incidents.record import clock, database, settings
from incidents.record.actors import Actor, Via
from incidents.response.life import opening
from incidents.response.steps import runs, steps
from incidents.response.steps.runs import Advance, Where
from tests.cast import Cast

pytestmark = [pytest.mark.smoke, pytest.mark.timeout(300)]

T = TypeVar("T")

OWN = Path(__file__).parent.parent / "playbooks" / "own"
"""An office's own playbook, which a worker elsewhere may lack."""


def eventually(look: Callable[[], T], within: float = 120) -> T:
    """What the look shows once it shows anything; only the waiting has a limit."""
    until = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < until, f"still waiting: {look}"
        time.sleep(0.05)
    return found


class Server:
    """A real Prefect server in a process of its own."""

    def __init__(self) -> None:
        argv, environment = prefect_server.command(settings.current())
        log = (settings.current().data_dir / "prefect.log").open("a")
        self.process = subprocess.Popen(
            argv, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def signal(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)

    def end(self) -> None:
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
        self.process.wait()

    def asks(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        user, _, password = prefect_server.password().partition(":")
        address = prefect_server.address(settings.current())
        answer = httpx.post(f"{address}/{path}", json=body, auth=(user, password), timeout=30)
        return answer.raise_for_status().json()


@pytest.fixture
def server(cast: Cast) -> Iterator[Server]:
    clock.set_source(None)
    started = Server()
    yield started
    started.end()


@pytest.fixture
def engine(
    server: Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    monkeypatch.setenv("TRUCBAN_PLAYBOOKS", str(OWN))
    settings.current.cache_clear()
    made = Engine(installed.playbooks())
    made.publish_catalogue()
    made.start()
    assert made.resident
    prefect = made.resident
    eventually(lambda: prefect.here)
    yield made
    made.stop()
    # What Prefect's client left to the collector is collected here, not inside somebody's parser.
    gc.collect()


def opened(cast: Cast, playbook: str = "TIN_GIA_MXH") -> Incident:
    with database.transaction() as session:
        by = Actor(cast.lan.id, Via.DESK)
        flag = signals.flag(session, text="Đập sắp vỡ!", by=by)
        signals.acknowledge(session, flag.id, by=by)
        return opening.open(
            session,
            playbook=playbook,
            level=3,
            title="Tin đồn vỡ đập",
            signal_id=flag.id,
            by=by,
        )


def advances(incident: Incident, *, recorded: bool = False) -> list[Advance]:
    with database.reading() as session:
        run = runs.of_incident(session, incident.id)[0]
        found = session.exec(
            select(Advance).where(Advance.run_id == run.id).order_by(Advance.fence)  # type: ignore[arg-type]
        ).all()
    return [a for a in found if a.ended_at and (a.recorded_at or not recorded)]


def opened_once(incident: Incident, key: str = "verify with the agency in charge") -> None:
    with database.reading() as session:
        keys = [step.key for step in steps.of_incident(session, incident.id)]
    assert key in keys
    assert len(keys) == len(set(keys))


def flow_runs(server: Server, incident: Incident) -> list[dict[str, Any]]:
    by_tag = {"flow_runs": {"tags": {"all_": [incident.number]}}}
    return server.asks("flow_runs/filter", by_tag)


def through_prefect(cast: Cast) -> Incident:
    """An incident whose advance went through Prefect; a slow machine may need more than one try."""
    while True:
        incident = opened(cast)
        first = eventually(lambda incident=incident: advances(incident))[0]
        if first.where is Where.RESIDENT:
            return incident


def test_an_advance_shows_in_prefect_under_the_incidents_number(
    server: Server, engine: Engine, cast: Cast
) -> None:
    incident = through_prefect(cast)
    done = eventually(lambda: advances(incident, recorded=True))
    shown = eventually(lambda: [r for r in flow_runs(server, incident) if r["end_time"]])
    assert {UUID(each["id"]) for each in shown} >= {done[0].flow_run}
    assert {each["state_name"] for each in shown} <= {"Waiting", "Recorded later"}
    inside = {"flow_runs": {"id": {"any_": [str(done[0].flow_run)]}}}
    tasks = eventually(lambda: server.asks("task_runs/filter", inside))
    assert any(task["name"].startswith("ask: capture the post") for task in tasks)
    opened_once(incident)


@pytest.mark.parametrize("outage", [signal.SIGSTOP, signal.SIGKILL], ids=["stopped", "killed"])
def test_playbooks_go_on_across_an_outage_and_are_recorded_afterwards(
    server: Server, engine: Engine, cast: Cast, outage: signal.Signals
) -> None:
    through_prefect(cast)
    server.signal(outage)
    # The first of them discovers the outage, the second knows of it.
    hit = [opened(cast), opened(cast)]
    for incident in hit:
        eventually(lambda incident=incident: advances(incident))
        opened_once(incident)
    if outage is signal.SIGSTOP:
        server.signal(signal.SIGCONT)
    else:
        server.process.wait()
        server.process = Server().process
    for incident in hit:
        done = eventually(lambda incident=incident: advances(incident, recorded=True))
        opened_once(incident)
        assert len({advance.fence for advance in done}) == len(done)
        recorded = [r for r in flow_runs(server, incident) if r["id"] == str(done[-1].flow_run)]
        assert recorded[0]["state_type"] == "COMPLETED"


def test_a_pool_without_a_worker_stops_nothing(
    server: Server, cast: Cast, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("TRUCBAN_WORK_POOL", "desk")
    monkeypatch.setenv("TRUCBAN_CLAIM_WITHIN_SECONDS", "1")
    settings.current.cache_clear()
    request.getfixturevalue("engine")
    incident = opened(cast)
    done = eventually(lambda: advances(incident))
    assert done[0].where is not Where.POOL
    opened_once(incident)


@pytest.fixture
def worker(
    server: Server, cast: Cast, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., None]]:
    """``trucban worker`` on the pool the engine hands its advances to."""
    monkeypatch.setenv("TRUCBAN_WORK_POOL", "desk")
    monkeypatch.setenv("TRUCBAN_CLAIM_WITHIN_SECONDS", "200")
    monkeypatch.setenv("TRUCBAN_DATA_DIR", str(settings.current().data_dir.absolute()))
    settings.current.cache_clear()
    request.getfixturevalue("engine")
    started: list[subprocess.Popen[bytes]] = []

    def start(**more: str) -> None:
        environment = {**os.environ, "PYTHONPATH": os.getcwd(), **more}  # noqa: PTH109 - the checkout under test
        log = (settings.current().data_dir / "worker.log").open("w")
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "trucban", "worker"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        )
        log.close()

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_worker_executes_what_the_engine_hands_to_its_pool(
    cast: Cast, worker: Callable[..., None]
) -> None:
    worker()
    incident = opened(cast)
    done = eventually(lambda: advances(incident), within=200)
    assert done[0].where is Where.POOL
    opened_once(incident)


def test_a_worker_that_lacks_the_bound_version_gives_the_run_back(
    cast: Cast, worker: Callable[..., None]
) -> None:
    worker(TRUCBAN_PLAYBOOKS="")
    incident = opened(cast, playbook="CAP_NUOC")
    eventually(lambda: advances(incident)[1:], within=200)
    first, second, *_ = advances(incident)
    assert (first.where, first.outcome) == (Where.POOL, "given back")
    assert second.where is not Where.POOL
    opened_once(incident, "bring water")
