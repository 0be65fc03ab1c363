"""Authority to sign, which only a recorded authorisation passes on (giấy ủy quyền).

The desk makes no authority: it records the paper somebody else than its grantee holds in hand. Only
whoever holds the post lends it, never a deputy and never whoever was lent it (rule 5 of practice).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people import persons, roles
from incidents.people.roles import READS, Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, given
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


class Authorisation(Table, table=True):
    """A numbered paper by which a holder lets another sign in a role, from one day to another."""

    __tablename__ = "authorisation"

    id: UUID = identifier()
    number: str = Field(unique=True)
    role: Role = choice(Role, index=True)
    grantor_id: UUID = reference("person.id")
    grantee_id: UUID = reference("person.id")
    scope: str = ""
    valid_from: datetime = moment()
    valid_to: datetime = moment()


@dataclass(frozen=True)
class AuthorisationRecorded(Fact):
    """A paper lets somebody sign in a role."""

    number: str
    role: Role
    grantor: PersonId
    grantee: PersonId
    valid_from: datetime
    valid_to: datetime
    scope: Private
    says: ClassVar[str] = N_(
        "Ghi giấy ủy quyền số %(number)s: %(grantor)s ủy quyền cho %(grantee)s duyệt với vai "
        "%(role)s từ %(valid_from)s đến %(valid_to)s. Phạm vi: %(scope)s"
    )


@dataclass(frozen=True)
class AuthorisationEnded(Fact):
    """A paper lets nobody sign any more, before its last day."""

    number: str
    role: Role
    grantor: PersonId
    grantee: PersonId
    reason: Private
    says: ClassVar[str] = N_(
        "Chấm dứt giấy ủy quyền số %(number)s của %(grantor)s cho %(grantee)s, vai %(role)s. "
        "Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class AuthorisationLapsed(Fact):
    """A paper lets nobody sign any more because whoever lent it has the part no longer."""

    number: str
    role: Role
    grantor: PersonId
    grantee: PersonId
    says: ClassVar[str] = N_(
        "Giấy ủy quyền số %(number)s của %(grantor)s cho %(grantee)s hết hiệu lực: "
        "%(grantor)s thôi giữ vai %(role)s"
    )


def record(
    session: Session,
    *,
    number: str,
    role: Role,
    grantor_id: UUID,
    grantee_id: UUID,
    scope: str,
    valid_from: datetime,
    valid_to: datetime,
    by: Actor,
) -> Authorisation:
    """Record a paper as it was signed; the grantee signs by it while it is valid."""
    paper = Authorisation(
        number=" ".join(number.split()),
        role=role,
        grantor_id=grantor_id,
        grantee_id=grantee_id,
        scope=scope.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    _check(session, paper)
    if grantee_id == by.person_id:
        raise Conflict(N_("Không ai tự ghi giấy ủy quyền cho mình; người khác phải ghi."))
    if session.exec(select(Authorisation.id).where(Authorisation.number == paper.number)).first():
        raise Conflict(N_("Giấy ủy quyền số %(number)s đã được ghi."), number=paper.number)
    session.add(paper)
    fact = AuthorisationRecorded(
        number=paper.number,
        role=role,
        grantor=grantor_id,
        grantee=grantee_id,
        valid_from=valid_from,
        valid_to=valid_to,
        scope=paper.scope,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, paper, "authorisation_recorded", by=by)
    return paper


def _tell(session: Session, paper: Authorisation, kind: str, *, by: Actor) -> None:
    """Both sides hear of it, so that nobody's signature is lent unknown to them."""
    persons.tell_all(
        session,
        [p for p in (paper.grantor_id, paper.grantee_id) if p != by.person_id],
        kind,
        key=f"{kind}:{paper.id}",
        values={
            "paper": paper.number,
            "role": paper.role.value,
            "by": str(paper.grantor_id),
            "to": str(paper.grantee_id),
            "starts_at": paper.valid_from.isoformat(),
            "ends_at": paper.valid_to.isoformat(),
        },
    )


def _check(session: Session, paper: Authorisation) -> None:
    wrong = {}
    if not paper.number:
        wrong["number"] = N_("Ghi số giấy ủy quyền.")
    if not paper.scope:
        wrong["scope"] = N_("Ghi phạm vi ủy quyền.")
    if paper.role in READS:
        wrong["role"] = N_("Vai này không duyệt nội dung nào.")
    if paper.valid_to <= paper.valid_from:
        wrong["valid_to"] = N_("Ngày hết hạn phải sau ngày bắt đầu.")
    elif paper.valid_to <= clock.now():
        wrong["valid_to"] = N_("Giấy ủy quyền này đã hết hạn.")
    if paper.grantor_id == paper.grantee_id:
        wrong["grantee_id"] = N_("Chọn một người khác.")
    if wrong:
        raise Invalid(fields={field: (sentence, {}) for field, sentence in wrong.items()})
    grantor = persons.active(session, paper.grantor_id)
    persons.active(session, paper.grantee_id)
    # Held on the day of the paper, and still when it begins to count here.
    for at in (paper.valid_from, max(paper.valid_from, clock.now())):
        if roles.incumbent(session, paper.role, at) != paper.grantor_id:
            sentence = N_("%(name)s không giữ vai %(role)s từ ngày ghi trên giấy.")
            raise Invalid(
                fields={"grantor_id": (sentence, {"name": grantor.name, "role": paper.role})}
            )


def end(session: Session, authorisation_id: UUID, *, reason: str, by: Actor) -> Authorisation:
    """Nobody signs by the paper from now on; what was signed under it stands."""
    paper = locked(session, Authorisation, authorisation_id)
    if paper is None:
        raise NotFound(N_("Không tìm thấy giấy ủy quyền này."))
    if paper.valid_to <= clock.now():
        raise AlreadySettled(N_("Giấy ủy quyền này đã hết hạn."))
    reason = given(reason)
    paper.valid_to = clock.now()
    session.add(paper)
    fact = AuthorisationEnded(
        number=paper.number,
        role=paper.role,
        grantor=paper.grantor_id,
        grantee=paper.grantee_id,
        reason=reason,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, paper, "authorisation_ended", by=by)
    return paper


def lent(session: Session, role: Role, grantor_id: UUID, at: datetime) -> list[Authorisation]:
    """The papers somebody lent in a role that are not over at a moment."""
    return list(
        session.exec(
            select(Authorisation).where(
                Authorisation.role == role,
                Authorisation.grantor_id == grantor_id,
                Authorisation.valid_to > at,
            )
        )
    )


def lapse(session: Session, paper: Authorisation, *, by: Actor) -> None:
    """Nobody signs by it from now on: it lent what its grantor has no longer."""
    paper.valid_to = clock.now()
    session.add(paper)
    fact = AuthorisationLapsed(
        number=paper.number,
        role=paper.role,
        grantor=paper.grantor_id,
        grantee=paper.grantee_id,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, paper, "authorisation_ended", by=by)


def listed(session: Session) -> list[Authorisation]:
    """Every paper, the newest first."""
    return list(session.exec(select(Authorisation).order_by(col(Authorisation.id).desc())))


def valid(session: Session, role: Role, at: datetime) -> list[Authorisation]:
    """The authorisations that let somebody sign in a role at a moment."""
    return list(
        session.exec(
            select(Authorisation)
            .where(
                Authorisation.role == role,
                Authorisation.valid_from <= at,
                Authorisation.valid_to > at,
            )
            .order_by(col(Authorisation.valid_from))
        )
    )


def signers(session: Session, role: Role, at: datetime) -> list[UUID]:
    """Who may sign in a role: its holder (rank 1 only), then whoever holds an authorisation.

    A deputy without a paper gets the work, never the signature (rule 5 of practice), not even
    when nobody is left above.
    """
    holder = roles.incumbent(session, role, at)
    papers = [a.grantee_id for a in valid(session, role, at)]
    return list(dict.fromkeys([holder, *papers] if holder else papers))
