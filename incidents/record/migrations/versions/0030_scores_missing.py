"""When somebody hears next that the five scores of a provisional level are missing."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("scores_at", UtcDateTime(), nullable=True))
    # Whatever is provisional now is looked at once: the engine knows what is still due.
    op.execute(
        "UPDATE incident SET scores_at = opened_at "
        "WHERE level_provisional AND status IN ('open', 'active', 'stabilising')"
    )


def downgrade() -> None:
    op.drop_column("incident", "scores_at")
