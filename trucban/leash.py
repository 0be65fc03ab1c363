"""Tie a child's life to its supervisor's, then become the child.

Run as a script by ``supervising``, before anything else is imported. On Linux the kernel ends the
child when the supervisor is gone, even by SIGKILL; elsewhere only the ordinary way is left.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Usage: ``leash.py SUPERVISOR_PID PROGRAM ARGUMENT …``; the setting survives ``execv``."""
    supervisor, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:
            sys.exit(1)  # it died before the leash was on
    os.execv(command[0], command)  # noqa: S606 - becoming the program is the point


if __name__ == "__main__":
    main()
