"""Rows: made with their columns' defaults, and with no name that is not a column's."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from incidents.matter.incidents import Incident, Status
from incidents.record import database
from incidents.record.outbox import Channel, OutgoingMessage


def _message(**given: Any) -> OutgoingMessage:
    values: dict[str, Any] = {
        "key": "k",
        "channel": Channel.MAIL,
        "kind": "note",
        "address": "a@b.test",
    }
    return OutgoingMessage(**values | given)


def test_a_row_has_the_defaults_of_its_columns_each_made_for_it_alone() -> None:
    one, other = _message(), _message(attempts=3)
    assert (one.attempts, other.attempts) == (0, 3)
    assert one.id != other.id
    one.values["said"] = 1
    assert other.values == {}


def test_a_name_that_is_no_column_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="OutgoingMessage has no column mailbox"):
        _message(mailbox="a@b.test")


def test_what_must_be_given_is_missed_by_the_database(migrated: None) -> None:
    row = Incident(number="2026-0001", title="t", level=1, playbook="X", exercise=False)
    assert row.status is Status.OPEN
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(row)
