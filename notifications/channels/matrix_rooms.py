"""Rooms on a Matrix server: made once however often they are asked for, entered, left and closed.

A room is known again by its alias, which nobody without the desk's key can guess.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from nio import (
    AsyncClient,
    DirectRoomsResponse,
    ErrorResponse,
    JoinResponse,
    ProfileGetResponse,
    RoomCreateResponse,
    RoomGetStateEventResponse,
    RoomGetStateResponse,
    RoomInviteResponse,
    RoomKickResponse,
    RoomLeaveResponse,
    RoomPreset,
    RoomPutStateResponse,
    RoomResolveAliasResponse,
    RoomSendResponse,
)

from incidents.record.language import N_
from notifications.channels.homeserver import Homeserver, Refused, transaction

IN = ("join", "invite")
"""Who has a room before them, or may have it by a touch."""

_API = "/_matrix/client/v3"
_IN_USE = "M_ROOM_IN_USE"
_NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
_NO_GUESTS = {
    "type": "m.room.guest_access",
    "state_key": "",
    "content": {"guest_access": "forbidden"},
}
_NO_SUCH_USER = N_("máy chủ Matrix không có tài khoản này")
_NOT_OURS = N_("tên phòng trên máy chủ Matrix đã có người khác dùng")


class Unreachable(OSError):
    """Nobody is behind an account, or a room is not ours."""


def make(
    server: Homeserver,
    alias: str,
    *,
    name: str | None = None,
    topic: str | None = None,
    invite: Sequence[str] = (),
    direct: bool = False,
) -> str:
    """A private room, which only those invited enter; the same again for the same alias."""
    try:
        made = server.ask(
            RoomCreateResponse,
            lambda client: client.room_create(
                alias=alias,
                name=name,
                topic=topic,
                invite=invite,
                is_direct=direct,
                preset=RoomPreset.private_chat,
                # By that preset whoever is in may ask others in, and guests may come.
                power_level_override={"invite": 50},
                initial_state=[_NO_GUESTS],
            ),
        )
    except Refused as no:
        # Synapse gives the second of two who ask at one moment no name for its error.
        if no.code != _IN_USE and no.status != HTTPStatus.CONFLICT:
            raise
        return _found(server, alias)
    return made.room_id


def _found(server: Homeserver, alias: str) -> str:
    """The room that was made before we could write it down."""
    whole = f"#{alias}:{server.domain}"
    room = server.ask(
        RoomResolveAliasResponse, lambda client: client.room_resolve_alias(whole)
    ).room_id
    held = server.ask(RoomGetStateResponse, lambda client: client.room_get_state(room)).events
    if not any(e.get("type") == "m.room.create" and e.get("sender") == server.me for e in held):
        raise Unreachable(_NOT_OURS)
    return room


def state(server: Homeserver, room: str, kind: str, key: str = "") -> Mapping[str, Any] | None:
    """What a room says of something; ``None`` where it says nothing, or we are not in it."""
    try:
        return server.ask(
            RoomGetStateEventResponse, lambda client: client.room_get_state_event(room, kind, key)
        ).content
    except Refused as no:
        if no.status in _NOT_THERE:
            return None
        raise


def put_state(
    server: Homeserver, room: str, kind: str, content: Mapping[str, Any], key: str = ""
) -> None:
    """Let a room say something else from now on."""
    server.ask(
        RoomPutStateResponse, lambda client: client.room_put_state(room, kind, dict(content), key)
    )


def say(server: Homeserver, room: str, content: Mapping[str, Any], *, key: str) -> str:
    """Put a message into a room, once for its key; the server's name for it."""
    sent = server.ask(
        RoomSendResponse,
        lambda client: client.room_send(
            room, "m.room.message", dict(content), tx_id=transaction(key)
        ),
    )
    return sent.event_id


def membership(server: Homeserver, room: str, user: str) -> str:
    """How somebody stands to a room; empty where they never had to do with it."""
    found = state(server, room, "m.room.member", user)
    return str(found.get("membership") or "") if found else ""


def encrypted(server: Homeserver, room: str) -> bool:
    """Whether what is written there cannot be read here."""
    return state(server, room, "m.room.encryption") is not None


def invite(server: Homeserver, room: str, user: str) -> None:
    """Invite somebody who is not in; ``Unreachable`` where there is nobody."""
    if membership(server, room, user) not in IN:
        require_known(server, user)
        server.ask(RoomInviteResponse, lambda client: client.room_invite(room, user))


def remove(server: Homeserver, room: str, user: str) -> None:
    """Take somebody out of a room, or their invitation back."""
    if membership(server, room, user) in IN:
        server.ask(RoomKickResponse, lambda client: client.room_kick(room, user))


def enter(server: Homeserver, room: str) -> bool:
    """Take an invitation; ``False`` when it does not stand any more."""
    try:
        server.ask(JoinResponse, lambda client: client.join(room))
    except Refused as no:
        if no.status in _NOT_THERE:
            return False
        raise
    return True


def leave(server: Homeserver, room: str) -> None:
    """Leave a room or refuse an invitation; it may be gone already."""
    try:
        server.ask(RoomLeaveResponse, lambda client: client.room_leave(room))
    except Refused as no:
        if no.status not in _NOT_THERE:
            raise


def require_known(server: Homeserver, user: str) -> None:
    """Return unless the server says that there is no such account."""
    # An invitation of nobody is accepted by the server, and lies there for ever.
    try:
        server.ask(ProfileGetResponse, lambda client: client.get_profile(user))
    except Refused as no:
        if no.status == HTTPStatus.NOT_FOUND:
            raise Unreachable(_NO_SUCH_USER) from no
        if no.limited or no.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise


def direct(server: Homeserver) -> dict[str, list[str]]:
    """Account → the rooms we talk to it in, as our own account notes them (``m.direct``)."""
    try:
        return server.ask(DirectRoomsResponse, lambda client: client.list_direct_rooms()).rooms
    except Refused as no:
        if no.status == HTTPStatus.NOT_FOUND:
            return {}
        raise


def note_direct(server: Homeserver, user: str, room: str) -> None:
    """Note that we talk to somebody in a room; the newest stands first."""
    known = direct(server)
    if room not in known.get(user, ())[:1]:
        rooms = [room, *(each for each in known.get(user, ()) if each != room)]
        server.ask(int, lambda client: _set_direct(client, known | {user: rooms}))


async def _set_direct(
    client: AsyncClient, rooms: Mapping[str, Sequence[str]]
) -> ErrorResponse | int:
    path = f"{_API}/user/{quote(client.user_id, safe='')}/account_data/m.direct"
    answer = await client.send(
        "PUT",
        path,
        json.dumps(rooms),
        {"Authorization": f"Bearer {client.access_token}", "Content-Type": "application/json"},
    )
    async with answer:
        if answer.status == HTTPStatus.OK:
            return answer.status
        said = await client.parse_body(answer)
    return ErrorResponse(str(said.get("error") or answer.status), str(said.get("errcode") or ""))
