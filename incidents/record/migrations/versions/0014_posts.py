"""Posts the office gives: by which paper, and when what hung on an ended one was passed on."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WORDS = ("document", "signer")


def upgrade() -> None:
    for name in _WORDS:
        op.add_column(
            "role_holder", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
    op.add_column("role_holder", sa.Column("signed_on", sa.Date(), nullable=True))
    op.add_column("role_holder", sa.Column("closed_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    for name in ("closed_at", "signed_on", *_WORDS):
        op.drop_column("role_holder", name)
