"""Exercises: the same engine, and not a word of them outside."""

import pytest

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.outbox import Channel
from incidents.response.answers import signing
from incidents.response.steps.steps import StepKind
from incidents.words import publications, statements
from incidents.words.publications import Publication
from tests.cast import filled
from tests.harness import Desk


@pytest.fixture
def drill(desk: Desk) -> Incident:
    """An exercise with a holding statement that waits for Minh."""
    incident = desk.open(level=3, exercise=True, title="Diễn tập vỡ đập")
    desk.activate(incident, Role.SPOKESPERSON, Role.SECRETARY)
    statement, _ = desk.drafted(incident)
    desk.plan(
        incident,
        "sign",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
        release_to=(Channel.PUBLIC_PAGE,),
    )
    desk.set_aside()
    return incident


def _released(incident: Incident) -> list[Publication]:
    with database.reading() as session:
        return publications.of_incident(session, incident.id)


def test_the_last_signature_releases_inside_the_exercise_and_nowhere_else(
    desk: Desk, drill: Incident
) -> None:
    desk.sign("sign", by=desk.cast.minh)

    assert not [m for m in desk.messages() if m.channel is Channel.PUBLIC_PAGE]
    assert "StatementReleasedInExercise" in desk.facts(drill)
    assert not {"StatementReleased", "StatementPublished"} & set(desk.facts(drill))
    (released,) = _released(drill)
    assert released.published_at is None
    assert desk.reload(drill).first_statement_at == desk.time
    with database.reading() as session:
        assert publications.on_public_page(session) == []
        assert publications.practised(session) == {released.slug}
    desk.set_aside()


def test_withdrawing_in_an_exercise_touches_no_channel_either(desk: Desk, drill: Incident) -> None:
    desk.sign("sign", by=desk.cast.minh)
    (released,) = _released(drill)
    desk.do(publications.withdraw, released.id, reason="Thử rút", by=desk.cast.minh)

    assert not [m for m in desk.messages() if m.channel is Channel.PUBLIC_PAGE]
    assert "StatementWithdrawn" in desk.facts(drill)
    desk.set_aside()


def test_a_shell_released_in_an_exercise_stays_inside(desk: Desk, drill: Incident) -> None:
    values = filled(desk.time)
    desk.do(signing.release_shell, drill.id, "BAN-DAU", values, by=desk.cast.lan)

    assert not [m for m in desk.messages() if m.channel is Channel.PUBLIC_PAGE]
    assert "StatementReleasedInExercise" in desk.facts(drill)
    desk.set_aside()


def test_beside_an_exercise_a_real_matter_is_published(desk: Desk, drill: Incident) -> None:
    real = desk.opened(level=3)
    values = filled(desk.time)
    for incident in (drill, real):
        desk.do(signing.release_shell, incident.id, "BAN-DAU", values, by=desk.cast.lan)

    with database.reading() as session:
        (shown,) = publications.on_public_page(session)
        assert shown[0].incident_id == real.id
        statement = statements.of_incident(session, drill.id)
        assert statement
    desk.set_aside()


def test_lists_keep_exercises_apart(desk: Desk, drill: Incident) -> None:
    real = desk.opened(level=3)
    with database.reading() as session:
        both = incidents.recent(session)
        assert [i.id for i in both] == [real.id, drill.id]
        assert [i.id for i in incidents.recent(session, exercise=True)] == [drill.id]
        assert [i.id for i in incidents.recent(session, exercise=False)] == [real.id]
        assert incidents.exercises_among(session, [real.id, drill.id]) == {drill.id}
