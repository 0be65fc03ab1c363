"""The triggers that keep the record append-only, and whether they still stand."""

from sqlalchemy import text
from sqlmodel import Session

from incidents.record.database import is_sqlite

GUARDED = {
    "timeline_entry": ("UPDATE", "DELETE"),
    "timeline_text": ("UPDATE",),
    "checkpoint": ("UPDATE", "DELETE"),
    "statement_version": ("UPDATE", "DELETE"),
    "decision": ("UPDATE", "DELETE"),
    "situation_report": ("UPDATE", "DELETE"),
    "closing_report": ("UPDATE", "DELETE"),
    "closing_verdict": ("UPDATE", "DELETE"),
}
"""Table → what is refused on it. Revisions set the triggers; this says which must be there."""

_SQLITE = """
    SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table
    AND sql LIKE '%BEFORE ' || :deed || ' ON ' || :table || '%RAISE(ABORT%'
"""
_POSTGRES = """
    SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE c.relname = :table AND t.tgname = :table || '_no_' || lower(:deed)
    AND t.tgenabled IN ('O', 'A') AND p.prosrc LIKE '%RAISE EXCEPTION%'
"""


def missing(session: Session) -> list[str]:
    """The names of guards that were dropped, disabled or emptied; none in a sound database."""
    look = text(_SQLITE if is_sqlite() else _POSTGRES)
    return [
        f"{table}_no_{deed.lower()}"
        for table, deeds in GUARDED.items()
        for deed in deeds
        if session.connection().execute(look, {"table": table, "deed": deed}).first() is None
    ]
