"""What whoever verifies reads through a link: what is in public, no reporter, files by number."""

import pytest

from incidents.intake import claims, evidence
from incidents.intake.evidence import EvidenceKind
from incidents.intake.signals import Nature, Signal
from incidents.people.roles import Role
from incidents.record import database, links
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.links import AnswerLink
from incidents.record.outbox import OutgoingMessage
from incidents.response.answers import answering
from notifications import answers
from notifications.answers import AnswerView
from tests.notifications.conftest import Stage

FOUND = {"finding": "false", "explanation": "Hồ an toàn.", "source": "Biên bản 12/BB"}


def _view(message: OutgoingMessage) -> AnswerView:
    with database.reading() as session:
        return answers.view(session, links.token(message.id))


@pytest.fixture
def kept(stage: Stage, flagged: Signal) -> evidence.Evidence:
    by = Actor(stage.cast.lan.id, Via.DESK)
    with database.transaction() as session:
        claims.state(session, stage.incident.id, ["Hồ sắp vỡ"], nature=Nature.CLAIM, by=by)
        for name in ("công văn nội bộ.pdf", "ảnh chụp.png"):
            made = evidence.keep(
                session,
                name.encode(),
                filename=name,
                media_type="image/png",
                kind=EvidenceKind.FILE,
                incident_id=stage.incident.id,
                signal_id=flagged.id if name.endswith("png") else None,
                by=by,
            )
        return made


@pytest.fixture
def asked(stage: Stage, kept: evidence.Evidence) -> OutgoingMessage:
    stage.ask()
    return stage.message("step_assigned", stage.cast.phuc)


def test_the_post_the_sentences_and_the_kept_files_are_there_and_no_reporter(
    stage: Stage, asked: OutgoingMessage, kept: evidence.Evidence, flagged: Signal
) -> None:
    matter = _view(asked).matter
    assert matter
    assert [(p.text, p.url) for p in matter.posts] == [(flagged.text, flagged.url)]
    assert matter.claims == ("Hồ sắp vỡ",)
    assert [(f.id, f.filename) for f in matter.kept] == [(kept.id, "ảnh chụp.png")]
    assert flagged.seen_where not in str(matter)
    assert stage.cast.khoi.name not in str(matter)


def test_other_work_shows_nothing_of_it(stage: Stage, kept: evidence.Evidence) -> None:
    stage.ask("write it down", Role.SECRETARY, form="Done")
    message = stage.message("step_assigned", stage.cast.ha)
    assert _view(message).matter is None
    with pytest.raises(NotFound):
        answers.file(links.token(message.id), kept.id, number=links.number(message.id))


def test_nothing_of_it_is_left_once_the_step_is_answered(
    stage: Stage, asked: OutgoingMessage, kept: evidence.Evidence
) -> None:
    with database.transaction() as session:
        by = Actor(stage.cast.phuc.id, Via.LINK)
        assert asked.step_id
        answering.complete(session, asked.step_id, FOUND, by=by)
    assert _view(asked).matter is None
    with pytest.raises(NotFound):
        answers.file(links.token(asked.id), kept.id, number=links.number(asked.id))


def test_a_file_opens_with_the_number_of_the_mail_only(
    stage: Stage, asked: OutgoingMessage, kept: evidence.Evidence
) -> None:
    token, right = links.token(asked.id), links.number(asked.id)
    assert answers.file(token, kept.id, number=right).sha256 == kept.sha256
    wrong = "10" if right != "10" else "11"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Invalid):
            answers.file(token, kept.id, number=wrong)
        with database.reading() as session:
            assert session.get_one(AnswerLink, asked.id).tries_left == left
    assert _view(asked).matter is None
    with pytest.raises(Conflict):
        answers.file(token, kept.id, number=right)


def test_whoever_settles_a_contradiction_reads_what_both_sides_found(
    stage: Stage, asked: OutgoingMessage
) -> None:
    stage.ask("verify on the ground", Role.COMMUNE)
    with database.transaction() as session:
        assert asked.step_id
        by = Actor(stage.cast.phuc.id, Via.LINK)
        answering.complete(session, asked.step_id, FOUND, by=by)
    ground = stage.message("step_assigned", stage.cast.hung)
    other = {**FOUND, "finding": "true", "explanation": "Thân đập có vết nứt."}
    with database.transaction() as session:
        assert ground.step_id
        by = Actor(stage.cast.hung.id, Via.LINK)
        answering.complete(session, ground.step_id, other, by=by)
    stage.ask("settle", Role.LEAD)
    matter = _view(stage.message("step_assigned", stage.cast.binh)).matter
    assert matter
    assert [f.explanation for f in matter.found] == ["Hồ an toàn.", "Thân đập có vết nứt."]
