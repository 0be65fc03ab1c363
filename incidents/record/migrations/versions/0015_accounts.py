"""Passwords an administrator gives, good until a moment and for setting another."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("one_time_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    # Else a password that is good for nothing but setting another would become a lasting one.
    op.execute("UPDATE person SET password_hash = NULL WHERE one_time_until IS NOT NULL")
    op.drop_column("person", "one_time_until")
