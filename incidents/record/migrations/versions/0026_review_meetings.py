"""When somebody hears next that the review meeting of an incident is to be held."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("look_back_at", UtcDateTime(), nullable=True))
    # Whatever waits for its closing report is looked at once: the engine knows what is still due.
    op.execute("UPDATE incident SET look_back_at = resolved_at WHERE status = 'resolved'")


def downgrade() -> None:
    op.drop_column("incident", "look_back_at")
