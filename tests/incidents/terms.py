"""Terms of the law on their way, for the stories about what becomes of them."""

from datetime import date
from typing import Any

from incidents.matter import clock_rules
from incidents.matter.clock_rules import ClockRule
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.clocks import clock_endings, clock_vouching, clocks
from incidents.response.clocks.clock_facts import ProofKind
from incidents.response.clocks.clocks import Clock
from tests.harness import Desk

FIRST = "FIRST_INFORMATION"
NOTICE = "PRESS_CONFERENCE_NOTICE"
ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL]


def rule(code: str = FIRST) -> ClockRule:
    with database.reading() as session:
        return [r for r in clock_rules.listed(session) if r.code == code][-1]


def vouch(desk: Desk, code: str = FIRST) -> ClockRule:
    on = date(2026, 11, 20)
    return desk.do(
        clock_vouching.verify, rule(code).id, name="Bùi Phương Dung", on=on, by=desk.cast.an
    )


def proposed(desk: Desk, incident: Incident, code: str = FIRST) -> Clock:
    return desk.do(clocks.propose, incident.id, code, by=desk.cast.ha)


def started(desk: Desk, incident: Incident, code: str = FIRST, **values: Any) -> Clock:
    clock = proposed(desk, incident, code)
    values = {"triggered_at": desk.time, **values}
    return desk.do(clocks.start, clock.id, confirmed=True, by=desk.cast.lan, **values)


def met(desk: Desk, clock: Clock, **values: Any) -> Clock:
    values = {"kind": ProofKind.NUMBER, "proof": "123/UBND-VX", "by": desk.cast.ha, **values}
    return desk.do(clock_endings.meet, clock.id, **values)
