"""Every playbook on offer, and the older numbers that runs are still bound to."""

from flows.authoring import Playbook
from playbooks.false_rumour import false_rumour
from playbooks.health_scare import health_scare
from playbooks.impersonation import impersonation
from playbooks.natural_hazard import natural_hazard

PLAYBOOKS: tuple[Playbook, ...] = (
    false_rumour,
    natural_hazard,
    health_scare,
    impersonation,
)
