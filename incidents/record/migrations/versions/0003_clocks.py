"""Statutory clocks, the working calendar's swapped days, and the terms a desk starts with."""

import tomllib
from importlib.resources import files

import sqlalchemy as sa
from alembic import op

from incidents.record import ids
from incidents.record.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("texts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "hours",
                "days",
                "working_days",
                "months",
                "yearly",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("rolls", sa.Boolean(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "standing_deputy",
                "spokesperson",
                "secretary",
                "duty_officer",
                "monitoring",
                "subject_lead",
                "legal",
                "police_liaison",
                "publisher",
                "commune",
                "chair",
                "department_duty_leader",
                "office_duty",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("verified_by", sa.String(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(unit = 'yearly') = (before <> '')", name=op.f("ck_clock_rule_before")),
        sa.CheckConstraint(
            "NOT verified OR (verified_by <> '' AND verified_on IS NOT NULL)",
            name=op.f("ck_clock_rule_vouched"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_clock_rule_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_rule")),
        sa.UniqueConstraint(
            "code", "effective_from", name=op.f("uq_clock_rule_code_effective_from")
        ),
    )
    with op.batch_alter_table("clock_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_rule_code"), ["code"], unique=False)

    op.create_table(
        "clock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "running",
                "lapsed",
                "overdue",
                "met",
                "explained",
                "not_applicable",
                name="clockstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "origin",
            sa.Enum(
                "fact",
                "playbook",
                "hand",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("triggered_at", UtcDateTime(), nullable=True),
        sa.Column(
            "certainty",
            sa.Enum(
                "exact",
                "estimated",
                name="certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("met_at", UtcDateTime(), nullable=True),
        sa.Column(
            "proof_kind",
            sa.Enum(
                "publication",
                "evidence",
                "number",
                "text",
                name="proofkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("(state = 'met') = (met_at IS NOT NULL)", name=op.f("ck_clock_met")),
        sa.CheckConstraint(
            "state <> 'proposed' OR started_at IS NULL", name=op.f("ck_clock_proposed")
        ),
        sa.CheckConstraint(
            "started_at IS NULL OR (triggered_at IS NOT NULL AND due_at IS NOT NULL "
            "AND started_by IS NOT NULL)",
            name=op.f("ck_clock_started"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_clock_incident_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["person.id"],
            name=op.f("fk_clock_owner_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["person.id"],
            name=op.f("fk_clock_proposed_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["clock_rule.id"],
            name=op.f("fk_clock_rule_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"],
            ["person.id"],
            name=op.f("fk_clock_settled_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["started_by"],
            ["person.id"],
            name=op.f("fk_clock_started_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_clock_incident_id_number")),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clock_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clock_proposed_by"), ["proposed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_clock_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clock_settled_by"), ["settled_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_clock_started_by"), ["started_by"], unique=False)

    op.create_table(
        "swap_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "working",
                "off",
                name="daykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["set_by"],
            ["person.id"],
            name=op.f("fk_swap_day_set_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_day")),
        sa.UniqueConstraint("day", name=op.f("uq_swap_day_day")),
    )
    with op.batch_alter_table("swap_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_swap_day_set_by"), ["set_by"], unique=False)

    op.create_table(
        "clock_alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "armed",
                "fired",
                "cancelled",
                name="timerstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fired_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_clock_alarm_percent")),
        sa.ForeignKeyConstraint(
            ["clock_id"],
            ["clock.id"],
            name=op.f("fk_clock_alarm_clock_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_alarm")),
        sa.UniqueConstraint("clock_id", "percent", name=op.f("uq_clock_alarm_clock_id_percent")),
    )
    with op.batch_alter_table("clock_alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_alarm_clock_id"), ["clock_id"], unique=False)
        batch_op.create_index("ix_clock_alarm_due", ["state", "due_at"], unique=False)
    _defaults()


def _defaults() -> None:
    file = files("incidents.record.migrations") / "versions" / "0003_clock_rules.toml"
    columns = {
        "id": sa.Uuid(),
        "texts": sa.JSON(),
        "effective_from": sa.Date(),
        "effective_to": sa.Date(),
        "rolls": sa.Boolean(),
        "verified": sa.Boolean(),
    }
    plain = ("code", "amount", "unit", "before", "role", "legal_basis", "verified_by")
    op.bulk_insert(
        sa.table(
            "clock_rule",
            *(sa.column(name) for name in plain),
            *(sa.column(name, kind) for name, kind in columns.items()),
        ),
        [
            {
                "id": ids.new(),
                "texts": {"vi": row.pop("vi"), "en": row.pop("en")},
                "before": "",
                "effective_to": None,
                # Until somebody has read the law, the strictest reading: no term is lengthened.
                "rolls": False,
                "verified": False,
                "verified_by": "",
                **row,
            }
            for row in tomllib.loads(file.read_text(encoding="utf-8"))["rule"]
        ],
    )


def downgrade() -> None:
    with op.batch_alter_table("clock_alarm", schema=None) as batch_op:
        batch_op.drop_index("ix_clock_alarm_due")
        batch_op.drop_index(batch_op.f("ix_clock_alarm_clock_id"))

    op.drop_table("clock_alarm")
    with op.batch_alter_table("swap_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_swap_day_set_by"))

    op.drop_table("swap_day")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clock_started_by"))
        batch_op.drop_index(batch_op.f("ix_clock_settled_by"))
        batch_op.drop_index(batch_op.f("ix_clock_rule_id"))
        batch_op.drop_index(batch_op.f("ix_clock_proposed_by"))
        batch_op.drop_index(batch_op.f("ix_clock_owner_id"))
        batch_op.drop_index(batch_op.f("ix_clock_incident_id"))

    op.drop_table("clock")
    with op.batch_alter_table("clock_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clock_rule_code"))

    op.drop_table("clock_rule")
