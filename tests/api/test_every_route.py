"""Every route against nobody, an outsider, a member and the duty officer; none is forgotten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.people.roles import Role
from incidents.record import links, settings
from incidents.record.actors import Actor, Via
from incidents.response.clocks import clocks
from incidents.response.learning import lessons
from incidents.response.steps.steps import StepKind
from incidents.words import approvals
from incidents.words.approvals import ApprovalKind, Verdict
from tests.api.conftest import Browser, Program
from tests.cast import filled
from tests.harness import Desk

# Who asks: nobody signed in, Kiên without a role, Hà the secretary, Lan on shift.
NOBODY, OUTSIDER, MEMBER, DUTY = range(4)

# What an answer tells: let in (the deed itself may still refuse an empty body), no right, sign in.
IN, NO, SIGN_IN, TO_SIGN_IN, PROVE = "in", "no", "sign in", "to sign in", "prove"

ANYBODY = (IN, IN, IN, IN)
SIGNED_IN = (SIGN_IN, IN, IN, IN)
SERVICES_ONLY = (NO, NO, NO, NO)
PROXY = {
    "person_id": str(uuid4()),
    "verb": "acknowledge",
    "heard": "group",
    "where": "x",
}
QUIET = {"begins": "22:00", "ends": "06:00", "holidays": "true"}
INSIDERS = (SIGN_IN, NO, IN, IN)
DUTY_ONLY = (SIGN_IN, NO, NO, IN)
ROOM = (SIGN_IN, NO, IN, IN)
COMMAND_ONLY = (SIGN_IN, NO, NO, NO)
WITHDRAWERS = COMMAND_ONLY
GIVER_ONLY = COMMAND_ONLY
BY_TELEPHONE = (SIGN_IN, NO, NO, PROVE)
ADMINISTRATORS = COMMAND_ONLY
EDITORS = (SIGN_IN, NO, IN, NO)
HOLDER = (SIGN_IN, NO, IN, NO)
PAGE_SIGNED_IN = (TO_SIGN_IN, IN, IN, IN)
PAGE_INSIDERS = (TO_SIGN_IN, NO, IN, IN)
PAGE_DUTY = (TO_SIGN_IN, NO, NO, IN)
PAGE_ADMINISTRATORS = (TO_SIGN_IN, NO, NO, NO)
PAGE_COMMAND = PAGE_ADMINISTRATORS

SCORES = dict.fromkeys(("reach", "velocity", "harm", "credibility", "duty"), 1)
BECAUSE = {"reason": "vì thế"}
QUESTIONS = ("spreading", "silence_harms", "fact_held", "without_repeating")
WEIGHED = dict.fromkeys(QUESTIONS, "true") | {"course": "answer", **BECAUSE}
STRETCH = {"starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-02T00:00:00Z"}
PAPER = {
    "number": "19/GUQ-UBND",
    "role": "lead",
    "grantor_id": str(uuid4()),
    "grantee_id": str(uuid4()),
    "scope": "x",
    "valid_from": "2026-12-01T00:00:00Z",
    "valid_to": "2026-12-02T00:00:00Z",
}
POST = {"role": "lead", "person_id": str(uuid4()), "valid_from": "2026-12-01T00:00:00Z"}
SHELL = {"code": "A", "title": "x", "frame": "x", "from_level": 3}
FOUNDING = {
    "number": "1/QĐ-UBND",
    "signed_on": "2026-11-01",
    "signer": "x",
    "automatic_from_level": 2,
    "valid_from": "2026-11-01",
}
ROTATION = {
    "people": [str(uuid4())],
    "rule": "FREQ=DAILY",
    "hand_over": "06:00",
    "shift_minutes": 480,
    "valid_from": "2026-12-01",
}

# (method, path) → the body that passes its shape, and what each of the four gets.
TABLE: dict[tuple[str, str], tuple[Any, tuple[str, str, str, str]]] = {
    ("GET", "/api/v1/openapi.json"): (None, ANYBODY),
    ("GET", "/api/v1/health"): (None, ANYBODY),
    ("GET", "/api/v1/metrics"): (None, ANYBODY),
    ("POST", "/api/v1/sessions"): ({"username": "x", "password": "x"}, (NO, NO, NO, NO)),
    ("POST", "/api/v1/sessions/proof"): ({"password": "x"}, (SIGN_IN, NO, NO, NO)),
    ("POST", "/api/v1/sessions/password"): (
        {"current": "x", "new_password": "x"},
        (SIGN_IN, NO, NO, NO),
    ),
    ("DELETE", "/api/v1/sessions"): (None, SIGNED_IN),
    ("POST", "/api/v1/signals"): ({"text": "x"}, SIGNED_IN),
    ("GET", "/api/v1/signals"): (None, INSIDERS),
    ("GET", "/api/v1/signals/{code}"): (None, INSIDERS),
    ("POST", "/api/v1/signals/{code}/acknowledge"): (None, DUTY_ONLY),
    ("POST", "/api/v1/signals/{code}/dismiss"): ({"ground": "opinion", **BECAUSE}, DUTY_ONLY),
    ("POST", "/api/v1/signals/{code}/watch"): ({"review_at": "2030-01-01T00:00:00Z"}, DUTY_ONLY),
    ("POST", "/api/v1/signals/{code}/merge"): ({"into": "TXXXXX"}, DUTY_ONLY),
    ("POST", "/api/v1/signals/{code}/unmerge"): (BECAUSE, DUTY_ONLY),
    ("POST", "/api/v1/signals/{code}/real"): (BECAUSE, DUTY_ONLY),
    ("GET", "/api/v1/incidents/{number}/signals"): (None, INSIDERS),
    ("POST", "/api/v1/incidents"): (
        {"playbook": "TIN_GIA_MXH", "level": 1, "title": "x"},
        DUTY_ONLY,
    ),
    ("GET", "/api/v1/incidents"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/score"): (SCORES, ROOM),
    ("POST", "/api/v1/incidents/{number}/level"): ({"level": 4, **BECAUSE}, ROOM),
    ("POST", "/api/v1/incidents/{number}/stabilise"): (BECAUSE, COMMAND_ONLY),
    ("GET", "/api/v1/incidents/{number}/review"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/review"): (
        {"held_at": "2026-11-01T00:00:00Z", "outcome": "x"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/resolve"): (BECAUSE, COMMAND_ONLY),
    ("POST", "/api/v1/incidents/{number}/close"): (BECAUSE, COMMAND_ONLY),
    ("GET", "/api/v1/incidents/{number}/closing-reports"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/closing-reports"): ({}, ROOM),
    ("GET", "/api/v1/incidents/{number}/closing-reports/{report}"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/closing-reports/{report}/approve"): (
        {"sha256": "x"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/closing-reports/{report}/return"): (
        BECAUSE,
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/stand-down"): (BECAUSE, DUTY_ONLY),
    ("POST", "/api/v1/incidents/{number}/undo"): (BECAUSE, DUTY_ONLY),
    ("POST", "/api/v1/incidents/{number}/direction"): (
        {"roles": ["lead", "spokesperson", "secretary"], "given_by": "x", "call_back": "0900"},
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/notes"): ({"text": "x"}, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/members/replace"): (
        {"role": "lead", "outgoing": str(uuid4()), "incoming": str(uuid4()), **BECAUSE},
        ROOM,
    ),
    ("GET", "/api/v1/incidents/{number}/conflicts"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/conflicts"): (
        {"person_id": str(uuid4()), **BECAUSE},
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/conflicts/{recusal_id}/lift"): (BECAUSE, COMMAND_ONLY),
    ("GET", "/api/v1/incidents/{number}/task-force"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/task-force/proposals"): (
        {"reason": "x", "seats": []},
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/task-force/proposals/{proposal_id}/appraise"): (
        {"opinion": "x"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/task-force/proposals/{proposal_id}/return"): (
        BECAUSE,
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/task-force/decisions"): (
        {"document": "1", "signed_on": "2026-11-01", "signer": "x"},
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/members"): (
        {"role": "legal", "person_id": str(uuid4())},
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/members/hand-over"): (
        {
            "role": "lead",
            "outgoing": str(uuid4()),
            "incoming": str(uuid4()),
            "handed_over": "x",
        },
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/shells/{code}/release"): ({}, DUTY_ONLY),
    ("GET", "/api/v1/incidents/{number}/timeline"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/exercise-score"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/steps"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/steps"): (
        {"title": "x", "role": "lead", "due_at": "2026-11-23T00:00:00Z"},
        ROOM,
    ),
    ("GET", "/api/v1/incidents/{number}/decisions"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/posture"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/posture"): (
        {"cluster": "victim", **BECAUSE},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/decisions"): (
        {"question": "x", "chosen": "y", "reason": "z"},
        ROOM,
    ),
    ("GET", "/api/v1/incidents/{number}/lessons"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/lessons"): ({"improvement": "x"}, ROOM),
    ("GET", "/api/v1/lessons"): (None, INSIDERS),
    ("POST", "/api/v1/lessons/{lesson_id}/assign"): (
        {"owner_id": str(uuid4()), "due_on": "2030-01-01"},
        ROOM,
    ),
    ("POST", "/api/v1/lessons/{lesson_id}/finish"): ({"proof": "x"}, ROOM),
    ("POST", "/api/v1/lessons/{lesson_id}/drop"): (BECAUSE, ROOM),
    ("POST", "/api/v1/lessons/{lesson_id}/link"): ({"earlier": str(uuid4())}, ROOM),
    ("GET", "/api/v1/incidents/{number}/situation"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/situation-reports"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/situation-reports"): ({}, ROOM),
    ("GET", "/api/v1/incidents/{number}/situation-reports/{report}"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/statements"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/evidence"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/evidence"): ("a file", INSIDERS),
    ("GET", "/api/v1/incidents/{number}/messages"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/verify"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/clocks"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/clocks"): ({"code": "DATA_BREACH"}, ROOM),
    ("POST", "/api/v1/incidents/{number}/clocks/{clock_id}/start"): ({}, ROOM),
    ("POST", "/api/v1/incidents/{number}/clocks/{clock_id}/meet"): (
        {"kind": "number", "proof": "1"},
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/clocks/{clock_id}/explain"): (
        {"explanation": "x"},
        ROOM,
    ),
    ("POST", "/api/v1/incidents/{number}/clocks/{clock_id}/not-applicable"): (BECAUSE, ROOM),
    ("GET", "/api/v1/clock-rules"): (None, INSIDERS),
    ("POST", "/api/v1/clock-rules"): (
        {
            "code": "NEW_TERM",
            "role": "spokesperson",
            "title": "x",
            "trigger": "x",
            "consequence": "x",
            "amount": 1,
            "unit": "hours",
            "legal_basis": "x",
            "effective_from": "2026-01-01",
        },
        ADMINISTRATORS,
    ),
    ("POST", "/api/v1/clock-rules/{rule_id}/figures"): (
        {"amount": 1, "unit": "hours", "legal_basis": "x", "effective_from": "2026-01-01"},
        ADMINISTRATORS,
    ),
    ("POST", "/api/v1/clock-rules/{rule_id}/correct"): (
        {"amount": 1, "unit": "hours", "legal_basis": "x", "effective_from": "2026-01-01"},
        ADMINISTRATORS,
    ),
    ("POST", "/api/v1/clock-rules/{rule_id}/repeal"): ({"legal_basis": "x"}, ADMINISTRATORS),
    ("POST", "/api/v1/clock-rules/{rule_id}/withdraw"): (BECAUSE, ADMINISTRATORS),
    ("POST", "/api/v1/clock-rules/{rule_id}/verify"): (
        {"verified_by": "x", "verified_on": "2026-01-01"},
        ADMINISTRATORS,
    ),
    ("GET", "/api/v1/level-rules"): (None, INSIDERS),
    ("POST", "/api/v1/level-rules"): (
        {"effective_from": "2030-01-01", "weights": {}, "bands": [], "floors": [], "basis": "x"},
        ADMINISTRATORS,
    ),
    ("GET", "/api/v1/level-timings"): (None, INSIDERS),
    ("POST", "/api/v1/level-timings"): (
        {"effective_from": "2030-01-01", "levels": [], "basis": "x"},
        ADMINISTRATORS,
    ),
    ("GET", "/api/v1/must-be-told"): (None, INSIDERS),
    ("POST", "/api/v1/must-be-told"): ({"level": 4, "told": ["chair"]}, ADMINISTRATORS),
    ("GET", "/api/v1/authorisations"): (None, INSIDERS),
    ("POST", "/api/v1/authorisations"): (PAPER, ADMINISTRATORS),
    ("POST", "/api/v1/authorisations/{authorisation_id}/end"): (BECAUSE, ADMINISTRATORS),
    ("GET", "/api/v1/{papers}/{paper_id}/scans"): (None, INSIDERS),
    ("POST", "/api/v1/{papers}/{paper_id}/scans"): ("a file", ADMINISTRATORS),
    ("GET", "/api/v1/founding-decisions"): (None, INSIDERS),
    ("POST", "/api/v1/founding-decisions"): (FOUNDING, ADMINISTRATORS),
    ("POST", "/api/v1/founding-decisions/{decision_id}/end"): (
        {"last_day": "2030-01-01", **BECAUSE},
        ADMINISTRATORS,
    ),
    ("GET", "/api/v1/accounts"): (None, ADMINISTRATORS),
    ("POST", "/api/v1/people/{person_id}/account"): ({"username": "x"}, ADMINISTRATORS),
    ("POST", "/api/v1/people/{person_id}/account/reset"): (None, ADMINISTRATORS),
    ("POST", "/api/v1/people/{person_id}/account/close"): (BECAUSE, ADMINISTRATORS),
    ("POST", "/api/v1/people/{person_id}/administrator"): (
        {"administrator": True, **BECAUSE},
        ADMINISTRATORS,
    ),
    ("GET", "/api/v1/posts"): (None, INSIDERS),
    ("POST", "/api/v1/posts"): (POST, ADMINISTRATORS),
    ("GET", "/api/v1/posts/{post_id}/duty"): (None, ADMINISTRATORS),
    ("POST", "/api/v1/posts/{post_id}/end"): (BECAUSE, ADMINISTRATORS),
    ("GET", "/api/v1/incidents/{number}/level"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/level-requests"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/level-requests/{request_id}/agree"): (None, ROOM),
    ("POST", "/api/v1/incidents/{number}/level-requests/{request_id}/refuse"): (BECAUSE, ROOM),
    ("POST", "/api/v1/incidents/{number}/level-requests/{request_id}/withdraw"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/ties"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/flare-up"): ({"cause": "reach", **BECAUSE}, ROOM),
    ("POST", "/api/v1/incidents/{number}/take-back"): (BECAUSE, COMMAND_ONLY),
    ("POST", "/api/v1/incidents/{number}/reopen"): (
        {"playbook": "TIN_GIA_MXH", **BECAUSE},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/follow"): (
        {"playbook": "TIN_GIA_MXH", "level": 1, "title": "x", **BECAUSE},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/merge"): ({"into": "2026-0001", **BECAUSE}, DUTY_ONLY),
    ("POST", "/api/v1/incidents/{number}/split"): (
        {"playbook": "TIN_GIA_MXH", "level": 1, "title": "x", **BECAUSE},
        DUTY_ONLY,
    ),
    ("GET", "/api/v1/swap-days"): (None, INSIDERS),
    ("POST", "/api/v1/swap-days"): (
        {"day": "2026-12-26", "kind": "off", "reason": "x", "decision": "x"},
        ADMINISTRATORS,
    ),
    ("POST", "/api/v1/swap-days/{day}/remove"): (BECAUSE, ADMINISTRATORS),
    ("GET", "/api/v1/steps"): (None, INSIDERS),
    ("GET", "/api/v1/steps/{step_id}"): (None, INSIDERS),
    ("POST", "/api/v1/steps/{step_id}/acknowledge"): (None, HOLDER),
    ("POST", "/api/v1/steps/{step_id}/complete"): ({}, HOLDER),
    ("POST", "/api/v1/steps/{step_id}/decline"): (BECAUSE, HOLDER),
    ("POST", "/api/v1/steps/{step_id}/comment"): ({"remark": "x"}, HOLDER),
    ("POST", "/api/v1/steps/{step_id}/answer-for"): (PROXY, ROOM),
    ("GET", "/api/v1/incidents/{number}/group-relay"): (None, ROOM),
    ("POST", "/api/v1/incidents/{number}/group-relay"): ({"group": "x", "numbers": [1]}, ROOM),
    ("POST", "/api/v1/steps/{step_id}/reassign"): ({"person_id": str(uuid4()), **BECAUSE}, ROOM),
    ("POST", "/api/v1/steps/{step_id}/extend"): (
        {"due_at": "2030-01-01T00:00:00Z", **BECAUSE},
        ROOM,
    ),
    ("POST", "/api/v1/steps/{step_id}/waive"): (BECAUSE, COMMAND_ONLY),
    ("POST", "/api/v1/steps/{step_id}/cancel"): (BECAUSE, COMMAND_ONLY),
    ("GET", "/api/v1/incidents/{number}/claims"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/claims"): ({"text": "x"}, ROOM),
    ("GET", "/api/v1/signals/{code}/claims"): (None, INSIDERS),
    ("POST", "/api/v1/signals/{code}/claims"): ({"text": "x"}, ROOM),
    ("GET", "/api/v1/claims/{claim_id}"): (None, INSIDERS),
    ("POST", "/api/v1/claims/{claim_id}/edit"): ({"text": "x"}, ROOM),
    ("POST", "/api/v1/claims/{claim_id}/link"): ({"to": "TXXXXX"}, ROOM),
    ("POST", "/api/v1/claims/{claim_id}/unlink"): ({"where": "TXXXXX"}, ROOM),
    ("POST", "/api/v1/claims/{claim_id}/settle"): (
        {"finding": "false", "explanation": "x"},
        COMMAND_ONLY,
    ),
    ("GET", "/api/v1/claim-tags"): (None, INSIDERS),
    ("GET", "/api/v1/incidents/{number}/findings"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/findings/settle"): (
        {"finding": "false", "explanation": "x"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/incidents/{number}/answer-or-watch"): (WEIGHED, DUTY_ONLY),
    ("POST", "/api/v1/signals/{code}/answer-or-watch"): (WEIGHED, DUTY_ONLY),
    ("GET", "/api/v1/incidents/{number}/silences"): (None, INSIDERS),
    ("GET", "/api/v1/signals/{code}/silences"): (None, INSIDERS),
    ("POST", "/api/v1/incidents/{number}/claims/{claim_id}/settle"): (
        {"finding": "false", "explanation": "x"},
        COMMAND_ONLY,
    ),
    ("GET", "/api/v1/statements/{statement_id}"): (None, INSIDERS),
    ("POST", "/api/v1/statements/{statement_id}/versions"): ({"title": "x", "text": "y"}, EDITORS),
    ("POST", "/api/v1/statements/{statement_id}/versions/{version_id}/sign-off"): (
        {"verdict": "granted", "sha256": "x"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/statements/{statement_id}/versions/{version_id}/telephone"): (
        {
            "verdict": "granted",
            "approver_id": str(uuid4()),
            "witness_id": str(uuid4()),
            "number_called": "1",
            "read_back": "x",
        },
        BY_TELEPHONE,
    ),
    ("POST", "/api/v1/approvals/{approval_id}/confirm"): (None, GIVER_ONLY),
    ("POST", "/api/v1/approvals/{approval_id}/confirm-by-scan"): (
        {"evidence_id": str(uuid4())},
        BY_TELEPHONE,
    ),
    ("POST", "/api/v1/publications/{publication_id}/withdraw"): (BECAUSE, WITHDRAWERS),
    ("GET", "/api/v1/people"): (None, INSIDERS),
    ("GET", "/api/v1/people/{person_id}/holdings"): (None, ADMINISTRATORS),
    ("POST", "/api/v1/people/{person_id}/leave"): (
        {"left_on": "2026-11-01", "confirmed": "x"},
        ADMINISTRATORS,
    ),
    ("GET", "/api/v1/people/{person_id}/return"): (None, ADMINISTRATORS),
    ("POST", "/api/v1/people/{person_id}/return"): (
        {"reason": "x", "confirmed": "x"},
        ADMINISTRATORS,
    ),
    ("GET", "/api/v1/on-duty"): (None, INSIDERS),
    ("GET", "/api/v1/rosters"): (None, INSIDERS),
    ("POST", "/api/v1/rosters"): (
        {"name": "x", "role": "office_duty", "organisation": "UBND"},
        COMMAND_ONLY,
    ),
    ("GET", "/api/v1/rosters/faults"): (None, INSIDERS),
    ("GET", "/api/v1/rosters/{roster_id}"): (None, INSIDERS),
    ("GET", "/api/v1/rosters/{roster_id}/members"): (None, INSIDERS),
    ("GET", "/api/v1/rosters/{roster_id}/shifts"): (None, INSIDERS),
    ("GET", "/api/v1/rosters/{roster_id}/rotations"): (None, INSIDERS),
    ("POST", "/api/v1/rosters/{roster_id}/rotations"): (ROTATION, COMMAND_ONLY),
    ("POST", "/api/v1/rosters/{roster_id}/rotations/look"): (ROTATION, COMMAND_ONLY),
    ("POST", "/api/v1/rotations/{rotation_id}/end"): ({"last_day": "2030-01-01"}, COMMAND_ONLY),
    ("GET", "/api/v1/rosters/{roster_id}/by-hand"): (None, INSIDERS),
    ("POST", "/api/v1/rosters/{roster_id}/by-hand"): (
        {"person_id": str(uuid4()), **STRETCH},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/rosters/{roster_id}/by-hand/{shift_id}/move"): (
        {"person_id": str(uuid4()), **STRETCH},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/rosters/{roster_id}/by-hand/{shift_id}/take-out"): (BECAUSE, COMMAND_ONLY),
    ("POST", "/api/v1/rosters/{roster_id}/overrides"): (
        {"person_id": str(uuid4()), **STRETCH, **BECAUSE},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/overrides/{stand_in_id}/cancel"): (None, COMMAND_ONLY),
    ("GET", "/api/v1/swaps"): (None, INSIDERS),
    ("POST", "/api/v1/swaps"): (
        {"shift_id": str(uuid4()), "other_id": str(uuid4())},
        INSIDERS,
    ),
    ("POST", "/api/v1/swaps/{swap_id}/accept"): (None, INSIDERS),
    ("POST", "/api/v1/swaps/{swap_id}/decline"): (None, INSIDERS),
    ("POST", "/api/v1/swaps/{swap_id}/withdraw"): (None, INSIDERS),
    ("GET", "/api/v1/absences"): (None, INSIDERS),
    ("POST", "/api/v1/absences"): ({"person_id": str(uuid4()), **STRETCH, **BECAUSE}, COMMAND_ONLY),
    ("POST", "/api/v1/absences/{absence_id}/cancel"): (None, INSIDERS),
    ("GET", "/api/v1/hand-overs"): (None, INSIDERS),
    ("GET", "/api/v1/hand-overs/draft"): (None, INSIDERS),
    ("POST", "/api/v1/hand-overs"): (
        {"open_work": "x", "deadlines": "x", "unknown": "x"},
        INSIDERS,
    ),
    ("POST", "/api/v1/hand-overs/{note_id}/acknowledge"): (None, INSIDERS),
    ("GET", "/api/v1/calendar-feeds"): (None, INSIDERS),
    ("POST", "/api/v1/calendar-feeds"): ({}, INSIDERS),
    ("POST", "/api/v1/calendar-feeds/{feed_id}/revoke"): (None, INSIDERS),
    ("GET", "/api/v1/organisations"): (None, INSIDERS),
    ("GET", "/api/v1/organisations/stale"): (None, INSIDERS),
    ("GET", "/api/v1/organisations/{organisation}"): (None, INSIDERS),
    ("POST", "/api/v1/organisations"): ({"code": "X", "name": "x", "kind": "office"}, COMMAND_ONLY),
    ("POST", "/api/v1/organisations/{organisation}/change"): (
        {"name": "x", "starts_on": "2026-12-01"},
        COMMAND_ONLY,
    ),
    ("GET", "/api/v1/organisations/{organisation}/requests"): (None, INSIDERS),
    ("GET", "/api/v1/organisations/{organisation}/corrections"): (None, INSIDERS),
    ("POST", "/api/v1/organisations/{organisation}/correct"): (
        {"kind": "office", **BECAUSE},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/organisations/{organisation}/end"): (
        {"last_day": "2026-12-01"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/organisations/{organisation}/successors"): (
        {"successors": ["X"], "happened_on": "2026-12-01"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/organisations/{organisation}/contact-points"): (
        {"kind": "zalo", "address": "x"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/organisations/{organisation}/focal-points"): (
        {"person_id": str(uuid4()), "standing": "focal"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/people"): ({"name": "x", "organisation": "UBND"}, COMMAND_ONLY),
    ("POST", "/api/v1/people/{person_id}/move"): (
        {"organisation": "UBND", "post": "x", "starts_on": "2026-11-23"},
        COMMAND_ONLY,
    ),
    ("GET", "/api/v1/routing-rules"): (None, INSIDERS),
    ("POST", "/api/v1/routing-rules"): (
        {"role": "commune", "organisation": "UBP", "area": "x", "valid_from": "2026-12-01"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/routing-rules/{route_id}/end"): ({"last_day": "2026-12-01"}, COMMAND_ONLY),
    ("POST", "/api/v1/contact-points/{contact_id}/remove"): (None, COMMAND_ONLY),
    ("POST", "/api/v1/contact-points/{contact_id}/send-code"): (None, COMMAND_ONLY),
    ("POST", "/api/v1/contact-points/{contact_id}/confirm"): ({"code": "1"}, COMMAND_ONLY),
    ("POST", "/api/v1/contact-points/{contact_id}/tried"): ({"reached": True}, COMMAND_ONLY),
    ("POST", "/api/v1/contact-points/{contact_id}/test-message"): (None, COMMAND_ONLY),
    ("GET", "/api/v1/me/ways"): (None, SIGNED_IN),
    ("POST", "/api/v1/me/ways"): ({"ordinary": {}}, SIGNED_IN),
    ("POST", "/api/v1/me/chat-codes"): ({"chat": "zalo_chat"}, SIGNED_IN),
    ("POST", "/api/v1/contact-points/{contact_id}/unbind"): (None, COMMAND_ONLY),
    ("POST", "/api/v1/me/quiet-hours"): (QUIET, SIGNED_IN),
    ("POST", "/api/v1/me/quiet-hours/lift"): (None, SIGNED_IN),
    ("GET", "/api/v1/directory/imports"): (None, COMMAND_ONLY),
    ("GET", "/api/v1/directory/{kind}.csv"): (None, COMMAND_ONLY),
    ("POST", "/api/v1/directory/{kind}/look"): ({"csv": "x"}, COMMAND_ONLY),
    ("POST", "/api/v1/directory/{kind}/import"): ({"csv": "x", "seen": "x"}, COMMAND_ONLY),
    ("POST", "/api/v1/focal-points/{focal_id}/test"): ({"reached": True, "how": "x"}, INSIDERS),
    ("POST", "/api/v1/focal-points/{focal_id}/end"): (None, COMMAND_ONLY),
    ("GET", "/api/v1/playbooks"): (None, INSIDERS),
    ("GET", "/api/v1/shells"): (None, INSIDERS),
    ("POST", "/api/v1/shells/{code}/withdraw"): (BECAUSE, COMMAND_ONLY),
    ("GET", "/api/v1/shell-drafts"): (None, INSIDERS),
    ("POST", "/api/v1/shell-drafts"): (SHELL, EDITORS),
    ("POST", "/api/v1/shell-drafts/{draft_id}/approve"): (
        {"sha256": "x", "decision": "1/QĐ", "decided_on": "2026-11-01"},
        COMMAND_ONLY,
    ),
    ("POST", "/api/v1/shell-drafts/{draft_id}/refuse"): (BECAUSE, INSIDERS),
    ("GET", "/api/v1/task-forces"): (None, INSIDERS),
    ("GET", "/api/v1/runs"): (None, INSIDERS),
    ("GET", "/dang-nhap"): (None, ANYBODY),
    ("POST", "/dang-nhap"): ({"username": "x", "password": "x"}, (NO, NO, NO, NO)),
    ("POST", "/dang-xuat"): ({}, PAGE_SIGNED_IN),
    ("POST", "/ngon-ngu"): ({"language": "vi"}, PAGE_SIGNED_IN),
    ("GET", "/"): (None, PAGE_SIGNED_IN),
    ("GET", "/vu-viec"): (None, PAGE_INSIDERS),
    ("GET", "/bao-tin"): (None, PAGE_SIGNED_IN),
    ("POST", "/bao-tin"): ({"text": "x"}, PAGE_SIGNED_IN),
    ("GET", "/tin-bao/{code}"): (None, PAGE_INSIDERS),
    ("POST", "/tin-bao/{code}/{deed}"): ({}, PAGE_DUTY),
    ("GET", "/tu-lieu/{evidence_id}"): (None, PAGE_INSIDERS),
    ("GET", "/vu-viec/{number}"): (None, PAGE_INSIDERS),
    ("GET", "/vu-viec/{number}/kiem-tra"): (None, PAGE_INSIDERS),
    ("GET", "/vu-viec/{number}/to-trinh"): (None, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/to-trinh"): ({"reason": "x"}, PAGE_INSIDERS),
    ("GET", "/bai-hoc"): (None, PAGE_INSIDERS),
    ("POST", "/bai-hoc/{lesson_id}/{deed}"): ({"proof": "x"}, (TO_SIGN_IN, NO, IN, IN)),
    ("GET", "/vu-viec/{number}/quyet-dinh"): (None, PAGE_INSIDERS),
    ("GET", "/vu-viec/{number}/nhom"): (None, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/nhom"): ({"group": "x"}, PAGE_INSIDERS),
    ("GET", "/vu-viec/{number}/bao-cao-nhanh"): (None, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/bao-cao-nhanh/phat-hanh"): ({}, (TO_SIGN_IN, NO, IN, IN)),
    ("GET", "/vu-viec/{number}/bao-cao-nhanh/{report}"): (None, PAGE_INSIDERS),
    ("GET", "/vu-viec/{number}/bao-cao-tong-ket"): (None, PAGE_INSIDERS),
    ("GET", "/vu-viec/{number}/bao-cao-tong-ket/{report}"): (None, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/bao-cao-tong-ket/trinh"): ({}, (TO_SIGN_IN, NO, IN, IN)),
    ("POST", "/vu-viec/{number}/bao-cao-tong-ket/{report}/duyet"): (
        {"sha256": "x"},
        PAGE_COMMAND,
    ),
    ("POST", "/vu-viec/{number}/bao-cao-tong-ket/{report}/tra-lai"): (BECAUSE, PAGE_COMMAND),
    ("POST", "/vu-viec/{number}/tu-lieu"): ({}, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/noi-dung"): ({"text": "x"}, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/noi-dung/{claim_id}/{deed}"): (
        {"finding": "false", "explanation": "x"},
        (TO_SIGN_IN, NO, NO, NO),
    ),
    ("POST", "/vu-viec/{number}/tra-loi-hay-theo-doi"): (WEIGHED, PAGE_DUTY),
    ("POST", "/vu-viec/{number}/tu-the"): ({"cluster": "victim", **BECAUSE}, PAGE_COMMAND),
    ("POST", "/tin-bao/{code}/tra-loi-hay-theo-doi"): (WEIGHED, PAGE_DUTY),
    ("POST", "/tin-bao/{code}/noi-dung"): ({"text": "x"}, PAGE_INSIDERS),
    ("POST", "/tin-bao/{code}/noi-dung/{claim_id}/{deed}"): ({}, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/bung-phat-lai"): (
        {"cause": "reach", **BECAUSE},
        (TO_SIGN_IN, NO, IN, IN),
    ),
    ("POST", "/vu-viec/{number}/tro-lai-tam-on"): (BECAUSE, PAGE_COMMAND),
    ("POST", "/vu-viec/{number}/ha-cap/{request_id}/dong-y"): ({}, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/ha-cap/{request_id}/khong-dong-y"): (BECAUSE, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/ha-cap/{request_id}/rut"): ({}, PAGE_INSIDERS),
    ("POST", "/vu-viec/{number}/mo-lai"): (
        {"playbook": "TIN_GIA_MXH", **BECAUSE},
        PAGE_COMMAND,
    ),
    ("POST", "/vu-viec/{number}/noi-tiep"): (
        {"playbook": "TIN_GIA_MXH", "level": 1, "title": "x", **BECAUSE},
        PAGE_COMMAND,
    ),
    ("POST", "/vu-viec/{number}/gop"): ({"into": "2026-0001", **BECAUSE}, PAGE_DUTY),
    ("POST", "/vu-viec/{number}/tach"): (
        {"playbook": "TIN_GIA_MXH", "level": 1, "title": "x", **BECAUSE},
        PAGE_DUTY,
    ),
    ("POST", "/vu-viec/{number}/mau/{code}"): ({}, PAGE_DUTY),
    ("POST", "/vu-viec/{number}/{deed}"): ({"text": "x"}, PAGE_INSIDERS),
    ("GET", "/kich-ban/{playbook}"): (None, PAGE_INSIDERS),
    ("POST", "/kich-ban/{playbook}/dien-tap"): ({}, PAGE_DUTY),
    ("GET", "/nhiem-vu/{step_id}"): (None, PAGE_INSIDERS),
    ("POST", "/nhiem-vu/{step_id}/hoan-thanh"): ({}, (TO_SIGN_IN, NO, IN, NO)),
    ("POST", "/nhiem-vu/{step_id}/{deed}"): ({}, (TO_SIGN_IN, NO, IN, NO)),
    ("GET", "/phat-ngon/{statement_id}"): (None, PAGE_INSIDERS),
    ("POST", "/phat-ngon/{statement_id}/but-phe"): ({"target": str(uuid4())}, PAGE_INSIDERS),
    ("POST", "/phat-ngon/{statement_id}/{deed}"): (
        {"title": "x", "text": "y"},
        (TO_SIGN_IN, NO, IN, NO),
    ),
    ("GET", "/t/{token}"): (None, ANYBODY),
    ("POST", "/t/{token}/{deed}"): ({"number": "00"}, ANYBODY),
    ("POST", "/t/{token}/tu-lieu/{evidence_id}"): ({"number": ""}, ANYBODY),
    ("GET", "/lich-truc"): (None, PAGE_INSIDERS),
    ("POST", "/lich-truc/{deed}"): ({}, PAGE_INSIDERS),
    ("GET", "/lich-truc/cac-lich"): (None, PAGE_COMMAND),
    ("POST", "/lich-truc/cac-lich"): ({}, PAGE_COMMAND),
    ("GET", "/lich-truc/cac-lich/{roster_id}"): (None, PAGE_COMMAND),
    ("POST", "/lich-truc/cac-lich/{roster_id}/xem-thu"): ({}, PAGE_COMMAND),
    ("POST", "/lich-truc/cac-lich/{roster_id}/vong"): ({}, PAGE_COMMAND),
    ("POST", "/lich-truc/cac-lich/{roster_id}/ket-thuc"): ({}, PAGE_COMMAND),
    ("GET", "/lich-truc/cac-lich/{roster_id}/ca-nhap-tay"): (None, PAGE_COMMAND),
    ("POST", "/lich-truc/cac-lich/{roster_id}/ca-nhap-tay"): ({}, PAGE_COMMAND),
    ("POST", "/lich-truc/cac-lich/{roster_id}/ca-nhap-tay/{shift_id}/doi"): ({}, PAGE_COMMAND),
    ("POST", "/lich-truc/cac-lich/{roster_id}/ca-nhap-tay/{shift_id}/bo"): ({}, PAGE_COMMAND),
    ("GET", "/lich/{token}.ics"): (None, ANYBODY),
    ("GET", "/danh-ba"): (None, PAGE_INSIDERS),
    ("POST", "/danh-ba"): (
        {"code": "X", "name": "x", "kind": "office"},
        (TO_SIGN_IN, NO, NO, NO),
    ),
    ("GET", "/danh-ba/phan-cong"): (None, PAGE_INSIDERS),
    ("POST", "/danh-ba/phan-cong"): (
        {"role": "commune", "organisation": "UBP", "area": "x", "valid_from": "2026-12-01"},
        (TO_SIGN_IN, NO, NO, NO),
    ),
    ("POST", "/danh-ba/phan-cong/ket-thuc"): (
        {"id": str(uuid4()), "last_day": "2026-12-01"},
        (TO_SIGN_IN, NO, NO, NO),
    ),
    ("GET", "/danh-ba/nhap-xuat"): (None, PAGE_ADMINISTRATORS),
    ("GET", "/danh-ba/nhap-xuat/{kind}.csv"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/danh-ba/nhap-xuat/xem-thu"): ({"kind": "people", "csv": "x"}, PAGE_ADMINISTRATORS),
    ("POST", "/danh-ba/nhap-xuat/ghi"): (
        {"kind": "people", "csv": "x", "seen": "x"},
        PAGE_ADMINISTRATORS,
    ),
    ("GET", "/danh-ba/co-quan/{organisation}"): (None, PAGE_INSIDERS),
    ("POST", "/danh-ba/co-quan/{organisation}/{deed}"): (
        {"last_day": "2026-12-01"},
        (TO_SIGN_IN, NO, NO, NO),
    ),
    ("GET", "/hop-thu-di"): (None, PAGE_DUTY),
    ("GET", "/hop-thu-di/{message_id}"): (None, PAGE_DUTY),
    ("GET", "/cong-bo"): (None, ANYBODY),
    ("GET", "/cong-bo/{name:path}"): (None, ANYBODY),
    ("GET", "/tra-cuu-rest"): (None, PAGE_SIGNED_IN),
    ("GET", "/quan-tri/thoi-han"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/thoi-han/them"): (
        {
            "code": "NEW_TERM",
            "role": "spokesperson",
            "title": "x",
            "trigger": "x",
            "consequence": "x",
            "amount": 1,
            "unit": "hours",
            "legal_basis": "x",
            "effective_from": "2026-01-01",
        },
        PAGE_ADMINISTRATORS,
    ),
    ("POST", "/quan-tri/thoi-han/ngay"): (
        {"day": "2026-12-26", "kind": "off", "reason": "x", "decision": "x"},
        PAGE_ADMINISTRATORS,
    ),
    ("POST", "/quan-tri/thoi-han/ngay/{day}/bo"): (BECAUSE, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/thoi-han/{rule_id}/{deed}"): (
        {"verified_by": "x", "verified_on": "2026-01-01"},
        PAGE_ADMINISTRATORS,
    ),
    ("GET", "/quan-tri/cap-do"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/cap-do"): ({"effective_from": "2030-01-01"}, PAGE_ADMINISTRATORS),
    ("GET", "/quan-tri/moc-thoi-gian"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/moc-thoi-gian"): ({"effective_from": "2030-01-01"}, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/moc-thoi-gian/phai-bao-cao"): ({"level": "4"}, PAGE_ADMINISTRATORS),
    ("GET", "/quan-tri/thoi-viec"): (None, PAGE_ADMINISTRATORS),
    ("GET", "/quan-tri/thoi-viec/{person_id}"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/thoi-viec/{person_id}"): (
        {"left_on": "2026-11-01", "confirmed": "x"},
        PAGE_ADMINISTRATORS,
    ),
    ("POST", "/quan-tri/thoi-viec/{person_id}/tro-lai"): (
        {"reason": "x", "confirmed": "x"},
        PAGE_ADMINISTRATORS,
    ),
    ("GET", "/quan-tri/uy-quyen"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/uy-quyen"): (PAPER, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/uy-quyen/{authorisation_id}/cham-dut"): (BECAUSE, PAGE_ADMINISTRATORS),
    ("GET", "/quan-tri/to-cong-tac"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/to-cong-tac"): (FOUNDING, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/to-cong-tac/{decision_id}/het-hieu-luc"): (
        {"last_day": "2030-01-01", **BECAUSE},
        PAGE_ADMINISTRATORS,
    ),
    ("POST", "/quan-tri/uy-quyen/{paper_id}/ban-chup"): ({}, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/to-cong-tac/{paper_id}/ban-chup"): ({}, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/chuc-trach/{post_id}/ban-chup"): ({}, PAGE_ADMINISTRATORS),
    ("GET", "/ban-chup/{scan_id}"): (None, PAGE_INSIDERS),
    ("GET", "/mau-duyet-san"): (None, PAGE_INSIDERS),
    ("POST", "/mau-duyet-san"): (SHELL, (TO_SIGN_IN, NO, IN, NO)),
    ("POST", "/mau-duyet-san/{draft_id}/duyet"): (
        {"sha256": "x", "decision": "1/QĐ", "decided_on": "2026-11-01"},
        PAGE_COMMAND,
    ),
    ("POST", "/mau-duyet-san/{draft_id}/khong-duyet"): (BECAUSE, PAGE_INSIDERS),
    ("POST", "/mau-duyet-san/ma/{code}/rut"): (BECAUSE, PAGE_COMMAND),
    ("POST", "/webhook/zalo"): ({}, SERVICES_ONLY),
    ("POST", "/webhook/telegram"): ({}, SERVICES_ONLY),
    ("GET", "/cach-nhan-tin"): (None, PAGE_SIGNED_IN),
    ("POST", "/cach-nhan-tin/thu-tu"): ({}, PAGE_SIGNED_IN),
    ("POST", "/cach-nhan-tin/ma"): ({"chat": "zalo_chat"}, PAGE_SIGNED_IN),
    ("POST", "/cach-nhan-tin/{contact_id}/go"): ({}, PAGE_COMMAND),
    ("POST", "/cach-nhan-tin/yen-tinh"): (QUIET, PAGE_SIGNED_IN),
    ("POST", "/cach-nhan-tin/yen-tinh/bo"): ({}, PAGE_SIGNED_IN),
    ("POST", "/cach-nhan-tin/{contact_id}/thu"): ({}, PAGE_COMMAND),
    ("GET", "/mat-khau"): (None, PAGE_SIGNED_IN),
    ("POST", "/mat-khau"): ({"new_password": "x"}, PAGE_SIGNED_IN),
    ("GET", "/quan-tri/tai-khoan"): (None, PAGE_ADMINISTRATORS),
    ("GET", "/quan-tri/tai-khoan/{person_id}"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/tai-khoan/{person_id}"): ({"username": "x"}, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/tai-khoan/{person_id}/cap-lai"): ({}, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/tai-khoan/{person_id}/khoa"): (BECAUSE, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/tai-khoan/{person_id}/quan-tri"): (
        {"administrator": "true", **BECAUSE},
        PAGE_ADMINISTRATORS,
    ),
    ("GET", "/quan-tri/chuc-trach"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/chuc-trach"): (POST, PAGE_ADMINISTRATORS),
    ("GET", "/quan-tri/chuc-trach/{post_id}"): (None, PAGE_ADMINISTRATORS),
    ("POST", "/quan-tri/chuc-trach/{post_id}"): (BECAUSE, PAGE_ADMINISTRATORS),
    ("GET", "/song/ban-truc"): (None, PAGE_INSIDERS),
    ("GET", "/song/vu-viec/{number}"): (None, PAGE_INSIDERS),
}
ENDS_SESSION = ("/api/v1/sessions", "/dang-xuat")
STREAMS = ("/song/ban-truc", "/song/vu-viec/{number}")


def routes_of(app: Any) -> Iterator[tuple[str, str]]:
    """Every method and path the application answers, mounts left out."""
    for route in app.routes:
        found = route.effective_route_contexts() if hasattr(route, "original_router") else [route]
        for each in found:
            for method in (getattr(each, "methods", None) or set()) - {"HEAD"}:
                yield method, each.path


def test_no_route_was_left_unthought_of(client: TestClient) -> None:
    assert set(routes_of(client.app)) == set(TABLE)


@dataclass
class Scene:
    """One incident with a step of Hà's, a statement, a publication and a flag that waits."""

    path_values: dict[str, str]

    def path(self, pattern: str) -> str:
        return pattern.replace("{name:path}", "").format(**self.path_values)


@pytest.fixture
def scene(desk: Desk) -> Scene:
    incident = desk.opened(
        level=3, roles=[Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]
    )
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        "approve",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    step = desk.plan(incident, "write it down", Role.SECRETARY)
    told = desk.messages(to=desk.cast.ha, kind="step_assigned")[-1]
    from incidents.intake.evidence import of_incident
    from incidents.record import database

    with database.reading() as session:
        kept = of_incident(session, incident.id)[0]
    approval = desk.do(
        approvals.give,
        version,
        Verdict.GRANTED,
        kind=ApprovalKind.SIGN_OFF,
        person_id=desk.cast.minh.id,
        role=Role.SPOKESPERSON,
        witness_id=desk.cast.long.id,
        by=desk.cast.lan,
    )
    (stated,) = desk.do(
        claims.state, incident.id, ["Đập nứt"], nature=Nature.CLAIM, by=desk.cast.khoi
    )
    clock = desk.do(clocks.propose, incident.id, "FIRST_INFORMATION", by=desk.cast.lan)
    released = desk.do(_released, incident_id=incident.id, by=Actor(desk.cast.lan.id, Via.DESK))
    lesson = desk.do(lessons.learn, incident.id, lessons.Learnt("Sửa"), by=desk.cast.lan)
    flag = desk.flag("Một chuyện khác")
    desk.set_aside()
    return Scene(
        {
            "code": flag.code,
            "number": incident.number,
            "playbook": incident.playbook,
            "step_id": str(step.id),
            "statement_id": str(statement.id),
            "version_id": str(version.id),
            "approval_id": str(approval.id),
            "claim_id": str(stated.id),
            "publication_id": str(released.id),
            "evidence_id": str(kept.id),
            "message_id": str(told.id),
            "clock_id": str(clock.id),
            "rule_id": str(clock.rule_id),
            "day": "2026-12-26",
            "report": "1",
            "lesson_id": str(lesson.id),
            **dict.fromkeys(
                (
                    *("roster_id", "rotation_id", "stand_in_id", "swap_id", "absence_id"),
                    *("note_id", "shift_id"),
                ),
                str(uuid4()),
            ),
            "feed_id": str(uuid4()),
            "proposal_id": str(uuid4()),
            "recusal_id": str(uuid4()),
            "request_id": str(uuid4()),
            **dict.fromkeys(
                ("authorisation_id", "post_id", "decision_id", "paper_id", "scan_id", "draft_id"),
                str(uuid4()),
            ),
            "papers": "authorisations",
            "organisation": "SYT",
            "kind": "people",
            "person_id": str(desk.cast.kien.id),
            "contact_id": str(_contact(desk)),
            **dict.fromkeys(("focal_id", "route_id"), str(uuid4())),
            "token": links.token(told.id),
            "deed": "",
        }
    )


def _contact(desk: Desk) -> Any:
    """An address of Sở Y tế, where none of the four works but Kiên, and it is not his."""
    from incidents.people import organisations
    from incidents.people.directory import contacts
    from incidents.people.persons import ContactKind
    from incidents.record import database

    with database.reading() as session:
        body = organisations.by_code(session, "SYT").id
    kind = ContactKind.ZALO
    return desk.do(contacts.add, kind, "Nhóm trực", organisation_id=body, by=desk.cast.an).id


def _released(session: Any, *, incident_id: Any, by: Actor) -> Any:
    from incidents.record import clock
    from incidents.response.answers import signing

    values = filled(clock.now())
    return signing.release_shell(session, incident_id, "BAN-DAU", values, by=by)


# The deed a page's general route is tried with.
DEEDS = {
    "/vu-viec/{number}/noi-dung/{claim_id}/{deed}": "ket-luan",
    "/tin-bao/{code}/noi-dung/{claim_id}/{deed}": "ket-luan",
    "/tin-bao/{code}/{deed}": "tiep-nhan",
    "/vu-viec/{number}/{deed}": "ghi-chu",
    "/nhiem-vu/{step_id}/{deed}": "tiep-nhan",
    "/phat-ngon/{statement_id}/{deed}": "sua",
    "/t/{token}/{deed}": "tiep-nhan",
    "/quan-tri/thoi-han/{rule_id}/{deed}": "tham-dinh",
    "/bai-hoc/{lesson_id}/{deed}": "xong",
    "/lich-truc/{deed}": "dia-chi-lich",
    "/danh-ba/co-quan/{organisation}/{deed}": "ket-thuc",
}


@pytest.mark.parametrize("who", [NOBODY, OUTSIDER, MEMBER, DUTY])
def test_each_lets_in_whom_it_should(
    desk: Desk,
    scene: Scene,
    program: Callable[..., Program],
    new_browser: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch,
    who: int,
) -> None:
    for service in ("ZALO", "TELEGRAM"):
        monkeypatch.setenv(f"TRUCBAN_{service}_TOKEN", "1:x")
        monkeypatch.setenv(f"TRUCBAN_{service}_WEBHOOK_SECRET", "known to the service")
    settings.current.cache_clear()
    name = ("", "kien", "ha", "lan")[who]
    at_rest, at_pages = program(name), new_browser(name)
    met: dict[tuple[str, str], str] = {}
    for (method, pattern), (body, _) in TABLE.items():
        if pattern in STREAMS:
            continue
        if pattern in ENDS_SESSION:
            at_rest, at_pages = program(name), new_browser(name)
        scene.path_values["deed"] = DEEDS.get(pattern, "")
        path = scene.path(pattern)
        answer = (
            _over_rest(at_rest, method, path, body)
            if pattern.startswith("/api/")
            else _on_pages(at_pages, method, path, body)
        )
        met[method, pattern] = _meaning(answer)
        if pattern in ENDS_SESSION:
            at_rest, at_pages = program(name), new_browser(name)
    desk.set_aside()
    assert met == {key: expected[who] for key, (_, expected) in TABLE.items() if key in met}


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize(("name", "expected"), [("", TO_SIGN_IN), ("kien", NO)])
def test_live_updates_are_for_insiders(
    scene: Scene, new_browser: Callable[..., Browser], path: str, name: str, expected: str
) -> None:
    answer = new_browser(name).get(scene.path(path), follow_redirects=False)
    assert _meaning(answer) == expected


def _over_rest(program: Program, method: str, path: str, body: Any) -> Any:
    options: dict[str, Any] = {"headers": program.headers}
    if body == "a file":
        options["files"] = {"file": ("a.txt", b"x", "text/plain")}
    elif body is not None:
        options["json"] = body
    return program.client.request(method, path, **options)


def _on_pages(browser: Browser, method: str, path: str, body: Any) -> Any:
    if method == "POST":
        data = {"form_token": browser.form_token} | body
        return browser.client.post(path, data=data, follow_redirects=False)
    return browser.get(path, follow_redirects=False)


def _meaning(answer: Any) -> str:
    if answer.status_code == 303 and answer.headers["location"].startswith("/dang-nhap?tiep="):
        return TO_SIGN_IN
    if answer.status_code == 401:
        is_problem = answer.headers["content-type"] == "application/problem+json"
        return SIGN_IN if is_problem and answer.json()["type"] == "sign-in" else PROVE
    assert answer.status_code < 500, answer.text
    return NO if answer.status_code == 403 else IN
