"""The entry point of the suite: `check_backend`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from taskdb_spec.backend import as_backend
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import DEFAULT_BUDGET, PROFILES, ResourceBudget
from taskdb_spec.conformance.core.events import Event, Listener
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.conformance.engine.supervisor import run_supervised


def check_backend(
    backend: Any,
    profile: str = "default",
    *,
    seed: int = 0,
    strict: bool = False,
    listen: Listener | None = None,
    target: str | None = None,
    budget: ResourceBudget = DEFAULT_BUDGET,
    workers: int = 1,
) -> Report:
    """Check a backend against every clause that applies to it.

    `backend` is a `Backend`, or what `as_backend` makes one of. The same `seed` gives the same run.
    `listen` is called with each event. `target`, as ``module:attribute``, is how a fresh process
    imports the backend; without it, it is looked for where the backend was defined. The run is made
    in a process of its own, where the system can fork, or shared by so many `workers`, which does
    not change what it finds; `budget` says what a store may cost it.

    Raises `StoreNotOpened` where no run can be made, ValueError for an unknown profile or for no
    workers.

    >>> from taskdb_spec.model import model_backend
    >>> report = check_backend(model_backend, profile="quick")
    >>> str(report.verdict), str(report["ADD-2"].verdict)
    ('conforms', 'pass')
    """
    if profile not in PROFILES:
        raise ValueError(f"no such profile: {profile!r}; there are {', '.join(PROFILES)}")
    if workers < 1:
        raise ValueError(f"workers: there must be at least one, not {workers}")
    subject = as_backend(backend)
    writer = CounterexampleWriter.for_backend(subject, backend, target)
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        config = RunConfig(
            subject,
            PROFILES[profile],
            seed,
            writer,
            Path(folder),
            strict=strict,
            workers=workers,
        )
        try:
            if not hasattr(os, "fork"):
                return run_in_process(config, listen or _ignore)
            return run_supervised(config, listen or _ignore, budget)
        finally:
            subject.discard(Path(folder))


def _ignore(event: Event) -> None:
    """Ignore the events of a run that nobody follows."""
