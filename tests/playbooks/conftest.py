"""One incident after another with a real playbook at work, as plain functions."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlmodel import col, select

from flows import advancing
from flows.authoring import Playbook
from incidents.matter.incidents import Finding, Incident
from incidents.people.persons import Person
from incidents.record import database
from incidents.record.language import Language
from incidents.response.clocks import clocks
from incidents.response.steps import catalog, runs, steps
from incidents.response.steps.forms import Course
from incidents.response.steps.runs import PlaybookRun, Where
from incidents.response.steps.steps import Step, StepState
from incidents.words.approvals import Verdict
from playbooks.catalog import PLAYBOOKS
from playbooks.false_rumour import false_rumour
from tests import english, shelf
from tests.conftest import BOTH_DATABASES
from tests.harness import Desk
from tests.playbooks.branches import Branches


@pytest.fixture(scope="module", autouse=True)
def stories(request: pytest.FixtureRequest) -> Iterator[set[str]]:
    """Where a module ``TELLS`` what is written in others, its stories go every way of them.

    It is looked at when all of its stories were told, in whatever order, and none has failed.
    """
    told = set[str]()
    branches = Branches(*getattr(request.module, "TELLS", ()))
    failed = request.session.testsfailed
    with branches.watched():
        yield told
    there = {name for name in vars(request.module) if name.startswith("test_")}
    if told == there and request.session.testsfailed == failed:
        assert not branches.missed, "no story: " + "; ".join(branches.missed)


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest, stories: set[str]) -> None:
    stories.add(request.function.__name__)


on_both_databases = pytest.mark.parametrize("database_kind", BOTH_DATABASES)
"""For the main story of a playbook; the branches beside it are the same steps in another order."""

FACT = "Hồ chứa an toàn; mực nước thấp hơn ngưỡng báo động một mét."
RUMOUR = "Đập hồ chứa sắp vỡ, chạy ngay!"


class PlainEngine:
    """Advances what is due without Prefect."""

    def __init__(self) -> None:
        self.shelf = advancing.shelf(PLAYBOOKS)
        self.endings: list[str] = []

    def tick(self) -> None:
        with database.reading() as session:
            due = runs.due(session)
        for run_id in due:
            held = advancing.take(run_id, Where.PLAIN)
            if held:
                with Branches.played():
                    self.endings.append(advancing.execute(held, self.shelf).name)


class Journey:
    """What the people of the cast do about one incident."""

    def __init__(self, desk: Desk, playbook: Playbook = false_rumour) -> None:
        self.desk, self.cast, self.playbook = desk, desk.cast, playbook
        self.engine = PlainEngine()
        desk.engine = self.engine

    def begin(self, level: int = 3, **values: Any) -> Incident:
        """Flagged, taken and opened."""
        signal = self.desk.flag(RUMOUR, url="https://mang-xa-hoi.test/bai/1")
        self.desk.take(signal)
        values = {"playbook": self.playbook.code, **values}
        self.incident = self.desk.open(signal, level=level, **values)
        return self.incident

    def keep_and_sort(self, **classified: Any) -> None:
        """Steps 1 and 2."""
        self.desk.answer(
            "capture the post", by=self.cast.lan, screenshot_kept=True, interactions=5200
        )
        said: dict[str, Any] = {
            "nature": "claim",
            "content_type": "fabricated",
            "subject": "disaster",
            "claims": "Đập hồ chứa có vết nứt.\nDân phải sơ tán trong đêm.",
        }
        self.desk.answer("classify the content", by=self.cast.khoi, **(said | classified))

    def choose(self, course: Course, key: str = "answer or watch") -> None:
        """Step 4."""
        self.desk.answer(
            key,
            by=self.cast.tung,
            spreading=True,
            silence_harms=True,
            fact_held=True,
            without_repeating=True,
            course=course.value,
            reason="Tin lan nhanh",
        )

    def begin_answering(self, level: int = 3, **classified: Any) -> Incident:
        """Up to the moment the first words are being written."""
        incident = self.begin(level)
        self.keep_and_sort(**classified)
        self.choose(Course.ANSWER)
        return incident

    def draft(self, words: str) -> None:
        """Hà writes."""
        self.desk.answer(
            f"draft the {words}", by=self.cast.ha, title="Thông tin", text=f"Nội dung {words}."
        )

    def check(self, words: str, verdict: Verdict = Verdict.GRANTED) -> None:
        """Dung reads it against the law."""
        why = "Chưa đúng thẩm quyền" if verdict is Verdict.REFUSED else ""
        self.desk.answer(
            f"check the {words}", by=self.cast.dung, verdict=verdict.value, comment=why
        )

    def sign(
        self, words: str, by: Person | None = None, verdict: Verdict = Verdict.GRANTED
    ) -> None:
        """Minh, or somebody else, signs."""
        self.desk.sign(f"sign the {words}", by=by or self.cast.minh, verdict=verdict)

    def say_first(self) -> None:
        """The holding statement, written and signed."""
        self.draft("holding statement")
        self.sign("holding statement")

    def say(self, words: str, *signers: Person) -> None:
        """Words that judge: written, checked, signed."""
        self.draft(words)
        self.check(words)
        for signer in signers or (self.cast.minh, self.cast.binh):
            self.sign(words, by=signer)

    def verify(self, finding: Finding, on_the_ground: Finding | None = None) -> None:
        """Step 3: the agency, and the commune with the same word unless it has its own."""
        self.find("verify with the agency in charge", self.cast.phuc, finding)
        self.find("verify on the ground", self.cast.hung, on_the_ground or finding)

    def find(self, key: str, who: Person, finding: Finding) -> None:
        """One verification."""
        self.desk.answer(
            key, by=who, finding=finding.value, explanation=FACT, source="Phiếu xác minh 12/PXM"
        )

    def post(self, words: str) -> None:
        """Mai posts it on every channel."""
        self.desk.answer(
            f"post the {words}", by=self.cast.mai, channels="Cổng, 03:10", unchanged=True
        )

    def measure(self, key: str, *, falling: bool) -> None:
        """Khôi counts."""
        self.desk.answer(key, by=self.cast.khoi, interactions=6100, falling=falling)

    def conclude(self) -> None:
        """Step 11."""
        self.desk.answer(
            "conclude", by=self.cast.ha, summary="Đã bác bỏ kịp thời.", library_updated=True
        )

    def asked(self) -> set[str]:
        """Every step there is."""
        return {step.key for step in self._steps()}

    def waiting(self) -> set[str]:
        """Every step somebody has to answer."""
        return {step.key for step in self._steps() if step.state in steps.ANSWERABLE}

    def state(self, key: str) -> StepState:
        """How a step stands."""
        return self.desk.step(key).state

    def proposed(self) -> set[str]:
        """The terms of the law that were proposed, for a person to start."""
        with database.reading() as session:
            return {each.code for each in clocks.of_incident(session, self.incident.id)}

    def run(self) -> PlaybookRun:
        """The run as it stands."""
        with database.reading() as session:
            return runs.of_incident(session, self.incident.id)[0]

    def _steps(self) -> list[Step]:
        with database.reading() as session:
            return list(session.exec(select(Step)).all())


@contextmanager
def travelling(desk: Desk, playbook: Playbook) -> Generator[Journey]:
    """The cast with a real playbook; in the end no run has failed and every step has words."""
    with database.transaction() as session:
        catalog.publish(session, shelf.row(playbook))
    made = Journey(desk, playbook)
    yield made
    desk.set_aside()
    assert not {"Failed", "Held", "Given back"} & set(made.engine.endings)
    with database.reading() as session:
        english.throughout(session, desk.typed)
        for step in session.exec(select(Step).where(col(Step.run_id).is_not(None))):
            for language in Language:
                path = f"steps/{step.key}/title"
                assert catalog.wording(session, playbook.code, 1, language, path), step.key


@pytest.fixture
def journey(desk: Desk) -> Iterator[Journey]:
    """The cast and a rumour."""
    with travelling(desk, false_rumour) as made:
        yield made
