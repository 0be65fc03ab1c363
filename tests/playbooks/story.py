"""What the people of the cast do in any playbook, told by the words that are written and signed."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from flows.authoring import Playbook
from incidents.matter.incidents import Incident, Status
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import Step
from incidents.words.approvals import Verdict
from tests import ending
from tests.harness import Desk
from tests.playbooks.conftest import Journey, travelling


class Story(Journey):
    """One matter that is no rumour."""

    flagged: str
    title: str

    def begin(self, level: int = 3, **values: Any) -> Incident:
        """Flagged, taken and opened."""
        signal = self.desk.flag(self.flagged, url="https://mang-xa-hoi.test/bai/1")
        self.desk.take(signal)
        values = {"playbook": self.playbook.code, "title": self.title, **values}
        self.incident = self.desk.open(signal, level=level, **values)
        return self.incident

    def sign(
        self, words: str, by: Person | None = None, verdict: Verdict = Verdict.GRANTED
    ) -> None:
        """Minh, or somebody else, signs on the line of these words that is there."""
        lines = [step.key for step in self._lines(words)]
        self.desk.sign(min(lines), by=by or self.cast.minh, verdict=verdict)

    def signing(self, words: str) -> set[Role]:
        """The roles that are asked to sign some words."""
        return {step.role for step in self._lines(words)}

    def _lines(self, words: str) -> list[Step]:
        key = f"sign the {words}"
        return [s for s in self._steps() if s.key == key or s.key.startswith(f"{key} (")]

    def say_first(self, words: str = "holding statement", by: Person | None = None) -> None:
        """First words, written and signed by one."""
        self.draft(words)
        self.sign(words, by=by)

    def close(self) -> None:
        """The lead ends it: no mandatory step and no claim is left, the review is held."""
        assert ending.end(self.desk, self.incident).status is Status.CLOSED
        assert self.run().state in (RunState.ENDED, RunState.FINISHED)


StoryT = TypeVar("StoryT", bound=Story)


@contextmanager
def told(story: type[StoryT], desk: Desk, playbook: Playbook) -> Generator[StoryT]:
    """The cast with a real playbook; in the end no run has failed and every step has words."""
    with travelling(desk, playbook) as journey:
        made = story(desk, playbook)
        made.engine = desk.engine = journey.engine
        yield made
