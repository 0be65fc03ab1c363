"""What the program says in a decision, as data."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("said", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    # What was said as data since is lost: the row may not be written over.
    op.drop_column("decision", "said")
