"""(b) From one step's answer to the next one's alert: with Prefect, without it, by its worker."""

import signal
import statistics
from contextlib import ExitStack
from uuid import UUID

from incidents.response.steps.runs import Where
from tests.bench.children import Child, NotMeasured
from tests.bench.desk import Desk
from tests.bench.figures import Figure, Round, abba, compare, ms, p95

_HOLDER = "lan@"
_OUTAGES = 3
_IN_A_BLOCK = 8
_THROUGH_THE_WORKER = 3


def with_prefect_and_without(
    desk: Desk, stack: ExitStack, prefect: Child, engine: Child
) -> list[Figure]:
    """Over a flow run that does nothing, and while Prefect's server is stopped."""
    incident = desk.open("BENCH_STEPS")
    _first_step_called(desk)
    rounds = _over_noop(desk, stack, incident)
    away, discovering = _outages(desk, prefect, engine, incident)
    return [
        compare(
            "answer to next alert over a no-op flow run",
            rounds,
            goal=2,
            method="answer committed in another process → alert accepted by the SMTP server, each "
            "once Prefect is done with the one before; over a bare async no-op flow run in a "
            "resident process",
            of=p95,
            called="p95",
        ),
        compare(
            "the same with Prefect known to be away, over with Prefect",
            away,
            goal=1,
            method="Prefect's server stopped by SIGSTOP and continued: here-away-away-here",
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


def _first_step_called(desk: Desk) -> None:
    # The flag's own alert is one more, unless it was taken before that mail left.
    desk.post.accepted(_HOLDER)
    desk.post.until_quiet()


def _next(desk: Desk, incident: UUID, *, recorded: bool = True) -> float:
    desk.settled(recorded=recorded)
    desk.post.until_quiet()
    began = desk.complete(incident)
    return desk.post.accepted(_HOLDER) - began


def _over_noop(desk: Desk, stack: ExitStack, incident: UUID) -> list[Round]:
    noop = Child.module("tests.bench.noop", env=desk.env)
    stack.callback(noop.stop)
    noop.line()

    def ours() -> float:
        return _next(desk, incident)

    def bare() -> float:
        noop.tell()
        return float(noop.line())

    for warm in (ours, bare, ours, bare):
        warm()
    rounds = abba(ours, bare, rounds=4, each=6)
    noop.stop()
    return rounds


def _outages(
    desk: Desk, prefect: Child, engine: Child, incident: UUID
) -> tuple[list[Round], list[float]]:
    rounds, discovering = list[Round](), list[float]()
    for _ in range(_OUTAGES):
        here = [_next(desk, incident) for _ in range(_IN_A_BLOCK)]
        desk.settled()
        desk.post.until_quiet()
        said = len(engine.said)
        prefect.signal(signal.SIGSTOP)
        began = desk.complete(incident)
        discovering.append(desk.post.accepted(_HOLDER) - began)
        engine.says("Prefect is away", since=said)
        away = [_next(desk, incident, recorded=False) for _ in range(2 * _IN_A_BLOCK)]
        if desk.advanced_where(2 * _IN_A_BLOCK) != {Where.PLAIN}:
            raise NotMeasured("advances went through a Prefect that was stopped")
        prefect.signal(signal.SIGCONT)
        engine.says("Prefect is here", since=said)
        here += [_next(desk, incident) for _ in range(_IN_A_BLOCK)]
        rounds.append(Round(away, here, steady=True))
    return rounds, discovering


def through_a_worker(desk: Desk, stack: ExitStack, engine: Child) -> list[Figure]:
    """The same playbook where each advance goes through a stock Prefect process worker."""
    incident = desk.open("BENCH_STEPS")
    _first_step_called(desk)
    here = [_next(desk, incident) for _ in range(_IN_A_BLOCK)]
    engine.stop()
    pool = {"TRUCBAN_WORK_POOL": "bench", "TRUCBAN_CLAIM_WITHIN_SECONDS": "120"}
    worker = Child.module("trucban", "worker", env={**desk.env, **pool})
    stack.callback(worker.stop)
    desk.engine(**pool)
    desk.await_advance(Where.POOL)
    incident = desk.open("BENCH_STEPS")
    desk.post.until_quiet()
    desk.settled(recorded=False, within=120)
    desk.post.until_quiet()
    taken = list[float]()
    for _ in range(_THROUGH_THE_WORKER):
        desk.settled(recorded=False, within=120)
        began = desk.complete(incident)
        taken.append(desk.post.accepted(_HOLDER, within=120) - began)
    if desk.advanced_where(_THROUGH_THE_WORKER) != {Where.POOL}:
        raise NotMeasured(f"advances did not go through the worker: {worker.said[-5:]}")
    ours, stock = statistics.median(here), statistics.median(taken)
    return [
        Figure(
            "answer to next alert, stock process worker over resident",
            stock / ours,
            10,
            f"median {stock:.1f} s over {ms(ours)}; the worker's: "
            f"{', '.join(f'{s:.1f} s' for s in taken)}",
            "the same playbook and engine; each advance a deployment's run in a process pool whose "
            "worker has its default settings",
            at_least=True,
        )
    ]
