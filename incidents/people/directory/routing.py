"""Which body leads in a matter: rules by crisis, topic and area, each from one day to another.

A playbook asks for the subject lead or the commune of *this* matter. Rules are data: the most
specific one that fits the matter's playbook, title and place names the body, and its holder of the
role (else its focal point) gets the work. Where none fits, the role's holders are asked as ever.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Session, col, select

from incidents.people import organisations, roles
from incidents.people.directory import focal_points
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, reference
from incidents.record.errors import Conflict, Invalid, NotFound, Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_

ROUTED = (Role.SUBJECT_LEAD, Role.COMMUNE)
"""The roles whose holder depends on the matter; all others are the same for every incident."""


class RoutingRule(Table, table=True):
    """In matters of this playbook, topic and area (whichever are given) this body has the role.

    ``topic`` and ``area`` are words with commas between them; any of them found in the matter's
    title, or its place, is enough.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="order"),
        CheckConstraint("playbook <> '' OR topic <> '' OR area <> ''", name="something"),
    )

    id: UUID = identifier()
    role: Role = choice(Role)
    playbook: str = ""
    topic: str = ""
    area: str = ""
    organisation_id: UUID = reference("organisation.id")
    basis: str = ""
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class RouteSet(Fact):
    """Work of a role goes to a body in matters of a kind."""

    role: Role
    organisation: str
    playbook: str
    topic: str
    area: str
    valid_from: date
    basis: str
    says: ClassVar[str] = N_(
        "Từ %(valid_from)s, việc của vai %(role)s thuộc %(organisation)s khi kịch bản: "
        "%(playbook)s; lĩnh vực: %(topic)s; địa bàn: %(area)s. Căn cứ: %(basis)s"
    )


@dataclass(frozen=True)
class RouteEnded(Fact):
    """A rule has a last day."""

    role: Role
    organisation: str
    valid_to: date
    says: ClassVar[str] = N_(
        "Phân công vai %(role)s cho %(organisation)s hết hiệu lực sau ngày %(valid_to)s"
    )


@dataclass(frozen=True)
class Matter:
    """What rules look at."""

    playbook: str
    title: str
    place: str


def lay_down(
    session: Session,
    role: Role,
    organisation_id: UUID,
    *,
    valid_from: date,
    by: Actor,
    playbook: str = "",
    topic: str = "",
    area: str = "",
    basis: str = "",
    valid_to: date | None = None,
) -> RoutingRule:
    """From a day on, work of a role goes to a body in matters of a kind."""
    wrong: Wrong = {}
    if role not in ROUTED:
        wrong["role"] = (
            N_("Chỉ phân công theo vụ việc cho thành viên chuyên môn và xã, phường."),
            {},
        )
    if not (playbook.strip() or _words(topic) or _words(area)):
        wrong["topic"] = (N_("Ghi ít nhất một điều: kịch bản, lĩnh vực hoặc địa bàn."), {})
    if valid_to and valid_to < valid_from:
        wrong["valid_to"] = (N_("Ngày cuối ở trước ngày đầu."), {})
    if wrong:
        raise Invalid(fields=wrong)
    body = organisations.get(session, organisation_id)
    rule = RoutingRule(
        role=role,
        playbook=playbook.strip(),
        topic=", ".join(_words(topic)),
        area=", ".join(_words(area)),
        organisation_id=body.id,
        basis=basis.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(rule)
    session.flush()
    fact = RouteSet(
        role,
        organisations.name_on(session, body.id, valid_from),
        rule.playbook or "–",
        rule.topic or "–",
        rule.area or "–",
        valid_from,
        rule.basis or "–",
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    return rule


def end(session: Session, rule_id: UUID, *, last_day: date, by: Actor) -> RoutingRule:
    """A rule's last day; work already given stays where it is."""
    rule = locked(session, RoutingRule, rule_id)
    if rule is None:
        raise NotFound(N_("Không tìm thấy phân công này."))
    if rule.valid_to and rule.valid_to <= last_day:
        raise Conflict(N_("Phân công này đã hết hiệu lực sau ngày %(day)s."), day=rule.valid_to)
    if last_day < rule.valid_from:
        raise Invalid(fields={"last_day": (N_("Ngày cuối ở trước ngày đầu."), {})})
    rule.valid_to = last_day
    session.add(rule)
    name = organisations.name_on(session, rule.organisation_id, last_day)
    timeline.record(session, timeline.DESK, RouteEnded(rule.role, name, last_day), by=by)
    return rule


def listed(session: Session) -> list[RoutingRule]:
    """Every rule, those of one role together, the newest first."""
    rows = session.exec(
        select(RoutingRule).order_by(col(RoutingRule.valid_from).desc(), col(RoutingRule.id))
    )
    return sorted(rows, key=lambda r: ROUTED.index(r.role))


def rule_for(session: Session, role: Role, matter: Matter, day: date) -> RoutingRule | None:
    """The most specific rule that fits a matter on a day; among equals the newest."""
    if role not in ROUTED:
        return None
    rows = session.exec(
        select(RoutingRule)
        .where(RoutingRule.role == role, RoutingRule.valid_from <= day)
        .where(col(RoutingRule.valid_to).is_(None) | (col(RoutingRule.valid_to) >= day))
    )
    fitting = [r for r in rows if _fits(r, matter)]
    return max(fitting, key=lambda r: (_weight(r), r.valid_from, r.id), default=None)


def people_of(session: Session, role: Role, organisation_id: UUID, at: datetime) -> list[UUID]:
    """Who does a role's work for a body: its holders of the role, then its focal points."""
    holders = roles.holders(session, role, at)
    works_there = set(
        session.exec(
            select(Person.id).where(
                Person.organisation_id == organisation_id, col(Person.active).is_(True)
            )
        )
    )
    return list(
        dict.fromkeys(
            [
                *(p for p in holders if p in works_there),
                *(row.person_id for row in focal_points.of(session, organisation_id)),
            ]
        )
    )


def routed(
    session: Session, role: Role, matter: Matter, at: datetime
) -> tuple[RoutingRule | None, list[UUID]]:
    """The rule that fits and the people it leads to; nobody where it leads nowhere."""
    rule = rule_for(session, role, matter, at.astimezone(clock.LOCAL).date())
    return rule, people_of(session, role, rule.organisation_id, at) if rule else []


def _weight(rule: RoutingRule) -> int:
    """The place says more than the topic, and the topic more than the kind of crisis."""
    return 4 * bool(rule.area) + 2 * bool(rule.topic) + bool(rule.playbook)


def _fits(rule: RoutingRule, matter: Matter) -> bool:
    return (
        (not rule.playbook or rule.playbook == matter.playbook)
        and (not rule.topic or _mentions(matter.title, rule.topic))
        and (not rule.area or _mentions(matter.place, rule.area))
    )


def _mentions(text: str, words: str) -> bool:
    """Whether any of the words stands in the text as a whole, however it is written."""
    said = f" {_plain(text)} "
    return any(f" {_plain(word)} " in said for word in _words(words))


def _words(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",") if _plain(word)]


def _plain(text: str) -> str:
    # Accents stay: «Bến Lứa» and «Bến Lửa» are two places. Only case and form may differ.
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))
