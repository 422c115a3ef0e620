"""Small runs for tests: fewer programs than the quick profile, no scripts in fresh processes."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from taskdb_spec import Backend
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import Profile
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process

SMALL = Profile("small", targeted_programs=16, operations=6_000)
BRIEF = Profile("brief", targeted_programs=3, operations=300)
"""Programs for every clause, but not enough evidence to pass them all."""


def small_run(backend: Backend, seed: int = 0, profile: Profile = SMALL) -> Report:
    """Make a small run."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        writer = CounterexampleWriter(backend, None, None)
        config = RunConfig(backend, profile, seed, writer, Path(folder))
        return run_in_process(config, lambda event: None)


small_report = cache(small_run)
"""The report of a small run, made once for the same backend and seed."""
