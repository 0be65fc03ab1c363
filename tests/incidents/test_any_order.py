"""Whatever people do in whatever order, steps and signatures agree with a model on one page."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Refusal
from incidents.record.outbox import Channel
from incidents.response.answers import signing
from incidents.response.steps.steps import StepKind
from incidents.words import publications
from incidents.words.approvals import Verdict
from tests.harness import Desk, minutes

LINE = ["phuc", "yen", "tung", "binh", "chuong"]
"""Whom work of the subject lead can go to: seats of the role, then tier after tier."""

SIGNERS = ["minh", "binh", "tung", "chuong"]
"""Who may sign in the line of the spokesperson: Tùng by Bình's paper; Thảo has none."""

SEATED = {"phuc", "yen"}
DUE = 127


@dataclass
class Work:
    """A step as the rules say, and nothing else: minutes instead of moments."""

    now: float = 0
    due: float = DUE
    state: str = "open"
    climbed: bool = False
    passed: bool = False
    late: bool = False
    holders: list[str] = field(default_factory=lambda: ["phuc"])
    assignee: str = "phuc"
    ladder: list[tuple[float, int, str]] = field(default_factory=list)
    armed: int = 0

    def __post_init__(self) -> None:
        self.arm()

    def arm(self) -> None:
        for after, kind in ((15, "remind"), (30, "deputy"), (45, "tier")):
            self.armed += 1
            self.ladder.append((self.now + after, self.armed, kind))

    def may(self, person: str) -> bool:
        return person in SEATED or person in self.holders

    def acknowledge(self, person: str) -> bool:
        if not self.may(person) or self.state != "open":
            return False
        self.state, self.assignee, self.ladder = "acknowledged", person, []
        return True

    def complete(self, person: str) -> bool:
        if not self.may(person) or self.state == "done":
            return False
        self.late = self.state in ("overdue", "declined")
        self.state, self.assignee, self.ladder = "done", person, []
        return True

    def decline(self, person: str) -> bool:
        if self.state not in ("open", "acknowledged") or self.assignee != person:
            return False
        self.ladder = []
        if not self.pass_on():
            self.state = "declined"
        else:
            self.arm()
        return True

    def pass_on(self) -> bool:
        left = [p for p in LINE if p not in self.holders]
        if left:
            self.holders.append(left[0])
            self.assignee, self.state = left[0], "open"
        return bool(left)

    def wait(self, length: int) -> None:
        until = self.now + length
        while self.state in ("open", "acknowledged"):
            first = min([*self.ladder, (self.due, 0, "due")])
            if first[0] > until:
                break
            self.now, _, kind = first
            if kind == "due":
                self.run_out()
                continue
            self.ladder.remove(first)
            if kind != "remind" and self.pass_on() and kind == "tier":
                self.arm()
            self.climbed |= kind == "tier"
        self.now = until

    def run_out(self) -> None:
        """At the due time: silence that has not climbed yet climbs, twice at most; else late."""
        silent = self.state == "open" and not self.climbed
        deputy_waits = "deputy" in [kind for _, _, kind in self.ladder]
        if silent and deputy_waits and SEATED - set(self.holders):
            self.pass_on()
        elif silent and not self.passed and self.pass_on():
            self.passed = True
        else:
            self.state, self.ladder = "overdue", []
            return
        self.due, self.ladder = self.now + DUE / 2, []


@dataclass
class Words:
    """A statement that needs one signature which is not its author's."""

    author: str = "ha"
    heard: set[str] = field(default_factory=set)
    open: bool = True
    released: int = 0

    def sign(self, person: str, *, granted: bool) -> bool:
        if person not in SIGNERS or person == self.author or person in self.heard or not self.open:
            return False
        self.heard.add(person)
        self.open = False
        self.released += granted
        return True

    def revise(self, person: str) -> None:
        self.author, self.heard, self.open = person, set(), True


PEOPLE = ["phuc", "yen", "tung", "binh", "kien"]
MOVES = st.one_of(
    st.tuples(st.sampled_from(["acknowledge", "complete", "decline"]), st.sampled_from(PEOPLE)),
    st.tuples(st.just("wait"), st.sampled_from([7, 16, 33])),
    st.tuples(st.sampled_from(["grant", "refuse"]), st.sampled_from([*SIGNERS, "thao", "ha"])),
    st.tuples(st.just("revise"), st.sampled_from(["ha", "minh", "binh"])),
)


@settings(
    max_examples=5,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(MOVES, min_size=4, max_size=14))
def test_steps_and_signatures_agree_with_the_model(
    desk: Desk, moves: list[tuple[str, str | int]]
) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON, Role.SUBJECT_LEAD])
    ask, sign = f"verify {incident.number}", f"sign {incident.number}"
    desk.plan(incident, ask, Role.SUBJECT_LEAD, due=minutes(DUE))
    statement, _ = desk.drafted(incident, by=desk.cast.ha)
    desk.plan(
        incident,
        sign,
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        due=minutes(100_000),
        statement_id=statement.id,
        release_to=(Channel.PUBLIC_PAGE,),
    )
    work, words = Work(), Words()
    for number, (move, who) in enumerate(moves):
        expected = _in_the_model(work, words, move, who)
        try:
            _at_the_desk(desk, ask, sign, number, move, who)
        except Refusal:
            happened = False
        else:
            happened = True
        assert happened is expected, (move, who)
        asked = desk.step(ask)
        assert (asked.state.value, asked.late) == (work.state, work.late), (move, who)
        assert asked.assignee_id == _person(desk, work.assignee).id, (move, who)
        with database.reading() as session:
            assert len(publications.of_incident(session, incident.id)) == words.released
    desk.set_aside()


def _person(desk: Desk, name: str | int) -> Person:
    return getattr(desk.cast, str(name))


def _in_the_model(work: Work, words: Words, move: str, who: str | int) -> bool:
    match move:
        case "wait":
            work.wait(int(who))
            return True
        case "grant" | "refuse":
            return words.sign(str(who), granted=move == "grant")
        case "revise":
            words.revise(str(who))
            return True
        case _:
            return getattr(work, move)(str(who))


def _at_the_desk(desk: Desk, ask: str, sign: str, number: int, move: str, who: str | int) -> None:
    match move:
        case "wait":
            desk.fast_forward(minutes(int(who)))
        case "acknowledge":
            desk.acknowledge(ask, by=_person(desk, who))
        case "complete":
            desk.answer(ask, by=_person(desk, who), note="")
        case "decline":
            desk.decline(ask, by=_person(desk, who))
        case "revise":
            statement_id = desk.step(sign).statement_id
            assert statement_id
            text = f"Bản sửa lần {number}."
            desk.do(
                signing.revise, statement_id, title="Thông báo", text=text, by=_person(desk, who)
            )
        case _:
            verdict = Verdict.GRANTED if move == "grant" else Verdict.REFUSED
            desk.sign(sign, by=_person(desk, who), verdict=verdict)
