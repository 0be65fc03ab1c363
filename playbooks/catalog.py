"""Every playbook on offer, and the older numbers that runs are still bound to."""

from flows.authoring import Playbook
from playbooks.false_rumour import false_rumour
from playbooks.official_conduct import official_conduct
from playbooks.policy_crisis import policy_crisis
from playbooks.press_error import press_error

PLAYBOOKS: tuple[Playbook, ...] = (false_rumour, press_error, policy_crisis, official_conduct)
