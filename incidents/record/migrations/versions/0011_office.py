"""What the office edits itself: timings by level as dated versions, and which files it read in."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from incidents.record import ids
from incidents.record.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FIGURES = (
    "acknowledge_minutes",
    "triage_minutes",
    "first_statement_minutes",
    "review_minutes",
    "due_percent",
)
OPTIONAL = "first_statement_minutes"


def upgrade() -> None:
    op.create_table(
        "level_timings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        _refers("level_timings", "made_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_timings")),
        sa.UniqueConstraint("version", name=op.f("uq_level_timings_version")),
    )
    op.create_index(op.f("ix_level_timings_made_by"), "level_timings", ["made_by"])
    held = _held()
    # Nothing points to the figures: the table is made anew with the version each belongs to.
    op.drop_table("level_policy")
    op.create_table(
        "level_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("timings_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name == OPTIONAL) for name in FIGURES),
        sa.Column("remind_percent", sa.Integer(), nullable=False),
        sa.Column("next_tier_percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_level_policy_level")),
        sa.CheckConstraint(
            "acknowledge_minutes > 0 AND triage_minutes > 0 AND review_minutes > 0 "
            "AND first_statement_minutes > 0 AND due_percent > 0",
            name=op.f("ck_level_policy_positive"),
        ),
        sa.CheckConstraint(
            "remind_percent BETWEEN 1 AND 99 AND next_tier_percent > 100",
            name=op.f("ck_level_policy_rung"),
        ),
        _refers("level_policy", "timings_id", "level_timings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_policy")),
        sa.UniqueConstraint("timings_id", "level", name=op.f("uq_level_policy_timings_id_level")),
    )
    op.create_index(op.f("ix_level_policy_timings_id"), "level_policy", ["timings_id"])
    first = ids.new()
    timings = sa.table(
        "level_timings",
        sa.column("id", sa.Uuid()),
        sa.column("version"),
        sa.column("effective_from", sa.Date()),
        sa.column("basis"),
    )
    begun = date(2000, 1, 1)
    op.bulk_insert(timings, [{"id": first, "version": 1, "effective_from": begun, "basis": ""}])
    # The ladder of the plan, until now in the code: a reminder at half, the next tier at 150 %.
    ladder = {"timings_id": first, "remind_percent": 50, "next_tier_percent": 150}
    op.bulk_insert(
        _policy("timings_id", more=("remind_percent", "next_tier_percent")),
        [row | ladder for row in held],
    )
    op.create_table(
        "imported_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "organisations",
                "successions",
                "people",
                "contacts",
                name="sheetkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        _refers("imported_sheet", "imported_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_sheet")),
    )
    op.create_index(op.f("ix_imported_sheet_imported_by"), "imported_sheet", ["imported_by"])


def downgrade() -> None:
    op.drop_table("imported_sheet")
    held = _held("WHERE timings_id = (SELECT id FROM level_timings WHERE version = 1)")
    op.drop_table("level_policy")
    op.drop_table("level_timings")
    op.create_table(
        "level_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name == OPTIONAL) for name in FIGURES),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "acknowledge_minutes > 0 AND due_percent > 0", name=op.f("ck_level_policy_positive")
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_level_policy_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_policy")),
        sa.UniqueConstraint("level", name=op.f("uq_level_policy_level")),
    )
    op.bulk_insert(_policy(more=("verified",)), [row | {"verified": False} for row in held])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _held(where: str = "") -> list[dict[str, Any]]:
    """The figures of every level, each row under a new name of its own."""
    asked = f"SELECT level, {', '.join(FIGURES)} FROM level_policy {where}"
    rows = op.get_bind().exec_driver_sql(asked).mappings()
    return [dict(row) | {"id": ids.new()} for row in rows]


def _policy(*keys: str, more: tuple[str, ...]) -> sa.TableClause:
    return sa.table(
        "level_policy",
        *(sa.column(name, sa.Uuid()) for name in ("id", *keys)),
        *(sa.column(name) for name in ("level", *FIGURES, *more)),
    )
