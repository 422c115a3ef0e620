"""Close SQLite files while the process forks. The next call reopens them.

An open SQLite connection must not cross a fork. A child closes it at the latest when it exits. Then
SQLite may delete the write-ahead log of the file, and with it what others have committed. If a
child opens the same file again beside the inherited connection, SQLite assumes locks that the child
does not hold.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, ExitStack
from threading import RLock
from typing import Protocol
from weakref import WeakSet


class Closable(Protocol):
    """An object that may have a file open."""

    def keep_closed(self) -> AbstractContextManager[None]:
        """Close the file, and let no thread reopen it before the end of the block."""


_registered: WeakSet[Closable] = WeakSet()
_lock = RLock()
"""Protects `_registered`. The thread that forks holds it during the fork."""

_kept_closed = ExitStack()
"""Reopens the files, and releases `_lock`, after the fork."""


def close_during_forks(connection: Closable) -> None:
    """Register a connection, which must not be open yet, to be closed during each fork."""
    with _lock:
        _registered.add(connection)


def _before_fork() -> None:
    _lock.acquire()
    _kept_closed.push(lambda *_: _lock.release())
    for connection in list(_registered):
        _kept_closed.enter_context(connection.keep_closed())


def _after_fork() -> None:
    # Empty the stack before closing: once the lock is free, another thread may begin to fork.
    _kept_closed.pop_all().close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )
