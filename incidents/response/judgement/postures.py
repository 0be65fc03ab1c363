"""The posture of an incident's words: suggested with reasons, taken as a decision of the log."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, col, func, select

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, owned_by, reference
from incidents.record.errors import Conflict, given
from incidents.record.language import N_
from incidents.response.judgement import decisions
from incidents.response.judgement.decisions import Decision, Words
from incidents.response.steps.sayings import Remark, Stock, Suggested, Taken
from incidents.words import doctrine
from incidents.words.doctrine import Cluster, Posture, Suggestion
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementKind

REMEMBERED = timedelta(days=365)
"""How long people hold an error against whoever made it; a convention of ours."""


class Stance(Table, table=True):
    """The posture that a decision of the log took; a later decision replaces it."""

    __tablename__ = "stance"

    decision_id: UUID = owned_by("decision.id")
    incident_id: UUID = reference("incident.id")
    cluster: Cluster = choice(Cluster)
    postures: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    suggested: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    @property
    def taken(self) -> list[Posture]:
        """The postures; none means to instruct and to care, and no more."""
        return [Posture(each) for each in self.postures]


def suggestion(session: Session, incident: Incident) -> Suggestion:
    """What fits now; one query."""
    return doctrine.suggest(incident.playbook, incident.finding, _owned_up(session, incident))


def _owned_up(session: Session, incident: Incident) -> int:
    """Other incidents with this playbook in the year before that ended in our own correction."""
    return session.exec(
        select(func.count(col(Incident.id).distinct()))
        .join(Publication, col(Publication.incident_id) == Incident.id)
        .join(Statement, col(Statement.id) == Publication.statement_id)
        .where(
            Incident.playbook == incident.playbook,
            Incident.id != incident.id,
            col(Incident.exercise).is_(False),
            Incident.opened_at <= incident.opened_at,
            Incident.opened_at > incident.opened_at - REMEMBERED,
            Statement.kind == StatementKind.CORRECTION,
        )
    ).one()


def take(
    session: Session,
    incident_id: UUID,
    postures: Collection[Posture],
    *,
    cluster: Cluster,
    reason: str,
    dissent: str = "",
    by: Actor,
) -> Stance:
    """Take a posture, the suggested one or another; a reason is given either way.

    It replaces the one before. Denying needs a signed finding and excludes an apology.
    """
    incident = incidents.live(session, incident_id)
    taken = [each for each in Posture if each in postures]
    if objection := doctrine.objection(taken, incident.finding):
        raise Conflict(objection)
    reason = given(reason)
    offered, before = suggestion(session, incident), standing(session, incident.id)
    words = Words(
        question=Remark(Stock.POSTURE),
        options=Suggested(list(offered.postures)),
        chosen=Taken(taken, cluster),
        reason=reason,
        dissent=dissent,
    )
    decision = decisions.take(
        session, incident.id, words, by=by, replaces=before[1].id if before else None
    )
    stance = Stance(
        decision_id=decision.id,
        incident_id=incident.id,
        cluster=cluster,
        postures=[each.value for each in taken],
        suggested=[each.value for each in offered.postures],
    )
    session.add(stance)
    return stance


def standing(session: Session, incident_id: UUID) -> tuple[Stance, Decision] | None:
    """The posture in force with its decision, unless any other decision replaced that one."""
    later = select(Decision.replaces_id).where(col(Decision.replaces_id).is_not(None))
    return session.exec(
        select(Stance, Decision)
        .join(Decision, col(Decision.id) == Stance.decision_id)
        .where(Stance.incident_id == incident_id, col(Decision.id).not_in(later))
        .order_by(col(Decision.number).desc())
    ).first()


def stray(stance: Stance, incident: Incident) -> str | None:
    """Why the posture in force fits the facts no longer, if so."""
    return doctrine.objection(stance.taken, incident.finding)


def against(stance: Stance, kind: StatementKind) -> str | None:
    """What is wrong with a statement of a kind under this posture: people believe neither then."""
    if kind is StatementKind.REFUTATION and Posture.REBUILD in stance.taken:
        return N_("Tư thế đã chọn là nhận lỗi; văn bản này lại bác bỏ. Xem lại trước khi ký.")
    if kind is StatementKind.CORRECTION and Posture.DENY in stance.taken:
        return N_("Tư thế đã chọn là bác bỏ; văn bản này lại xin lỗi. Xem lại trước khi ký.")
    return None
