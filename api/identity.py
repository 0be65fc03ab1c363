"""Who is asking: by cookie on pages, by bearer token on REST, and proved how recently."""

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.requests import Request

from api.attempts import Attempts
from incidents.people import sign_ins
from incidents.people.persons import Person
from incidents.people.sign_ins import SignInSession
from incidents.record import database, settings
from incidents.record.actors import Actor, Via
from incidents.record.errors import NotPermitted, SignInAgain
from incidents.record.language import N_, Language
from incidents.rights import permissions
from incidents.rights.deeds import FRESHLY_PROVED, PROVED_EACH_TIME
from incidents.rights.permissions import Deed, Subject

COOKIE = "trucban_phien"
LANGUAGE_COOKIE = "trucban_ngon_ngu"
REST = "/api/"
SET_PASSWORD = "/mat-khau"  # noqa: S105 - an address
_FIRST = frozenset(
    {SET_PASSWORD, "/dang-xuat", "/ngon-ngu", "/api/v1/sessions", "/api/v1/sessions/password"}
)
"""Where somebody with a one-time password may go: to set their own, or out again."""


class NotSignedIn(NotPermitted):
    """Nobody is signed in, or no longer."""


class OwnPasswordFirst(NotPermitted):
    """They signed in with a password that is good for setting another, and for nothing else."""


@dataclass(slots=True)
class Caller:
    """A signed-in person; ``proved`` when this very request carried the right password."""

    person: Person
    sign_in: SignInSession
    via: Via
    proved: bool = False

    @property
    def actor(self) -> Actor:
        """The person as the record names them."""
        return Actor(self.person.id, self.via)

    def require(self, session: Session, deed: Deed, subject: Subject = None) -> None:
        """Return if the person may do the deed now; a grave one needs a fresh proof as well."""
        permissions.require(session, self.person, deed, subject)
        if deed in PROVED_EACH_TIME:
            self.require_own_proof(session)
        elif deed in FRESHLY_PROVED:
            self.require_proof(session)

    def require_own_proof(self, session: Session) -> None:
        """Return if the password came with this very request, or a program proved it for this."""
        if self.proved:
            sign_ins.renew_proof(session, session.merge(self.sign_in))
        elif not (self.via is Via.REST and sign_ins.spend_proof(session, self.sign_in)):
            raise SignInAgain(N_("Mỗi lần duyệt phải nhập lại mật khẩu."))

    def require_proof(self, session: Session) -> None:
        """Return if identity was proved within minutes; ``SignInAgain`` otherwise."""
        if self.proved:
            sign_ins.renew_proof(session, session.merge(self.sign_in))
        elif not sign_ins.fresh(self.sign_in):
            raise SignInAgain(N_("Việc này cần nhập lại mật khẩu để xác nhận đúng đồng chí."))


def is_rest(request: Request) -> bool:
    """Whether a program asks, to whom everything is said in problem+json."""
    return request.url.path.startswith(REST)


def token_of(request: Request) -> str:
    """The session token: a header on REST, where a cookie counts for reading only."""
    if is_rest(request):
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and given:
            return given.strip()
        if request.method not in ("GET", "HEAD"):
            return ""
    return request.cookies.get(COOKIE, "")


def find(request: Request) -> tuple[SignInSession, Person] | None:
    """The live session of a request with its person."""
    token = token_of(request)
    if not token:
        return None
    with database.reading() as session:
        found = sign_ins.find(session, token)
    if found:
        request.state.person = found[1]
    return found


def require(request: Request, password: str = "") -> Caller:
    """The signed-in caller; a password that came with the request is checked first."""
    found = find(request)
    if found is None:
        raise NotSignedIn(N_("Hãy đăng nhập để tiếp tục."))
    sign_in, person = found
    if person.one_time_until and request.url.path not in _FIRST:
        raise OwnPasswordFirst(N_("Hãy đặt mật khẩu riêng trước khi làm việc khác."))
    if password:
        check(request, person.username or "", password)
    via = Via.REST if is_rest(request) else Via.DESK
    return Caller(person=person, sign_in=sign_in, via=via, proved=bool(password))


def check(request: Request, username: str, password: str) -> Person:
    """The person these belong to, outside any writing transaction: the check takes its time."""
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    account = username.casefold()
    attempts.admit(account, address)
    try:
        with database.reading() as session:
            person = sign_ins.check(session, username, password)
    except NotPermitted:
        attempts.wrong(account, address)
        raise
    attempts.right(account)
    return person


def recognise(request: Request) -> None:
    """Learn who asks, where a request is refused before anything asked for its caller."""
    if not hasattr(request.state, "person"):
        # A busy database refuses in the desk's language rather than with another error.
        with suppress(OperationalError):
            find(request)


def language_of(request: Request) -> Language:
    """The reader's language: their own, else as chosen on a public page, else the desk's.

    A program may say with each request in which one it is refused, and reads a timeline
    (``Accept-Language``).
    """
    if is_rest(request) and (asked := _accepted(request.headers.get("accept-language", ""))):
        return asked
    person: Person | None = getattr(request.state, "person", None)
    if person is not None:
        return person.language
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE) or ""
    return Language(chosen) if chosen in list(Language) else settings.current().language


def _accepted(header: str) -> Language | None:
    """The language a header prefers among those the desk speaks (RFC 9110, 12.5.4)."""
    best: dict[Language, float] = {}
    for each in header.split(","):
        tag, _, weight = each.strip().partition(";")
        name = tag.partition("-")[0].lower()
        if name in list(Language):
            number = weight.strip().removeprefix("q=") or "1"
            liked = float(number) if number.replace(".", "", 1).isdecimal() else 0.0
            best[Language(name)] = max(liked, best.get(Language(name), 0.0))
    liking = {language: weight for language, weight in best.items() if weight > 0}
    return max(liking, key=lambda language: liking[language], default=None)
