"""Each story has databases of its own, and all share what SQLAlchemy has compiled.

A desk compiles a statement once in its life. Stories open two new engines each, and every engine
would compile all of them again: a third of a story's time.
"""

from typing import Any

from sqlalchemy import Engine

from incidents.record import database

_STATEMENTS = 10_000


def share() -> None:
    """From now on engines for the same kind of database have one dialect, and its statements."""
    make = database.create_engine
    first: dict[str, Engine] = {}

    def shared(*given: Any, **options: Any) -> Engine:
        engine = make(*given, query_cache_size=_STATEMENTS, **options)
        known = first.setdefault(engine.dialect.name, engine)
        # What was compiled is found again by the dialect that compiled it.
        engine.dialect = engine.pool._dialect = known.dialect
        engine._compiled_cache = known._compiled_cache
        return engine

    database.create_engine = shared
