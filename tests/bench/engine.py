"""The desk's own engine with the playbooks of the bench."""

from flows.engine import main
from tests.bench.playbooks import PLAYBOOKS

if __name__ == "__main__":
    main(PLAYBOOKS)
