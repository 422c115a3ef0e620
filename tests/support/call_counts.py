"""A run of the suite that counts the calls of the store, in all processes of the run."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from taskdb_spec import Backend
from taskdb_spec.conformance import check_backend
from taskdb_spec.conformance.core.results import Report


@dataclass(frozen=True)
class CountedRun:
    """The report of a run, and how many calls of the store the run made."""

    report: Report
    calls: int


class CallCounter:
    """A store that passes each call to another one, and reports it."""

    def __init__(self, store: Any, count_call: Callable[[], None]) -> None:
        self._store, self._count_call = store, count_call

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._store, name)
        if name.startswith("_") or not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            self._count_call()
            return attribute(*args, **kwargs)

        return call


def check_and_count(backend: Backend, target: str, only: Collection[str] = ()) -> CountedRun:
    """Check a backend at the profile quick, and count the calls of its stores.

    The calls of the scripts that confirm a failure do not count: they run in fresh processes.

    Args:
        backend: The backend to check.
        target: The ``module:attribute`` of the backend, for these scripts.
        only: The clauses to check; all if there are none.
    """
    calls = multiprocessing.Value("q", 0)  # in memory that forked processes share

    def count_call() -> None:
        with calls.get_lock():
            calls.value += 1

    def open_counted(folder: Path) -> Any:
        return CallCounter(backend.open(folder), count_call)

    counted = replace(backend, open=open_counted)
    return CountedRun(
        check_backend(counted, profile="quick", target=target, only=only), calls.value
    )
