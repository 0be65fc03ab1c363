"""The posture of an incident's words, a decision of its log."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CLUSTERS = ("victim", "accidental", "preventable")


def upgrade() -> None:
    op.create_table(
        "stance",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "cluster",
            sa.Enum(
                *_CLUSTERS, name="cluster", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("postures", sa.JSON(), nullable=False),
        sa.Column("suggested", sa.JSON(), nullable=False),
        _refers("decision_id", "decision"),
        _refers("incident_id", "incident"),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_stance")),
    )
    op.create_index(op.f("ix_stance_incident_id"), "stance", ["incident_id"])


def downgrade() -> None:
    # The decisions stay in the log, which says in words what was taken.
    op.drop_table("stance")


def _refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_stance_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )
