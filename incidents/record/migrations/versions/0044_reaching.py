"""Alerts that reach nobody: another way instead, who leaves first, and somebody who calls."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_UNREACHED = sa.text("reach_by IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "outgoing_message", sa.Column("rank", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("outgoing_message", sa.Column("reach_by", UtcDateTime(), nullable=True))
    op.add_column(
        "outgoing_message",
        sa.Column("chased", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index(
        "ix_outgoing_message_reach_by",
        "outgoing_message",
        ["reach_by"],
        sqlite_where=_UNREACHED,
        postgresql_where=_UNREACHED,
    )
    op.add_column("step", sa.Column("unreached_at", UtcDateTime(), nullable=True))
    op.add_column("step", sa.Column("calls_about", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("step", "calls_about")
    op.drop_column("step", "unreached_at")
    op.drop_index("ix_outgoing_message_reach_by", "outgoing_message")
    for name in ("chased", "reach_by", "rank"):
        op.drop_column("outgoing_message", name)
