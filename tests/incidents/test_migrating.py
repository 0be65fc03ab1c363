"""A desk that has been at work is brought to the newest revision with everything it holds."""

from alembic import command

from incidents.intake import claims, evidence, signals
from incidents.intake.signals import Nature
from incidents.record import database, schema
from tests.harness import Desk


def test_a_desk_with_a_record_comes_to_the_newest_revision_whole(desk: Desk) -> None:
    incident = desk.opened()
    desk.do(claims.state, incident.id, ["Đập nứt"], nature=Nature.CLAIM, by=desk.cast.khoi)
    with database.reading() as session:
        (signal,) = signals.of_incident(session, incident.id)
        kept = [e.id for e in evidence.of_signal(session, signal.id)]
    with schema.altering() as connection:
        command.downgrade(schema._config(connection), "0004")
    database.dispose()
    schema.upgrade()
    with database.reading() as session:
        again = signals.by_code(session, signal.code)
        assert again == signal
        assert [c.text for c in claims.of_incident(session, incident.id)] == ["Đập nứt"]
        assert [e.id for e in evidence.of_signal(session, again.id)] == kept
    schema.check()
