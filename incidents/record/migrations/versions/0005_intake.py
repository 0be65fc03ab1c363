"""Triage: grounds, transfers, who watches, and flags merged into others."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("new", "triage", "watched", "opened", "dismissed")
GROUNDS = (
    "not_ours",
    "duplicate",
    "opinion",
    "complaint",
    "question",
    "nothing_to_check",
    "by_mistake",
    "other",
)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(each) for each in values)})"


def upgrade() -> None:
    _widen_triage()


def _widen_triage() -> None:
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_signal_signalstate"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_signal_signalstate"), _one_of("state", (*STATES, "merged"))
        )
        batch_op.add_column(sa.Column("owner_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("review_told", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("ground", _choice("ground", *GROUNDS), nullable=True))
        for name in ("transferred_to", "transfer_number"):
            batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("transferred_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        for column, target in (("owner_id", "person"), ("merged_into_id", "signal")):
            batch_op.create_index(batch_op.f(f"ix_signal_{column}"), [column], unique=False)
            batch_op.create_foreign_key(
                batch_op.f(f"fk_signal_{column}"),
                target,
                [column],
                ["id"],
                initially="DEFERRED",
                deferrable=True,
            )


def downgrade() -> None:
    _narrow_triage()


def _narrow_triage() -> None:
    op.execute("UPDATE signal SET state = 'dismissed' WHERE state = 'merged'")
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_signal_signalstate"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_signal_ground"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_signal_signalstate"), _one_of("state", STATES)
        )
        for column in ("owner_id", "merged_into_id"):
            batch_op.drop_constraint(batch_op.f(f"fk_signal_{column}"), type_="foreignkey")
            batch_op.drop_index(batch_op.f(f"ix_signal_{column}"))
        for column in (
            "owner_id",
            "review_told",
            "ground",
            "transferred_to",
            "transfer_number",
            "transferred_on",
            "merged_into_id",
        ):
            batch_op.drop_column(column)
