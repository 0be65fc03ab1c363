"""Shells, and the texts they become, in English beside the Vietnamese."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ADDED = {
    "shell": ("title_en", "frame_en"),
    "shell_draft": ("title_en", "frame_en"),
    "statement_version": ("title_en", "text_en"),
}


def upgrade() -> None:
    # Added in place, never by copying the table: the guards of statement_version stay on it. What
    # was approved before has no English, and its hash stays what it was.
    for table, names in _ADDED.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    # What was approved in both languages no longer fits its hash, so nobody can release it.
    for table, names in _ADDED.items():
        for name in names:
            op.drop_column(table, name)
