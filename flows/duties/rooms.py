"""Rooms of incidents on the chat server, where there is one: each brought where its matter is."""

from flows.duty import Duty
from incidents.matter import chat_rooms

_ARCHIVED_EVERY = 600.0
"""Seconds between looks for whoever left the office and is still in a room of long ago."""


def rooms(*, archived: bool = False) -> int:
    """Attend to every room that is due; says how many could be. One that breaks stops no other."""
    if not chat_rooms.wanted():
        return 0
    from notifications.rooms import attending  # noqa: PLC0415 - brings nio

    count, faults = 0, []
    for incident_id in attending.due(archived=archived):
        try:
            count += attending.attend(incident_id)
        except Exception as fault:  # noqa: BLE001 - told below, after the others
            faults.append(fault)
    if faults:
        raise ExceptionGroup("some rooms could not be attended to", faults)
    return count


def _old() -> int:
    rooms(archived=True)
    return 0


def duties() -> list[Duty]:
    """None where the office has no server for rooms."""
    if not chat_rooms.wanted():
        return []
    return [
        Duty("rooms", rooms, [chat_rooms.COMING]),
        Duty("rooms of old", _old, every=_ARCHIVED_EVERY),
    ]
