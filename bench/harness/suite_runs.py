"""Runs of the suite, in this process, so that what they cost can be seen."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from taskdb_spec import Backend
from taskdb_spec.conformance.confirmation.counterexamples import Emitter
from taskdb_spec.conformance.core.config import PATIENCE, Profile
from taskdb_spec.conformance.core.events import ClauseFailed, Event, Progress
from taskdb_spec.conformance.engine.runner import Campaign
from taskdb_spec.conformance.engine.supervisor import run_apart


@dataclass(frozen=True)
class Run:
    """A run on a backend: its operations and seconds."""

    operations: int
    seconds: float


@dataclass(frozen=True)
class First:
    """The first failure of a run: the CPU seconds it took to find, and then to shrink."""

    operations: int
    finding: float
    shrinking: float


def whole(backend: Backend, profile: Profile) -> Run:
    """A run to its end, in this process; its CPU seconds."""
    with tempfile.TemporaryDirectory(prefix="taskdb-bench-") as folder:
        campaign = _campaign(backend, profile, folder, lambda event: None)
        started = time.process_time()
        report = campaign.run(strict=True)
        return Run(report.operations, time.process_time() - started)


def shared(backend: Backend, profile: Profile, workers: int) -> Run:
    """A run to its end as `check_backend` makes it, by so many workers; seconds of the clock."""
    with tempfile.TemporaryDirectory(prefix="taskdb-bench-") as folder:
        campaign = _campaign(backend, profile, folder, lambda event: None)
        report = run_apart(campaign, True, PATIENCE, workers)
        return Run(report.operations, report.seconds)


class _Enough(Exception):
    """A run has shown what was wanted of it."""


def first_failure(backend: Backend, profile: Profile) -> First | None:
    """A run up to the first clause that fails; None if none does."""
    found: list[tuple[float, int]] = []
    first: list[First] = []
    started = time.process_time()

    def listen(event: Event) -> None:
        now = time.process_time() - started
        if isinstance(event, Progress) and event.doing.startswith("shrinking "):
            found[:] = [(now, event.operations)]  # the latest, for an earlier one may be doubtful
        elif isinstance(event, ClauseFailed):
            (at, operations), *_ = found
            first.append(First(operations, at, now - at))
            raise _Enough

    with tempfile.TemporaryDirectory(prefix="taskdb-bench-") as folder:
        try:
            _campaign(backend, profile, folder, listen).run(strict=True)
        except _Enough:
            return first[0]
    return None


def _campaign(
    backend: Backend, profile: Profile, folder: str, listen: Callable[[Event], None]
) -> Campaign:
    # Without a place to import it from, counterexamples are not run in processes of their own.
    emitter = Emitter(backend, None, None)
    return Campaign(backend, profile, 0, emitter, Path(folder), listen)
