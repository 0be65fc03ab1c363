"""What comes in, where it is read from, and answers that came by mail."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime
from incidents.record.migrations import choices

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_WAYS = ("desk", "link", "rest", "command", "phone", "engine")
_VERBS = ("acknowledge", "complete", "decline", "more_time", "who", "comment", "sign")
_STATES = ("answered", "refused", "ignored")
_WHYS = (*("automatic", "returned", "not_ours", "unknown_sender", "too_big", "loop", "unreadable"),)
_CHANNELS = ("mail", "public_page", "apprise")


def _chosen(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(column: str, target: str, table: str = "incoming_message") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


_ABOUT = {
    "person_id": "person",
    "message_id": "outgoing_message",
    "step_id": "step",
    "signal_id": "signal",
    "incident_id": "incident",
}


def upgrade() -> None:
    op.create_table(
        "incoming_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", _chosen("channel", *_CHANNELS), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in _ABOUT),
        sa.Column("verb", _chosen("verb", *_VERBS), nullable=True),
        sa.Column("state", _chosen("incomingstate", *_STATES), nullable=False),
        sa.Column("why", _chosen("why", *_WHYS), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(state = 'ignored') = (why IS NOT NULL)", name=op.f("ck_incoming_message_ignored")
        ),
        sa.CheckConstraint(
            "state <> 'answered' OR person_id IS NOT NULL",
            name=op.f("ck_incoming_message_answered"),
        ),
        *(_refers(name, target) for name, target in _ABOUT.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_message")),
        sa.UniqueConstraint(
            "channel", "provider_id", name=op.f("uq_incoming_message_channel_provider_id")
        ),
    )
    for name in _ABOUT:
        op.create_index(op.f(f"ix_incoming_message_{name}"), "incoming_message", [name])
    op.create_table(
        "incoming_text",
        sa.Column("incoming_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        _refers("incoming_id", "incoming_message", "incoming_text"),
        sa.PrimaryKeyConstraint("incoming_id", name=op.f("pk_incoming_text")),
    )
    op.create_table(
        "incoming_source",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("channel", _chosen("channel", *_CHANNELS), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("reached_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_incoming_source")),
    )
    op.create_index(op.f("ix_outgoing_message_provider_id"), "outgoing_message", ["provider_id"])
    op.add_column("answer_link", sa.Column("reply_hash", sa.String(), nullable=True))
    op.create_index(_UNIQUE, "answer_link", ["reply_hash"], unique=True)
    choices.change("timeline_entry", "via", _WAYS, (*_WAYS, "mail"))


_UNIQUE = "ix_answer_link_reply_hash"


def downgrade() -> None:
    choices.change("timeline_entry", "via", (*_WAYS, "mail"), _WAYS)
    op.drop_index(_UNIQUE, "answer_link")
    op.drop_column("answer_link", "reply_hash")
    op.drop_index(op.f("ix_outgoing_message_provider_id"), "outgoing_message")
    for table in ("incoming_source", "incoming_text", "incoming_message"):
        op.drop_table(table)
