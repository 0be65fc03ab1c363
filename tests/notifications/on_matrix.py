"""A desk with an account on a real Matrix server, and its people there."""

from dataclasses import dataclass, field

import pytest
from sqlmodel import col, select

from flows.duties import receive
from flows.duties.receive import Receiving
from incidents.people.directory import chat_accounts
from incidents.people.persons import ContactKind, Person
from incidents.record import database, settings
from incidents.record.inbox import IncomingMessage
from incidents.record.outbox import Channel, OutgoingMessage
from incidents.response.steps.steps import Step
from notifications import delivery
from notifications.channels.matrix import Matrix
from tests.matrix_server import Account, MatrixServer


@dataclass
class OnMatrix:
    """The desk's account, the loop that reads it, and the room each person talks to it in."""

    server: MatrixServer
    account: Account
    desk: Receiving = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A process of the desk begins, with what the database knows."""
        (self.desk,) = receive.all_of_the_settings()

    def again(self) -> None:
        """It ends, and another one begins."""
        self.chat.close()
        self.begin()

    @property
    def chat(self) -> Matrix:
        assert isinstance(self.desk.source, Matrix)
        return self.desk.source

    def exchange(self) -> None:
        """Everything that waits goes out, and whatever was written is taken."""
        while delivery.deliver_due():
            pass
        self.desk.receive()
        while delivery.deliver_due():
            pass

    def join(self, who: Person, name: str = "") -> tuple[Account, str]:
        """Somebody opens a direct room and types their code: account and room."""
        account = self.server.account(name or str(who.username), shown_as=who.name)
        with database.transaction() as session:
            code = chat_accounts.ask(session, who.id, ContactKind.MATRIX).text
        room = account.talk_to(self.account)
        self.exchange()
        account.write(room, code)
        self.exchange()
        with database.reading() as session:
            assert chat_accounts.owner(session, ContactKind.MATRIX, account.id)
        return account, room

    def event_of(self, message: OutgoingMessage) -> str:
        """The server's name of a message that was sent."""
        assert message.provider_id
        return message.provider_id.partition("/")[2]


def run(server: MatrixServer, patch: pytest.MonkeyPatch) -> OnMatrix:
    """The desk gets an account of its own, in the settings."""
    account = server.account("truc", shown_as="Trực Ban")
    patch.setenv("TRUCBAN_MATRIX_URL", server.url(account))
    patch.setenv("TRUCBAN_PUBLIC_URL", "https://truc.binhkhe.test")
    settings.current.cache_clear()
    made = OnMatrix(server, account)
    made.desk.receive()
    return made


def messages(step: Step) -> list[OutgoingMessage]:
    """What went out about a step by Matrix, the oldest first."""
    with database.reading() as session:
        wanted = select(OutgoingMessage).where(
            OutgoingMessage.step_id == step.id, OutgoingMessage.channel == Channel.MATRIX
        )
        return list(session.exec(wanted.order_by(col(OutgoingMessage.id))))


def came() -> list[IncomingMessage]:
    """What came in, the oldest first."""
    with database.reading() as session:
        return list(session.exec(select(IncomingMessage).order_by(col(IncomingMessage.id))))
