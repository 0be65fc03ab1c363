"""Founding decisions the office enters itself: when they were recorded."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("founding_decision", sa.Column("recorded_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("founding_decision", "recorded_at")
