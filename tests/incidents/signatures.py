"""Words on their way to a signature, for the stories about what becomes of them."""

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.outbox import Channel
from incidents.response.steps.steps import StepKind
from incidents.words import publications
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementKind, StatementVersion
from tests.harness import Desk

SIGN = "release the holding statement"
ALL = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL]


def to_sign(
    desk: Desk,
    incident: Incident,
    kind: StatementKind = StatementKind.HOLDING,
    *roles: Role,
    by: str = "ha",
) -> tuple[Statement, StatementVersion]:
    statement, version = desk.drafted(incident, kind, by=getattr(desk.cast, by))
    for role in roles or (Role.SPOKESPERSON,):
        desk.plan(
            incident,
            SIGN if role is Role.SPOKESPERSON else f"{SIGN} ({role.value})",
            role,
            kind=StepKind.APPROVE,
            form="SignOff",
            statement_id=statement.id,
            release_to=(Channel.PUBLIC_PAGE,),
        )
    desk.set_aside()
    return statement, version


def checked(desk: Desk, incident: Incident, statement: Statement, verdict: str = "granted") -> None:
    desk.plan(
        incident,
        "check",
        Role.LEGAL,
        kind=StepKind.CHECK,
        form="LegalCheck",
        statement_id=statement.id,
    )
    why = "Chưa đúng thẩm quyền" if verdict == "refused" else ""
    desk.answer("check", by=desk.cast.dung, verdict=verdict, comment=why)
    desk.set_aside()


def published(incident: Incident) -> list[Publication]:
    with database.reading() as session:
        return publications.of_incident(session, incident.id)
