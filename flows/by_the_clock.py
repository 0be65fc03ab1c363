"""The verbs of a playbook that go by time: moments, rounds, and hours of the day."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from flows.staging import HoursOfDay, Stage, Wanted
from incidents.people.roles import Role
from incidents.response.steps.forms import Done
from incidents.response.steps.steps import StepKind


class ByTheClock:
    """What a run does when a time has come."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def at(self, moment: datetime) -> None:
        """Go on when a moment has come."""
        self._stage.until(moment)

    def every(self, interval: timedelta, *, at_most: int) -> Iterator[int]:
        """Rounds 1, 2, 3 …, each one interval after the one before; the bound is stated."""
        begun = self.now
        for each in self.rounds(at_most=at_most):
            self._stage.until(begun + each * interval)
            yield each

    def rounds(self, *, at_most: int) -> Iterator[int]:
        """Rounds 1, 2, 3 …, each as soon as the one before has ended; the bound is stated."""
        yield from range(1, self._stage.rounds(at_most) + 1)

    def daily(
        self,
        key: str,
        *,
        of: Role,
        at: tuple[time, ...],
        within: timedelta,
        at_most: int,
        then: Role | None = None,
    ) -> None:
        """Ask a role for the same at hours of the day, each a step of its own due at its hour.

        It is asked ``within`` before the hour, at every level, while the matter is being worked on
        and not stabilising; nothing waits for it. The first hour is the first that leaves all of
        that time from here; of hours nobody was there to ask at only the last is caught up with.
        """
        for round_ in self.rounds(at_most=at_most):
            self._stage.open(
                Wanted(
                    key if round_ == 1 else f"{key} {round_}",
                    StepKind.ASK,
                    of,
                    Done,
                    within,
                    then,
                    mandatory=False,
                    hours=HoursOfDay(at, round_),
                )
            )

    @property
    def now(self) -> datetime:
        """The moment, as this reading first saw it."""
        return self._stage.now()
