"""The official's-conduct playbook, one story a branch: who is concerned decides who signs."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from incidents.matter import recusals
from incidents.matter.incidents import Finding
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import NotPermitted
from incidents.response.staffing import directing, recusing
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from incidents.words.statements import StatementKind
from playbooks import official_conduct
from tests.harness import Desk, hours, minutes
from tests.playbooks.conftest import on_both_databases
from tests.playbooks.story import Story, told

TELLS = (official_conduct,)

FIRST = {"take those concerned out", "keep the full record", "protect whoever spoke up"}
NOBODY_ABOVE = {"order the verification", "verify what happened", "draft the holding statement"}


class Conduct(Story):
    """What the people of the cast do about one official."""

    flagged = "Cán bộ một cửa lớn tiếng với người già"
    title = "Thái độ của cán bộ một cửa"

    def step_back(
        self, *, lead: bool = False, chair: bool = False, key: str = "take those concerned out"
    ) -> None:
        """Hà says who is concerned."""
        why = "Là người bị phản ánh" if lead or chair else ""
        self.desk.answer(key, by=self.cast.ha, lead=lead, chair=chair, reason=why)

    def taken_out(self) -> set[UUID]:
        """Who takes no part in the incident any more."""
        with database.reading() as session:
            return set(recusals.of(session, self.incident.id).named)

    def begun(self, level: int = 3, *, chair: bool = False) -> None:
        """Opened from a complaint, those concerned have stepped back."""
        self.begin(level, nature="complaint")
        self.step_back(chair=chair)

    def order(self) -> None:
        """Chương orders the verification in writing."""
        self.desk.answer("order the verification", by=self.cast.chuong, note="88/UBND-NC")

    def found(self, finding: Finding, level: int = 3) -> None:
        """First words out and the result in; who is concerned is looked at again."""
        self.begun(level)
        self.order()
        self.say_first(by=self.cast.binh)
        self.find("verify what happened", self.cast.phuc, finding)
        self.step_back(key="look again who is concerned")

    def replace_lead(self, incoming: Person) -> None:
        """Bình leaves the chair of the task force to somebody else."""
        cast = self.cast
        self.desk.do(
            directing.replace_member,
            self.incident.id,
            Role.LEAD,
            outgoing=cast.binh.id,
            incoming=incoming.id,
            reason="Có liên quan đến sự việc",
            by=cast.chuong,
        )


@pytest.fixture
def conduct(desk: Desk) -> Iterator[Conduct]:
    with told(Conduct, desk, official_conduct.official_conduct) as made:
        yield made


def test_a_complaint_opens_it_and_those_concerned_step_back_first(conduct: Conduct) -> None:
    conduct.begin(nature="complaint")

    assert conduct.waiting() == FIRST


def test_first_words_are_signed_one_tier_up_and_wait_for_no_verification(conduct: Conduct) -> None:
    conduct.begun()
    assert conduct.signing("holding statement") == {Role.LEAD}
    assert conduct.state("verify what happened") is StepState.PLANNED

    conduct.say_first(by=conduct.cast.binh)

    conduct.desk.expect_published(StatementKind.HOLDING, "holding statement")
    assert conduct.waiting() >= {"order the verification", "report to those who manage the post"}


def test_where_the_lead_is_concerned_the_chair_signs_and_the_lead_may_not(conduct: Conduct) -> None:
    conduct.begin(nature="complaint")
    conduct.replace_lead(conduct.cast.thao)
    conduct.step_back(lead=True)
    # The answer acts: whoever was replaced for it is out, not whoever replaced them.
    assert conduct.taken_out() == {conduct.cast.binh.id}
    assert conduct.signing("holding statement") == {Role.CHAIR}
    assert "report to those who manage the post (chair)" in conduct.waiting()
    conduct.draft("holding statement")
    with conduct.desk.refused(NotPermitted):
        conduct.sign("holding statement", by=conduct.cast.binh)
    conduct.sign("holding statement", by=conduct.cast.chuong)
    conduct.order()
    conduct.find("verify what happened", conduct.cast.phuc, Finding.TRUE)
    conduct.step_back(lead=True, key="look again who is concerned")
    conduct.draft("apology")
    conduct.check("apology")

    assert conduct.signing("apology") == {Role.CHAIR, Role.SPOKESPERSON}
    assert conduct.taken_out() == {conduct.cast.binh.id}
    with conduct.desk.refused(NotPermitted):
        conduct.sign("apology", by=conduct.cast.binh)
    conduct.sign("apology (chair)", by=conduct.cast.chuong)
    conduct.sign("apology", by=conduct.cast.minh)
    conduct.desk.expect_published(StatementKind.CORRECTION, "apology")


def test_where_nobody_looks_who_is_concerned_the_highest_tier_signs(conduct: Conduct) -> None:
    conduct.begin(nature="complaint")
    conduct.desk.fast_forward(minutes(30))
    assert conduct.state("take those concerned out") is StepState.OVERDUE

    assert conduct.signing("holding statement") == {Role.CHAIR}


def test_an_office_does_not_judge_its_own_head(conduct: Conduct) -> None:
    conduct.begun(chair=True)
    assert "ask the authority above" in conduct.waiting()
    conduct.say_first("notice", by=conduct.cast.binh)

    conduct.desk.expect_published(StatementKind.HOLDING, "notice")
    assert not NOBODY_ABOVE & conduct.asked()
    assert not conduct.desk.step("call the authority above").mandatory
    conduct.desk.answer("call the authority above", by=conduct.cast.ha)
    conduct.say_first("update", by=conduct.cast.binh)
    assert "conclude" in conduct.waiting()


@on_both_databases
def test_where_lead_and_chair_are_concerned_the_spokesperson_says_that_others_were_asked(
    conduct: Conduct,
) -> None:
    cast, desk = conduct.cast, conduct.desk
    conduct.begin(nature="complaint")
    conduct.step_back(lead=True, chair=True)
    assert conduct.signing("notice") == {Role.SPOKESPERSON}
    conduct.say_first("notice", by=cast.minh)
    desk.expect_published(StatementKind.HOLDING, "notice")
    desk.answer("call the authority above", by=cast.ha)
    conduct.draft("update")
    assert desk.step("sign the update").assignee_id == cast.minh.id
    desk.set_aside()

    # Concerned himself: neither Tùng, whose paper is Bình's, nor whoever is on duty may sign.
    desk.do(recusing.declare, conduct.incident.id, cast.minh.id, reason="Cùng đoàn", by=cast.ha)

    assert desk.step("sign the update").assignee_id is None
    assert "SignatureVacant" in desk.facts(conduct.incident)
    desk.expect_messages("signature_vacant", cast.lan)
    for nobody in (cast.lan, cast.tung, cast.minh, cast.binh):
        with desk.refused(NotPermitted):
            conduct.sign("update", by=nobody)
    desk.set_aside()


@pytest.mark.parametrize("finding", [Finding.TRUE, Finding.PARTLY_FALSE], ids=["right", "partly"])
def test_a_fault_is_owned_up_to_with_an_apology(conduct: Conduct, finding: Finding) -> None:
    conduct.found(finding)
    assert conduct.signing("apology") == set()
    conduct.draft("apology")
    conduct.check("apology")
    assert conduct.signing("apology") == {Role.LEAD, Role.CHAIR}
    conduct.sign("apology (lead)", by=conduct.cast.binh)
    assert "post the apology" not in conduct.asked()
    conduct.sign("apology (chair)", by=conduct.cast.chuong)

    conduct.desk.expect_published(StatementKind.CORRECTION, "apology")
    assert conduct.waiting() >= {"post the apology", "follow the measures"}
    assert not {"draft the outcome", "review objections"} & conduct.asked()


def test_at_level_4_whoever_signed_the_facts_signs_too(conduct: Conduct) -> None:
    conduct.found(Finding.TRUE, level=4)
    conduct.say("apology", conduct.cast.binh, conduct.cast.chuong)
    assert "post the apology" not in conduct.asked()

    conduct.sign("apology (subject_lead)", by=conduct.cast.phuc)

    conduct.desk.expect_published(StatementKind.CORRECTION)


def test_what_could_not_be_confirmed_is_said_without_reproach_and_may_be_contested(
    conduct: Conduct,
) -> None:
    conduct.found(Finding.FALSE)
    conduct.say("outcome", conduct.cast.binh, conduct.cast.chuong)

    conduct.desk.expect_published(StatementKind.CONCLUSION, "outcome")
    assert conduct.waiting() >= {"post the outcome", "review objections"}
    assert "draft the apology" not in conduct.asked()


def test_a_result_that_shows_the_chair_concerned_is_handed_up(conduct: Conduct) -> None:
    conduct.begun()
    conduct.order()
    conduct.say_first(by=conduct.cast.binh)
    conduct.find("verify what happened", conduct.cast.phuc, Finding.TRUE)
    conduct.step_back(chair=True, key="look again who is concerned")

    assert conduct.waiting() >= {"ask the authority above", "draft the notice"}
    assert "draft the apology" not in conduct.asked()


def test_the_promised_word_is_kept_although_nothing_is_known_yet(conduct: Conduct) -> None:
    conduct.begun()
    conduct.order()
    conduct.say_first(by=conduct.cast.binh)
    conduct.find("verify what happened", conduct.cast.phuc, Finding.UNDETERMINED)
    conduct.desk.fast_forward(minutes(5))
    conduct.say_first("update", by=conduct.cast.binh)
    conduct.desk.expect_published(StatementKind.HOLDING, "update")
    assert "go on verifying" in conduct.waiting()

    conduct.find("go on verifying", conduct.cast.phuc, Finding.TRUE)
    conduct.step_back(key="look again who is concerned")

    assert "draft the apology" in conduct.waiting()


def test_what_stays_unknown_is_said_twice_and_never_judged(conduct: Conduct) -> None:
    conduct.begun()
    conduct.order()
    conduct.say_first(by=conduct.cast.binh)
    conduct.desk.fast_forward(hours(37))
    assert conduct.state("verify what happened") is StepState.OVERDUE
    conduct.say_first("update", by=conduct.cast.binh)
    conduct.find("go on verifying", conduct.cast.phuc, Finding.UNDETERMINED)
    conduct.desk.fast_forward(minutes(5))
    conduct.say_first("second update", by=conduct.cast.binh)

    conduct.desk.expect_published(StatementKind.HOLDING, "second update")
    assert not {"draft the apology", "draft the outcome"} & conduct.asked()
    conduct.conclude()
    assert conduct.run().state is RunState.FINISHED


@on_both_databases
def test_a_fault_owned_up_to_is_closed(conduct: Conduct) -> None:
    conduct.found(Finding.TRUE)
    cast, desk = conduct.cast, conduct.desk
    desk.answer("keep the full record", by=cast.khoi, screenshot_kept=True, interactions=40)
    desk.answer("protect whoever spoke up", by=cast.dung)
    desk.answer("report to those who manage the post", by=cast.binh)
    conduct.post("holding statement")
    conduct.check("holding statement")
    conduct.say("apology", cast.binh, cast.chuong)
    conduct.post("apology")
    desk.answer("follow the measures", by=cast.ha)
    conduct.conclude()

    conduct.close()
