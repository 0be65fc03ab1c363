"""Who has no duty on a roster any more, and who takes it."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TABLE = "duty_left"
_REFERENCES = {
    "roster_id": "roster",
    "person_id": "person",
    "heir_id": "person",
    "recorded_by": "person",
}
_OPTIONAL = ("heir_id", "recorded_by")


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(n, sa.Uuid(), nullable=n in _OPTIONAL) for n in _REFERENCES),
        *(sa.Column(n, UtcDateTime(), nullable=False) for n in ("starts_at", "recorded_at")),
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{target}.id"],
                name=op.f(f"fk_{_TABLE}_{name}"),
                initially="DEFERRED",
                deferrable=True,
            )
            for name, target in _REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    for name in _REFERENCES:
        op.create_index(op.f(f"ix_{_TABLE}_{name}"), _TABLE, [name])


def downgrade() -> None:
    op.drop_table(_TABLE)
