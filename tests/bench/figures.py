"""Ratios inside one run: blocks in the order A-B-B-A, their spread, and the goal beside it."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_APART = 1.25
_TRIES = 2

Measure = Callable[[], float]


def p95(seconds: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def ms(seconds: float) -> str:
    """Milliseconds for people."""
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


@dataclass(frozen=True)
class Round:
    """One A-B-B-A: the samples of ours and of the baseline."""

    ours: list[float]
    bare: list[float]
    steady: bool
    """Whether the two blocks of the baseline agree within a quarter."""


def abba(ours: Measure, bare: Measure, *, rounds: int, each: int) -> list[Round]:
    """Rounds of A-B-B-A with so many samples a block; an unsteady round is taken once more."""
    kept: list[Round] = []
    for _ in range(rounds):
        for left in range(_TRIES, 0, -1):
            taken = _round(ours, bare, each)
            if taken.steady or left == 1:
                kept.append(taken)
                break
    return kept


def _round(ours: Measure, bare: Measure, each: int) -> Round:
    def block(measure: Measure) -> list[float]:
        return [measure() for _ in range(each)]

    a, b, c, d = block(ours), block(bare), block(bare), block(ours)
    low, high = sorted((statistics.median(b), statistics.median(c)))
    return Round(a + d, b + c, steady=high <= low * _APART)


@dataclass(frozen=True)
class Figure:
    """One line of the report."""

    name: str
    ratio: float
    goal: float | None
    spread: str
    method: str
    unit: str = "x"
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Whether it is where we want it."""
        if self.goal is None:
            return "shown "
        met = self.ratio >= self.goal if self.at_least else self.ratio <= self.goal
        return "met   " if met else "MISSED"

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        goal = f" (goal {sign} {self.goal:g}{self.unit})" if self.goal is not None else ""
        return (
            f"{self.verdict}  {self.name}: {self.ratio:.2f}{self.unit}{goal}\n"
            f"          {self.spread}\n          {self.method}"
        )


def compare(
    name: str,
    rounds: list[Round],
    *,
    goal: float,
    method: str,
    of: Callable[[Sequence[float]], float] = statistics.median,
    called: str = "median",
) -> Figure:
    """The ratio over all samples; its spread is that of the rounds taken by themselves."""
    ours = of([s for each in rounds for s in each.ours])
    bare = of([s for each in rounds for s in each.bare])
    apart = sorted(of(each.ours) / of(each.bare) for each in rounds)
    unsteady = sum(not each.steady for each in rounds)
    return Figure(
        name,
        ours / bare,
        goal,
        f"{called} {ms(ours)} over {ms(bare)}; by round {apart[0]:.2f} to {apart[-1]:.2f}; "
        f"{len(rounds)} rounds A-B-B-A, {sum(len(r.ours) for r in rounds)} samples a side"
        + (
            f"; {unsteady} rounds unsteady (their baselines differ by more than a quarter)"
            * bool(unsteady)
        ),
        method,
    )
