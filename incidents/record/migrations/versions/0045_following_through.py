"""Whoever took a step and then does nothing is reminded once; the office says when."""

import sqlalchemy as sa
from alembic import op

from incidents.record.migrations import choices

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_KINDS = ("remind", "deputy", "next_tier", "due")


def upgrade() -> None:
    choices.change("timer", "kind", _KINDS, (*_KINDS, "follow_up"), named="timerkind")
    op.add_column(
        "level_timings",
        sa.Column("follow_up_percent", sa.Integer(), server_default="75", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("level_timings", "follow_up_percent")
    op.execute("DELETE FROM timer WHERE kind = 'follow_up'")
    choices.change("timer", "kind", (*_KINDS, "follow_up"), _KINDS, named="timerkind")
