"""Become a command that ends when its parent does: ``lifeline.py PARENT USER COMMAND...``.

The kernel sends the signal, so no way in which the parent ends is missed. USER, where it is not
empty, is who the command runs as; a change of user clears the request, so it comes first.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def end_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the request was made
        sys.exit("the process that started the server is gone")


if __name__ == "__main__":
    parent, user, *command = sys.argv[1:]
    if user:
        become(user)
    end_with_parent(int(parent))
    os.execv(command[0], command)
