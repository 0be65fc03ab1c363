"""What comes in, where it is read from, and answers that came by mail."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

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
    _ways(_WAYS, (*_WAYS, "mail"))


_UNIQUE = "ix_answer_link_reply_hash"


def _ways(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """The ways a deed may come by. The timeline itself is neither copied nor touched."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_timeline_entry_via"), "timeline_entry", type_="check")
        op.create_check_constraint(
            op.f("ck_timeline_entry_via"), "timeline_entry", sa.column("via").in_(after)
        )
        return
    # SQLite's own way to change a CHECK ("Making Other Kinds Of Table Schema Changes"): a copy
    # would cost as much as the timeline is long, and its triggers would have to fall for it.
    connection: Any = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'timeline_entry'",
        (_listed(before), _listed(after)),
    ).rowcount
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
    if changed != 1:
        raise RuntimeError("the timeline is not as revision 0001 made it")


def _listed(ways: tuple[str, ...]) -> str:
    return f"via IN ({', '.join(repr(each) for each in ways)})"


def downgrade() -> None:
    _ways((*_WAYS, "mail"), _WAYS)
    op.drop_index(_UNIQUE, "answer_link")
    op.drop_column("answer_link", "reply_hash")
    op.drop_index(op.f("ix_outgoing_message_provider_id"), "outgoing_message")
    for table in ("incoming_source", "incoming_text", "incoming_message"):
        op.drop_table(table)
