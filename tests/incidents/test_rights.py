"""Rights: each role opens its own doors only."""

from incidents.people.roles import Role
from incidents.record import database
from incidents.rights.permissions import Deed, allowed, deeds
from tests.harness import Desk


def test_holding_a_role_opens_only_its_own_doors(desk: Desk) -> None:
    incident = desk.opened(roles=[Role.LEAD, Role.SECRETARY])
    cast = desk.cast
    expected = {
        ("lan", Deed.TRIAGE): True,
        ("lan", Deed.OPEN): True,
        ("long", Deed.OPEN): True,
        ("minh", Deed.OPEN): False,
        ("ha", Deed.EDIT_STATEMENT): True,
        ("ha", Deed.CLOSE): False,
        ("binh", Deed.CLOSE): True,
        ("lan", Deed.CLOSE): False,
        ("lan", Deed.STAND_DOWN): True,
        ("minh", Deed.WITHDRAW): True,
        ("dung", Deed.WITHDRAW): False,
        ("kien", Deed.FLAG): True,
        ("kien", Deed.SEE_DESK): False,
        ("kien", Deed.SEE_INCIDENT): False,
        ("an", Deed.ADMINISTER): True,
        ("an", Deed.CLOSE): False,
        ("binh", Deed.ADMINISTER): False,
    }
    with database.reading() as session:
        for (name, deed), yes in expected.items():
            person = getattr(cast, name)
            assert allowed(session, person, deed, incident) is yes, (name, deed)
            assert (deed in deeds(session, person, incident)) is yes, (name, deed)
        assert not allowed(session, None, Deed.FLAG)
