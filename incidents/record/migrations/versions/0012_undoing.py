"""What a person who left held then, and when they came back."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("departure", sa.Column("held", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("departure", sa.Column("returned_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("departure", "returned_at")
    op.drop_column("departure", "held")
