"""The application: routes, their guards and the one look of what is refused."""

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api import live, problems, webhooks
from api.attempts import Attempts
from api.bodies import CheckedBodies
from api.headers import SecureHeaders
from api.heads import Heads
from api.live import Pages
from api.pages import (
    account,
    calendars,
    claim_forms,
    clock_rules,
    closing_reports,
    decisions,
    desk,
    flags,
    founding_decisions,
    handbook,
    joins,
    lessons,
    level_forms,
    level_rules,
    level_timings,
    links,
    outbox,
    passwords,
    posture_forms,
    public,
    reaching,
    records,
    reference,
    relays,
    room,
    roster_plans,
    shells,
    shifts_by_hand,
    silence_forms,
    situations,
    statement_pages,
    step_pages,
    task_force_forms,
)
from api.pages import accounts as account_pages
from api.pages import authorisations as authorisation_pages
from api.pages import departures as departure_pages
from api.pages import directory as directory_pages
from api.pages import posts as post_pages
from api.pages import rosters as roster_pages
from api.pages import scans as scan_pages
from api.pages import sheets as sheet_pages
from api.rest import (
    accounts,
    authorisations,
    claims,
    clocks,
    conflicts,
    contacts,
    departures,
    directory,
    duty,
    exercises,
    health,
    incidents,
    levels,
    matters,
    organisations,
    posts,
    postures,
    repeats,
    rosters,
    scans,
    sessions,
    sheets,
    signals,
    silences,
    steps,
    task_forces,
    wordings,
)
from api.rest import closing_reports as closing_reports_rest
from api.rest import decisions as decisions_rest
from api.rest import founding_decisions as founding_over_rest
from api.rest import joins as joins_over_rest
from api.rest import lessons as lessons_rest
from api.rest import level_timings as timings_over_rest
from api.rest import reaching as reaching_over_rest
from api.rest import relays as relays_over_rest
from api.rest import shells as shells_over_rest
from api.rest import situations as situations_rest
from api.rest.routers import VERSION

_PAGES = (
    account,
    passwords,
    reaching,
    calendars,
    claim_forms,
    decisions,
    silence_forms,
    posture_forms,  # before the room, whose deeds have any name
    desk,
    flags,
    handbook,
    lessons,
    records,
    task_force_forms,  # before the room, whose deeds have any name
    relays,
    situations,
    closing_reports,
    joins,
    room,
    roster_plans,  # before the week, whose deeds have any name
    shifts_by_hand,
    roster_pages,
    sheet_pages,
    directory_pages,
    step_pages,
    statement_pages,
    links,
    outbox,
    public,
    reference,
    shells,
    clock_rules,
    departure_pages,
    authorisation_pages,
    post_pages,
    scan_pages,
    account_pages,
    level_forms,
    level_rules,
    level_timings,
    founding_decisions,
    live,
)
STATIC = Path(__file__).parent / "static"
_REST = (
    sessions,
    signals,
    claims,
    silences,
    postures,
    incidents,
    matters,
    conflicts,
    joins_over_rest,
    levels,
    timings_over_rest,
    task_forces,
    founding_over_rest,
    exercises,
    steps,
    wordings,
    relays_over_rest,
    shells_over_rest,
    clocks,
    decisions_rest,
    situations_rest,
    closing_reports_rest,
    lessons_rest,
    directory,
    contacts,
    reaching_over_rest,
    departures,
    authorisations,
    posts,
    scans,
    accounts,
    organisations,
    sheets,
    rosters,
    duty,
    health,
)


def create() -> FastAPI:
    """A fresh application; ``trucban api`` serves it with uvicorn."""
    app = FastAPI(
        title="Trực Ban",
        version=version("trucban"),
        summary="The duty desk: from a flag to a closed incident",
        openapi_url=f"{VERSION}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.attempts = Attempts()
    app.state.pages = Pages()
    for part in (*_REST, *_PAGES, webhooks):
        app.router.routes.extend(part.router.routes)
    app.mount("/tinh", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    app.add_exception_handler(repeats.AlreadyAnswered, repeats.replay)
    app.add_middleware(CheckedBodies)
    app.add_middleware(SecureHeaders)
    app.add_middleware(Heads)
    return app
