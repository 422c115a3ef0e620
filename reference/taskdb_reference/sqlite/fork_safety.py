"""Files are closed while the process forks, and opened again when they are next used.

SQLite does not follow a fork. A child that closes what it inherited, if only by its end, may delete
the log of the file, with what others have committed; one that opens the same file anew beside what
it inherited takes locks for its own that it does not hold.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, ExitStack
from threading import RLock
from typing import Protocol
from weakref import WeakSet


class Shuttable(Protocol):
    """What has a file open."""

    def shut(self) -> AbstractContextManager[None]:
        """Close the file, and let no thread open it before the end of the block."""


_watched: WeakSet[Shuttable] = WeakSet()
_lock = RLock()
"""Whoever has it may add to `_watched`, or forks."""
_kept_shut = ExitStack()


def watch(connection: Shuttable) -> None:
    """Shut `connection` at every fork from now on. It has nothing open yet."""
    with _lock:
        _watched.add(connection)


def _shut() -> None:
    _lock.acquire()
    _kept_shut.push(lambda *_: _lock.release())
    for connection in list(_watched):
        _kept_shut.enter_context(connection.shut())


def _release() -> None:
    # Moved away first: once the lock is free, another thread may begin to fork.
    _kept_shut.pop_all().close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_shut, after_in_parent=_release, after_in_child=_release)
