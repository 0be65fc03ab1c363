"""Short messages and calls through the office's gateway, and the answers that come by them."""

from incidents.record.migrations import choices

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_CHANNELS = ("mail", "public_page", "apprise", "zalo_chat", "telegram", "matrix")
_OF_CHANNELS = ("outgoing_message", "incoming_message", "incoming_source", "publication")
_KINDS = ("mail", "apprise", "telephone", "zalo", "other", "zalo_chat", "telegram", "matrix")
_WAYS = ("desk", "link", "rest", "command", "phone", "engine", "mail")
_LATER_WAYS = ("zalo", "telegram", "matrix", "proxy")
_BY_TELEPHONE = ("sms", "call")


def upgrade() -> None:
    for table in _OF_CHANNELS:
        choices.change(table, "channel", _CHANNELS, (*_CHANNELS, *_BY_TELEPHONE))
    choices.change("contact_point", "channel", _KINDS, (*_KINDS, *_BY_TELEPHONE))
    kinds = (*_KINDS, *_BY_TELEPHONE)
    choices.change("chat_code", "channel", _KINDS, kinds, named="contactkind")
    ways = (*_WAYS, *_LATER_WAYS)
    choices.change("timeline_entry", "via", ways, (*ways, *_BY_TELEPHONE))


def downgrade() -> None:
    ways = (*_WAYS, *_LATER_WAYS)
    choices.change("timeline_entry", "via", (*ways, *_BY_TELEPHONE), ways)
    kinds = (*_KINDS, *_BY_TELEPHONE)
    choices.change("chat_code", "channel", kinds, _KINDS, named="contactkind")
    choices.change("contact_point", "channel", kinds, _KINDS)
    for table in _OF_CHANNELS:
        choices.change(table, "channel", (*_CHANNELS, *_BY_TELEPHONE), _CHANNELS)
