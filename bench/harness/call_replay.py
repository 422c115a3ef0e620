"""What the calls of a run cost on the backend alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from taskdb_spec import Backend, Limits
from taskdb_spec.conformance.core.program import fresh

_Call: TypeAlias = tuple[str, tuple[Any, ...], dict[str, Any]]
"""The name of a call, and its arguments by position and by name."""


class Bare:
    """Adds up the CPU seconds of the same calls on stores that nobody watches."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.seconds = 0.0
        self.calls = 0

    def watched(self) -> Backend:
        """The backend with stores that have their calls made again when they are closed."""
        return replace(self._backend, open=self._open, open_limited=self._open_limited)

    def replay(self, open_store: Callable[[], Any], calls: list[_Call]) -> None:
        """Make calls on a store of their own."""
        started = time.process_time()
        store = open_store()
        for name, args, named in calls:
            with suppress(Exception):  # many calls of the suite are there to be refused
                getattr(store, name)(*args, **named)
        store.close()
        self.seconds += time.process_time() - started
        self.calls += len(calls)

    def _open(self, workdir: Path) -> Any:
        return _Watched(self, lambda: self._backend.open(workdir))

    def _open_limited(self, workdir: Path, limits: Limits) -> Any:
        opener = self._backend.open_limited
        if opener is None:
            raise TypeError(f"{self._backend.name} has no limits")
        return _Watched(self, lambda: opener(workdir, limits))


class _Watched:
    """A store that notes its calls."""

    def __init__(self, bare: Bare, open_store: Callable[[], Any]) -> None:
        self._bare, self._open = bare, open_store
        self._store = open_store()
        self._calls: list[_Call] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def called(*args: Any, **named: Any) -> Any:
            self._calls.append((name, fresh(args), fresh(named)))
            return method(*args, **named)

        return called

    def close(self) -> None:
        self._store.close()
        calls, self._calls = self._calls, []
        if calls:  # it may be closed twice
            self._bare.replay(self._open, calls)
