"""A desk to measure: its data folder, its people, its processes, and the deeds done at it."""

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
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock, database, schema, settings
from incidents.record.actors import ENGINE, Actor, Via
from incidents.record.outbox import OutgoingMessage
from incidents.response.answers import answering
from incidents.response.life import opening
from incidents.response.steps import steps
from incidents.response.steps.catalog import PlaybookVersion
from incidents.response.steps.runs import Advance, PlaybookRun, Where
from incidents.response.steps.steps import StepState
from tests import cast
from tests.bench.caller import Caller
from tests.bench.children import Child, NotMeasured
from tests.bench.post import Post

CALLED = 50
CROWD = "xa"
"""How the addresses of those who are called begin."""

_PATIENCE = 60.0


class Desk:
    """One desk on a folder of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        for name in [n for n in os.environ if n.startswith(("TRUCBAN_", "PREFECT_"))]:
            del os.environ[name]
        database.dispose()
        self.env = dict(os.environ)
        self.post = Post(self.env)
        stack.callback(self.post.child.stop)
        self._set(
            TRUCBAN_DATA_DIR=str(folder),
            TRUCBAN_SMTP_URL=f"smtp://127.0.0.1:{self.post.port}",
            TRUCBAN_PLAYBOOKS=str(Path(__file__).parent / "playbooks"),
            TRUCBAN_PORT=str(_free_port()),
            TRUCBAN_PREFECT_PORT=str(_free_port()),
        )
        self.lan = self._furnish()

    def _set(self, **values: str) -> None:
        os.environ.update(values)
        self.env |= values
        settings.Settings.model_config["env_file"] = None
        settings.current.cache_clear()

    def _furnish(self) -> UUID:
        from flows import installed
        from flows.engine import Engine

        schema.upgrade()
        with database.transaction() as session:
            people = cast.take_their_posts(session, clock.now())
            hung = people.hung.id
            for holder in session.exec(select(RoleHolder).where(RoleHolder.person_id == hung)):
                session.delete(holder)
            for number in range(CALLED):
                self._call_up(session, people.hung, number)
            lan = people.lan.id
        Engine(installed.everything().own).publish_catalogue()
        self._as_large_as_life()
        return lan

    def _as_large_as_life(self) -> None:
        """Give the bench's small playbooks the outline of a real one: rows of its size are read."""
        from flows import catalogue
        from playbooks.catalog import PLAYBOOKS

        outline = catalogue.read(PLAYBOOKS[0]).outline
        with database.transaction() as session:
            for row in session.exec(select(PlaybookVersion)):
                row.outline = outline
                session.add(row)

    def _call_up(self, session: Any, like: Person, number: int) -> None:
        person = Person(name=f"Cán bộ xã {number}", organisation_id=like.organisation_id)
        session.add(person)
        now = clock.now()
        session.add(
            ContactPoint(
                person_id=person.id,
                channel=ContactKind.MAIL,
                address=f"{CROWD}{number}@binhkhe.test",
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

    def start_prefect(self) -> Child:
        """Start Prefect's server as ``trucban serve`` does, and wait until it answers."""
        from flows import prefect_server

        argv, env = prefect_server.command(settings.current())
        child = Child("prefect", argv, env)
        self._stack.callback(child.stop)
        url = f"{prefect_server.address(settings.current())}/health"
        until = time.monotonic() + 90
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return child
            except OSError:
                time.sleep(0.2)
        raise NotMeasured("Prefect's server does not come up")

    def api(self) -> Caller:
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
            return opening.open(
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
            return {Where(each) for each in found}

    def await_advance(self, where: Where, within: float = 120.0) -> None:
        """Open incidents until the advance of one is executed there."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            self.open("BENCH_QUIET")
            self.settled(recorded=False, within=within)
            if self.advanced_where(1) == {where}:
                return
            time.sleep(1)
        raise NotMeasured(f"no advance was executed: {where.value}")

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


def asked(playbook: str, code: str) -> dict[str, object]:
    """What a program posts to open an incident from a flag."""
    return {"playbook": playbook, "level": 3, "title": "Tin đồn vỡ đập hồ chứa", "signal": code}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
