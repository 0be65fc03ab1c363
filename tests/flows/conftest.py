"""Playbooks as files: a story writes one, runs it, and may edit it while its incident waits."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.engine import Engine
from flows.playbook import Playbook
from tests.harness import Desk

HEAD = """
from flows.authoring import *


@playbook("Tin giả trên mạng xã hội", code="TIN_GIA_MXH", version=1)
def rumour(run: Run) -> None:
"""

STORY = """
    run.open_incident()
    run.activate_task_force(LEAD, SPOKESPERSON, SECRETARY, LEGAL, MONITORING, SUBJECT_LEAD)
    run.ask("capture", of=DUTY_OFFICER, form=Capture, due=minutes(10))
    facts = run.ask("verify", of=SUBJECT_LEAD, form=Verification, due=minutes(60), then=LEAD)
    holding = run.draft("holding", template="holding", by=SECRETARY, due=minutes(20))
    signed = run.approve(
        "sign holding", holding, by=SPOKESPERSON, due=minutes(30), release_to=PUBLIC
    )
    run.wait(facts)
    if facts.done and facts.answer.finding is Finding.FALSE:
        run.wait(signed)
        if signed.granted:
            run.wait(run.publish("post", signed, by=PUBLISHER, due=minutes(30)))
        run.ask("report", of=STANDING_DEPUTY, form=Request, due=hours(4))
    elif facts.overdue or facts.declined:
        run.ask("say when", of=LEAD, due=minutes(30))
    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(3)))
    run.finish()
"""

Write = Callable[[str], Playbook]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write a playbook's body beside its templates and load it, as a new release would."""
    made: list[str] = []

    def written(body: str) -> Playbook:
        name = f"release_{len(made)}_{tmp_path.name}"
        folder = tmp_path / name
        (folder / "templates").mkdir(parents=True)
        file = folder / "__init__.py"
        file.write_text(HEAD + body)
        for language, words in (("vi", "Thông tin ban đầu"), ("en", "First information")):
            template = folder / "templates" / f"holding.{language}.j2"
            template.write_text(f"{words}\n\n{words}: {{{{ incident.number }}}}\n")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        made.append(name)
        spec.loader.exec_module(module)
        return module.rumour

    yield written
    for name in made:
        del sys.modules[name]


class Advances:
    """The engine as the harness needs it: the harness carries mail and fires timers itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def tick(self) -> int:
        """Advance whatever is due."""
        return self.engine.advance_due()


@pytest.fixture
def release(desk: Desk, write: Write) -> Callable[[str], Engine]:
    """Let the desk's engine run a playbook of this body from now on."""

    def released(body: str) -> Engine:
        engine = Engine([write(body)])
        engine.publish_catalogue()
        desk.engine = Advances(engine)
        return engine

    return released
