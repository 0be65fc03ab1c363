"""A lower level is asked for, and waits for a second person."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TABLE = "level_request"
_REFERENCES = {
    "incident_id": "incident",
    "rule_id": "level_rule",
    "asked_by": "person",
    "asked_of": "person",
    "settled_by": "person",
}
_OPTIONAL = ("rule_id", "asked_of", "settled_by", "remind_at", "settled_at")
_STATES = ("waiting", "agreed", "refused", "withdrawn", "void")
_RULES = {
    "lower": "level >= 0 AND level < before AND before <= 4",
    "scored": "(scores IS NULL) = (rule_id IS NULL)",
    "settled": "(state = 'waiting') = (settled_at IS NULL)",
}
_WAITS = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(n, sa.Uuid(), nullable=n in _OPTIONAL) for n in _REFERENCES),
        *(sa.Column(n, sa.Integer(), nullable=False) for n in ("before", "level")),
        sa.Column("scores", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("floors", sa.JSON(), nullable=False),
        *(sa.Column(n, sa.String(), nullable=False) for n in ("reason", "answer")),
        *(
            sa.Column(n, UtcDateTime(), nullable=n in _OPTIONAL)
            for n in ("asked_at", "remind_at", "settled_at")
        ),
        sa.Column(
            "state",
            sa.Enum(
                *_STATES,
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_{_TABLE}_{name}"))
            for name, rule in _RULES.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{target}.id"],
                name=op.f(f"fk_{_TABLE}_{name}"),
                initially="DEFERRED",
                deferrable=True,
            )
            for name, target in _REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    for name in _REFERENCES:
        op.create_index(op.f(f"ix_{_TABLE}_{name}"), _TABLE, [name])
    op.create_index(
        "uq_level_request_waiting",
        _TABLE,
        ["incident_id"],
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )


def downgrade() -> None:
    op.drop_table(_TABLE)
