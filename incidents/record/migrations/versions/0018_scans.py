"""Scans of the papers an office works under."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLE = "paper_scan"
_REFERENCES = {
    "authorisation_id": "authorisation",
    "founding_decision_id": "founding_decision",
    "post_id": "role_holder",
    "added_by": "person",
}


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in _REFERENCES),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("filename", "media_type")),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN authorisation_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN founding_decision_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_paper_scan_one_paper"),
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


def downgrade() -> None:
    op.drop_table(_TABLE)
