"""Situations and issued situation reports over REST."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.deeds import incidents as incident_deeds
from api.deeds import situations as deeds
from api.deeds.situations import Issue
from api.dependencies import Db, RestCaller
from api.fields import Moment, Optional
from api.rest.decisions import DecisionOut, shown
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.matter.incidents import Finding, Status
from incidents.people.roles import Role
from incidents.record.language import speech
from incidents.record.outbox import Channel
from incidents.response.reports import situation_reports, situation_words
from incidents.response.reports.situation import NO_HISTORY, Situation, Work
from incidents.response.steps.steps import StepState
from incidents.words.statements import StatementKind

router = deeds_under("/incidents/{number}", "situations")


class ClaimThen(Shape):
    """A claim and what was found about it by then."""

    id: UUID
    text: str
    finding: Finding


class WorkThen(Shape):
    """A step as it stood."""

    id: UUID
    number: int
    title: str
    role: Role
    state: StepState
    person_id: UUID | None
    due_at: datetime
    ended_at: datetime | None


class SeatThen(Shape):
    """A person in a role of the task force."""

    role: Role
    person_id: UUID
    rank: int


class PublishedThen(Shape):
    """One text on one channel."""

    kind: StatementKind
    title: str
    version: int
    sha256: str
    channel: Channel
    released_at: datetime
    withdrawn: bool


class ClockThen(Shape):
    """A statutory clock that ran."""

    number: int
    code: str
    due_at: datetime | None
    owner_id: UUID | None


class SituationOut(Shape):
    """An incident at one moment; ``no_history`` says what a past moment could not be drawn from."""

    number: str
    title: str
    place: str
    exercise: bool
    at: datetime
    level: int
    status: Status
    since: datetime
    figures: dict[str, int]
    claims: list[ClaimThen]
    waiting: list[WorkThen]
    done: list[WorkThen]
    missed: list[WorkThen]
    task_force: list[SeatThen]
    published: list[PublishedThen]
    clocks: list[ClockThen]
    decisions: list[DecisionOut]
    no_history: str


class ReportOut(Shape):
    """An issued report; ``sha256`` is of ``text``."""

    id: UUID
    number: int
    at: datetime
    issued_at: datetime
    issued_by: UUID
    figures: dict[str, int]
    text: str
    sha256: str
    text_en: str


@router.get("/situation", summary="How it stands, or stood at a moment")
def one(
    session: Db,
    caller: RestCaller,
    number: str,
    at: Annotated[Moment | None, Optional, Query()] = None,
) -> SituationOut:
    """Drawn from the record; ``at`` is any moment since its opening."""
    drawn = deeds.draw(session, caller, number, at)
    language = caller.person.language
    known = situation_words.names(session, drawn)

    def work(each: Work) -> WorkThen:
        return WorkThen(
            **each.step.model_dump(include={"id", "number", "role"}),
            title=known.of(each, language),
            state=each.state,
            person_id=each.person_id,
            due_at=each.due_at,
            ended_at=each.ended_at,
        )

    return SituationOut(
        **drawn.incident.model_dump(include={"number", "title", "place", "exercise"}),
        at=drawn.at,
        level=drawn.level,
        status=drawn.status,
        since=drawn.since,
        figures=drawn.figures,
        claims=[
            ClaimThen(id=c.claim.id, text=c.claim.text, finding=c.finding) for c in drawn.claims
        ],
        waiting=[work(each) for each in drawn.waiting],
        done=[work(each) for each in drawn.done],
        missed=[work(each) for each in drawn.missed],
        task_force=[SeatThen.model_validate(seat) for seat in drawn.seats],
        published=_published(drawn),
        clocks=[ClockThen.model_validate(running) for running in drawn.clocks],
        decisions=shown(session, drawn.decisions, language),
        no_history=speech(language).text(NO_HISTORY) if drawn.past else "",
    )


def _published(drawn: Situation) -> list[PublishedThen]:
    return [
        PublishedThen(
            kind=each.statement.kind,
            title=each.version.title,
            version=each.version.number,
            sha256=each.version.sha256,
            channel=each.publication.channel,
            released_at=each.publication.released_at,
            withdrawn=each.withdrawn,
        )
        for each in drawn.published
    ]


@router.get("/situation-reports", summary="The situation reports issued")
def listed(session: Db, caller: RestCaller, number: str) -> Page[ReportOut]:
    """The first first, each as it was frozen."""
    incident = incident_deeds.see(session, caller, number)
    found = situation_reports.of_incident(session, incident.id)
    return Page(items=[ReportOut.model_validate(each) for each in found])


@router.post("/situation-reports", status_code=201, summary="Issue a situation report")
def issue(session: Db, caller: RestCaller, number: str, asked: Issue) -> ReportOut:
    """Numbered within the incident; its text and hash are kept for good."""
    return ReportOut.model_validate(deeds.issue(session, caller, number, asked))


@router.get("/situation-reports/{report}", summary="One issued report")
def numbered(session: Db, caller: RestCaller, number: str, report: int) -> ReportOut:
    """By its number in the incident."""
    incident = incident_deeds.see(session, caller, number)
    return ReportOut.model_validate(situation_reports.numbered(session, incident.id, report))
