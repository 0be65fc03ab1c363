"""A desk to measure: its data folder, its people, its processes, and the deeds done at it."""

import http.client
import json
import os
import socket
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from incidents.intake import signals
from incidents.matter import incidents, taskforces
from incidents.people.persons import ContactPoint, Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock, database, schema, settings
from incidents.record.actors import ENGINE, Actor, Via
from incidents.record.outbox import Channel, OutgoingMessage
from incidents.response import answering, lifecycle, steps
from incidents.response.runs import Advance, PlaybookRun, Where
from incidents.response.steps import StepState
from tests import cast
from tests.bench.children import Child, NotMeasured

CALLED = 50
_CROWD = "xa"
_PATIENCE = 60.0


class Post:
    """The SMTP server, and what it has accepted."""

    def __init__(self, env: dict[str, str]) -> None:
        self.child = Child.module("tests.bench.sink", env=env)
        self.port = int(self.child.line())

    def clear(self) -> None:
        """Forget what has come so far."""
        self.until_quiet()

    def until_quiet(self, quiet: float = 0.3) -> None:
        """Wait until nothing has come for a while."""
        while True:
            try:
                self.child.line(quiet)
            except NotMeasured:
                return

    def accepted(self, to: str, count: int = 1, within: float = _PATIENCE) -> float:
        """When the last of so many mails to addresses that begin so was accepted."""
        until, left, at = time.monotonic() + within, count, 0.0
        while left:
            at, address = json.loads(self.child.line(until - time.monotonic()))
            left -= address.startswith(to)
        return at


class Desk:
    """One desk on a folder of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        for name in [n for n in os.environ if n.startswith(("TRUCBAN_", "PREFECT_"))]:
            del os.environ[name]
        self.env = dict(os.environ)
        self.post = Post(self.env)
        stack.callback(self.post.child.stop)
        self._set(
            TRUCBAN_DATA_DIR=str(folder),
            TRUCBAN_SMTP_URL=f"smtp://127.0.0.1:{self.post.port}",
            TRUCBAN_PLAYBOOKS="tests.bench.playbooks:PLAYBOOKS",
            TRUCBAN_PORT=str(_free_port()),
            TRUCBAN_PREFECT_PORT=str(_free_port()),
        )
        self.lan = self._furnish()
        self.prefect: Child | None = None

    def _set(self, **values: str) -> None:
        os.environ.update(values)
        self.env |= values
        settings.Settings.model_config["env_file"] = None
        settings.current.cache_clear()

    def _furnish(self) -> UUID:
        from flows.engine import Engine
        from tests.bench.playbooks import PLAYBOOKS

        schema.upgrade()
        with database.transaction() as session:
            people = cast.take_their_posts(session, clock.now())
            hung = people.hung.id
            for holder in session.exec(select(RoleHolder).where(RoleHolder.person_id == hung)):
                session.delete(holder)
            for number in range(CALLED):
                self._call_up(session, people.hung, number)
            lan = people.lan.id
        Engine(PLAYBOOKS).publish_catalogue()
        return lan

    def _call_up(self, session: Any, like: Person, number: int) -> None:
        person = Person(name=f"Cán bộ xã {number}", organisation_id=like.organisation_id)
        session.add(person)
        now = clock.now()
        session.add(
            ContactPoint(
                person_id=person.id,
                channel=Channel.MAIL,
                address=f"{_CROWD}{number}@binhkhe.test",
                verified_at=now,
            )
        )
        session.add(
            RoleHolder(role=Role.COMMUNE, person_id=person.id, rank=number + 1, valid_from=now)
        )

    # --- processes ---------------------------------------------------------------------------

    def engine(self, **more: str) -> Child:
        """Start the engine."""
        child = Child.module("tests.bench.engine", env={**self.env, **more})
        self._stack.callback(child.stop)
        return child

    def start_prefect(self) -> None:
        """Start Prefect's server as ``trucban serve`` does."""
        from flows import prefect_server

        argv, env = prefect_server.command(settings.current())
        self.prefect = Child("prefect", argv, env)
        self._stack.callback(self.prefect.stop)

    def await_prefect(self, within: float = 90.0) -> None:
        """Wait until Prefect's server answers."""
        from flows import prefect_server

        url, until = (
            f"{prefect_server.address(settings.current())}/health",
            time.monotonic() + within,
        )
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise NotMeasured("Prefect's server does not come up")

    def api(self) -> "Caller":
        """Start the process that answers people, and sign Lan in."""
        child = Child.module("trucban", "api", env=self.env)
        self._stack.callback(child.stop)
        return Caller.signed_in(settings.current().port, "lan", cast.PASSWORD)

    # --- deeds -------------------------------------------------------------------------------

    def flagged(self) -> str:
        """A flag that is taken; its code."""
        with database.transaction() as session:
            by = Actor(self.lan, Via.REST)
            signal = signals.flag(
                session, text="Đập hồ chứa sắp vỡ!", url="https://mxh.test/1", by=by
            )
            session.flush()
            signals.acknowledge(session, signal.id, by=by)
            return signal.code

    def open(self, playbook: str) -> UUID:
        """An incident opened from a flag."""
        code = self.flagged()
        with database.transaction() as session:
            signal = signals.by_code(session, code)
            return lifecycle.open(
                session,
                playbook=playbook,
                level=3,
                title="Tin đồn vỡ đập",
                signal_id=signal.id,
                by=Actor(self.lan, Via.REST),
            ).id

    def call_out(self, incident_id: UUID) -> float:
        """Call fifty people; when that was committed."""
        with database.transaction() as session:
            incident = incidents.get(session, incident_id, lock=True)
            if taskforces.activate(session, incident, [Role.COMMUNE], by=ENGINE) is None:
                raise NotMeasured("the founding decision asks for a direction")
        return time.monotonic()

    def complete(self, incident_id: UUID) -> float:
        """Complete the one open step; when that was committed."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with database.reading() as session:
                waiting = [
                    s.id
                    for s in steps.of_incident(session, incident_id)
                    if s.state is StepState.OPEN
                ]
            if waiting:
                break
            time.sleep(0.01)
        else:
            raise NotMeasured("no step was opened")
        with database.transaction() as session:
            answering.complete(session, waiting[0], {}, by=Actor(self.lan, Via.LINK))
        return time.monotonic()

    def crowd(self) -> str:
        """How the addresses of those who are called begin."""
        return _CROWD

    def called_out(self) -> list[OutgoingMessage]:
        """Fifty of the messages of a call-out."""
        with database.reading() as session:
            return list(
                session.exec(
                    select(OutgoingMessage)
                    .where(OutgoingMessage.kind == "called_out")
                    .order_by(col(OutgoingMessage.created_at).desc())
                    .limit(CALLED)
                )
            )

    def advanced_where(self, last: int) -> set[Where]:
        """Where the last advances were executed."""
        with database.reading() as session:
            found = session.exec(
                select(Advance.where).order_by(col(Advance.started_at).desc()).limit(last)
            )
            return set(found)

    def idle(self, within: float = _PATIENCE) -> None:
        """Wait until no run is being advanced or wants to be."""
        self.settled(recorded=False, within=within)

    def settled(self, *, recorded: bool = True, within: float = _PATIENCE) -> None:
        """Wait until no run wants an advance, and perhaps until Prefect has a record of each."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            with database.reading() as session:
                busy = session.exec(
                    select(PlaybookRun.id)
                    .where(
                        (col(PlaybookRun.wanted) > col(PlaybookRun.advanced))
                        | col(PlaybookRun.claimed_until).is_not(None)
                    )
                    .limit(1)
                ).first()
                unrecorded = session.exec(
                    select(Advance.id).where(col(Advance.recorded_at).is_(None)).limit(1)
                ).first()
            if busy is None and (unrecorded is None or not recorded):
                return
            time.sleep(0.02)
        raise NotMeasured("the engine does not come to rest")


class Caller:
    """A signed-in program on one kept connection."""

    def __init__(self, port: int, path: str, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._path, self._token = path, token

    @classmethod
    def signed_in(cls, port: int, username: str, password: str) -> "Caller":
        """Wait until the desk answers, and sign in."""
        until = time.monotonic() + _PATIENCE
        caller = cls(port, "/api/v1/sessions")
        while True:
            try:
                token = caller.post({"username": username, "password": password})["token"]
            except OSError:
                if time.monotonic() > until:
                    raise NotMeasured("the desk does not answer") from None
                time.sleep(0.1)
            else:
                return cls(port, "/api/v1/incidents", token)

    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Post, and what came back; anything but 201 is no measurement."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        for left in (1, 0):
            try:
                self._connection.request("POST", self._path, json.dumps(body).encode(), headers)
                answer = self._connection.getresponse()
                said = answer.read()
                break
            except OSError:
                # A server hangs up on a connection that was idle for seconds: begin anew, once.
                self._connection.close()
                if not left:
                    raise
        if answer.status != http.client.CREATED:
            raise NotMeasured(f"{self._path} answered {answer.status}: {said[:300]!r}")
        return json.loads(said)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
