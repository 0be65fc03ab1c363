"""``make bench``: what was measured, as ratios inside this one run, with the goal beside each.

Everything is real and on loopback: the engine, the process that answers people and Prefect's
server as processes of their own, woken by commits; an SMTP server that says what it accepted when.
"""

import os
import shutil
import signal
import smtplib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import structlog
from sqlmodel import SQLModel, func, select

from incidents.record import database, settings
from incidents.response.runs import Where
from tests.bench.children import Child, NotMeasured
from tests.bench.desk import CALLED, Caller, Desk
from tests.bench.figures import Figure, Round, abba, compare, ms, p95

_COUNTED_APART = ("bench_row", "idempotent_answer")


def main() -> int:
    """Measure everything; 1 when something could not be measured, whatever the goals say."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    began, failed = time.monotonic(), False
    print(
        f"bench: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, SQLite WAL, synchronous FULL"
    )
    folder = Path(tempfile.mkdtemp(prefix="trucban-bench-"))
    try:
        with ExitStack() as stack:
            bench = Bench(Desk(folder / "data", stack), stack)
            for part in (bench.opening, bench.warm, bench.called_out, bench.advancing, bench.pool):
                failed |= not _measured(part)
    finally:
        database.dispose()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"bench: done in {time.monotonic() - began:.0f} s")
    return int(failed)


def _measured(part: Callable[[], list[Figure]]) -> bool:
    try:
        for figure in part():
            print(figure, flush=True)
    except (NotMeasured, OSError) as reason:
        print(f"NOT MEASURED  {part.__name__}: {reason}", flush=True)
        return False
    return True


class Bench:
    """The figures, in an order in which nothing runs that the figure is not about."""

    def __init__(self, desk: Desk, stack: ExitStack) -> None:
        self.desk, self._stack = desk, stack
        self._caller: Caller | None = None
        self._engine: Child | None = None

    # --- (c) -----------------------------------------------------------------------------------

    def opening(self) -> list[Figure]:
        """Opening by REST, with no engine running, over as many bare rows."""
        caller = self._caller = self.desk.api()
        before = _rows()
        self._open_by_rest(self.desk.flagged())
        # The flag itself is not part of the opening: its own rows are counted and taken off.
        middle = _rows()
        self.desk.flagged()
        rows = (middle - before) - (_rows() - middle)
        bare = self._bare(rows)

        def ours() -> float:
            code = self.desk.flagged()
            began = time.monotonic()
            caller.post(_opening("BENCH_QUIET", code))
            return time.monotonic() - began

        def floor() -> float:
            # The same pause and the same writes before each, so that both find the machine alike.
            code = self.desk.flagged()
            began = time.monotonic()
            bare.post(_opening("BENCH_QUIET", code))
            return time.monotonic() - began

        for warm in (ours, floor):
            for _ in range(20):
                warm()
        rounds = abba(ours, floor, rounds=5, each=20)
        method = (
            f"POST /api/v1/incidents from a taken flag, signed in, {rows} rows in one commit; over "
            f"a bare FastAPI route inserting {rows} SQLModel rows in one commit; kept connections"
        )
        return [compare("opening by REST over bare rows", rounds, goal=2, method=method)]

    def _open_by_rest(self, code: str, playbook: str = "BENCH_QUIET") -> None:
        assert self._caller
        self._caller.post(_opening(playbook, code))

    def _bare(self, rows: int) -> Caller:
        path = str(self.desk.folder / "bare.db")
        child = Child.module("tests.bench.bare", path, str(rows), env=self.desk.env)
        self._stack.callback(child.stop)
        caller = Caller(int(child.line()), "/rows")
        for _ in range(100):
            try:
                caller.post(_opening("warm", ""))
            except OSError:
                time.sleep(0.1)
            else:
                return caller
        raise NotMeasured("the bare route does not answer")

    # --- (a) -----------------------------------------------------------------------------------

    def warm(self) -> list[Figure]:
        """Start Prefect and the engine, and wait until advances go through Prefect."""
        self.desk.start_prefect()
        self.desk.await_prefect()
        self._engine = self.desk.engine()
        self._engine.says("Prefect is here", within=60)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            self.desk.open("BENCH_QUIET")
            time.sleep(2)
            if self.desk.advanced_where(1) == {Where.RESIDENT}:
                self.desk.settled()
                self.desk.post.until_quiet()
                return []
        raise NotMeasured("no advance goes through Prefect")

    def called_out(self) -> list[Figure]:
        """Fifty mails after the commit of a call-out, and after an opening."""
        rounds = abba(self._commit_to_last, self._bare_loop(), rounds=4, each=3)
        method = (
            f"the engine's process is woken by the commit of {CALLED} messages; over a bare "
            "smtplib loop of the same mails on one open connection to the same server"
        )
        figure = compare("call-out: commit to last of 50 mails", rounds, goal=2, method=method)
        bare = statistics.median(s for each in rounds for s in each.bare)
        return [figure, self._from_opening(bare)]

    def _from_opening(self, bare: float) -> Figure:
        """The same from the click that opens, with what the advance through Prefect takes of it."""
        taken = [self._opening_to_last() for _ in range(6)]
        whole = statistics.median(seconds for seconds, _ in taken)
        advance = statistics.median(called for _, called in taken)
        return Figure(
            "opening to last of 50 mails over the bare loop",
            whole / bare,
            None,
            f"median {ms(whole)}, of it {ms(advance)} ({advance / whole:.0%}) until the call-out is "
            f"committed: the advance through Prefect; {len(taken)} openings",
            "POST /api/v1/incidents sent → last of 50 mails accepted, Prefect here",
        )

    def _commit_to_last(self) -> float:
        incident = self.desk.open("BENCH_QUIET")
        self.desk.settled()
        self.desk.post.until_quiet()
        began = self.desk.call_out(incident)
        return self.desk.post.accepted(self.desk.crowd(), CALLED) - began

    def _bare_loop(self) -> Callable[[], float]:
        """The same mails as the desk's last call-out, by nothing but smtplib."""
        self._commit_to_last()
        from notifications import rendering
        from notifications.channels.mail import MailServer

        current = settings.current()
        writer = MailServer(current.smtp_url.get_secret_value(), current.mail_from)
        with database.reading() as session:
            letters = [
                (
                    m.address,
                    writer.letter(rendering.message(session, m), to=m.address, key=m.key)[1],
                )
                for m in self.desk.called_out()
            ]
        server = smtplib.SMTP("127.0.0.1", self.desk.post.port, "localhost")
        self._stack.callback(server.close)
        server.ehlo()

        def loop() -> float:
            self.desk.post.until_quiet()
            began = time.monotonic()
            for address, letter in letters:
                server.sendmail("truc@localhost", [address], letter)
            return self.desk.post.accepted(self.desk.crowd(), CALLED) - began

        return loop

    def _opening_to_last(self) -> tuple[float, float]:
        code = self.desk.flagged()
        self.desk.post.until_quiet()
        began, on_the_wall = time.monotonic(), time.time()
        self._open_by_rest(code, "BENCH_CALL_OUT")
        last = self.desk.post.accepted(self.desk.crowd(), CALLED)
        called = self.desk.called_out()[0].created_at.timestamp() - on_the_wall
        self._quiet()
        return last - began, called

    def _quiet(self, *, recorded: bool = True) -> None:
        self.desk.settled(recorded=recorded)
        self.desk.post.until_quiet()

    # --- (b) -----------------------------------------------------------------------------------

    def advancing(self) -> list[Figure]:
        """From one step's completion to the next one's alert, with Prefect here and away."""
        noop = Child.module("tests.bench.noop", env=self.desk.env)
        self._stack.callback(noop.stop)
        noop.says("ready", within=60)
        noop.line()
        incident = self.desk.open("BENCH_STEPS")
        self._next(incident)

        def bare() -> float:
            noop.tell()
            return float(noop.line())

        def ours() -> float:
            return self._next(incident)

        for warm in (ours, bare, ours, bare):
            warm()
        rounds = abba(ours, bare, rounds=4, each=6)
        noop.stop()
        method = (
            "answer committed in another process → alert accepted by the SMTP server, each once "
            "Prefect is done with the one before; over a bare no-op async flow run in a resident "
            "process"
        )
        over_noop = compare(
            "answer to next alert over a no-op flow run",
            rounds,
            goal=2,
            method=method,
            of=p95,
            called="p95",
        )
        self.here = [s for each in rounds for s in each.ours]
        away, discovering = self._away(incident)
        return [
            over_noop,
            compare(
                "the same with Prefect known to be away, over with Prefect",
                away,
                goal=1,
                method="Prefect's server stopped by SIGSTOP and continued, here-away-away-here",
                of=p95,
                called="p95",
            ),
            Figure(
                "the advance that discovers the outage, longest",
                max(discovering),
                1.5,
                f"{len(discovering)} outages: {', '.join(ms(d) for d in discovering)}",
                "answer committed right after SIGSTOP → next alert accepted",
                unit=" s",
            ),
        ]

    def _next(self, incident: UUID, *, recorded: bool = True) -> float:
        self._quiet(recorded=recorded)
        began = self.desk.complete(incident)
        return self.desk.post.accepted("lan@") - began

    def _away(self, incident: UUID, each: int = 8) -> tuple[list[Round], list[float]]:
        assert self.desk.prefect
        assert self._engine
        rounds, discovering = list[Round](), list[float]()
        for _ in range(3):
            here = [self._next(incident) for _ in range(each)]
            self._quiet()
            said = len(self._engine.said)
            self.desk.prefect.signal(signal.SIGSTOP)
            began = self.desk.complete(incident)
            discovering.append(self.desk.post.accepted("lan@") - began)
            self._engine.says("away", since=said)
            away = [self._next(incident, recorded=False) for _ in range(2 * each)]
            if self.desk.advanced_where(2 * each) != {Where.PLAIN}:
                raise NotMeasured("advances went through a Prefect that was stopped")
            self.desk.prefect.signal(signal.SIGCONT)
            self._engine.says("Prefect is here", since=said)
            self.desk.settled()
            here += [self._next(incident) for _ in range(each)]
            rounds.append(Round(away, here, steady=True))
        return rounds, discovering

    def pool(self) -> list[Figure]:
        """The same playbook where each advance goes through a stock Prefect process worker."""
        assert self._engine
        self._engine.stop()
        pool = {"TRUCBAN_WORK_POOL": "bench", "TRUCBAN_CLAIM_WITHIN_SECONDS": "120"}
        self._engine = self.desk.engine(**pool)
        self._engine.says("Prefect is here", within=60)
        worker = Child.module("trucban", "worker", env={**self.desk.env, **pool})
        self._stack.callback(worker.stop)
        incident = self.desk.open("BENCH_STEPS")
        self.desk.post.accepted("lan@", 2, within=120)  # the flag's alert and the first step's
        stock = [self._next_in_pool(incident) for _ in range(4)]
        if self.desk.advanced_where(4) != {Where.POOL}:
            raise NotMeasured(f"advances did not go through the worker: {worker.said[-5:]}")
        ours = statistics.median(self.here)
        return [
            Figure(
                "answer to next alert, stock process worker over resident",
                statistics.median(stock) / ours,
                10,
                f"median {statistics.median(stock):.1f} s over {ms(ours)}; the worker's "
                f"{', '.join(f'{s:.1f} s' for s in stock)}",
                "the same playbook and engine; each advance a deployment's run in a process pool "
                "whose worker has its default settings",
                at_least=True,
            )
        ]

    def _next_in_pool(self, incident: UUID) -> float:
        began = self.desk.complete(incident)
        seconds = self.desk.post.accepted("lan@", within=120) - began
        self.desk.idle(120)
        return seconds


def _opening(playbook: str, code: str) -> dict[str, object]:
    return {"playbook": playbook, "level": 3, "title": "Tin đồn vỡ đập hồ chứa", "signal": code}


def _rows() -> int:
    with database.reading() as session:
        return sum(
            session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
            if name not in _COUNTED_APART
        )


if __name__ == "__main__":
    sys.exit(main())
