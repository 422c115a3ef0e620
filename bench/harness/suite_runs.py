"""Runs of the suite, whose time is measured."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from taskdb_spec import Backend
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.calls import StoreCalls
from taskdb_spec.conformance.core.config import DEFAULT_BUDGET, Profile
from taskdb_spec.conformance.core.events import Event
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.conformance.engine.supervisor import run_supervised


@dataclass(frozen=True)
class SuiteRun:
    """The number of operations, the seconds and the calls of a run."""

    operations: int
    seconds: float
    calls: StoreCalls = field(default_factory=StoreCalls)


def measure_run(backend: Backend, profile: Profile) -> SuiteRun:
    """Run the suite in this process, and return its CPU seconds."""
    with tempfile.TemporaryDirectory(prefix="taskdb-bench-") as folder:
        config = make_run_config(backend, profile, folder)
        started = time.process_time()
        report = run_in_process(config, _ignore_event)
        return SuiteRun(report.operations, time.process_time() - started)


def measure_run_with_workers(backend: Backend, profile: Profile, workers: int) -> SuiteRun:
    """Run the suite in worker processes, as `check_backend` does; return wall-clock seconds.

    Args:
        backend: The backend to check.
        profile: The size of the run.
        workers: The number of worker processes.
    """
    with tempfile.TemporaryDirectory(prefix="taskdb-bench-") as folder:
        config = make_run_config(backend, profile, folder, workers)
        report = run_supervised(config, _ignore_event, DEFAULT_BUDGET)
        return SuiteRun(report.operations, report.seconds, report.calls)


def make_run_config(backend: Backend, profile: Profile, folder: str, workers: int = 1) -> RunConfig:
    """Return the configuration of a strict run with seed 0.

    Args:
        backend: The backend to check.
        profile: The size of the run.
        folder: Where the stores of the run keep their files.
        workers: The number of worker processes.
    """
    # Without an import path of the backend, counterexamples are not run in other processes. Their
    # CPU time would not be part of that of this process.
    writer = CounterexampleWriter(backend, None, None)
    return RunConfig(backend, profile, 0, writer, Path(folder), strict=True, workers=workers)


def _ignore_event(event: Event) -> None:
    del event
