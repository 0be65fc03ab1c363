"""Levels: their rules as dated versions, how each level came about, how incidents are linked."""

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from alembic import op

from incidents.record import ids
from incidents.record.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATES = "'open', 'active', 'stabilising', 'resolved', 'closed', 'stood_down', 'undone'"
OVER = "'closed', 'stood_down', 'undone'"
MERGED = ", 'merged'"


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def upgrade() -> None:
    op.create_table(
        "level_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("weights", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("bands", sa.JSON(), nullable=False),
        sa.Column("floors", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        _refers("level_rule", "made_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_rule")),
        sa.UniqueConstraint("version", name=op.f("uq_level_rule_version")),
    )
    op.create_index(op.f("ix_level_rule_made_by"), "level_rule", ["made_by"])
    op.create_table(
        "grading",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("floors", sa.JSON(), nullable=False),
        sa.Column("raised_to", sa.Integer(), nullable=True),
        sa.CheckConstraint("raised_to BETWEEN 0 AND 4", name=op.f("ck_grading_raised")),
        _refers("grading", "incident_id", "incident"),
        _refers("grading", "rule_id", "level_rule"),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_grading")),
    )
    op.create_index(op.f("ix_grading_rule_id"), "grading", ["rule_id"])
    op.create_table(
        "incident_tie",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "merged_into",
                "split_from",
                "follows",
                name="tiekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("incident_id <> other_id", name=op.f("ck_incident_tie_apart")),
        _refers("incident_tie", "incident_id", "incident"),
        _refers("incident_tie", "other_id", "incident"),
        _refers("incident_tie", "made_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_tie")),
        sa.UniqueConstraint(
            "incident_id",
            "other_id",
            "kind",
            name=op.f("uq_incident_tie_incident_id_other_id_kind"),
        ),
    )
    for column in ("incident_id", "other_id", "made_by"):
        op.create_index(op.f(f"ix_incident_tie_{column}"), "incident_tie", [column])
    op.add_column("step", sa.Column("level_minutes", sa.Integer(), nullable=True))
    op.add_column("step", sa.Column("counted_from", UtcDateTime(), nullable=True))
    op.add_column("step", sa.Column("climbs_from", UtcDateTime(), nullable=True))
    _seed()
    op.drop_table("criterion_weight")
    op.execute("ALTER TABLE level_policy DROP COLUMN from_points")
    _restate(merged=True)


def _seed() -> None:
    shipped = _shipped()
    rule_id = ids.new()
    rule = sa.table(
        "level_rule",
        sa.column("id", sa.Uuid()),
        sa.column("version"),
        sa.column("effective_from", sa.Date()),
        *(sa.column(name, sa.JSON()) for name in ("weights", "bands", "floors")),
        sa.column("basis"),
    )
    op.bulk_insert(
        rule,
        [
            {
                "id": rule_id,
                "version": 1,
                "effective_from": date(2000, 1, 1),
                "weights": shipped["weights"],
                "bands": shipped["bands"]["from_points"],
                "floors": shipped["floor"],
                "basis": "",
            }
        ],
    )
    # What was graded so far was graded by these very figures: nobody could change them.
    incident = sa.table("incident", sa.column("id", sa.Uuid()), sa.column("scores", sa.JSON()))
    graded = sa.select(incident.c.id).where(sa.cast(incident.c.scores, sa.String).is_not(None))
    grading = sa.table(
        "grading",
        *(sa.column(name, sa.Uuid()) for name in ("incident_id", "rule_id")),
        sa.column("floors", sa.JSON()),
    )
    rows = [
        {"incident_id": found, "rule_id": rule_id, "floors": []}
        for found in op.get_bind().scalars(graded)
    ]
    if rows:
        op.bulk_insert(grading, rows)


def _shipped() -> dict[str, Any]:
    file = files("incidents.record.migrations") / "versions" / "0006_level_rules.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _restate(*, merged: bool) -> None:
    """Let an incident be merged, or no longer."""
    more = MERGED if merged else ""
    if op.get_bind().dialect.name == "postgresql":
        for name, check in {
            "status": f"status IN ({STATES}{more})",
            "ended": f"(status IN ({OVER}{more})) = (ended_at IS NOT NULL)",
        }.items():
            op.drop_constraint(op.f(f"ck_incident_{name}"), "incident", type_="check")
            op.create_check_constraint(op.f(f"ck_incident_{name}"), "incident", check)
        return
    # SQLite cannot change a check. The table is made anew from its own text and filled again
    # under its old name: only so are the rows that point to it, checked at commit, whole again.
    asked = "SELECT sql FROM sqlite_master WHERE tbl_name = 'incident' AND sql IS NOT NULL"
    made = list(op.get_bind().exec_driver_sql(f"{asked} ORDER BY type = 'index'").scalars())
    before = "" if merged else MERGED
    op.execute("CREATE TABLE incident_aside AS SELECT * FROM incident")
    op.execute("DROP TABLE incident")
    for each in made:
        op.get_bind().exec_driver_sql(each.replace(f"'undone'{before})", f"'undone'{more})"))
    columns = ", ".join(c["name"] for c in sa.inspect(op.get_bind()).get_columns("incident"))
    op.execute(f"INSERT INTO incident ({columns}) SELECT {columns} FROM incident_aside")
    op.execute("DROP TABLE incident_aside")


def downgrade() -> None:
    op.execute("UPDATE incident SET status = 'stood_down' WHERE status = 'merged'")
    _restate(merged=False)
    op.create_table(
        "criterion_weight",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "reach",
                "velocity",
                "harm",
                "credibility",
                "duty",
                name="criterion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_weight")),
    )
    shipped = _shipped()
    op.bulk_insert(
        sa.table(
            "criterion_weight",
            sa.column("id", sa.Uuid()),
            *(sa.column(name) for name in ("criterion", "percent")),
            sa.column("verified", sa.Boolean()),
        ),
        [
            {"id": ids.new(), "criterion": name, "percent": percent, "verified": False}
            for name, percent in shipped["weights"].items()
        ],
    )
    op.add_column(
        "level_policy", sa.Column("from_points", sa.Integer(), nullable=False, server_default="0")
    )
    for level, points in enumerate(shipped["bands"]["from_points"]):
        op.execute(f"UPDATE level_policy SET from_points = {points} WHERE level = {level}")
    op.drop_column("step", "climbs_from")
    op.drop_column("step", "counted_from")
    op.drop_column("step", "level_minutes")
    for table in ("incident_tie", "grading", "level_rule"):
        op.drop_table(table)
