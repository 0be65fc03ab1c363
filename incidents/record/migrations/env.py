"""Alembic's entry: every table there is, compared with or brought to the newest revision."""

from typing import Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

import incidents.intake.claims
import incidents.intake.evidence
import incidents.intake.signals
import incidents.matter.incidents
import incidents.matter.severity
import incidents.matter.taskforces
import incidents.people.authorisations
import incidents.people.organisations
import incidents.people.persons
import incidents.people.roles
import incidents.people.rosters
import incidents.people.sign_ins
import incidents.record.links
import incidents.record.outbox
import incidents.record.proof
import incidents.record.timeline
import incidents.response.catalog
import incidents.response.runs
import incidents.response.steps
import incidents.response.timers
import incidents.words.approvals
import incidents.words.publications
import incidents.words.shells
import incidents.words.statements  # noqa: F401
from incidents.record.database import UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our column types into a revision by names it imports."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
