"""Small runs for tests: fewer programs than the quick profile, no scripts in fresh processes."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from taskdb_spec import Backend
from taskdb_spec.conformance.confirmation.counterexamples import Emitter
from taskdb_spec.conformance.core.config import Profile
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.engine.runner import Campaign

SMALL = Profile("small", focus=16, operations=6_000)
BRIEF = Profile("brief", focus=3, operations=300)
"""Programs for every clause, but not enough evidence to pass them all."""


def small_run(backend: Backend, seed: int = 0, profile: Profile = SMALL) -> Report:
    """Make a small run."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        emitter = Emitter(backend, None, None)
        campaign = Campaign(backend, profile, seed, emitter, Path(folder), lambda event: None)
        return campaign.run(strict=False)


small_report = cache(small_run)
"""The report of a small run, made once for the same backend and seed."""
