"""Shells the office writes: as written until somebody decides, and withdrawn."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLE = "shell_draft"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("code", "title", "frame", "frame_sha256")
        ),
        sa.Column("slots", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("from_level", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("waiting", "approved", "refused"),
                name="draftstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["written_by"],
            ["person.id"],
            name=op.f(f"fk_{_TABLE}_written_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    for name in ("code", "written_by"):
        op.create_index(op.f(f"ix_{_TABLE}_{name}"), _TABLE, [name])
    op.add_column("shell", sa.Column("withdrawn_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    # One that was withdrawn must not be on offer again.
    op.execute("UPDATE shell SET valid_to = '2000-01-01' WHERE withdrawn_at IS NOT NULL")
    op.drop_column("shell", "withdrawn_at")
    op.drop_table(_TABLE)
