"""Intake: grounds, transfers, watching, merged flags; claims in several places; silences."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

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


CONTENT_TYPES = (
    "satire",
    "false_connection",
    "misleading",
    "false_context",
    "imposter",
    "manipulated",
    "fabricated",
    "unknown",
)
SUBJECTS = (
    "policy",
    "economy",
    "health",
    "disaster",
    "order",
    "impersonation",
    "scam",
    "other",
)


def upgrade() -> None:
    _widen_triage()
    _class_claims()
    _link_claims()
    _keep_silences()


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


def _class_claims() -> None:
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.alter_column("incident_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(
            sa.Column("content_type", _choice("contenttype", *CONTENT_TYPES), nullable=True)
        )
        batch_op.add_column(sa.Column("subject", _choice("subject", *SUBJECTS), nullable=True))
        batch_op.add_column(sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _link_claims() -> None:
    op.create_table(
        "claim_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(incident_id IS NULL) <> (signal_id IS NULL)", name=op.f("ck_claim_link_one_place")
        ),
        _refers("claim_link", "claim_id", "claim"),
        _refers("claim_link", "incident_id", "incident"),
        _refers("claim_link", "signal_id", "signal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_link")),
        sa.UniqueConstraint(
            "claim_id", "incident_id", name=op.f("uq_claim_link_claim_id_incident_id")
        ),
        sa.UniqueConstraint("claim_id", "signal_id", name=op.f("uq_claim_link_claim_id_signal_id")),
    )
    with op.batch_alter_table("claim_link", schema=None) as batch_op:
        for column in ("claim_id", "incident_id", "signal_id"):
            batch_op.create_index(batch_op.f(f"ix_claim_link_{column}"), [column], unique=False)


def _keep_silences() -> None:
    questions = ("spreading", "silence_harms", "fact_held", "without_repeating")
    op.create_table(
        "silence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        *(sa.Column(question, sa.Boolean(), nullable=False) for question in questions),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("review_at", UtcDateTime(), nullable=False),
        sa.Column("review_told", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(incident_id IS NULL) <> (signal_id IS NULL)", name=op.f("ck_silence_one_place")
        ),
        _refers("silence", "decided_by", "person"),
        _refers("silence", "incident_id", "incident"),
        _refers("silence", "signal_id", "signal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    with op.batch_alter_table("silence", schema=None) as batch_op:
        for column in ("decided_by", "incident_id", "signal_id"):
            batch_op.create_index(batch_op.f(f"ix_silence_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("silence")
    op.drop_table("claim_link")
    _unclass_claims()
    _narrow_triage()


def _unclass_claims() -> None:
    # A claim of a flag alone has no place in the older tables; its words stay in the timeline.
    op.execute("DELETE FROM claim WHERE incident_id IS NULL")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_claim_contenttype"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_claim_subject"), type_="check")
        batch_op.drop_column("tags")
        batch_op.drop_column("subject")
        batch_op.drop_column("content_type")
        batch_op.alter_column("incident_id", existing_type=sa.Uuid(), nullable=False)


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
