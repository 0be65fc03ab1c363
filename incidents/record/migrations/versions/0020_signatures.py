"""One signature for each proof of identity that a program gave for it."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_session", sa.Column("signs_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in_session", "signs_until")
