"""Each room brought to where its incident is: made, told, its people let in and out, and shut.

Whatever it does may be done again: a room is found by its alias, a message has the name of its
entry, and who is in is asked before anybody is let in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from incidents.matter import chat_rooms, incidents
from incidents.matter.chat_rooms import ChatRoom
from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.record import database, keys
from incidents.record.outbox import Channel
from incidents.record.timeline import TimelineHead
from incidents.response.steps import steps
from notifications.channels import chats, matrix_events, matrix_rooms
from notifications.channels.homeserver import Homeserver, Refused
from notifications.channels.matrix import Matrix
from notifications.channels.matrix_rooms import Unreachable
from notifications.rooms import words
from notifications.rooms.words import Post

_log = structlog.get_logger(__name__)

_POWER = "m.room.power_levels"
_EVERYBODY, _NOBODY = 0, 50
"""What it takes to write; members have nothing."""

_AT_ONCE = 20
"""Posts while a room is ours: another engine may take it once the lease is over."""


@dataclass(frozen=True)
class _Matter:
    """What a room is to be brought to, as it stood at one moment."""

    incident: Incident
    head: int
    place: int
    """Up to where its posts tell it."""
    posts: list[Post]
    title: str
    topic: str
    members: Mapping[str, UUID]
    guests: set[str]


def due(*, archived: bool = False) -> list[UUID]:
    """The incidents whose rooms are not where they belong; those at work without one get one."""
    with database.reading() as session:
        homeless = not archived and chat_rooms.homeless(session)
    if homeless:
        with database.transaction() as session:
            chat_rooms.adopt(session)
    with database.reading() as session:
        return chat_rooms.due(session, archived=archived)


def attend(incident_id: UUID) -> bool:
    """Bring one room to where it belongs; ``False`` where it is another engine's or must wait."""
    chat = chats.one(Channel.MATRIX)
    if not isinstance(chat, Matrix):
        return False
    with database.transaction() as session:
        room = chat_rooms.claim(session, incident_id)
    if room is None:
        return False
    try:
        _bring_up_to_date(chat.server, room)
    except OSError as trouble:
        retry_in = trouble.retry_in if isinstance(trouble, Refused) else None
        with database.transaction() as session:
            chat_rooms.failed(session, incident_id, reason=str(trouble), retry_in=retry_in)
        _log.warning("a room cannot be attended to", incident=str(incident_id), fault=str(trouble))
        return False
    with database.transaction() as session:
        chat_rooms.done(session, incident_id)
    return True


def _bring_up_to_date(server: Homeserver, room: ChatRoom) -> None:
    matter = _gather(room)
    incident, ended = matter.incident, matter.incident.ended_at is not None
    if room.name is None and ended:
        _archive(incident, read_only=False)  # it ended before there was anything to make
        return
    name = room.name or _make(server, matter)
    _put_out(server, name, matter)
    if room.archived_at:
        return
    shut_out = None if ended else _let_in(server, name, matter)
    if room.read_only and not ended:
        _let_write(server, name, _EVERYBODY)
        with database.transaction() as session:
            chat_rooms.opened_again(session, incident.id)
    _tell(server, name, matter)
    _label(server, name, room, matter)
    if ended and matter.place == matter.head:
        said = _message(words.archived(incident))
        matrix_rooms.say(server, name, said, key=f"room:{incident.id}:end:{matter.head}")
        _let_write(server, name, _NOBODY)
        _archive(incident, read_only=True)
    if shut_out:
        raise shut_out


def _gather(room: ChatRoom) -> _Matter:
    with database.reading() as session:
        incident = incidents.get(session, room.incident_id)
        head = session.get_one(TimelineHead, incident.id).seq
        posts = words.posts(session, incident, after=room.place)
        return _Matter(
            incident=incident,
            head=head,
            place=posts[_AT_ONCE - 1].seq if len(posts) > _AT_ONCE else head,
            posts=posts[:_AT_ONCE],
            title=words.title(incident),
            topic=words.topic(incident, steps.of_incident(session, incident.id)),
            members=chat_rooms.members(session, incident.id),
            guests=chat_rooms.guests(session, incident.id),
        )


def _make(server: Homeserver, matter: _Matter) -> str:
    """The room, made once whenever we died; its first words stand in it before anybody comes."""
    incident = matter.incident
    local = f"vu-viec-{incident.number}-{keys.token('incident room', incident.id)[:8]}"
    name = matrix_rooms.make(server, local, name=matter.title, topic=matter.topic)
    said = _message(words.welcome(incident))
    matrix_rooms.say(server, name, said, key=f"room:{incident.id}:welcome")
    with database.transaction() as session:
        chat_rooms.made(session, incident.id, name=name, alias=f"#{local}:{server.domain}")
        chat_rooms.labelled(session, incident.id, title=matter.title, topic=matter.topic)
    return name


def _put_out(server: Homeserver, name: str, matter: _Matter) -> None:
    """Before anything is said: whom the matter concerns reads no word more of it."""
    for account in sorted(matter.guests - matter.members.keys()):
        matrix_rooms.remove(server, name, account)
        with database.transaction() as session:
            chat_rooms.put_out(session, matter.incident.id, account)


def _let_in(server: Homeserver, name: str, matter: _Matter) -> Refused | None:
    """Whoever is missing. One whom the server does not let in keeps nobody else from the news."""
    refused = None
    for account in sorted(matter.members.keys() - matter.guests):
        try:
            matrix_rooms.invite(server, name, account)
        except Unreachable:
            with database.transaction() as session:
                persons.bounced(session, matter.members[account], account)
        except Refused as no:
            refused = no
        else:
            with database.transaction() as session:
                chat_rooms.let_in(session, matter.incident.id, account)
    return refused


def _tell(server: Homeserver, name: str, matter: _Matter) -> None:
    """Everything that happened, each once; where the server stops us, the place is kept."""
    place, made = 0, dict[str, UUID]()
    try:
        for post in matter.posts:
            said = _message(post.text)
            event = matrix_rooms.say(server, name, said, key=f"room:{post.entry}")
            place = post.seq
            if post.step_id:
                made[matrix_events.name(name, event)] = post.step_id
        place = matter.place
    finally:
        if place:
            with database.transaction() as session:
                chat_rooms.told(session, matter.incident.id, place, made)


def _label(server: Homeserver, name: str, room: ChatRoom, matter: _Matter) -> None:
    if (room.title, room.topic) == (matter.title, matter.topic):
        return
    if room.title != matter.title:
        matrix_rooms.put_state(server, name, "m.room.name", {"name": matter.title})
    matrix_rooms.put_state(server, name, "m.room.topic", {"topic": matter.topic})
    with database.transaction() as session:
        chat_rooms.labelled(session, room.incident_id, title=matter.title, topic=matter.topic)


def _let_write(server: Homeserver, name: str, needed: int) -> None:
    levels = dict(matrix_rooms.state(server, name, _POWER) or {})
    if levels.get("events_default", 0) != needed:
        matrix_rooms.put_state(server, name, _POWER, levels | {"events_default": needed})


def _archive(incident: Incident, *, read_only: bool) -> None:
    with database.transaction() as session:
        chat_rooms.archive(session, incident.id, read_only=read_only)


def _message(text: str) -> dict[str, str]:
    return {"msgtype": "m.text", "body": text}
