"""When whoever leads an incident is asked next how it stands."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing: the engine gives whatever is live its rhythm.
    op.add_column("incident", sa.Column("next_review_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "next_review_at")
