"""Run the suite on a mutant: which clauses it blames, and after how many operations."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from taskdb_spec import Backend
from taskdb_spec.conformance.confirmation.confirm import SCRIPT_TIMEOUT_SECONDS, RunScript, run_here
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import DEFAULT_BUDGET, PROFILES, Profile
from taskdb_spec.conformance.core.events import ClauseFailed, Event
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.conformance.execution.isolation.flight_recorder import SharedFlightRecorder
from taskdb_spec.conformance.execution.isolation.process import ForkedProcess
from tests.mutation.base import Mutant

_TARGETS = ModuleType("mutants_under_check")
sys.modules[_TARGETS.__name__] = _TARGETS  # for scripts to import them from


def in_process_writer(backend: Backend) -> CounterexampleWriter:
    """Return a writer that runs every script in this process: mutants do it no harm."""
    return CounterexampleWriter(backend, register_target(backend), None, _script_runner)


def _script_runner(clause: str) -> RunScript:
    # What stores share would stay in this process.
    return _run_in_fork if clause == "ISO-9" else run_here


def _run_in_fork(text: str) -> tuple[int, str]:
    """Run a script in a fork of this process."""
    work = ForkedProcess(
        lambda send: send(run_here(text)),
        SharedFlightRecorder(),
        SCRIPT_TIMEOUT_SECONDS,
        DEFAULT_BUDGET.memory,
    )
    [outcome] = work.messages()
    return outcome


def register_target(backend: Backend) -> str:
    """Let scripts import a backend, and return the target by which they do."""
    setattr(_TARGETS, backend.name.replace("-", "_"), backend)
    return f"{_TARGETS.__name__}:{backend.name.replace('-', '_')}"


SMALL = Profile("small", targeted_programs=10, operations=14_000)
"""Enough to kill nearly every mutant, and small enough for every run of the tests."""


@dataclass(frozen=True)
class Kill:
    """The result of a run on a mutant.

    Attributes:
        mutant: The name of the mutant.
        clause: The clause that it breaks.
        blamed: The clauses that the run blamed, in order.
        operations: The number of operations until the first failure, or of the whole run.
        seconds: The CPU time until then.
    """

    mutant: str
    clause: str
    blamed: tuple[str, ...]
    operations: int
    seconds: float

    @property
    def is_killed(self) -> bool:
        """Return whether the suite blamed any clause."""
        return bool(self.blamed)

    @property
    def is_named(self) -> bool:
        """Return whether the suite blamed the clause that the mutant breaks."""
        return self.clause in self.blamed


def run(mutant: Mutant, profile: Profile | str = SMALL, *, only: Collection[str] = ()) -> Kill:
    """Run the suite on a mutant until its clause is blamed.

    Args:
        mutant: The mutant.
        profile: The size of the run.
        only: The clauses whose targeted programs are executed, all if empty. Untargeted programs
            are executed in any case, so with a few clauses the run is short.
    """
    if isinstance(profile, str):
        profile = PROFILES[profile]
    blamed: list[str] = []
    first: list[tuple[int, float]] = []
    started = time.process_time()

    def listen(event: Event) -> None:
        if isinstance(event, ClauseFailed):
            blamed.append(event.clause)
            first.append((event.operations, time.process_time() - started))

    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        config = RunConfig(
            mutant.backend,
            profile,
            0,
            in_process_writer(mutant.backend),
            Path(folder),
            strict=True,
            only=frozenset(only) or None,
            stop_after=mutant.clause,
        )
        report = run_in_process(config, listen)
    at = first[0] if first else (report.operations, time.process_time() - started)
    return Kill(mutant.name, mutant.clause, tuple(blamed), *at)
