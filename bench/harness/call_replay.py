"""Replay of the store calls of a suite run, to measure what the backend itself costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from taskdb_spec import Backend, Limits
from taskdb_spec.conformance.core.program import instantiate

_RecordedCall: TypeAlias = tuple[str, tuple[Any, ...], dict[str, Any]]
"""The name of a method, its positional arguments, and its keyword arguments."""


class CallReplay:
    """The total CPU seconds of a run's calls, repeated on stores that the suite does not watch.

    Use the backend from `make_recording_backend` for a run. When the run closes one of its stores,
    the calls on that store are repeated on a new one, and `seconds` and `calls` grow.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.seconds = 0.0
        self.calls = 0

    def make_recording_backend(self) -> Backend:
        """Return the backend with stores that record their calls, and replay them on close."""
        return replace(self._backend, open=self._open, open_limited=self._open_limited)

    def replay(self, open_store: Callable[[], Any], calls: list[_RecordedCall]) -> None:
        """Repeat calls on a new store, and add their number and CPU seconds to the totals."""
        started = time.process_time()
        store = open_store()
        for name, args, kwargs in calls:
            with suppress(Exception):  # The suite makes many invalid calls on purpose.
                getattr(store, name)(*args, **kwargs)
        store.close()
        self.seconds += time.process_time() - started
        self.calls += len(calls)

    def _open(self, workdir: Path) -> Any:
        return _RecordingStore(self, lambda: self._backend.open(workdir))

    def _open_limited(self, workdir: Path, limits: Limits) -> Any:
        opener = self._backend.open_limited
        if opener is None:
            raise TypeError(f"{self._backend.name} has no limits")
        return _RecordingStore(self, lambda: opener(workdir, limits))


class _RecordingStore:
    """A store that records the calls on it and replays them when it is closed."""

    def __init__(self, call_replay: CallReplay, open_store: Callable[[], Any]) -> None:
        self._call_replay, self._open_store = call_replay, open_store
        self._store = open_store()
        self._calls: list[_RecordedCall] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def record_and_call(*args: Any, **kwargs: Any) -> Any:
            # Copies, because the suite modifies arguments after the call.
            self._calls.append((name, instantiate(args), instantiate(kwargs)))
            return method(*args, **kwargs)

        return record_and_call

    def close(self) -> None:
        """Close the store, then replay its calls."""
        self._store.close()
        calls, self._calls = self._calls, []
        if calls:  # The suite may close a store twice.
            self._call_replay.replay(self._open_store, calls)
