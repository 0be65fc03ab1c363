"""A flag is real, or marked as part of an exercise; those that became exercises are marked."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_INCIDENT = sa.table("incident", sa.column("id", sa.Uuid()), sa.column("exercise", sa.Boolean()))
_SIGNAL = sa.table(
    "signal", sa.column("incident_id", sa.Uuid()), sa.column("exercise", sa.Boolean())
)


def upgrade() -> None:
    # The table is not copied: evidence, claims and messages point to it.
    mark = sa.Column("exercise", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("signal", mark)
    op.add_column("signal", sa.Column("real_since", UtcDateTime(), nullable=True))
    exercised = sa.select(_INCIDENT.c.id).where(_INCIDENT.c.exercise)
    op.execute(
        _SIGNAL.update().where(_SIGNAL.c.incident_id.in_(exercised)).values(exercise=sa.true())
    )


def downgrade() -> None:
    for name in ("real_since", "exercise"):
        op.drop_column("signal", name)
