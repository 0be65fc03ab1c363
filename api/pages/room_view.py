"""What the room shows, gathered in a number of queries that does not grow with the matter."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from api.pages import (
    claim_view,
    clock_forms,
    closing_reports,
    decisions,
    joins_view,
    lessons,
    posture_view,
    rendering,
    shell_forms,
    silence_view,
    task_force_forms,
)
from incidents.insight import levels, reading, scoring
from incidents.insight.reading import Line
from incidents.intake import evidence, signals
from incidents.matter import chat_rooms, level_timings, recusals, taskforces
from incidents.matter.chat_rooms import ChatRoom
from incidents.matter.incidents import Incident, Status
from incidents.matter.severity import ANCHORS, Criterion
from incidents.matter.standing import FoundingDecision
from incidents.people import persons
from incidents.people.directory import postings
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.record import clock
from incidents.record.inbox import IncomingMessage
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.response.ending import meeting_reminders
from incidents.response.judgement import findings
from incidents.response.learning import lesson_register, looking_back
from incidents.response.life import lowering
from incidents.response.steps import follow_ups, promises, rhythm, runs, steps
from incidents.response.steps.crisis_forms import Kept
from incidents.response.steps.steps import ANSWERABLE, LATE, Step, StepKind
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import publications, statements
from incidents.words.approvals import Approval, SigningRule
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementVersion

SHOWN = 40
"""Timeline entries on the room's page before one asks for all of them."""

_STEPS = """Opened Acknowledged Reminded Passed Done Answered Overdue RefusedByAll Waived Extended
    Commented Reopened Added Cancelled Replanned TimeAsked MarkedLifeSafety
    FollowedUp Lapsed"""
_WORDS = """StatementDrafted SignedOff SignedOffByTelephone TelephoneApprovalConfirmed
    ApprovalsVoided StatementReleased StatementReleasedInExercise
    StatementPublished StatementWithdrawn ShellReleased EditRefused
    SignatureVacant SignatureGiven"""
_CLAIMS = """ClaimStated ClaimReworded ClaimClassed ClaimLinked ClaimSettled ClaimsVerified
    FindingsDiffer FindingSettled"""
_DECISIONS = """DecisionTaken DecisionReplaced DecisionLogged DecisionSuperseded SituationReported
    LessonPassedOn LessonLearnt LessonAssigned LessonDone LessonDropped LessonWrittenAnew
    LessonCameBack LessonKnown
    IncidentOpened ScoresGiven FloorTicked LevelSet LevelLowered LevelCarried LevelKept
    LeadersTold RaiseHeld LoweringAsked LoweringRefused LoweringWithdrawn LoweringVoided
    StatusChanged StoodDown OpeningUndone ReviewHeld ReviewHeldLate CountSkipped
    ClosingReportSubmitted ClosingReportApproved ClosingReportReturned
    FlaredUp IncidentReopened StandDownTakenBack FollowingOpened FollowsIncident
    IncidentMerged WordsLeft IncidentAbsorbed IncidentSplit SplitOff
    DirectionRecorded TaskForceActivated MemberReplaced StepWaived ClaimsVerified
    FindingsDiffer FindingSettled
    ClockStarted EventClockStarted EventClockStartedLate
    TermStarted EventTermStarted EventTermStartedLate ClockVouchedFor
    ClockMet ClockOverdue ClockLapsed ClockExplained ClockNotApplicable
    TaskForceProposed ProposalAppraised ProposalReturned TaskForceDecided TaskForceKept
    TaskForceDissolved MemberSeated RoleHandedOver
    ConflictDeclared BodyConflictDeclared ConflictLifted
    ResponseHeldBack ResponseChosen
    ExerciseBegun ExerciseBegunWithInjects InjectGiven InjectPlayed"""
_NOTES = "NoteAdded CallLogged EvidenceKept StepCommented"

FILTERS: dict[str, frozenset[str]] = {
    "viec": frozenset(f"Step{deed}" for deed in _STEPS.split())
    | {"RequestToCall", "RequestUnanswered", "PromiseListed", "PersonNotReached"}
    | {"AnswerWrittenDown", "RelayedToGroup"},
    "phat-ngon": frozenset(_WORDS.split()),
    "quyet-dinh": frozenset(_DECISIONS.split()),
    "noi-dung": frozenset(_CLAIMS.split()),
    "ghi-chu": frozenset(_NOTES.split()),
}
"""The timeline narrowed to what somebody is looking for."""


def gather(session: Session, incident: Incident, person: Person, *, chosen: str) -> dict[str, Any]:
    """Everything the room's template asks for."""
    asked = steps.of_incident(session, incident.id)
    words = statements.of_incident(session, incident.id)
    out = publications.of_incident(session, incident.id)
    force = taskforces.of(session, incident.id)
    seats = taskforces.members(session, incident.id)
    everybody, bodies = _everybody(session)
    named = {each.id: each for each in everybody}
    ran = runs.of_incident(session, incident.id)
    titles = reading.titles_of(session, ran, asked, person.language)
    may = permissions.deeds(session, person, incident)
    timing = level_timings.of_incident(session, incident)
    return {
        "incident": incident,
        "score": scoring.of(session, incident) if incident.exercise else None,
        "last_score": scoring.last_before(session, incident) if incident.exercise else None,
        "origin": (origin := levels.origin(session, incident)),
        "policy": timing,
        "may": may,
        **rendering.head(may, administrator=person.administrator),
        "steps": asked,
        "differing": findings.differing(incident, asked),
        "settling": findings.open_settling(asked),
        "titles": titles,
        "next_due": _next_due(asked),
        "reviewing": next(iter(rhythm.among(asked)), None),
        "progress": (sum(s.settled for s in asked), len(asked)),
        "by_name": promises.by_name,
        "promised": [(s, _kept(s)) for s in promises.among(asked)],
        "for_me": [s for s in asked if s.assignee_id == person.id and s.state in ANSWERABLE],
        "may_answer": _answerable(asked, seats, person.id),
        "to_approve": _to_approve(asked),
        "statements": _statements(session, incident, words, out),
        "out": out,
        "decisions": decisions.gather(session, incident, person.language, titles),
        "lessons": (
            taught := lesson_register.find(session, incident_id=incident.id, reader=person.id)
        ),
        "lesson_codes": lessons.codes(taught),
        "earlier": lessons.Earlier(session, incident, person) if Deed.LEARN in may else None,
        "clocks": clock_forms.gather(session, incident),
        **joins_view.gather(session, incident, person, may),
        "force": force,
        "seats": seats,
        "chat_room": _chat_room(session, incident, seats, person.id),
        "agencies": postings.on(
            session, [p for p in everybody if p.id in {m.person_id for m in seats}], incident.day
        ),
        "decision": force.decision_id and session.get(FoundingDecision, force.decision_id)
        if force
        else None,
        **task_force_forms.gather(session, incident, force),
        "bodies": bodies,
        "recusals": recusals.of_incident(session, incident.id),
        "everybody": everybody,
        "graders": lowering.graders(session, incident.id, seats) - {person.id}
        if Deed.GRADE in may and origin.waiting is None
        else set[UUID](),
        "named": named,
        "kept": evidence.of_incident(session, incident.id),
        "flags": signals.of_incident(session, incident.id),
        **_messages(session, incident.id),
        **(
            shell_forms.gather(session, incident, timing)
            if Deed.RELEASE_SHELL in may
            else shell_forms.NOTHING
        ),
        "runs": ran,
        "story": _story(session, incident, person, chosen, titles, named),
        "criteria": [(c, ANCHORS[c]) for c in Criterion],
        "roles": task_force_forms.seats_of(incident),
        "Status": Status,
        "Kept": Kept,
        **claim_view.gather(session, incident, person, may),
        **silence_view.gather(session, incident, person, may),
        **posture_view.gather(session, incident, may),
        **closing_reports.gather(session, incident),
        "review_until": looking_back.until(session, incident),
        "awaited": publications.awaited(session, incident)
        if incident.live and Deed.STAND_DOWN in may and out
        else [],
        "review_owed": meeting_reminders.owed(session, incident),
        "uncounted": follow_ups.ahead(session, incident.id)
        if incident.status is Status.STABILISING and Deed.RESOLVE in may
        else [],
    }


def _chat_room(
    session: Session, incident: Incident, seats: list[taskforces.TaskForceMember], person_id: UUID
) -> ChatRoom | None:
    """The room on the chat server, for whoever may enter it."""
    if not chat_rooms.wanted() or all(seat.person_id != person_id for seat in seats):
        return None
    room = chat_rooms.of(session, incident.id)
    return room if room and room.name else None


def _everybody(session: Session) -> tuple[list[Person], dict[UUID, str]]:
    """Names and bodies for every picker and line: an office has hundreds, not thousands."""
    rows = session.exec(
        select(Person, Organisation.name).join(
            Organisation, col(Organisation.id) == Person.organisation_id
        )
    ).all()
    return persons.in_order(person for person, _ in rows), {
        p.organisation_id: body for p, body in rows
    }


def _kept(promise: Step) -> Kept | None:
    """What became of a promise, once its keeper has said so."""
    return Kept(promise.answer["outcome"]) if promise.answer else None


def _next_due(asked: list[Step]) -> Step | None:
    waiting = [s for s in asked if s.state in ANSWERABLE and s.due_at]
    return min(waiting, key=lambda s: s.due_at or clock.now(), default=None)


def _answerable(
    asked: list[Step], seats: list[taskforces.TaskForceMember], person_id: UUID
) -> set[UUID]:
    """The rule of ``answering.may_answer``, for all steps at once."""
    roles = {m.role for m in seats if m.person_id == person_id}
    return {
        s.id
        for s in asked
        if s.state in (*ANSWERABLE, *LATE)
        and s.kind is not StepKind.APPROVE
        and (str(person_id) in s.holder_ids or s.role in roles)
    }


def _to_approve(asked: list[Step]) -> list[Step]:
    return [s for s in asked if s.kind is StepKind.APPROVE and s.state in ANSWERABLE]


def _statements(
    session: Session,
    incident: Incident,
    words: list[tuple[Statement, StatementVersion]],
    out: list[Publication],
) -> list[dict[str, Any]]:
    """Each statement with its verdicts and publications: three queries for all of them."""
    ids = [version.id for _, version in words]
    given = session.exec(
        select(Approval).where(col(Approval.version_id).in_(ids), col(Approval.voided_at).is_(None))
    ).all()
    rules = session.exec(select(SigningRule).where(SigningRule.from_level <= incident.level)).all()
    shown: list[dict[str, Any]] = []
    for statement, version in words:
        fitting = [r for r in rules if r.kind is statement.kind]
        needs = max(fitting, key=lambda r: r.from_level, default=None)
        shown.append(
            {
                "statement": statement,
                "version": version,
                "approvals": [a for a in given if a.version_id == version.id],
                "needed": needs.signatures if needs else 2,
                "publications": [p for p in out if p.statement_id == statement.id],
            }
        )
    return shown


def _messages(session: Session, incident_id: UUID) -> dict[str, Any]:
    """The last ones that left, those that trouble first, and what came in about them."""
    newest = func.coalesce(IncomingMessage.id, OutgoingMessage.id).desc()
    rows = session.exec(
        select(OutgoingMessage, IncomingMessage)
        .outerjoin(IncomingMessage, col(IncomingMessage.message_id) == col(OutgoingMessage.id))
        .where(OutgoingMessage.incident_id == incident_id)
        .order_by(newest)
        .limit(50)
    ).all()
    trouble = (MessageState.FAILED, MessageState.QUEUED)
    left = {message.id: message for message, _ in rows}
    latest = sorted(left.values(), key=lambda m: m.id, reverse=True)
    return {
        "messages": sorted(latest, key=lambda m: m.state not in trouble),
        "came_in": [came for _, came in rows if came],
    }


def _story(
    session: Session,
    incident: Incident,
    person: Person,
    chosen: str,
    titles: dict[str, str],
    named: dict[UUID, Person],
) -> dict[str, Any]:
    lines = reading.story(session, incident.id, person.language, titles=titles, people=named)
    wanted: list[Line] = [
        line for line in lines if chosen not in FILTERS or line.fact in FILTERS[chosen]
    ]
    shown = wanted if chosen else wanted[-SHOWN:]
    return {"lines": shown[::-1], "total": len(lines), "hidden": len(wanted) - len(shown)}
