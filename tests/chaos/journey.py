"""One journey from flag to closed incident, driven by what the record says is not done yet.

Run as a program it keeps a warm process and forks one desk after another from it, each on a data
folder of its own: a fork that never opened a database is a fresh start without the seconds of
import. Orders come as lines of JSON on standard input; each desk's end is answered by one line.
"""

import gc
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import configure_mappers
from sqlmodel import Session, select, update

from flows.engine import Engine
from incidents.intake import signals
from incidents.intake.signals import Signal, SignalState
from incidents.matter.incidents import Incident, Status
from incidents.matter.level_timings import LevelPolicy
from incidents.matter.severity import Criterion
from incidents.people.persons import Person
from incidents.record import clock, database, dispatch, schema, settings
from incidents.record.actors import Actor, Via
from incidents.record.moments import nearest
from incidents.response.answers import answering, signing
from incidents.response.clocks import clock_endings, clocks
from incidents.response.clocks.clocks import ClockState
from incidents.response.ending import closing, closing_reports
from incidents.response.ending.closing_words import Remarks
from incidents.response.learning import looking_back
from incidents.response.life import grading, lifecycle, opening
from incidents.response.steps import rhythm, runs, steps, timers
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import Step, StepKind, StepState
from incidents.words import statements
from incidents.words.approvals import Verdict
from notifications import delivery
from playbooks.catalog import PLAYBOOKS
from tests import cast, disk
from tests.chaos import ledger
from tests.chaos.points import REST, Points
from tests.harness import CODE, START

_CLOCK = "clock"
_ENOUGH = 2000
_REVIEW_AFTER = 1700
"""Minutes: between the counts after a day and after two."""

_REASON = "Đã đủ căn cứ"

IMPORTED = (delivery,)
"""What a duty imports when it is first needed is here before the fork, not once in every desk."""

Deed = Callable[[Session], object]


@dataclass(frozen=True)
class Order:
    """One desk to start: where, the point it dies at, and how long the one before has been dead."""

    folder: str
    smtp_url: str
    prepare: bool = False
    rests: bool = False
    """Keep a copy of the data folder from every moment of rest."""
    to_rest: bool = False
    """End at the first moment of rest, not with the incident."""
    in_step: bool = True
    kill_at: tuple[str, int] | None = None
    later: float = 0.0


class StoppedClock:
    """Time stands still but for what the journey moves it by; it survives a kill in a file."""

    def __init__(self, folder: Path, later: float) -> None:
        self._file = folder / _CLOCK
        self._since = timedelta(0)
        if self._file.exists():
            self._since = timedelta(seconds=float(self._file.read_text()))
        self.move_to(self.now() + timedelta(seconds=later))

    def now(self) -> datetime:
        return START + self._since

    def move_to(self, moment: datetime) -> None:
        self._since = moment - START
        aside = self._file.with_suffix(".new")
        aside.write_text(str(self._since.total_seconds()))
        aside.rename(self._file)


class Journey:
    """Does the next human deed that is not done, lets the engine work, and moves time."""

    def __init__(self, order: Order, time: StoppedClock, points: Points) -> None:
        self._order, self._folder = order, Path(order.folder)
        self._time, self._points = time, points
        self._engine = Engine(PLAYBOOKS)

    def travel(self) -> None:
        """Go on until the incident is closed and nothing is left to send."""
        for _ in range(_ENOUGH):
            self._work()
            if self._order.to_rest:
                return
            if self._order.rests:
                self._keep()
            if not self._act() and not self._wait():
                return
        raise AssertionError("the journey does not come to its end")

    def _keep(self) -> None:
        """A copy to begin from later, named by the number of points behind it."""
        ledger.write(self._folder, self._points.met)
        aside = self._folder.with_name(f"{REST}{len(self._points.met)}")
        shutil.copytree(self._folder, aside, ignore=lambda *_: {"trucban.db-shm"})

    def _work(self) -> None:
        for _ in range(_ENOUGH):
            before = self._points.writes
            self._engine.tick()
            if self._points.writes == before:
                return
        raise AssertionError("the engine does not come to rest")

    def _act(self) -> bool:
        with database.reading() as session:
            deed = next_deed(session)
        if deed is None:
            return False
        with database.transaction() as session:
            deed(session)
        return True

    def _wait(self) -> bool:
        """Let time pass until something is due; ``False`` when nothing ever will be."""
        with database.reading() as session:
            coming = (timers.COMING, runs.SLEEPING, dispatch.COMING, *rhythm.COMING)
            moment = nearest(session, *coming)
        if moment is None:
            return False
        if moment <= clock.now():
            raise AssertionError(f"due since {moment} and nobody does it")
        self._time.move_to(moment)
        return True


def next_deed(session: Session) -> Deed | None:
    """What a person has to do next, by what the record holds and nothing else."""
    signal = session.exec(select(Signal)).first()
    if signal is None:
        return _flag
    incident = session.exec(select(Incident)).first()
    if signal.state is SignalState.NEW:
        return lambda s: signals.acknowledge(s, signal.id, by=_by(s, "lan"))
    if incident is None:
        return lambda s: _open(s, signal.id)
    if not incident.live:
        return _after_work(session, incident)
    if incident.level_provisional:
        return lambda s: grading.score(s, incident.id, _SCORES, by=_by(s, "lan"))
    return _next_step(session, incident) or _end(session, incident)


_SCORES = dict(
    zip((c.value for c in Criterion), (3, 3, 3, 2, 2), strict=True)
)  # between the bounds of level 3


def _by(session: Session, name: str) -> Actor:
    person = session.exec(select(Person).where(Person.username == name)).one()
    return Actor(person.id, Via.REST)


def _flag(session: Session) -> None:
    signals.flag(
        session,
        text="Đập hồ chứa sắp vỡ!",
        url="https://mxh.test/bai/1",
        reach=1200,
        files=[signals.File(b"\x89PNG\r\n\x1a\n", "anh.png", "image/png")],
        by=_by(session, "khoi"),
    )


def _open(session: Session, signal_id: UUID) -> None:
    opening.open(
        session,
        playbook=CODE,
        level=3,
        title="Tin đồn vỡ đập hồ chứa",
        signal_id=signal_id,
        by=_by(session, "lan"),
    )


def _next_step(session: Session, incident: Incident) -> Deed | None:
    asked = steps.of_incident(session, incident.id)
    # Signatures last: some of them wait for a check that is open beside them.
    for step in sorted(asked, key=lambda s: (s.kind is StepKind.APPROVE, s.number)):
        if step.state is StepState.OPEN:
            return lambda s, i=step.id: answering.acknowledge(s, i, by=_holder(s, i))
        if step.state is StepState.ACKNOWLEDGED:
            return lambda s, i=step.id: _answer(s, i)
    return None


def _holder(session: Session, step_id: UUID) -> Actor:
    return Actor(steps.get(session, step_id).assignee_id, Via.LINK)


def _answer(session: Session, step_id: UUID) -> None:
    step = steps.get(session, step_id)
    if step.kind is not StepKind.APPROVE:
        answering.complete(session, step_id, _form(session, step), by=_holder(session, step_id))
        return
    version = _text(session, step)
    signing.sign_off(
        session,
        version.id,
        Verdict.GRANTED,
        sha256=version.sha256,
        by=Actor(step.assignee_id, Via.DESK),
    )


def _text(session: Session, step: Step) -> statements.StatementVersion:
    assert step.statement_id, f"«{step.key}» is about no statement"
    return statements.current(session, statements.get(session, step.statement_id))


def _form(session: Session, step: Step) -> dict[str, Any]:
    if step.form == "Draft":
        version = _text(session, step)
        return {"title": version.title, "text": f"{version.text}\nĐường dây nóng: 0900 000 099."}
    return _ANSWERS[step.form]


_ANSWERS: dict[str, dict[str, Any]] = {
    "Done": {},
    "Capture": {"screenshot_kept": True, "interactions": 1200},
    "Classification": {
        "nature": "claim",
        "content_type": "fabricated",
        "subject": "disaster",
        "claims": "Đập hồ chứa sắp vỡ",
    },
    "Verification": {
        "finding": "false",
        "explanation": "Mực nước dưới mức cho phép hai mét.",
        "source": "Biên bản kiểm tra hiện trường số 12",
    },
    "AnswerOrWatch": {
        "spreading": True,
        "silence_harms": True,
        "fact_held": True,
        "without_repeating": True,
        "course": "answer",
        "reason": _REASON,
    },
    "LegalCheck": {"verdict": "granted"},
    "Posted": {"channels": "Cổng thông tin, 03:10", "unchanged": True},
    "Request": {"referral": "sent", "ground": "Nội dung sai sự thật", "reference": "15/CV"},
    "Measurement": {"interactions": 300, "falling": True},
    "HowItStands": {"change": "none", "trend": "falling"},
    "ObjectionReview": {},
    "Conclusion": {"summary": "Tin sai đã được bác bỏ.", "library_updated": True},
}


def _end(session: Session, incident: Incident) -> Deed | None:
    """Nobody has a step: when the playbook is at its end, so is the work."""
    if any(run.state is RunState.WAITING for run in runs.of_incident(session, incident.id)):
        return None
    for each in clocks.of_incident(session, incident.id):
        if each.state is ClockState.PROPOSED:
            return lambda s, i=each.id: clock_endings.dismiss(
                s, i, reason=_REASON, by=_by(s, "tung")
            )
    if incident.status is Status.ACTIVE:
        return lambda s: lifecycle.stabilise(s, incident.id, reason=_REASON, by=_by(s, "tung"))
    return lambda s: lifecycle.resolve(s, incident.id, reason=_REASON, by=_by(s, "tung"))


def _after_work(session: Session, incident: Incident) -> Deed | None:
    if incident.status is Status.CLOSED:
        return None
    if not ledger.says(session, incident.id, "ReviewHeld"):
        return lambda s: looking_back.hold(
            s, incident.id, outcome="Rút kinh nghiệm", held_at=clock.now(), by=_by(s, "tung")
        )
    reports = closing_reports.of_incident(session, incident.id)
    if not reports:
        return lambda s: closing_reports.submit(s, incident.id, Remarks(), by=_by(s, "ha"))
    if closing_reports.approved(session, incident) is None:
        last = reports[-1]
        return lambda s: closing_reports.approve(s, last.id, sha256=last.sha256, by=_by(s, "binh"))
    return lambda s: closing.close(s, incident.id, reason=_REASON, by=_by(s, "binh"))


def desk(order: Order) -> None:
    """Start on a data folder, go on from whatever lies there, and write down how it ended."""
    folder = Path(order.folder)
    os.environ |= {"TRUCBAN_DATA_DIR": order.folder, "TRUCBAN_SMTP_URL": order.smtp_url}
    settings.Settings.model_config["env_file"] = None
    if order.prepare:
        prepare()
        return
    time = StoppedClock(folder, order.later)
    clock.set_source(time.now)
    points = Points(folder, order.kill_at, in_step=order.in_step)
    points.install()
    Journey(order, time, points).travel()
    ledger.write(folder, points.met)


def prepare() -> None:
    """A desk on its first day: migrated, with its people and its playbooks, and no incident."""
    clock.set_source(lambda: START)
    schema.upgrade()
    with database.transaction() as session:
        cast.take_their_posts(session, START)
        # One review on the way, at no moment of anything else: which of two comes first is chance.
        session.exec(update(LevelPolicy).values(review_minutes=_REVIEW_AFTER))
    Engine(PLAYBOOKS).publish_catalogue()
    database.dispose()


def _say_it_to(file: Path) -> None:
    """What the desk says is for the reader of a failure; standard output carries the answers."""
    log = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    for number in (1, 2):
        os.dup2(log, number)


def _forked(order: Order) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        _say_it_to(Path(order.folder).with_suffix(".log"))
        try:
            desk(order)
            code = 0
        except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Answer each order with the exit code of its desk."""
    disk.spare()
    # Done before the fork, once and not in every desk; what is loaded is no garbage there either.
    configure_mappers()
    gc.freeze()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        print(json.dumps(asdict(order) | {"ended": _forked(order)}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
