"""A run counts each call of the store that its processes make."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from taskdb_spec import Backend, TaskDB
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import Profile
from taskdb_spec.conformance.core.events import Event, Progress
from taskdb_spec.conformance.core.program import Method
from taskdb_spec.conformance.engine import runner
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.model import Model

SMALL = Profile("small", targeted_programs=1, operations=600)


class CountedStore:
    """Counts the calls of a store."""

    def __init__(self, store: TaskDB, counts: Counter[str]) -> None:
        self._store, self._counts = store, counts

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*args: Any, **keywords: Any) -> Any:
            self._counts[name] += 1
            return method(*args, **keywords)

        return call


class Wrong(Model):
    def get_history(self) -> list[str]:
        return super().get_history()[::-1]


@pytest.mark.parametrize("store", [Model, Wrong])
def test_each_call_is_counted_under_its_kind(store: type[Model], tmp_path: Path) -> None:
    counts: Counter[str] = Counter()

    def open_store(_workdir: Path) -> Any:
        counts["open"] += 1
        return CountedStore(store(), counts)

    backend = Backend("counted", open_store)
    config = RunConfig(backend, SMALL, 0, CounterexampleWriter(backend, None, None), tmp_path)
    report = run_in_process(config, lambda event: None)
    counted = {kind: total.count for kind, total in report.calls.kinds.items()}
    # The first look opens two stores, and lists what is in the first.
    first_look = Counter({"open": 2, "close": 2, "get_history": 1, "find_records": 1})
    assert counted == counts - first_look
    assert set(counted) == {"open", *(method.value for method in Method)}


def test_a_slow_run_reports_its_progress_after_each_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PROGRESS_INTERVAL_SECONDS", 0.0)
    events: list[Event] = []
    backend = Backend("model", lambda workdir: Model())
    config = RunConfig(backend, SMALL, 0, CounterexampleWriter(backend, None, None), tmp_path)
    run_in_process(config, events.append)
    done = [event.operations for event in events if isinstance(event, Progress)]
    assert done == sorted(done)
    assert len(done) >= 2 * len(config.clauses())
