"""The story harness: people act by name, time moves, messages are expected, the rest must be still.

After every event the harness carries the mail, lets the engine work until it is quiet, and then
replays everything once more: nothing may change. At the end no message may be left that nobody
expected, every chain must prove intact, and every fact must read well in both languages.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import CompoundSelect, Table, func, literal, union_all
from sqlmodel import Session, SQLModel, col, select

from flows.duties import carry_out, escalate
from incidents.insight import reading
from incidents.insight.reading import Line
from incidents.intake import reporters, signals
from incidents.intake.signals import Signal
from incidents.matter import incidents, level_requests
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import LevelRequest
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, database, dispatch, proof
from incidents.record.actors import ENGINE, Actor, Via
from incidents.record.errors import GuardFailed, Invalid, Refusal
from incidents.record.language import Language, speech
from incidents.record.moments import Coming, Horizon
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.record.timeline import DESK, TimelineHead
from incidents.response.answers import answering, signing
from incidents.response.life import lowering, opening, score_reminders
from incidents.response.steps import catalog, passing, rhythm, runs
from incidents.response.steps.catalog import PlaybookVersion
from incidents.response.steps.passing import Plan
from incidents.response.steps.runs import Where
from incidents.response.steps.steps import Step, StepKind
from incidents.words import publications, statements
from incidents.words.approvals import Approval, Verdict
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementKind, StatementVersion
from tests import english
from tests.cast import Cast

START = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
"""Half past two on a Monday night in the province: Lan is on shift."""

T = TypeVar("T")
Row = TypeVar("Row", bound=SQLModel)
CODE = "TIN_GIA_MXH"
_QUIET_AFTER = 60
# What a replay may touch: its own bookkeeping.
_BOOKKEEPING = {"advance", "playbook_run"}
_LOOKED_AT_WHOLE = {"step", "timer", "outgoing_message", "timeline_head", "seen", "answer_link"}
_LOOKED_AT_WHOLE |= {"clock", "clock_alarm"}


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


class Engine(Protocol):
    """What the harness needs of the engine: do everything that is due, once."""

    def tick(self) -> object: ...


class Desk:
    """One desk in one story."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.time = START
        self.mail_works = True
        self.reporters_listen = False
        self.leaders_listen = False
        self.rhythm = False
        """Whether the lead is asked how things stand; only the stories about it want that."""
        self.grading = False
        """Whether somebody is reminded of missing scores; few stories give any."""
        self.engine: Engine | None = None
        self.typed: set[str] = set()
        """What people wrote in this story; all other words are the program's."""
        self._plans: list[tuple[UUID, UUID, Plan]] = []
        self._expected: set[UUID] = set()
        clock.set_source(lambda: self.time)
        with database.transaction() as session:
            catalog.publish(session, _bare_playbook())

    # --- deeds -------------------------------------------------------------------------------

    def do(self, verb: Callable[..., T], *args: Any, by: Person | Actor, **values: Any) -> T:
        """Carry out one verb in one transaction, then let everything due happen."""
        self.typed.update(english.typed(args, values))
        with database.transaction() as session:
            outcome = verb(session, *args, by=_actor(by), **values)
        self.settle()
        return outcome

    @contextmanager
    def refused(self, kind: type[Refusal], saying: str = "") -> Generator[Any]:
        """What happens inside is refused so: in clear words of both languages, nothing changed."""
        before = self.picture()
        with pytest.raises(kind) as caught:
            yield caught
        assert type(caught.value) is kind, f"{caught.value!r} is not exactly {kind.__name__}"
        words = in_words(caught.value, Language.VI)
        assert saying in words, words
        assert in_words(caught.value, Language.EN) != words
        assert self.picture() == before, "a refusal changed something"

    def settle(self) -> None:
        """Carry the mail and let the engine work until nothing is due; then prove it idempotent."""
        self._work()
        quiet = self.picture()
        self._replay()
        after = self.picture()
        assert after == quiet, f"a replay changed something: {_difference(quiet, after)}"

    def fast_forward(self, length: timedelta) -> None:
        """Let time pass, stopping at every moment at which something is due."""
        until = self.time + length
        self.settle()
        while (moment := self._next_moment()) and moment <= until:
            self.time = max(self.time, moment)
            self.settle()
        self.time = until
        self.settle()

    def _next_moment(self) -> datetime | None:
        return min((m for m in self._moments() if m > self.time), default=None)

    def _moments(self) -> list[datetime]:
        horizon = _horizon(self._unasked(), mail_too=self.mail_works)
        with database.reading() as session:
            return [moment for moment in horizon.nearest(session) if moment]

    def _unasked(self) -> tuple[Coming, ...]:
        """The moments of what this story leaves out."""
        scores = () if self.grading else (score_reminders.COMING,)
        return (*(() if self.rhythm else rhythm.COMING), *scores)

    def _work(self) -> None:
        """What the engine's lookout would ring for, until there is nothing."""
        for _ in range(_QUIET_AFTER):
            if not any(moment <= self.time for moment in self._moments()):
                return
            rung = (escalate.STEPS, escalate.CLOCKS, escalate.REVIEWS)
            asked = (
                *(escalate.MEETINGS, escalate.LOWERINGS, escalate.UNREACHED),
                *((escalate.RHYTHM,) if self.rhythm else ()),
                *((escalate.SCORES,) if self.grading else ()),
            )
            if not any([self.deliver(), carry_out(*rung, *asked), self.advance()]):
                return
        raise AssertionError("the desk does not come to rest")

    def _replay(self) -> None:
        """Ask every run and every opened step once more."""
        with database.transaction() as session:
            for incident_id, run_id, plan in self._plans:
                passing.open_step(session, incidents.get(session, incident_id), run_id, plan)
            for run_id in session.exec(select(runs.PlaybookRun.id)):
                runs.want(session, run_id)
        self._work()

    def advance(self) -> int:
        """Advance what is due: by the engine, or as a playbook that opens nothing by itself."""
        with database.reading() as session:
            waiting = runs.due(session)
        if waiting and self.engine:
            self.engine.tick()
            return len(waiting)
        for run_id in waiting:
            with database.transaction() as session:
                if held := runs.claim(session, run_id, Where.PLAIN):
                    runs.settle(session, held, outcome="waiting")
        return len(waiting)

    def put_reviews_off(self, incident: Incident) -> None:
        """Let nobody be asked how it stands or for scores, on the engine's own rounds."""
        with database.transaction() as session:
            found = incidents.get(session, incident.id, lock=True)
            found.next_review_at, found.scores_at = self.time + hours(60 * 24), None

    def deliver(self) -> int:
        """Send what is due by the outbox's own verbs; the public page takes its text."""
        if not self.mail_works:
            return 0
        with database.reading() as session:
            if not dispatch.anything_due(session):
                return 0
        with database.transaction() as session:
            taken = dispatch.claim_due(session, claim=uuid4())
        with database.transaction() as session:
            dispatch.mark_sent(session, [(message, str(message.id)) for message in taken])
            for message in taken:
                if message.kind == "publication" and message.values["purpose"] == "release":
                    publications.published(session, UUID(message.values["publication"]), by=ENGINE)
        return len(taken)

    # --- the journey, in the field's words ---------------------------------------------------

    def flag(self, text: str = "Đập hồ chứa sắp vỡ!", **values: Any) -> Signal:
        """Somebody reports something; Lan is woken."""
        who = values.pop("by", self.cast.khoi)
        return self.do(signals.flag, text=text, by=who, **values)

    def take(self, signal: Signal, *, by: Person | None = None) -> Signal:
        """The duty officer takes a flag."""
        return self.do(signals.acknowledge, signal.id, by=by or self.cast.lan)

    def open(self, signal: Signal | None = None, *, level: int = 3, **values: Any) -> Incident:
        """The duty officer opens an incident from a flag."""
        who = values.pop("by", self.cast.lan)
        values = {"playbook": CODE, "title": "Tin đồn vỡ đập hồ chứa", **values}
        return self.do(
            opening.open, level=level, signal_id=signal.id if signal else None, by=who, **values
        )

    def opened(self, *, level: int = 3, roles: Sequence[Role] = ()) -> Incident:
        """Flagged, taken, opened and, with roles, the task force activated; messages set aside."""
        signal = self.flag()
        self.take(signal)
        incident = self.open(signal, level=level)
        if roles:
            self.activate(incident, *roles)
        self.set_aside()
        return self.reload(incident)

    def activate(self, incident: Incident, *roles: Role) -> Any:
        """Activate the standing task force as a playbook does."""
        from incidents.matter import taskforces

        with database.transaction() as session:
            locked = incidents.get(session, incident.id, lock=True)
            force = taskforces.activate(session, locked, list(roles), by=ENGINE)
        self.settle()
        return force

    def plan(
        self,
        incident: Incident,
        key: str,
        role: Role,
        *,
        kind: StepKind = StepKind.ASK,
        form: str = "Done",
        due: timedelta = timedelta(hours=2),
        **more: Any,
    ) -> Step:
        """Open a step as a playbook does; it is opened again at every replay."""
        plan = Plan(key=key, kind=kind, role=role, form=form, due=due, **more)
        with database.transaction() as session:
            run = runs.of_incident(session, incident.id)[0]
            step = passing.open_step(session, incidents.get(session, incident.id), run.id, plan)
        self._plans.append((incident.id, run.id, plan))
        self.settle()
        return self.reload(step)

    def drafted(
        self,
        incident: Incident,
        kind: StatementKind = StatementKind.HOLDING,
        *,
        by: Person | None = None,
        text: str = "Cơ quan chức năng đang xác minh.",
    ) -> tuple[Statement, StatementVersion]:
        """A statement written by Hà, or from its template when nobody wrote it."""
        actor = _actor(by) if by else ENGINE
        with database.transaction() as session:
            statement = statements.draft(
                session,
                incident.id,
                key=kind.value,
                kind=kind,
                title="Thông báo",
                text=text,
                by=actor,
            )
            version = statements.current(session, statement)
        self.settle()
        return statement, version

    def step(self, key: str) -> Step:
        """The step of a key as it stands now."""
        with database.reading() as session:
            return session.exec(select(Step).where(Step.key == key)).one()

    def acknowledge(self, key: str, *, by: Person, via: Via = Via.LINK) -> Step:
        """Somebody takes a step, as by the link in the mail."""
        return self.do(answering.acknowledge, self.step(key).id, by=Actor(by.id, via))

    def answer(self, key: str, *, by: Person, via: Via = Via.LINK, **answer: Any) -> Step:
        """Somebody completes a step with its typed answer."""
        return self.do(answering.complete, self.step(key).id, answer, by=Actor(by.id, via))

    def decline(self, key: str, *, by: Person, reason: str = "Đang đi công tác") -> Step:
        """Somebody asks for another person."""
        return self.do(answering.decline, self.step(key).id, reason=reason, by=by)

    def sign(
        self,
        what: StatementVersion | Statement | str,
        *,
        by: Person,
        verdict: Verdict = Verdict.GRANTED,
        comment: str = "",
    ) -> Approval:
        """Somebody signs the current text of a statement, or of the step of a key, off."""
        version = what if isinstance(what, StatementVersion) else self.text_of(what)
        if verdict is Verdict.REFUSED:
            comment = comment or "Chưa rõ giờ"
        return self.do(
            signing.sign_off, version.id, verdict, sha256=version.sha256, comment=comment, by=by
        )

    def asked(self, incident: Incident) -> LevelRequest:
        """The lower level that was asked for last, whatever became of it."""
        with database.reading() as session:
            return level_requests.of_incident(session, incident.id)[-1]

    def agree(self, incident: Incident, *, by: Person) -> None:
        """A second person agrees that the level goes down, as it was asked for."""
        self.do(lowering.agree, self.asked(incident).id, by=by)

    def text_of(self, what: Statement | str) -> StatementVersion:
        """The current version of a statement, or of the statement a step is about."""
        with database.reading() as session:
            statement_id = what.id if isinstance(what, Statement) else self.step(what).statement_id
            assert statement_id, f"«{what}» is about no statement"
            return statements.current(session, statements.get(session, statement_id))

    # --- what is seen ------------------------------------------------------------------------

    def messages(self, *, to: Person | None = None, kind: str = "") -> list[OutgoingMessage]:
        """Every message so far, the oldest first."""
        with database.reading() as session:
            found = session.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id))).all()
        return [
            m
            for m in found
            if (to is None or m.recipient_id == to.id) and (not kind or m.kind == kind)
        ]

    def expect_message(
        self, *, to: Person, kind: str, about: str = "", containing: str = ""
    ) -> OutgoingMessage:
        """A message of the kind reached the person; each is expected once."""
        for message in self.messages(to=to, kind=kind):
            if (
                message.id not in self._expected
                and message.state is MessageState.SENT
                and (not about or self._key(message) == about)
                and (not containing or containing in read(message))
            ):
                self._expected.add(message.id)
                return message
        raise AssertionError(f"no {kind} {about}{containing} to {to.name}; left: {self.left()}")

    def expect_messages(self, kind: str, *to: Person, about: str = "") -> None:
        """A message of the kind reached exactly these persons and nobody else."""
        for person in to:
            self.expect_message(to=person, kind=kind, about=about)
        others = [m for m in self._unexpected() if m.kind == kind and _about(self, m, about)]
        assert not others, f"{kind} also went to {[self._name(m) for m in others]}"

    def expect_nothing(self) -> None:
        """No message went out that has not been expected."""
        assert not self.left(), f"unexpected messages: {self.left()}"

    def set_aside(self) -> None:
        """What was sent so far is not what this story is about."""
        self._expected |= {m.id for m in self.messages()}

    def left(self) -> list[str]:
        """Messages nobody has expected yet, in short."""
        return [f"{m.kind} {self._key(m)} → {self._name(m)}" for m in self._unexpected()]

    def _unexpected(self) -> list[OutgoingMessage]:
        gone = (MessageState.CANCELLED, MessageState.FAILED)
        return [
            m
            for m in self.messages()
            if m.id not in self._expected and m.state not in gone and self._minded(m)
        ]

    def _minded(self, message: OutgoingMessage) -> bool:
        """What those who flagged and leaders hear belongs to the stories about them alone."""
        if message.kind == reporters.KIND:
            return self.reporters_listen
        if message.kind == "reported_up":
            return self.leaders_listen
        return message.recipient_id is not None

    def _name(self, message: OutgoingMessage) -> str:
        return message.address.partition("@")[0]

    def _key(self, message: OutgoingMessage) -> str:
        if not message.step_id:
            return ""
        with database.reading() as session:
            return session.get_one(Step, message.step_id).key

    def expect_published(self, kind: StatementKind, containing: str = "") -> Publication:
        """The public page carries a statement, and exactly the approved text of it."""
        with database.reading() as session:
            for publication, version, statement in publications.on_public_page(session):
                if statement.kind is kind and publication.published_at:
                    assert version.sha256 == publication.sha256
                    assert containing in version.text
                    return publication
        raise AssertionError(f"no {kind} on the public page")

    def timeline(
        self, chain: Incident | Signal | UUID, language: Language = Language.VI
    ) -> list[Line]:
        """The timeline as people read it."""
        chain_id = chain if isinstance(chain, UUID) else chain.id
        with database.reading() as session:
            return reading.story(session, chain_id, language)

    def facts(self, chain: Incident | Signal | UUID) -> list[str]:
        """The names of the facts of a chain in their order."""
        return [line.fact for line in self.timeline(chain)]

    def reload(self, row: Row) -> Row:
        """The row as it stands now."""
        with database.reading() as session:
            return session.get_one(type(row), row.id)  # type: ignore[attr-defined]

    def picture(self) -> dict[str, Any]:
        """Everything that must not change when nothing happens."""
        with database.reading() as session:
            connection = session.connection()
            whole: dict[str, Any] = {
                name: sorted(
                    repr(tuple(row)) for row in connection.execute(_tables()[name].select())
                )
                for name in _LOOKED_AT_WHOLE
            }
            counted = {row[0]: row[1] for row in connection.execute(_counting())}
            return whole | counted

    # --- the end -----------------------------------------------------------------------------

    def close(self) -> None:
        """Nothing unexpected was sent, and the record of the story is whole and readable."""
        self.expect_nothing()
        with database.reading() as session:
            chains = session.exec(select(TimelineHead.chain)).all()
            for chain in chains:
                found = proof.verify(session, chain)
                assert found.intact, found.findings
            _readable(session, [c for c in chains if c != DESK])


def _readable(session: Session, chains: Sequence[UUID]) -> None:
    for chain in chains:
        for language in Language:
            for line in reading.story(session, chain, language):
                assert "%(" not in line.text, line.text


@cache
def _horizon(unasked: tuple[Coming, ...], *, mail_too: bool) -> Horizon:
    """Each moment by itself: one that is past must not hide those to come."""
    coming = (*escalate.COMING, *runs.COMING, *([dispatch.COMING] if mail_too else []))
    return Horizon(*([each] for each in coming if each not in unasked))


@cache
def _tables() -> dict[str, Table]:
    return {n: t for n, t in SQLModel.metadata.tables.items() if n not in _BOOKKEEPING}


@cache
def _counting() -> CompoundSelect[str, int]:
    return union_all(
        *(
            select(literal(n), func.count()).select_from(t)
            for n, t in _tables().items()
            if n not in _LOOKED_AT_WHOLE
        )
    )


def _about(desk: Desk, message: OutgoingMessage, about: str) -> bool:
    return not about or desk._key(message) == about


def _actor(who: Person | Actor) -> Actor:
    return who if isinstance(who, Actor) else Actor(who.id, Via.DESK)


def in_words(refusal: Refusal, language: Language) -> str:
    """Everything a refusal says, as a person reads it."""
    say = speech(language)
    lines = [say.text(refusal.message, **refusal.values)]
    if isinstance(refusal, Invalid):
        lines += [say.text(words, **values) for words, values in refusal.fields.values()]
    if isinstance(refusal, GuardFailed):
        lines += [say.text(words, **values) for words, values in refusal.missing]
    return "\n".join(lines)


def read(message: OutgoingMessage) -> str:
    """Subject and text of a message as it is sent."""
    from notifications import rendering

    with database.reading() as session:
        mail = rendering.message(session, message)
    return f"{mail.subject}\n{mail.text}"


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [row for row in after[name] if row not in before[name]]
        if isinstance(after[name], list)
        else (before[name], after[name])
        for name in before
        if before[name] != after[name]
    }


def _bare_playbook() -> PlaybookVersion:
    """A catalogue row for stories that open steps themselves."""
    return PlaybookVersion(
        code=CODE,
        version=1,
        source_sha256="0" * 64,
        texts={
            "vi": {"title": "Tin giả trên mạng xã hội", "steps": {}},
            "en": {"title": "False rumour on social media", "steps": {}},
        },
        published_at=START,
    )
