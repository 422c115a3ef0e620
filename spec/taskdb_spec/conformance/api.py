"""The entry point of the suite: `check_backend`."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from taskdb_spec.backend import Backend, as_backend
from taskdb_spec.capabilities import refuse_str
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import (
    DEFAULT_BUDGET,
    PROFILES,
    Openings,
    ResourceBudget,
    Selection,
)
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
    only: Collection[str] = (),
    seconds: float | None = None,
    fail_fast: bool = False,
    openings: str | None = None,
) -> Report:
    """Check a backend against every clause that applies to it.

    Where the system can fork, the run is in processes of its own.

    Args:
        backend: a `Backend`, or what `as_backend` makes one of.
        profile: how much is executed: "quick", "default" or "deep".
        seed: the seed of all random choices; the same seed gives the same run.
        strict: whether SHOULD clauses are enforced.
        listen: called with each event.
        target: ``module:attribute``, by which a fresh process imports the backend. Without it, the
            backend is looked for where it was defined.
        budget: what a store may cost.
        workers: the number of processes that share the work. It does not change what is found.
        only: ids of clauses, or patterns such as ``IN-*``; if there are any, no other is checked.
        seconds: no further program is begun after this time.
        fail_fast: whether the run ends at the first failure.
        openings: "fresh" opens a store for each program. "shared" uses one store for many programs,
            and empties it between them. The default is "shared" if the backend has `reset`.

    Returns:
        The report. If the run ended early, clauses without enough evidence are "unexercised".

    Raises:
        StoreNotOpened: no run can be made.
        ValueError: an argument is wrong: for example, a pattern matches no clause.

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
            selection=Selection(select_clauses(only), seconds, fail_fast),
            openings=_choose_openings(subject, openings),
        )
        try:
            report = _make_run(config, listen or _ignore, budget)
        except BaseException:
            # The error of the run says more than one of `discard`, which may have the same cause.
            with contextlib.suppress(Exception):
                subject.discard(Path(folder))
            raise
        subject.discard(Path(folder))
        return report


def _make_run(config: RunConfig, listen: Listener, budget: ResourceBudget) -> Report:
    if not hasattr(os, "fork"):
        return run_in_process(config, listen)
    return run_supervised(config, listen, budget)


def _choose_openings(backend: Backend, asked: str | None) -> Openings:
    if asked is None:
        return Openings.FRESH if backend.reset is None else Openings.SHARED
    if asked not in list(Openings):
        raise ValueError(f"openings: must be {' or '.join(Openings)}, not {asked!r}")
    return Openings(asked)


def select_clauses(patterns: Collection[str]) -> frozenset[str] | None:
    """Return the ids of the clauses that match one of the patterns; None if there are none.

    Raises:
        ValueError: a pattern matches no clause.

    >>> sorted(select_clauses(["UPD-5", "IN-1*"]))
    ['IN-1', 'UPD-5']
    """
    refuse_str("only", patterns)
    if not patterns:
        return None
    selected: set[str] = set()
    for pattern in patterns:
        found = {name for name in clauses() if fnmatchcase(name, pattern.upper())}
        if not found:
            raise ValueError(f"only: no clause matches {pattern!r}; `taskdb clauses` lists them")
        selected |= found
    return frozenset(selected)


def _ignore(event: Event) -> None:
    """Ignore the events of a run that nobody follows."""
