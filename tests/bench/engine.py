"""The desk's own engine with the playbooks of the bench only."""

from flows import installed
from flows.engine import main

if __name__ == "__main__":
    main(installed.everything().own)
