"""Who may be put into a seat that signs or commands, and by whom.

Work moves, authority does not (rule 5 of practice): whoever has neither the post nor a paper for
it is seated only by the seat's holder or by those above in command, and gets the work alone; who
signs is in ``succession``.
"""

from uuid import UUID

from sqlmodel import Session

from incidents.matter import taskforces
from incidents.people import authorisations, persons, roles, rosters
from incidents.people.roles import COMMAND, ENTRUSTED, Role
from incidents.record import clock
from incidents.record.actors import Actor
from incidents.record.errors import NotPermitted
from incidents.record.language import N_

_ABOVE: dict[Role, frozenset[Role]] = {
    Role.CHAIR: frozenset(),
    Role.LEAD: frozenset({Role.CHAIR}),
    Role.STANDING_DEPUTY: frozenset({Role.LEAD, Role.CHAIR}),
}
"""Who commands a commander; every other part has all of them above it."""


def require(
    session: Session,
    incident_id: UUID,
    role: Role,
    incoming: UUID,
    *,
    outgoing: UUID | None = None,
    by: Actor,
) -> None:
    """Return if a person may be put into a seat by whoever does it; ``NotPermitted`` otherwise."""
    if role not in ENTRUSTED:
        return
    now = clock.now()
    in_post = incoming in roles.holders(session, role, now)
    if incoming == by.person_id and not in_post:
        raise NotPermitted(
            N_("Không ai tự nhận vai %(role)s cho mình khi không giữ chức trách đó."), role=role
        )
    papers = authorisations.valid(session, role, now)
    if in_post or any(a.grantee_id == incoming for a in papers):
        return
    if by.person_id is None or not _gives(session, incident_id, role, by.person_id, outgoing):
        raise NotPermitted(
            N_(
                "%(name)s không giữ chức trách, cũng không có giấy ủy quyền cho vai %(role)s; "
                "chỉ người đang giữ vai hoặc cấp chỉ huy trên vai đó được cử."
            ),
            name=persons.get(session, incoming).name,
            role=role,
        )


def _gives(
    session: Session, incident_id: UUID, role: Role, person_id: UUID, outgoing: UUID | None
) -> bool:
    """Whether the seat is this person's own to give, or that of somebody they command."""
    now = clock.now()
    seats = taskforces.members(session, incident_id)
    head = [m.person_id for m in seats if m.role is role and m.rank == 1]
    if person_id in (outgoing, *(head or roles.holders(session, role, now)[:1])):
        return True
    held = {m.role for m in seats if m.person_id == person_id}
    held |= rosters.roles_now(session, person_id, now)
    return bool(held & _ABOVE.get(role, COMMAND))
