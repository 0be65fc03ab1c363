"""How a story ends an incident: its terms are decided, its report is approved, it is closed."""

from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.record import database
from incidents.response.clocks import clock_endings, clocks
from incidents.response.clocks.clocks import ClockState
from incidents.response.ending import closing, closing_reports
from incidents.response.ending.closing_reports import ClosingReport
from incidents.response.ending.closing_words import Remarks
from incidents.response.learning import looking_back
from incidents.response.life import lifecycle
from tests.harness import Desk


def decide_terms(desk: Desk, incident: Incident, *, by: Person | None = None) -> None:
    """Somebody says of every term that was only proposed that it does not apply."""
    with database.reading() as session:
        found = clocks.of_incident(session, incident.id)
    for each in found:
        if each.state is ClockState.PROPOSED:
            who = by or desk.cast.binh
            desk.do(clock_endings.dismiss, each.id, reason="Chỉ là tin đồn", by=who)


def report(desk: Desk, incident: Incident, *, by: Person | None = None) -> ClosingReport:
    """Hà puts the closing report forward; the lead, or somebody else, approves it."""
    made = desk.do(closing_reports.submit, incident.id, Remarks(), by=desk.cast.ha)
    who = by or desk.cast.binh
    return desk.do(closing_reports.approve, made.id, sha256=made.sha256, by=who)


def close(desk: Desk, incident: Incident, *, by: Person | None = None) -> Incident:
    """Looked back on, reported on, closed by the lead or somebody else."""
    who = by or desk.cast.binh
    desk.do(looking_back.hold, incident.id, outcome="Rút kinh nghiệm", held_at=desk.time, by=who)
    report(desk, incident, by=who)
    return desk.do(closing.close, incident.id, by=who)


def end(desk: Desk, incident: Incident, *, by: Person | None = None) -> Incident:
    """All of it, once the work is done: stabilising, resolved without waiting to count, closed."""
    who = by or desk.cast.binh
    decide_terms(desk, incident, by=who)
    desk.do(lifecycle.stabilise, incident.id, reason="Lan truyền đã giảm", by=who)
    desk.do(lifecycle.resolve, incident.id, uncounted="Đã lắng hẳn", by=who)
    return close(desk, incident, by=who)
