"""Append-only guards, and the figures a desk starts with (all of them rows the office edits)."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from incidents.record import ids, timeline

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Table → what is refused. Erasing the text beside an entry is possible, changing it is not.
GUARDED = {
    "timeline_entry": ("UPDATE", "DELETE"),
    "timeline_text": ("UPDATE",),
    "checkpoint": ("UPDATE", "DELETE"),
    "statement_version": ("UPDATE", "DELETE"),
}

# Percent of the whole; proposals, not law.
WEIGHTS = {"reach": 20, "velocity": 20, "harm": 30, "credibility": 15, "duty": 15}

# level, from points, minutes to acknowledge, triage, first statement, review; due times in percent.
LEVELS = (
    (0, 0, 240, 1440, None, 10080, 800),
    (1, 20, 120, 240, 1440, 1440, 400),
    (2, 40, 60, 120, 240, 720, 200),
    (3, 60, 30, 60, 120, 240, 100),
    (4, 80, 15, 30, 60, 120, 50),
)

# kind, from level, signatures by different people, legal check before them.
SIGNING = (
    ("holding", 0, 1, False),
    ("refutation", 0, 2, True),
    ("refutation", 4, 3, True),
    ("correction", 0, 2, True),
    ("correction", 4, 3, True),
    ("conclusion", 0, 2, True),
    ("conclusion", 4, 3, True),
)

# Whom unanswered work of a role passes to, tier after tier.
TIERS = {
    "subject_lead": "standing_deputy",
    "monitoring": "standing_deputy",
    "secretary": "standing_deputy",
    "legal": "standing_deputy",
    "publisher": "standing_deputy",
    "commune": "standing_deputy",
    "police_liaison": "standing_deputy",
    "spokesperson": "lead",
    "duty_officer": "department_duty_leader",
    "department_duty_leader": "office_duty",
    "office_duty": "standing_deputy",
    "standing_deputy": "lead",
    "lead": "chair",
}


def upgrade() -> None:
    _guard()
    _defaults()


def _guard() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'append-only: % on % refused', TG_OP, TG_TABLE_NAME; END $$"
        )
    for table, deeds in GUARDED.items():
        for deed in deeds:
            name = f"{table}_no_{deed.lower()}"
            if postgres:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {deed} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'append-only: {deed} on {table} refused'); END"
                )


def _defaults() -> None:
    _insert(
        "timeline_head", [{"chain": timeline.DESK, "seq": 0, "hash": timeline.GENESIS}], key=False
    )
    _insert(
        "criterion_weight",
        [
            {"criterion": name, "percent": percent, "verified": False}
            for name, percent in WEIGHTS.items()
        ],
    )
    _insert(
        "level_policy",
        [
            {
                "level": level,
                "from_points": points,
                "acknowledge_minutes": acknowledge,
                "triage_minutes": triage,
                "first_statement_minutes": first,
                "review_minutes": review,
                "due_percent": percent,
                "verified": False,
            }
            for level, points, acknowledge, triage, first, review, percent in LEVELS
        ],
    )
    _insert(
        "signing_rule",
        [
            {
                "kind": kind,
                "from_level": level,
                "signatures": count,
                "legal_check": legal,
                "verified": False,
            }
            for kind, level, count, legal in SIGNING
        ],
    )
    _insert("role_tier", [{"role": role, "next_role": above} for role, above in TIERS.items()])


def _insert(table: str, rows: list[dict[str, Any]], *, key: bool = True) -> None:
    columns = {
        name: sa.column(name, sa.Uuid() if name in ("id", "chain") else None)
        for row in rows
        for name in row
    }
    if key:
        columns["id"] = sa.column("id", sa.Uuid())
        rows = [row | {"id": ids.new()} for row in rows]
    op.bulk_insert(sa.table(table, *columns.values()), rows)


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, deeds in GUARDED.items():
        for deed in deeds:
            op.execute(
                f"DROP TRIGGER {table}_no_{deed.lower()}" + (f" ON {table}" if postgres else "")
            )
    if postgres:
        op.execute("DROP FUNCTION refuse_change()")
    for table in ("role_tier", "signing_rule", "level_policy", "criterion_weight"):
        op.execute(f"DELETE FROM {table}")
