"""Replaying a live run from its first line: what is recorded is looked up, what is new is done.

Each new verb is a transaction of its own that first holds the claim, so whoever lost it changes
nothing. A replay can be cut at any instant and begun again with the same result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from sqlmodel import Session

from flows.outcomes import Asked, Awaited, Outcome
from flows.staging import DuplicateStep, Wanted, Words
from incidents.matter import incidents
from incidents.matter.incidents import Incident, Status
from incidents.matter.severity import Level
from incidents.record import clock, database, settings
from incidents.record.actors import ENGINE
from incidents.record.language import N_
from incidents.response.steps import passing, runs, steps
from incidents.response.steps.exercise_forms import Inject
from incidents.response.steps.forms import Form
from incidents.response.steps.runs import Claim, Superseded
from incidents.response.steps.steps import Step
from incidents.words import approvals, statements

R = TypeVar("R")
Act = Callable[[Session, Incident], bool]
Perform = Callable[[str, Callable[[], Any]], Any]
"""How a new verb is carried out: called at once, or as a task of Prefect."""


class Parked(BaseException):
    """The body stops here until something is settled; no ``except Exception`` may swallow it."""

    def __init__(self, waiting_for: Sequence[str]) -> None:
        self.waiting_for = list(waiting_for)
        super().__init__(", ".join(waiting_for))


class Finished(BaseException):
    """The playbook said it is at its end."""


class Misfit(BaseException):
    """The playbook asks for another thing under a key that is already recorded."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


@dataclass(frozen=True)
class Held:
    """A run under a claim, with all it has recorded so far."""

    claim: Claim
    playbook: str
    version: int
    source_sha256: str | None
    begun: datetime
    incident: Incident
    steps: dict[str, Step]
    seen: dict[str, Any]


def plainly(_name: str, work: Callable[[], R]) -> R:
    """Carry a verb out by calling it."""
    return work()


class Replay:
    """The stage of a live run. ``dry`` opens, sends and remembers nothing."""

    def __init__(self, held: Held, perform: Perform = plainly, *, dry: bool = False) -> None:
        self.held, self._perform, self.dry = held, perform, dry
        self.met: set[str] = set()
        self.wake_at: datetime | None = None
        self.done = 0
        self._count: dict[str, int] = {}

    def open(self, wanted: Wanted) -> Awaited:
        """Find a step by its key, or open it; a key may be met once in a replay."""
        if wanted.key in self.met:
            raise DuplicateStep(f"«{wanted.key}» is asked for twice; number repeats")
        self.met.add(wanted.key)
        awaited = Awaited(wanted.key, wanted.form, self.held.steps.get(wanted.key))
        if awaited.step:
            if not wanted.fits(awaited.step):
                raise Misfit(wanted.key)
        elif f"step {wanted.key}" in self.held.seen:
            awaited.outcome = Outcome.revive(self.held.seen[f"step {wanted.key}"])
        elif not self.dry and self._has_come(wanted):
            awaited.step = self._perform(
                f"{wanted.kind.value}: {wanted.key}", lambda: self._open(wanted)
            )
            self.done += 1
            if awaited.step is None:
                awaited.outcome = Outcome(None)
            else:
                self.held.steps[wanted.key] = awaited.step
        return awaited

    def _has_come(self, wanted: Wanted) -> bool:
        if wanted.late and not self._stands_by_now(wanted.about):
            return False  # it may still come: nothing is opened, and nothing remembered
        if wanted.hours:
            return self._is_its_hour(wanted)
        if wanted.not_before is None:
            return True
        with database.reading() as session:
            incident = incidents.get(session, self.held.incident.id)
            begun = runs.get(session, self.held.claim.run_id).started_at
        moment = max(incident.first_statement_at or incident.opened_at, begun) + wanted.not_before
        return self._reached(moment)

    def _is_its_hour(self, wanted: Wanted) -> bool:
        """From so long before it; missed by as much it is over, and the next one tells it all."""
        due_at = wanted.due_at(self.held.begun)
        if due_at is None or not self._reached(due_at - wanted.due):
            return False
        if clock.now() >= due_at + wanted.due:
            return False
        with database.reading() as session:
            status = incidents.get(session, self.held.incident.id).status
        return status is not Status.STABILISING

    def _stands_by_now(self, words: Asked[Form] | None) -> bool:
        """Whether all signatures on some words are there, the late ones with them."""
        statement_id = words.statement_id if words else None
        with database.reading() as session:
            incident = incidents.get(session, self.held.incident.id)
            return _stands(session, incident, statement_id, lock=False)

    def _open(self, wanted: Wanted) -> Step | None:
        words = self._render(wanted.words) if wanted.words else None
        with database.transaction() as session:
            incident = self._live(session)
            statement_id = wanted.about.statement_id if wanted.about else None
            if wanted.words and words:
                statement_id = statements.draft(
                    session,
                    incident.id,
                    key=self._statement_key(session, wanted),
                    kind=wanted.words.kind,
                    title=words[0],
                    text=words[1],
                    by=ENGINE,
                ).id
            if wanted.must_stand and not _stands(session, incident, statement_id):
                if not wanted.late:
                    refused = Outcome(None).plain(wanted.form.__name__)
                    self._remember(session, f"step {wanted.key}", refused)
                return None
            plan = wanted.plan(statement_id, self.held.begun)
            return passing.open_step(session, incident, self.held.claim.run_id, plan)

    def _statement_key(self, session: Session, wanted: Wanted) -> str:
        """A run that followed a reopening drafts statements of its own, not those of the first."""
        run_id = self.held.claim.run_id
        first = runs.of_incident(session, self.held.incident.id)[0].id == run_id
        return wanted.key if first else f"{wanted.key} {run_id}"

    def _render(self, words: Words) -> tuple[str, str]:
        # Before the transaction: rendering takes its time, the writers' lock does not wait for it.
        from notifications import drafting  # noqa: PLC0415 - brings the template engine

        facts = words.facts if words.facts is None or isinstance(words.facts, dict) else None
        if facts is None and words.facts is not None:
            facts = dict(words.facts)
        with database.reading() as session:
            return drafting.statement(
                session,
                incidents.get(session, self.held.incident.id),
                template=words.template,
                language=settings.current().language,
                facts=facts,
            )

    def _live(self, session: Session) -> Incident:
        runs.hold_claim(session, self.held.claim)
        incident = incidents.get(session, self.held.incident.id, lock=True)
        if not incident.live:
            raise Superseded(N_("Vụ việc không còn được xử lý; kịch bản dừng."))
        return incident

    def wait(self, awaited: Sequence[Awaited], *, for_all: bool, in_time: bool = False) -> None:
        """Go on, or park; what is let through is stored and stands."""
        if for_all:
            self._wait_for_all(awaited, in_time=in_time)
        else:
            self._wait_for_one(awaited)

    def _wait_for_all(self, awaited: Sequence[Awaited], *, in_time: bool) -> None:
        for each in awaited:
            self._recall(each)
        new = [each for each in awaited if not each.known]
        open_still = [e.key for e in new if not (e.step and self._is_over(e.step, in_time=in_time))]
        if open_still:
            raise Parked(open_still)
        self._see(new, {})

    def _is_over(self, step: Step, *, in_time: bool) -> bool:
        if step.settled or not in_time or step.counted_from is None:
            return step.settled
        return self._reached(step.counted_from + timedelta(minutes=step.allowed_minutes))

    def _wait_for_one(self, awaited: Sequence[Awaited]) -> None:
        name = self._numbered("any " + ", ".join(sorted(each.key for each in awaited)))
        first = self.held.seen.get(name)
        if first is None:
            for each in awaited:
                self._recall(each)
            new = [e for e in awaited if not e.known and e.step and e.step.settled]
            first = [e.key for e in awaited if e.known or e in new]
            if not first:
                raise Parked([each.key for each in awaited])
            self._see(new, {name: first})
        for each in awaited:
            if each.key in first:
                self._recall(each)

    def _recall(self, awaited: Awaited) -> None:
        stored = self.held.seen.get(f"step {awaited.key}")
        if stored is not None and not awaited.known:
            awaited.outcome = Outcome.revive(stored)

    def _see(self, settled: Sequence[Awaited], beside: dict[str, Any]) -> None:
        for each in settled:
            if each.step:
                each.outcome = Outcome.of(each.step)
                beside[f"step {each.key}"] = each.outcome.plain(each.form.__name__)
        if not beside or self.dry:
            return
        with database.transaction() as session:
            runs.hold_claim(session, self.held.claim)
            for key, value in beside.items():
                self._remember(session, key, value)

    def level(self) -> Level:
        """The level as this reading first saw it."""

        def read(session: Session) -> int:
            return incidents.get(session, self.held.incident.id).level

        return Level(self._read("level", read))

    def now(self) -> datetime:
        """The moment as this reading first saw it."""
        return datetime.fromisoformat(self._read("now", lambda _: clock.now().isoformat()))

    def _read(self, name: str, read: Callable[[Session], Any]) -> Any:
        name = self._numbered(name)
        if name not in self.held.seen:
            if self.dry:
                with database.reading() as session:
                    return read(session)
            with database.transaction() as session:
                runs.hold_claim(session, self.held.claim)
                self._remember(session, name, read(session))
        return self.held.seen[name]

    def once(self, name: str, act: Act, *, once_signed: Asked[Form] | None = None) -> bool:
        """Do it once in the run; later replays are told what came of it."""
        if name in self.held.seen or self.dry:
            return self.held.seen.get(name, False)
        if once_signed and not self._stands_by_now(once_signed):
            return False

        def work() -> bool:
            with database.transaction() as session:
                outcome = act(session, self._live(session))
                self._remember(session, name, outcome)
                return outcome

        self.done += 1
        return self._perform(name, work)

    def until(self, moment: datetime) -> None:
        """Go on, or park until the moment has come."""
        if not self._reached(moment):
            raise Parked([moment.astimezone(clock.LOCAL).strftime("%H:%M %d/%m/%Y")])

    def _reached(self, moment: datetime) -> bool:
        if clock.now() >= moment:
            return True
        self.wake_at = min(self.wake_at, moment) if self.wake_at else moment
        return False

    def rounds(self, most: int) -> int:
        """All of them."""
        return most

    def injects(self, read: Callable[[], Sequence[Inject]]) -> Sequence[Inject]:
        """Those of the plan; a dry replay gives none."""
        return [] if self.dry else read()

    def finish(self) -> NoReturn:
        """Leave the body from wherever it is."""
        raise Finished

    def _numbered(self, name: str) -> str:
        self._count[name] = self._count.get(name, 0) + 1
        return f"{name} {self._count[name]}"

    def _remember(self, session: Session, key: str, value: Any) -> None:
        runs.remember(session, self.held.claim, key, value)
        self.held.seen[key] = value


def _stands(
    session: Session, incident: Incident, statement_id: UUID | None, *, lock: bool = True
) -> bool:
    if statement_id is None:
        return False
    statement = statements.get(session, statement_id, lock=lock)
    version = statements.current(session, statement)
    return approvals.standing(session, statement, version, incident.level).granted


def load(session: Session, claim: Claim) -> Held:
    """All a replay needs, in one go."""
    run = runs.get(session, claim.run_id)
    return Held(
        claim=claim,
        playbook=run.playbook,
        version=run.version,
        source_sha256=run.source_sha256,
        begun=run.started_at,
        incident=incidents.get(session, run.incident_id),
        steps=steps.of_run(session, run.id),
        seen=dict(runs.seen(session, run.id)),
    )
