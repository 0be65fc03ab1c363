"""Models and migrations say the same on both databases, and every revision can be taken back."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from incidents.record import database, schema, settings
from tests import postgres
from tests.conftest import BOTH_DATABASES


@pytest.fixture(params=BOTH_DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_models_equal_migrations(migrated: None) -> None:
    schema.check()
    assert schema.ready()


def test_the_newest_revision_is_the_one_alembic_means(migrated: None) -> None:
    with database.writing_engine().begin() as connection:
        scripts = ScriptDirectory.from_config(schema._config(connection))
    assert schema.newest() == scripts.get_current_head()


def test_upgrading_twice_changes_nothing(migrated: None) -> None:
    before = set(inspect(database.writing_engine()).get_table_names())
    schema.upgrade()
    assert set(inspect(database.writing_engine()).get_table_names()) == before


def test_every_revision_can_be_taken_back_and_made_again(migrated: None) -> None:
    with database.writing_engine().begin() as connection:
        command.downgrade(schema._config(connection), "base")
    assert inspect(database.writing_engine()).get_table_names() == ["alembic_version"]
    assert not schema.ready()
    schema.upgrade()
    schema.check()
    assert schema.ready()


def test_the_thin_fixture_gives_databases_apart(postgres_server: postgres.URL) -> None:
    first, second = (postgres.create(postgres_server, name) for name in ("apart_1", "apart_2"))
    postgres.order(first, "CREATE TABLE only_here (id int)")
    with pytest.raises(postgres.psycopg.errors.UndefinedTable):
        postgres.order(second, "SELECT * FROM only_here")
    for name in ("apart_1", "apart_2"):
        postgres.drop(postgres_server, name)


def test_the_desk_starts_on_an_empty_folder(own_settings: Path) -> None:
    assert not own_settings.exists()
    assert not settings.current().database_url.get_secret_value()
    assert not schema.ready()
    schema.upgrade()
    assert schema.ready()
