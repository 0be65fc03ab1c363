"""The slots of a shell are those its frame names: typed, from a fixed set."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TABLES = ("shell", "shell_draft")


def upgrade() -> None:
    # A frame with free-text slots of its own stays signed and is refused when it is to be released.
    for table in _TABLES:
        op.drop_column(table, "slots")


def downgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("slots", sa.JSON(), nullable=False, server_default="{}"))
