"""(a) From the commit of a call-out, and from the opening before it, to the last of fifty mails."""

import smtplib
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack

from incidents.record import database, settings
from tests.bench.caller import Caller
from tests.bench.desk import CALLED, CROWD, Desk, asked
from tests.bench.figures import Figure, abba, compare, ms

_SENDER = "truc@localhost"


def measure(desk: Desk, stack: ExitStack, caller: Caller) -> list[Figure]:
    """Ours over a bare smtplib loop that hands the same mails to the same server."""
    rounds = abba(lambda: _committed(desk), _bare_loop(desk, stack), rounds=4, each=3)
    method = (
        f"the engine's process is woken by the commit of {CALLED} messages; over a bare smtplib "
        "loop of the same mails on one open connection to the same server"
    )
    bare = statistics.median(s for each in rounds for s in each.bare)
    return [
        compare("call-out: commit to last of 50 mails", rounds, goal=2, method=method),
        _from_opening(desk, caller, bare),
    ]


def _committed(desk: Desk) -> float:
    incident = desk.open("BENCH_QUIET")
    desk.settled()
    desk.post.until_quiet()
    began = desk.call_out(incident)
    return desk.post.accepted(CROWD, CALLED) - began


def _bare_loop(desk: Desk, stack: ExitStack) -> Callable[[], float]:
    """The same mails as the desk's last call-out, by nothing but smtplib."""
    from notifications import rendering
    from notifications.channels.mail import MailServer

    _committed(desk)
    writer = MailServer(settings.current().smtp_url.get_secret_value(), _SENDER)
    with database.reading() as session:
        letters = [
            (m.address, writer.letter(rendering.message(session, m), to=m.address, key=m.key)[1])
            for m in desk.called_out()
        ]
    server = smtplib.SMTP("127.0.0.1", desk.post.port, "localhost")
    stack.callback(server.close)
    server.ehlo()

    def loop() -> float:
        desk.post.until_quiet()
        began = time.monotonic()
        for address, letter in letters:
            server.sendmail(_SENDER, [address], letter)
        return desk.post.accepted(CROWD, CALLED) - began

    return loop


def _from_opening(desk: Desk, caller: Caller, bare: float) -> Figure:
    """From the click that opens, with what the advance through Prefect takes of it."""
    taken = [_opened(desk, caller) for _ in range(6)]
    whole = statistics.median(seconds for seconds, _ in taken)
    advance = statistics.median(called for _, called in taken)
    return Figure(
        "opening to last of 50 mails over the bare loop",
        whole / bare,
        None,
        f"median {ms(whole)}, of it {ms(advance)} ({advance / whole:.0%}) until the call-out is "
        f"committed: the advance through Prefect; {len(taken)} openings",
        "POST /api/v1/incidents sent → last of 50 mails accepted, Prefect here",
    )


def _opened(desk: Desk, caller: Caller) -> tuple[float, float]:
    code = desk.flagged()
    desk.post.until_quiet()
    began, on_the_wall = time.monotonic(), time.time()
    caller.post(asked("BENCH_CALL_OUT", code))
    last = desk.post.accepted(CROWD, CALLED)
    called = desk.called_out()[0].created_at.timestamp() - on_the_wall
    desk.settled()
    return last - began, called
