"""Run the suite on a mutant: which clauses it breaks, and what it took to find out."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from taskdb_spec import Backend
from taskdb_spec.conformance.confirmation.confirm import SCRIPT_TIMEOUT_SECONDS, confirm, run_here
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import DEFAULT_BUDGET, PROFILES, Profile
from taskdb_spec.conformance.core.events import ClauseFailed, Event
from taskdb_spec.conformance.engine.runner import Runner
from taskdb_spec.conformance.execution.isolation.flight_recorder import SharedFlightRecorder
from taskdb_spec.conformance.execution.isolation.process import ForkedProcess
from tests.mutation.base import Mutant

_TARGETS = ModuleType("mutants_under_check")
sys.modules[_TARGETS.__name__] = _TARGETS  # for scripts to import them from


class InProcess(CounterexampleWriter):
    """Runs every script in this process, which mutants do no harm, and not in fresh ones."""

    def _confirmed(self, clause: str, text: str, on_model: str | None) -> str:
        # What stores share would stay here.
        return confirm(clause, text, on_model, _run_beside if clause == "ISO-9" else run_here)


def _run_beside(text: str) -> tuple[int, str]:
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
    """The clauses that a run blamed, in order, with the operations and CPU seconds to the first."""

    mutant: str
    clause: str
    blamed: tuple[str, ...]
    operations: int
    seconds: float

    @property
    def killed(self) -> bool:
        return bool(self.blamed)

    @property
    def projection(self) -> bool:
        """Whether the clause that the mutant breaks is among those that were blamed."""
        return self.clause in self.blamed


def run(mutant: Mutant, profile: Profile | str = SMALL, *, ahead: Collection[str] = ()) -> Kill:
    """Run the suite on a mutant until its clause is blamed, as users run it.

    Where some clauses go `ahead`, the random walks come right after their programs, and those of
    all other clauses are left out: the run is short.
    """
    if isinstance(profile, str):
        profile = PROFILES[profile]
    blamed: list[str] = []
    first: list[tuple[int, float]] = []
    started = time.process_time()

    def listen(event: Event) -> None:
        if isinstance(event, ClauseFailed):
            blamed.append(event.clause)
            first.append((runner.executor.operations, time.process_time() - started))

    writer = InProcess(mutant.backend, register_target(mutant.backend), None)
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        runner = Runner(mutant.backend, profile, 0, writer, Path(folder), listen)
        runner.until = mutant.clause
        if ahead:
            runner.claimed = [clause for clause in runner.claimed if clause.id in ahead]
        runner.run(strict=True)
    at = first[0] if first else (runner.executor.operations, time.process_time() - started)
    return Kill(mutant.name, mutant.clause, tuple(blamed), *at)
