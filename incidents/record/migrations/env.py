"""Alembic's entry: every table there is, compared with or brought to the newest revision."""

import pkgutil
from importlib import import_module
from typing import Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

import incidents
from incidents.record.database import UtcDateTime

# Every noun with a table, found rather than listed: a new one cannot be forgotten.
for _module in pkgutil.walk_packages(incidents.__path__, "incidents."):
    if ".migrations" not in _module.name:
        import_module(_module.name)


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our column types into a revision by names it imports."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
