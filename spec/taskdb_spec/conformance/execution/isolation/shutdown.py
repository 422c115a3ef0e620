"""A request to end a run, heard where it can end in order: between two looks at a process.

What a handler of signals raises may come anywhere: in a hook that runs at a fork, where it is lost,
or before it is sure that the process will be ended, and that its folder will be removed.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

_requested = Event()


@contextmanager
def defer_sigterm() -> Iterator[None]:
    """Let a SIGTERM that comes during the block be a request to end."""
    earlier = signal.signal(signal.SIGTERM, lambda number, frame: _requested.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)
        _requested.clear()


def raise_if_terminated() -> None:
    """Raise KeyboardInterrupt if the run is to end."""
    if _requested.is_set():
        raise KeyboardInterrupt
