"""A closed choice of a column gets more members, without copying a table that may be long."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


def change(
    table: str, column: str, before: Sequence[str], after: Sequence[str], *, named: str = ""
) -> None:
    """Let the CHECK of a column admit other members than before.

    ``named``: the name the revision that made the column gave its choice, if not the column's.
    """
    name = op.f(f"ck_{table}_{named or column}")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, sa.column(column).in_(after))
        return
    # SQLite's own way to change a CHECK ("Making Other Kinds Of Table Schema Changes"): a copy
    # would cost as much as the table is long, and the triggers of the timeline would have to fall.
    connection: Any = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) "
        "WHERE type = 'table' AND name = ? AND instr(sql, ?) > 0",
        (_listed(column, before), _listed(column, after), table, _listed(column, before)),
    ).rowcount
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
    if changed != 1:
        raise RuntimeError(f"{table} is not as an earlier revision made it")


def _listed(column: str, members: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(each) for each in members)})"
