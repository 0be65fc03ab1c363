"""Terms of the law are kept by date, and clocks keep the law they were started with."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_RULE = sa.table(
    "clock_rule",
    sa.column("id", sa.Uuid()),
    sa.column("code", sa.String()),
    sa.column("texts", sa.JSON()),
    sa.column("amount", sa.Integer()),
    sa.column("unit", sa.String()),
    sa.column("before", sa.String()),
    sa.column("rolls", sa.Boolean()),
    sa.column("legal_basis", sa.String()),
    sa.column("effective_from", sa.Date()),
    sa.column("effective_to", sa.Date()),
    sa.column("ends_on", sa.Date()),
    sa.column("used_at", UtcDateTime()),
    sa.column("withdrawn_at", UtcDateTime()),
    sa.column("verified", sa.Boolean()),
    sa.column("verified_by", sa.String()),
    sa.column("verified_on", sa.Date()),
)
_CLOCK = sa.table(
    "clock",
    sa.column("id", sa.Uuid()),
    sa.column("rule_id", sa.Uuid()),
    sa.column("figures", sa.JSON()),
    sa.column("state", sa.String()),
    sa.column("started_at", UtcDateTime()),
    sa.column("legal_basis", sa.JSON()),
    sa.column("verified", sa.Boolean()),
    sa.column("verified_by", sa.String()),
    sa.column("verified_on", sa.Date()),
)


_ONE_A_DAY = "uq_clock_rule_code_effective_from"
_KEY = "CONSTRAINT pk_clock_rule PRIMARY KEY (id), "
_UNIQUE = f"\n\tCONSTRAINT {_ONE_A_DAY} UNIQUE (code, effective_from), "
_STANDING = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(_UNIQUE, "")
    else:
        op.drop_constraint(_ONE_A_DAY, "clock_rule")
    for column in (
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("end_basis", sa.String(), nullable=False, server_default=""),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
    ):
        op.add_column("clock_rule", column)
    op.create_index(
        "uq_clock_rule_standing",
        "clock_rule",
        ["code", "effective_from"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    for column in (
        sa.Column("legal_basis", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("verified", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("verified_by", sa.String(), nullable=False, server_default=""),
        sa.Column("verified_on", sa.Date(), nullable=True),
    ):
        op.add_column("clock", column)
    rules = {row.id: row for row in op.get_bind().execute(sa.select(_RULE))}
    _own_ends(list(rules.values()))
    _kept_law(rules)


def _own_ends(rules: list[Any]) -> None:
    """A row that another follows ends because of it; any other end is its own."""
    begins = {(row.code, row.effective_from) for row in rules}
    for row in rules:
        last = row.effective_to
        if last and (row.code, last + timedelta(days=1)) not in begins:
            op.execute(_RULE.update().where(_RULE.c.id == row.id).values(ends_on=last))


def _kept_law(rules: dict[Any, Any]) -> None:
    """What was started has the law of its row as it stands, vouched for as it counted until now."""
    used: dict[Any, Any] = {}
    for clock in op.get_bind().execute(sa.select(_CLOCK)).all():
        row = rules[clock.rule_id]
        english = row.texts["en"].get("legal_basis") or row.legal_basis
        told: dict[str, Any] = {"legal_basis": {"vi": row.legal_basis, "en": english}}
        figures = {name: getattr(row, name) for name in ("amount", "unit", "before", "rolls")}
        if clock.started_at and row.verified and figures == clock.figures:
            told |= {"verified": True, "verified_by": row.verified_by}
            told |= {"verified_on": row.verified_on}
        if clock.started_at:
            used[row.id] = min(used.get(row.id, clock.started_at), clock.started_at)
        op.execute(_CLOCK.update().where(_CLOCK.c.id == clock.id).values(**told))
    for rule_id, since in used.items():
        op.execute(_RULE.update().where(_RULE.c.id == rule_id).values(used_at=since))


def downgrade() -> None:
    # One code and one day name one row again: what was set aside goes, and the clocks that ran by
    # it point to the earliest row of their term; they keep their own figures.
    rows = list(op.get_bind().execute(sa.select(_RULE).order_by(_RULE.c.effective_from)))
    stands = {row.code: row.id for row in reversed(rows) if row.withdrawn_at is None}
    for gone in (row for row in rows if row.withdrawn_at):
        moved = _CLOCK.update().where(_CLOCK.c.rule_id == gone.id)
        op.execute(moved.values(rule_id=stands[gone.code]))
        op.execute(_RULE.delete().where(_RULE.c.id == gone.id))
    if op.get_bind().dialect.name != "sqlite":
        # Else the references just moved are still to be checked, and nothing can be altered.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in ("verified_on", "verified_by", "verified", "legal_basis"):
        op.drop_column("clock", name)
    op.drop_index("uq_clock_rule_standing", "clock_rule")
    for name in ("withdrawn_at", "used_at", "made_at", "end_basis", "ends_on"):
        op.drop_column("clock_rule", name)
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(_KEY, _KEY + _UNIQUE)
    else:
        op.create_unique_constraint(_ONE_A_DAY, "clock_rule", ["code", "effective_from"])


def _made_anew(before: str, after: str) -> None:
    """SQLite changes no constraint in place: the table is made again, its rows kept."""
    bind = op.get_bind()
    made = "SELECT sql FROM sqlite_master WHERE tbl_name = 'clock_rule' AND sql <> '' ORDER BY type"
    index, table = bind.exec_driver_sql(made).scalars().all()
    if before not in table:
        raise RuntimeError(f"the terms are not as revision {revision} knows them: {table}")
    op.execute("CREATE TABLE clock_rule_kept AS SELECT * FROM clock_rule")
    op.execute("DELETE FROM clock_rule")
    op.execute("DROP TABLE clock_rule")
    bind.exec_driver_sql(table.replace(before, after))
    op.execute("INSERT INTO clock_rule SELECT * FROM clock_rule_kept")
    op.execute("DROP TABLE clock_rule_kept")
    bind.exec_driver_sql(index)
