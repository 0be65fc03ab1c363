"""All that the author of a playbook imports."""

from datetime import time, timedelta
from typing import Any

from pydantic import Field

from flows.outcomes import Approved, Asked, Drafted, Unsettled
from flows.playbook import Playbook, playbook
from flows.run import Run
from flows.staging import DuplicateStep
from incidents.intake.signals import Nature
from incidents.matter.incidents import Finding
from incidents.matter.severity import Level
from incidents.people.roles import Role
from incidents.record.language import Labelled
from incidents.record.outbox import Channel
from incidents.response.steps.crisis_forms import (
    Attack,
    CaseReport,
    Cases,
    ChannelCheck,
    Danger,
    HazardReport,
    NewsroomAnswer,
    PolicyCourse,
    PolicyDecision,
    Promises,
    Recusal,
    Redress,
    YesOrNo,
)
from incidents.response.steps.exercise_forms import Approval, ExerciseMarks, ExercisePlan, Lessons
from incidents.response.steps.forms import (
    AnswerOrWatch,
    Capture,
    Classification,
    Conclusion,
    ContentType,
    Course,
    Done,
    Draft,
    Form,
    LegalCheck,
    Line,
    Measurement,
    ObjectionReview,
    Posted,
    Prose,
    Referral,
    Remark,
    Request,
    SignOff,
    Subject,
    Verification,
)
from incidents.response.steps.own_forms import TITLE_EN
from incidents.words.approvals import Verdict
from incidents.words.statements import StatementKind

LEAD = Role.LEAD
STANDING_DEPUTY = Role.STANDING_DEPUTY
SPOKESPERSON = Role.SPOKESPERSON
SECRETARY = Role.SECRETARY
DUTY_OFFICER = Role.DUTY_OFFICER
MONITORING = Role.MONITORING
SUBJECT_LEAD = Role.SUBJECT_LEAD
LEGAL = Role.LEGAL
POLICE_LIAISON = Role.POLICE_LIAISON
PUBLISHER = Role.PUBLISHER
COMMUNE = Role.COMMUNE
CHAIR = Role.CHAIR
OBSERVER = Role.OBSERVER
"""Whoever watches an exercise from outside; the office on duty where nobody holds the part."""

PUBLIC = (Channel.PUBLIC_PAGE,)
"""Where the last signature on a public statement releases it to."""


def minutes(number: float) -> timedelta:
    """A length of time in minutes."""
    return timedelta(minutes=number)


def hours(number: float) -> timedelta:
    """A length of time in hours."""
    return timedelta(hours=number)


def time_of_day(hour: int) -> time:
    """An hour of the day in the province."""
    return time(hour)


def days(number: float) -> timedelta:
    """A length of time in days."""
    return timedelta(days=number)


def asked(title: str, title_en: str, *, default: Any = ..., **bounds: Any) -> Any:
    """A field of an own form: its words in both languages, and bounds such as ``ge`` and ``le``."""
    return Field(default, title=title, json_schema_extra={TITLE_EN: title_en}, **bounds)


__all__ = [
    "CHAIR",
    "COMMUNE",
    "DUTY_OFFICER",
    "LEAD",
    "LEGAL",
    "MONITORING",
    "OBSERVER",
    "POLICE_LIAISON",
    "PUBLIC",
    "PUBLISHER",
    "SECRETARY",
    "SPOKESPERSON",
    "STANDING_DEPUTY",
    "SUBJECT_LEAD",
    "AnswerOrWatch",
    "Approval",
    "Approved",
    "Asked",
    "Attack",
    "Capture",
    "CaseReport",
    "Cases",
    "Channel",
    "ChannelCheck",
    "Classification",
    "Conclusion",
    "ContentType",
    "Course",
    "Danger",
    "Done",
    "Draft",
    "Drafted",
    "DuplicateStep",
    "ExerciseMarks",
    "ExercisePlan",
    "Finding",
    "Form",
    "HazardReport",
    "Labelled",
    "LegalCheck",
    "Lessons",
    "Level",
    "Line",
    "Measurement",
    "Nature",
    "NewsroomAnswer",
    "ObjectionReview",
    "Playbook",
    "PolicyCourse",
    "PolicyDecision",
    "Posted",
    "Promises",
    "Prose",
    "Recusal",
    "Redress",
    "Referral",
    "Remark",
    "Request",
    "Role",
    "Run",
    "SignOff",
    "StatementKind",
    "Subject",
    "Unsettled",
    "Verdict",
    "Verification",
    "YesOrNo",
    "asked",
    "days",
    "hours",
    "minutes",
    "playbook",
    "time_of_day",
]
