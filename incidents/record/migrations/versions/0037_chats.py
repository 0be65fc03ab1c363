"""Chats: messages leave by them, answers come by them, and an account is bound by a typed code."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime
from incidents.record.migrations import choices

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_CHANNELS = ("mail", "public_page", "apprise")
_CHATS = ("zalo_chat", "telegram", "matrix")
_OF_CHANNELS = ("outgoing_message", "incoming_message", "incoming_source", "publication")
_KINDS = ("mail", "apprise", "telephone", "zalo", "other")
_WAYS = ("desk", "link", "rest", "command", "phone", "engine", "mail")
_CHAT_WAYS = ("zalo", "telegram", "matrix")


def upgrade() -> None:
    for table in _OF_CHANNELS:
        choices.change(table, "channel", _CHANNELS, (*_CHANNELS, *_CHATS))
    choices.change("contact_point", "channel", _KINDS, (*_KINDS, *_CHATS))
    choices.change("timeline_entry", "via", _WAYS, (*_WAYS, *_CHAT_WAYS))
    op.add_column("incoming_source", sa.Column("title", sa.String(), server_default=""))
    op.create_index("ix_contact_point_address", "contact_point", ["address"])
    op.create_table(
        "chat_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                *(*_KINDS, *_CHATS),
                name="contactkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_chat_code_person_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_chat_code_code_hash")),
        sa.UniqueConstraint("person_id", "channel", name=op.f("uq_chat_code_person_id_channel")),
    )


def downgrade() -> None:
    op.drop_table("chat_code")
    op.drop_index("ix_contact_point_address", "contact_point")
    op.drop_column("incoming_source", "title")
    choices.change("timeline_entry", "via", (*_WAYS, *_CHAT_WAYS), _WAYS)
    choices.change("contact_point", "channel", (*_KINDS, *_CHATS), _KINDS)
    for table in _OF_CHANNELS:
        choices.change(table, "channel", (*_CHANNELS, *_CHATS), _CHANNELS)
