"""The desk is killed at every commit and every send of a journey, and loses and doubles nothing."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.chaos import ledger
from tests.chaos.points import COMMIT, DIED_AT, MAIL, REST
from tests.chaos.sink import Sink

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(7200)]

ROOT = Path(__file__).parents[2]
# Beside another worker one lane is what there is a processor for.
LANES = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2
COMMITS_IN_THE_SAMPLE = 40
SIDE_BY_SIDE_IN_THE_SAMPLE = 10
SAID_EVERY = 50
SEED = int(os.environ.get("TRUCBAN_CHAOS_SEED") or random.randrange(10**6))
# A dead desk's claim on a message lasts a minute, on a run half of that.
LEASES_OVER = 61.0
KILLED = -9
SAME = ("incident", "facts", "steps", "messages", "publications", "public")


@dataclass
class Lane:
    """A warm process to fork desks from, and the mail server they send to."""

    nursery: subprocess.Popen[str]
    sink: Sink

    def run(self, folder: Path, **order: Any) -> int:
        """Run one desk to its end and say how it ended."""
        assert self.nursery.stdin
        assert self.nursery.stdout
        told = {"folder": str(folder), "smtp_url": self.sink.url} | order
        self.nursery.stdin.write(json.dumps(told) + "\n")
        self.nursery.stdin.flush()
        return json.loads(self.nursery.stdout.readline())["ended"]


@pytest.fixture(scope="module")
def lanes() -> Iterator["Queue[Lane]"]:
    """As many lanes as there are processors."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TRUCBAN_", "PREFECT_"))}
    free: Queue[Lane] = Queue()
    with ExitStack() as stack:
        for _ in range(LANES):
            sink = stack.enter_context(Sink())
            nursery = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.chaos.journey"],
                    cwd=ROOT,
                    env=clean | {"TRUCBAN_PASSWORD_MEMORY_KIB": "64"},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            free.put(Lane(nursery, sink))
        yield free


@pytest.fixture(scope="module")
def template(lanes: "Queue[Lane]", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk on its first day, to be copied."""
    folder = tmp_path_factory.mktemp("chaos") / "template"
    lane = lanes.get()
    assert lane.run(folder, prepare=True) == 0
    lanes.put(lane)
    return folder


@pytest.fixture(scope="module")
def undisturbed(lanes: "Queue[Lane]", template: Path) -> dict[str, Any]:
    """The ledger of a journey in which nothing goes wrong; its points are the list to visit."""
    lane = lanes.get()
    folder = _copy(template, "undisturbed")
    assert lane.run(folder, rests=True) == 0, _log(folder)
    told = ledger.read(folder)
    accepted = told["accepted"] = list(lane.sink.accepted)
    lanes.put(lane)
    _whole(told)
    _sent(told, accepted, [], in_step=True)
    assert not ledger.twice(accepted)
    return told


def _copy(template: Path, name: str) -> Path:
    return Path(shutil.copytree(template, template.with_name(name)))


def test_a_journey_repeats_itself(
    lanes: "Queue[Lane]", template: Path, undisturbed: dict[str, Any]
) -> None:
    """Without this the points of one journey would say nothing about those of the next."""
    lane = lanes.get()
    folder = _copy(template, "again")
    assert lane.run(folder) == 0, _log(folder)
    lanes.put(lane)
    again = ledger.read(folder)
    assert Counter(again["points"]) == Counter(undisturbed["points"])
    assert {k: again[k] for k in SAME} == {k: undisturbed[k] for k in SAME}
    assert undisturbed["incident"][0]["status"] == "closed"
    assert undisturbed["incident"][0]["finding"] == "false"
    assert {kind for kind, _, _ in undisturbed["publications"]} == {"holding", "refutation"}


def test_killed_anywhere_it_loses_nothing_and_doubles_nothing(
    lanes: "Queue[Lane]",
    template: Path,
    undisturbed: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = _chosen(undisturbed["points"], capsys)
    _visit_all(lanes, template, undisturbed, chosen, capsys, in_step=True)


def test_killed_while_it_sends_side_by_side_only_what_was_under_way_goes_twice(
    lanes: "Queue[Lane]",
    template: Path,
    undisturbed: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The desk sends several at once; where exactly it dies then differs from run to run."""
    after = [n for n, where in enumerate(undisturbed["points"]) if where == f"after {MAIL}"]
    chosen = after if _all() else _seeded().sample(after, SIDE_BY_SIDE_IN_THE_SAMPLE)
    _visit_all(lanes, template, undisturbed, chosen, capsys, in_step=False)


def _visit_all(
    lanes: "Queue[Lane]",
    template: Path,
    undisturbed: dict[str, Any],
    chosen: list[int],
    capsys: pytest.CaptureFixture[str],
    *,
    in_step: bool,
) -> None:
    def visit(point: int) -> str | None:
        lane = lanes.get()
        try:
            _kill_and_go_on(lane, template, undisturbed, point, in_step=in_step)
        except AssertionError as error:
            return f"point {point} ({undisturbed['points'][point]}): {error}"
        else:
            return None
        finally:
            lanes.put(lane)

    with ThreadPoolExecutor(LANES) as pool:
        wrong: list[str] = []
        for visited, found in enumerate(pool.map(visit, chosen), start=1):
            wrong += [found] if found else []
            if visited % SAID_EVERY == 0:
                with capsys.disabled():
                    print(f"{visited} of {len(chosen)} visited, {len(wrong)} wrong")  # noqa: T201 - people wait for it
    assert not wrong, f"{len(wrong)} of {len(chosen)} points:\n" + "\n".join(wrong[:10])


def _chosen(points: list[str], capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Every point, or every send and a sample of the commits by a seed that is printed."""
    everything = list(range(len(points)))
    sends = [n for n in everything if COMMIT not in points[n]]
    commits = [n for n in everything if COMMIT in points[n]]
    chosen = everything if _all() else sends + _seeded().sample(commits, COMMITS_IN_THE_SAMPLE)
    with capsys.disabled():
        print(  # noqa: T201 - how many, and which, is the finding
            f"\nkill -9: {len(points)} points ({len(sends)} around sends, {len(commits)} around "
            f"commits); visiting {len(chosen)} (TRUCBAN_CHAOS_SEED={SEED})"
        )
    return chosen


def _all() -> bool:
    return os.environ.get("TRUCBAN_CHAOS") == "all"


def _seeded() -> random.Random:
    return random.Random(SEED)


def _kill_and_go_on(
    lane: Lane, template: Path, undisturbed: dict[str, Any], point: int, *, in_step: bool
) -> None:
    """Begin at the last rest before the point: what comes before it died nowhere."""
    rest = _rest_before(template, point)
    folder = _copy(template.with_name(f"{REST}{rest}"), f"point-{point}-{in_step}")
    behind = undisturbed["points"][:rest]
    lane.sink.accepted[:] = undisturbed["accepted"][: behind.count(f"after {MAIL}")]
    where = undisturbed["points"][point]
    kill_at = (where, undisturbed["points"][rest:point].count(where))
    assert lane.run(folder, kill_at=kill_at, in_step=in_step) == KILLED, _log(folder)
    assert (folder / DIED_AT).read_text() == where
    accepted_before = list(lane.sink.accepted)
    wanted = undisturbed
    to_rest = not _all() and COMMIT not in undisturbed["points"][point]
    if to_rest:
        # From the same rest the rest of the way is the same; ``make chaos`` walks it.
        wanted = ledger.read(template.with_name(f"{REST}{_rest_after(template, point)}"))
    again = {"later": LEASES_OVER, "in_step": in_step, "to_rest": to_rest}
    assert lane.run(folder, **again) == 0, _log(folder)
    told = ledger.read(folder)
    for part in SAME:
        assert told[part] == wanted[part], f"{part}: {_differ(wanted[part], told[part])}"
    _whole(told)
    _sent(told, list(lane.sink.accepted), accepted_before, in_step=in_step)
    shutil.rmtree(folder)


def _rests(template: Path) -> list[int]:
    return [int(r.name.removeprefix(REST)) for r in template.parent.glob(f"{REST}*")]


def _rest_before(template: Path, point: int) -> int:
    return max(rest for rest in _rests(template) if rest <= point)


def _rest_after(template: Path, point: int) -> int:
    return min(rest for rest in _rests(template) if rest > point)


def _log(folder: Path) -> str:
    """The last the desk said."""
    said = folder.with_suffix(".log").read_text().splitlines()
    return "\n".join(["the desk ended otherwise than it should:", *said[-15:]])


def _differ(wanted: list[Any], found: list[Any]) -> str:
    lost = [row for row in wanted if wanted.count(row) > found.count(row)]
    more = [row for row in found if found.count(row) > wanted.count(row)]
    return f"lost {lost[:5]}, too many {more[:5]}"


def _whole(told: dict[str, Any]) -> None:
    for chain in told["chains"]:
        assert chain["gapless"], "a chain has a gap"
        assert not chain["findings"], f"a chain does not prove whole: {chain['findings']}"
    assert [step[0] for step in told["steps"]] == list(range(1, len(told["steps"]) + 1))
    keys = [step[1] for step in told["steps"]]
    assert len(set(keys)) == len(keys), "a step was opened twice"


def _sent(
    told: dict[str, Any], accepted: list[str], accepted_before: list[str], *, in_step: bool
) -> None:
    """Every mail of the record was accepted; twice only what was under way when the desk died."""
    assert set(accepted) == set(told["mails"]), "the server's mails are not the record's"
    twice = ledger.twice(accepted)
    unmarked = {name for name, outcomes in told["mails"].items() if None in outcomes}
    assert unmarked & set(accepted_before) <= set(twice), "a mail under way was not sent again"
    # Wider than what the server had by then: a mail on the wire arrives though its sender is dead.
    assert set(twice) <= unmarked, "twice, and no attempt row shows it"
    assert set(twice.values()) <= {2}, "more than twice"
    assert len(twice) <= 1 or not in_step, f"{len(twice)} mails went out twice"
