"""Every playbook on offer, and the older numbers that runs are still bound to."""

from flows.authoring import Playbook
from playbooks.exercise import exercise
from playbooks.false_rumour import false_rumour
from playbooks.health_scare import health_scare
from playbooks.impersonation import impersonation
from playbooks.natural_hazard import natural_hazard
from playbooks.official_conduct import official_conduct
from playbooks.policy_crisis import policy_crisis
from playbooks.press_error import press_error

# In the order of the plan's handbook.
PLAYBOOKS: tuple[Playbook, ...] = (
    false_rumour,
    press_error,
    policy_crisis,
    natural_hazard,
    health_scare,
    official_conduct,
    impersonation,
    exercise,
)
