"""(c) Opening by REST: incident, run, facts and call-out in one durable commit."""

import time
from contextlib import ExitStack

from sqlmodel import SQLModel, func, select

from incidents.record import database
from tests.bench.caller import Caller
from tests.bench.children import Child, NotMeasured
from tests.bench.desk import Desk, asked
from tests.bench.figures import Figure, abba, compare

_WARM = 20


def measure(desk: Desk, stack: ExitStack, caller: Caller) -> list[Figure]:
    """Ours over as many bare rows, with no engine running."""
    rows = _rows_of_one_opening(desk, caller)
    bare = _bare(desk, stack, rows)

    def timed(program: Caller) -> float:
        # A flag before each, bare or not, so that both find the machine alike.
        code = desk.flagged()
        began = time.monotonic()
        program.post(asked("BENCH_QUIET", code))
        return time.monotonic() - began

    for _ in range(_WARM):
        timed(caller)
        timed(bare)
    rounds = abba(lambda: timed(caller), lambda: timed(bare), rounds=5, each=20)
    method = (
        f"POST /api/v1/incidents from a taken flag, signed in, {rows} rows in one commit; over a "
        f"bare FastAPI route inserting {rows} SQLModel rows in one commit; kept connections"
    )
    return [compare("opening by REST over bare rows", rounds, goal=2, method=method)]


def _rows_of_one_opening(desk: Desk, caller: Caller) -> int:
    before = _rows()
    caller.post(asked("BENCH_QUIET", desk.flagged()))
    between = _rows()
    desk.flagged()  # the flag's own rows are no part of the opening
    return (between - before) - (_rows() - between)


def _rows() -> int:
    with database.reading() as session:
        return sum(
            session.exec(select(func.count()).select_from(table)).one()
            for table in SQLModel.metadata.tables.values()
        )


def _bare(desk: Desk, stack: ExitStack, rows: int) -> Caller:
    child = Child.module("tests.bench.bare", str(desk.folder / "bare.db"), str(rows), env=desk.env)
    stack.callback(child.stop)
    caller = Caller(int(child.line()), "/rows")
    for _ in range(100):
        try:
            caller.post(asked("warm", ""))
        except OSError:
            time.sleep(0.1)
        else:
            return caller
    raise NotMeasured("the bare route does not answer")
