"""Where the law may ask for first words, a playbook proposes that term; only a person starts it."""

import pytest

from flows.authoring import Playbook
from incidents.record import database
from incidents.response.clocks import clocks
from incidents.response.clocks.clocks import ClockState
from playbooks.catalog import PLAYBOOKS
from tests.harness import Desk
from tests.playbooks.conftest import travelling

EVENTS = {"TIN_GIA_MXH", "CHINH_SACH", "THIEN_TAI", "Y_TE_ATTP", "CAN_BO"}


@pytest.mark.parametrize(
    "playbook", [p for p in PLAYBOOKS if p.code != "DIEN_TAP"], ids=lambda p: p.code
)
def test_the_first_information_is_proposed_and_not_started(desk: Desk, playbook: Playbook) -> None:
    with travelling(desk, playbook) as journey:
        incident = journey.begin()
        assert journey.proposed() == ({"FIRST_INFORMATION"} if playbook.code in EVENTS else set())
        with database.reading() as session:
            states = {each.state for each in clocks.of_incident(session, incident.id)}
        assert states <= {ClockState.PROPOSED}
