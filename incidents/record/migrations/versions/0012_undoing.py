"""What a person who left held then, and when they came back; the observer among the roles."""

import sqlalchemy as sa
from alembic import op

from incidents.record import ids
from incidents.record.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ROLES = (
    *("lead", "standing_deputy", "spokesperson", "secretary", "duty_officer", "monitoring"),
    *("subject_lead", "legal", "police_liaison", "publisher", "commune", "chair"),
    *("department_duty_leader", "office_duty"),
)
OBSERVER = "observer"
# Every column that names a role: its CHECK lists them all.
COLUMNS = {
    "approval": ("role",),
    "authorisation": ("role",),
    "clock_rule": ("role",),
    "hand_over": ("role",),
    "proposed_member": ("role",),
    "role_holder": ("role",),
    "role_tier": ("role", "next_role"),
    "roster": ("role",),
    "routing_rule": ("role",),
    "shift": ("role",),
    "step": ("role", "then_role"),
    "task_force_member": ("role",),
}


def upgrade() -> None:
    op.add_column("departure", sa.Column("held", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("departure", sa.Column("returned_at", UtcDateTime(), nullable=True))
    _list_roles(observer=True)
    # As before there were observers: where nobody holds the part, the office on duty has it.
    tier = sa.table(
        "role_tier", sa.column("id", sa.Uuid()), sa.column("role"), sa.column("next_role")
    )
    op.bulk_insert(tier, [{"id": ids.new(), "role": OBSERVER, "next_role": "office_duty"}])


def downgrade() -> None:
    op.execute(f"DELETE FROM role_tier WHERE role = '{OBSERVER}' OR next_role = '{OBSERVER}'")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"UPDATE {table} SET {column} = 'office_duty' WHERE {column} = '{OBSERVER}'")
    _list_roles(observer=False)
    op.drop_column("departure", "returned_at")
    op.drop_column("departure", "held")


def _list_roles(*, observer: bool) -> None:
    for table, columns in COLUMNS.items():
        if op.get_bind().dialect.name == "sqlite":
            _rewrite(table, observer=observer)
            continue
        if not observer:
            # Else references just written are still to be checked, and nothing can be altered.
            op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for column in columns:
            listed = ", ".join(f"'{each}'" for each in (*ROLES, *([OBSERVER] * observer)))
            name = op.f(f"ck_{table}_{column}")
            op.drop_constraint(name, table, type_="check")
            op.create_check_constraint(name, table, f"{column} IN ({listed})")


def _rewrite(table: str, *, observer: bool) -> None:
    """Make a table of SQLite anew from its own text, which alone keeps every CHECK and index.

    Filled again under its old name, the rows that point to it are whole at commit.
    """
    bind = op.get_bind()
    last, more = "'office_duty'", f", '{OBSERVER}'"
    asked = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL")
    made = sorted(
        bind.execute(asked, {"table": table}).scalars(), key=lambda each: "CREATE TABLE" not in each
    )
    listed = last if observer else last + more
    if made[0].count(listed) != len(COLUMNS[table]):
        raise RuntimeError(f"{table} is not as revision {revision} knows it: {made[0]}")
    columns = ", ".join(f'"{c["name"]}"' for c in sa.inspect(bind).get_columns(table))
    op.execute(f"CREATE TABLE {table}_aside AS SELECT * FROM {table}")
    op.execute(f"DROP TABLE {table}")
    bind.exec_driver_sql(made[0].replace(listed, last + more if observer else last))
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_aside")
    for each in made[1:]:
        bind.exec_driver_sql(each)
    op.execute(f"DROP TABLE {table}_aside")
