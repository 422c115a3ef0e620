"""Execute a command that ends with its parent process.

Usage: ``exit_with_parent.py PARENT USER COMMAND...``

PARENT is the process id of the parent. If USER is not empty, the command runs as that user. The
kernel sends the signal, so it does not matter how the parent ends.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def become_user(name: str) -> None:
    """Switch this process to another user, which needs root."""
    entry = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def end_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # The parent ended before the kernel was asked.
        sys.exit("the process that started the server is gone")


if __name__ == "__main__":
    parent, user, *command = sys.argv[1:]
    if user:
        become_user(user)  # First, because a change of user clears the request to the kernel.
    end_with_parent(int(parent))
    os.execv(command[0], command)
