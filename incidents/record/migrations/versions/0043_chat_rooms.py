"""A room of each incident on the chat server: who was let in, and how far it was told."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def upgrade() -> None:
    op.create_table(
        "chat_room",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        _refers("chat_room", "incident_id", "incident.id"),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_chat_room")),
        sa.UniqueConstraint("name", name=op.f("uq_chat_room_name")),
    )
    op.create_index(op.f("ix_chat_room_archived_at"), "chat_room", ["archived_at"])
    op.create_table(
        "chat_room_guest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        _refers("chat_room_guest", "incident_id", "chat_room.incident_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_room_guest")),
        sa.UniqueConstraint(
            "incident_id", "account", name=op.f("uq_chat_room_guest_incident_id_account")
        ),
    )
    op.create_table(
        "chat_room_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        _refers("chat_room_post", "step_id", "step.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_room_post")),
        sa.UniqueConstraint("name", name=op.f("uq_chat_room_post_name")),
    )


def downgrade() -> None:
    for table in ("chat_room_post", "chat_room_guest", "chat_room"):
        op.drop_table(table)
