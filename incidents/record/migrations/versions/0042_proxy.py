"""What an absent person answered may be written down by whoever heard it."""

from incidents.record.migrations import choices

revision = "0042"
down_revision = "0037"
branch_labels = None
depends_on = None

_WAYS = (
    *("desk", "link", "rest", "command", "phone", "engine", "mail"),
    *("zalo", "telegram", "matrix"),
)


def upgrade() -> None:
    choices.change("timeline_entry", "via", _WAYS, (*_WAYS, "proxy"))


def downgrade() -> None:
    choices.change("timeline_entry", "via", (*_WAYS, "proxy"), _WAYS)
