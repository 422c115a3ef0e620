"""How soon three ways of testing detect broken stores, measured on a sample of the mutants.

The suite at some profiles, a naive Hypothesis state machine and ipyparallel's own tests are run
on ipyparallel's DictDB and on the same mutants. The sample contains only mutants that break a
call or a query of a store in memory: the other two do not test limits or durability. The time of
a detection is the CPU time to the first failure, without shrinking it.

``python -m tests.mutation.report`` runs this after the mutants. ``measure_detection`` returns one
`Detection` for each store and way of testing.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import AsyncResult
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import matplotlib as mpl
from matplotlib.figure import Figure
from rich.table import Table

from bench.baselines import ipyparallel_tests, naive_state_machine
from bench.harness.suite_runs import make_run_config
from bench.reporting.format import MISSING, format_duration, format_share
from bench.reporting.plots import PALETTE, STYLE
from taskdb_reference.backends.builtin import ipyparallel_dict_backend
from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance.core.config import PROFILES, Profile
from taskdb_spec.conformance.core.events import ClauseFailed, Event, Progress
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.conformance.engine.workers import available_cores
from tests.mutation.base import Mutant
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import SMALL

SAMPLE_SIZE = 40
"""The number of mutants: enough for a percentage, few enough for some minutes."""
MACHINE_SECONDS = 10.0
"""The CPU seconds in which the state machine may find a failure, and again to shrink it."""
RUN_TIMEOUT_SECONDS = 300.0
"""The limit for one run, most of which take seconds. A mutant might hang."""
STORES_PER_WORKER = 10
"""Stores after which a worker is replaced: the strategies of the state machine use memory."""
TABLE_SECONDS = (0.1, 1.0, 10.0)
"""The times for which the table shows the share of the detected stores."""

STORES: dict[str, Backend] = {
    ipyparallel_dict_backend.name: ipyparallel_dict_backend,
    **{name: mutant.backend for name, mutant in MUTANTS.items()},
}
_PROFILES = {**PROFILES, SMALL.name: SMALL}


@dataclass(frozen=True)
class Detection:
    """The CPU seconds in which one way of testing detected a broken store.

    Attributes:
        store: The name of the mutant, or of ipyparallel's DictDB.
        method: The way of testing.
        seconds: The time to the first failure; None if the store was not detected.
        searched: The time of the search: `seconds`, or the time of all tests.
        shrinking: The time to shrink the failure; None if it was not shrunk.
    """

    store: str
    method: str
    seconds: float | None
    searched: float
    shrinking: float | None = None


@dataclass(frozen=True)
class NotMeasured:
    """A store and a way of testing without a result, and the reason."""

    store: str
    method: str
    reason: str


Detector: TypeAlias = Callable[[str], Detection]
"""Tests the store of a name in one way."""


def sample_mutants(mutants: dict[str, Mutant], count: int) -> list[str]:
    """Return the names of `count` mutants, evenly spread over the catalogue.

    Args:
        mutants: The catalogue. Its order is by topic, so the sample covers all topics.
        count: How many to choose, of those that break a call or a query in memory.
    """
    names = [name for name, mutant in mutants.items() if _breaks_call_or_query(mutant)]
    return [names[i * len(names) // count] for i in range(count)]


def _breaks_call_or_query(mutant: Mutant) -> bool:
    backend = mutant.backend
    return backend.capabilities <= QUERY_CAPABILITIES and not backend.stores_nothing


def measure_detection(
    profiles: Sequence[str], *, mutants: int = SAMPLE_SIZE, machine_seconds: float = MACHINE_SECONDS
) -> Iterator[Detection | NotMeasured]:
    """Run all ways of testing on ipyparallel's DictDB and on a sample of the mutants.

    Args:
        profiles: The profiles at which the suite is run.
        mutants: The size of the sample.
        machine_seconds: The time of the naive state machine for each store.

    Yields:
        One result for each store and way of testing.
    """
    detectors: dict[str, Detector] = {
        **{profile: partial(detect_by_suite, profile) for profile in profiles},
        naive_state_machine.NAME: partial(detect_by_state_machine, machine_seconds),
    }
    try:
        ipyparallel_tests.list_applicable_tests(QUERY_CAPABILITIES)
    except ImportError as error:
        yield NotMeasured("all stores", ipyparallel_tests.NAME, f"not installed: {error}")
    else:
        detectors[ipyparallel_tests.NAME] = detect_by_ipyparallel_tests
    names = [ipyparallel_dict_backend.name, *sample_mutants(MUTANTS, mutants)]
    for method, detect in detectors.items():
        for name, result in _detect_in_pool(detect, names):
            try:
                yield result.get(RUN_TIMEOUT_SECONDS)
            except Exception as error:  # The other stores are still measured.
                yield NotMeasured(name, method, f"{type(error).__name__}: {error}")


def detect_by_suite(profile: str, name: str) -> Detection:
    """Run the suite on a store until a clause fails."""
    started = time.process_time()
    failure = find_first_failure(STORES[name], _PROFILES[profile])
    if failure is None:
        return Detection(name, profile, None, time.process_time() - started)
    return Detection(name, profile, failure.finding, failure.finding, failure.shrinking)


def detect_by_state_machine(budget: float, name: str) -> Detection:
    """Run the naive state machine on a store, for `budget` CPU seconds at most."""
    clock = naive_state_machine.run_until_failure(STORES[name], budget)
    return Detection(
        name,
        naive_state_machine.NAME,
        clock.seconds_to_failure,
        clock.search_seconds,
        clock.shrinking_seconds,
    )


def detect_by_ipyparallel_tests(name: str) -> Detection:
    """Run ipyparallel's tests on a store until one fails."""
    seconds, has_failed = ipyparallel_tests.run_until_failure(STORES[name])
    return Detection(name, ipyparallel_tests.NAME, seconds if has_failed else None, seconds)


def _detect_in_pool(
    detect: Detector, names: list[str]
) -> Iterator[tuple[str, AsyncResult[Detection]]]:
    detect(names[0])  # Once in this process, so that no measurement includes imports and caches.
    # Only CPU time is measured, so that runs side by side disturb each other little.
    context = multiprocessing.get_context("fork")
    with context.Pool(available_cores(), maxtasksperchild=STORES_PER_WORKER) as pool:
        yield from [(name, pool.apply_async(detect, (name,))) for name in names]


@dataclass(frozen=True)
class FirstFailure:
    """The first failure of a run, and the CPU seconds to find it and then to shrink it."""

    operations: int
    finding: float
    shrinking: float


class _FirstFailureReachedError(Exception):
    """Ends a run when its first failure is known."""


def find_first_failure(backend: Backend, profile: Profile) -> FirstFailure | None:
    """Run the suite until a clause fails.

    Args:
        backend: The backend to check.
        profile: The size of the run.

    Returns:
        The first failure; None if the run ends without one.
    """
    latest_found = (0.0, 0)
    first: list[FirstFailure] = []
    started = time.process_time()

    def listen(event: Event) -> None:
        nonlocal latest_found
        seconds = time.process_time() - started
        if isinstance(event, Progress) and event.doing.startswith("shrinking "):
            # Only the latest one counts: a candidate before it may not have been confirmed.
            latest_found = seconds, event.operations
        elif isinstance(event, ClauseFailed):
            found_at, operations = latest_found
            first.append(FirstFailure(operations, found_at, seconds - found_at))
            raise _FirstFailureReachedError

    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        try:
            run_in_process(make_run_config(backend, profile, folder), listen)
        except _FirstFailureReachedError:
            return first[0]
    return None


@dataclass(frozen=True)
class DetectionCurve:
    """The detections by one way of testing, over time.

    Attributes:
        stores: The number of stores that were tested.
        seconds: The times of the detections, in order.
        searched: The longest search.
        shrinking: The times to shrink a failure, where it was shrunk.
    """

    stores: int
    seconds: list[float]
    searched: float
    shrinking: list[float]

    def share_within(self, limit: float) -> float:
        """Return the share of the stores that were detected within `limit` CPU seconds."""
        return sum(seconds <= limit for seconds in self.seconds) / self.stores


def make_curves(detections: Iterable[Detection]) -> dict[str, DetectionCurve]:
    """Return the curve of each way of testing, by its name."""
    by_method: dict[str, list[Detection]] = {}
    for detection in detections:
        by_method.setdefault(detection.method, []).append(detection)
    return {method: _make_curve(group) for method, group in by_method.items()}


def _make_curve(detections: list[Detection]) -> DetectionCurve:
    return DetectionCurve(
        len(detections),
        sorted(each.seconds for each in detections if each.seconds is not None),
        max(each.searched for each in detections),
        [each.shrinking for each in detections if each.shrinking is not None],
    )


def make_table(detections: Sequence[Detection]) -> Table:
    """Return a table with one row for each way of testing."""
    stores = len({each.store for each in detections})
    head = ("detected", *(f"in {limit:g} s" for limit in TABLE_SECONDS), "median", "to shrink")
    table = Table(title=f"speed of detection on {stores} broken stores, CPU seconds")
    table.add_column("tested by", no_wrap=True)
    for title in head:
        table.add_column(title)
    for method, curve in make_curves(detections).items():
        shares = [curve.share_within(limit) for limit in (float("inf"), *TABLE_SECONDS)]
        times = [
            format_duration(median(seconds)) if seconds else MISSING
            for seconds in (curve.seconds, curve.shrinking)
        ]
        table.add_row(method, *map(format_share, shares), *times)
    return table


def write_plot(detections: Sequence[Detection], file: Path) -> None:
    """Draw the share of the detected stores over time, for each way of testing."""
    curves = make_curves(detections)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 4.8), layout="constrained")
        axes = figure.subplots()
        # A log scale has no zero, so all curves begin at the first detection of any of them.
        start = min((curve.seconds[0] for curve in curves.values() if curve.seconds), default=0.01)
        for (method, curve), color in zip(curves.items(), PALETTE, strict=False):
            _draw_curve(axes, method, curve, start, color)
        axes.set(xscale="log", xlabel="CPU seconds", ylabel="stores detected, %", ylim=(0, 103))
        stores = len({each.store for each in detections})
        axes.set_title(f"How soon {stores} broken stores are detected")
        axes.legend(loc="upper left")
        figure.savefig(file, dpi=130)


def _draw_curve(axes: Any, method: str, curve: DetectionCurve, start: float, color: str) -> None:
    percentages = [100 * (i + 1) / curve.stores for i in range(len(curve.seconds))]
    last = percentages[-1] if percentages else 0
    axes.step(
        [start, *curve.seconds, curve.searched],
        [0, *percentages, last],
        where="post",
        color=color,
        label=f"{method}: {last:.0f} %",
    )
