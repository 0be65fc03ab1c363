"""Every playbook on offer, and the older numbers that runs are still bound to."""

from flows.authoring import Playbook
from playbooks.exercise import exercise
from playbooks.false_rumour import false_rumour

PLAYBOOKS: tuple[Playbook, ...] = (false_rumour, exercise)
