"""Runs a command of make under a lock, so that two makes at once do not spoil each other's .venv.

Like flock(1), which macOS lacks. Any Python reads this file, even 2.7, so that an old one can say that it is too old.
"""

import fcntl
import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "chatserver needs Python 3.11 or newer, and %s is %d.%d: name a newer one, like make run PYTHON=python3.13"  # noqa: UP031
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )
lock = os.open(__file__, os.O_RDONLY)
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Another make is installing; waiting for it ...", flush=True)
    fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock, True)  # the command and its children hold it to their end
os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
