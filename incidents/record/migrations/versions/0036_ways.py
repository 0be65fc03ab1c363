"""People say which way they are reached first, which later, and when they are not to be woken."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_AFTER = ("after_minutes", "grave_after_minutes")


def upgrade() -> None:
    for name in _AFTER:
        # What was there so far went out at once on every way.
        op.add_column("contact_point", sa.Column(name, sa.Integer(), server_default="0"))
    op.add_column("person", sa.Column("quiet", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "quiet")
    for name in _AFTER:
        op.drop_column("contact_point", name)
