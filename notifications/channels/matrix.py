"""Matrix (matrix.org): direct messages out, answers in by one long poll, no door opened here.

Encrypted rooms are not read: that would need keys beside the record, on every engine.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from threading import Lock
from typing import Any

from nio import InviteMemberEvent, MessageDirection, RoomInfo, RoomMessagesResponse, SyncResponse

from incidents.matter import chat_rooms
from incidents.people.directory import chat_accounts
from incidents.people.persons import ContactKind
from incidents.record import database, keys
from incidents.record.language import N_, Language, speech
from incidents.record.outbox import Channel
from notifications.channels import matrix_events, matrix_rooms
from notifications.channels.chat import ChatText
from notifications.channels.homeserver import Homeserver, NotLetIn, Refused
from notifications.channels.matrix_rooms import Unreachable
from notifications.outcomes import FailedForGood, FailedForNow, Outcome, Sent
from notifications.receiving.inbound import Inbound

LONGEST = 12_000
"""Characters of a message: an event has 65,536 bytes (specification 1.12, 10.2)."""

_ACCOUNT = re.compile(r"@[^:\s/]{1,200}:[A-Za-z0-9.:\[\]-]{1,200}")
_NO_ACCOUNT = N_("tài khoản Matrix không hợp lệ")
_ENCRYPTED = N_(
    "Phòng này mã hóa đầu cuối nên bàn trực không đọc được. Hãy nhận lời mời vào phòng bàn trực "
    "vừa mở và viết ở đó."
)
_OUR_FAULT_PAUSE = timedelta(minutes=5)
_AT_ONCE = 50
_PAGES = 40
_KINDS = ["m.room.message", "m.reaction", "m.room.encryption"]
_NOTHING = {"types": list[str]()}


class Matrix:
    """The desk's account on the office's own server."""

    channel = Channel.MATRIX
    patience = 4.0
    pushes = True

    def __init__(self, url: str) -> None:
        self.server = Homeserver(url)
        self._place: str | None = None
        self._opening = Lock()

    @property
    def name(self) -> str:
        """What its place is kept under."""
        return f"matrix:{self.server.name}"

    def title(self) -> str:
        """The name people invite."""
        return self.server.me

    def send(self, said: ChatText, *, to: str, key: str) -> Outcome:
        """Hand one message over, into the room with that person alone."""
        if not _ACCOUNT.fullmatch(to):
            return FailedForGood(_NO_ACCOUNT, address_dead=True)
        try:
            room = self._known_room(to) or self._open_room(to)
        except Unreachable as nobody:
            return FailedForGood(str(nobody), address_dead=True)
        except OSError as trouble:
            # Making rooms is counted apart: who has one already is written to all the same.
            return outcome_of(trouble, alone=True)
        try:
            event = matrix_rooms.say(self.server, room, _content(said, room), key=key)
        except OSError as trouble:
            return outcome_of(trouble)
        return Sent(matrix_events.name(room, event))

    def _known_room(self, user: str) -> str | None:
        """A room in which somebody is with us and may be written to."""
        for room in matrix_rooms.direct(self.server).get(user, ()):
            there = matrix_rooms.membership(self.server, room, user) in matrix_rooms.IN
            if there and not matrix_rooms.encrypted(self.server, room):
                return room
        return None

    def _open_room(self, user: str) -> str:
        """A room of our own, made once for each person; whoever left it is asked in again."""
        with self._opening:
            if room := self._known_room(user):
                return room
            matrix_rooms.require_known(self.server, user)
            alias = f"truc-ban-{keys.token('matrix direct', user)[:20]}"
            room = matrix_rooms.make(self.server, alias, invite=[user], direct=True)
            matrix_rooms.invite(self.server, room, user)
            matrix_rooms.note_direct(self.server, user, room)
            return room

    def poll(self, cursor: str | None) -> tuple[Sequence[Inbound], str]:
        """What was said since the cursor; on its first time nothing of the past."""
        found = self._synced(cursor, wait=0)
        for room, info in found.rooms.invite.items():
            self._answer_invitation(room, info.invite_state)
        self._place = found.next_batch
        if cursor is None:
            return (), found.next_batch
        me = self.server.me
        said = list[tuple[int, Inbound]]()
        with database.reading() as session:
            of_incidents = chat_rooms.among(session, found.rooms.join)
        for room, info in found.rooms.join.items():
            for event in self._events(room, info, cursor):
                if event.get("type") == "m.room.encryption":
                    self._cannot_read(room, str(event.get("sender")))
                elif inbound := matrix_events.read(
                    room, event, me=me, overheard=room in of_incidents
                ):
                    said.append((_moment(event), inbound))
        return [each for _, each in sorted(said, key=lambda pair: pair[0])], found.next_batch

    def wait(self, seconds: float) -> bool:
        """Let the server hold the question until somebody writes, reacts or invites."""
        if self._place is None:
            return False
        found = self._synced(self._place, wait=seconds)
        return bool(found.rooms.join or found.rooms.invite)

    def close(self) -> None:
        """Leave."""
        self.server.close()

    def _synced(self, since: str | None, *, wait: float) -> SyncResponse:
        me = self.server.me
        return self.server.ask(
            SyncResponse,
            lambda client: client.sync(
                timeout=int(wait * 1000),
                since=since,
                sync_filter=_filter(me),
                set_presence="offline",
            ),
            waits=wait,
        )

    def _events(self, room: str, info: RoomInfo, since: str) -> list[dict[str, Any]]:
        """Everything since, also what the server left out because it was much; the oldest first."""
        events = [each.source for each in info.timeline.events]
        place, me = info.timeline.prev_batch, self.server.me
        for _ in range(_PAGES if info.timeline.limited else 0):
            page = self.server.ask(
                RoomMessagesResponse,
                lambda client, place=place: client.room_messages(
                    room,
                    place,
                    since,
                    MessageDirection.back,
                    limit=_AT_ONCE,
                    message_filter=_of_others(me),
                ),
            )
            events = [each.source for each in reversed(page.chunk)] + events
            place = page.end
            if not place or not page.chunk:
                break
        return events

    def _answer_invitation(self, room: str, told: Sequence[Any]) -> None:
        """Enter where somebody we know wants to speak with us alone; refuse the rest."""
        me = self.server.me
        ours = [e for e in told if isinstance(e, InviteMemberEvent) and e.state_key == me]
        alone = [e for e in ours if e.content.get("is_direct") is True]
        sender = matrix_events.account(alone[0].sender) if alone else ""
        if not sender or not _expected(sender):
            matrix_rooms.leave(self.server, room)
            return
        if not matrix_rooms.enter(self.server, room):
            return
        if matrix_rooms.encrypted(self.server, room):
            self._cannot_read(room, sender)
        else:
            matrix_rooms.note_direct(self.server, sender, room)

    def _cannot_read(self, room: str, user: str) -> None:
        """Say so once, ask them to where we can, and leave."""
        words = "\n".join(dict.fromkeys(speech(each).text(_ENCRYPTED) for each in Language))
        said = {"msgtype": "m.notice", "body": words}
        matrix_rooms.say(self.server, room, said, key=f"encrypted:{room}")
        matrix_rooms.leave(self.server, room)
        try:
            self._open_room(user)
        except Unreachable:
            return


def _expected(account: str) -> bool:
    """Somebody's known account, or perhaps one that is about to be shown to be somebody's."""
    with database.reading() as session:
        known = chat_accounts.owner(session, ContactKind.MATRIX, account)
        return known is not None or chat_accounts.expected(session, ContactKind.MATRIX)


def _content(said: ChatText, room: str) -> dict[str, Any]:
    content: dict[str, Any] = {"msgtype": "m.text", "body": said.text[:LONGEST]}
    if matrix_events.room_of(said.answers) == room:
        answered = {"event_id": matrix_events.event_of(said.answers)}
        content["m.relates_to"] = {"m.in_reply_to": answered}
    return content


def outcome_of(trouble: OSError, *, alone: bool = False) -> Outcome:
    """What a refusal means for a message; ``alone`` when a limit holds back no other."""
    match trouble:
        case NotLetIn():
            return FailedForNow(str(trouble), whole_channel=True, retry_in=_OUR_FAULT_PAUSE)
        case Refused(limited=True):
            return FailedForNow(str(trouble), not alone, trouble.retry_in)
        case Refused(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            return FailedForGood(str(trouble))
        case Refused():
            server = trouble.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            return FailedForNow(str(trouble), whole_channel=server)
        case _:
            return FailedForNow(str(trouble), whole_channel=True)


def _filter(me: str) -> dict[str, Any]:
    """Of all that goes on, what others say: our own words must not wake us."""
    return {
        "presence": _NOTHING,
        "account_data": _NOTHING,
        "room": {
            "timeline": _of_others(me) | {"limit": _AT_ONCE},
            "state": _NOTHING,
            "ephemeral": _NOTHING,
            "account_data": _NOTHING,
        },
    }


def _of_others(me: str) -> dict[str, Any]:
    return {"types": _KINDS, "not_senders": [me]}


def _moment(event: dict[str, Any]) -> int:
    at = event.get("origin_server_ts")
    return at if isinstance(at, int) else 0
