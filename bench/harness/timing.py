"""The time of a call: contenders take turns, and the median of the samples is reported."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from bench.harness.workloads import FilledStore, Workload

Clock: TypeAlias = Callable[[], float]
"""Returns seconds, as `time.process_time` and `time.perf_counter` do."""
_MIN_SAMPLES = 3
"""With fewer samples, one outlier would change the median."""
_CLOCK_RESOLUTION_SECONDS = 1e-9
"""Replaces a measured time of zero, which occurs for fast calls on a coarse clock."""


@dataclass(frozen=True)
class TimingBudget:
    """How long to measure one workload on one contender, at one number of records.

    Attributes:
        seconds: The approximate total, including the preparation and the undoing of calls.
        max_samples: The largest number of samples.
        min_sample_seconds: A sample consists of as many calls as take this long.
    """

    seconds: float
    max_samples: int
    min_sample_seconds: float = 0.002


@dataclass(frozen=True)
class _SamplingPlan:
    """How a contender is sampled. With no `samples`, the first one is the only one."""

    calls_per_sample: int
    samples: int
    first_sample: float


def time_in_turns(
    stores: Mapping[str, FilledStore], workload: Workload, budget: TimingBudget, clock: Clock
) -> dict[str, list[float]]:
    """Measure a workload on several stores in turns.

    The turns expose all stores to the same variation in the speed of the machine.

    Args:
        stores: The stores by the name of the contender.
        workload: What is measured.
        budget: The time for each store.
        clock: The clock to read before and after a sample.

    Returns:
        The samples of each store: seconds per call.
    """
    plans = {
        name: _plan_sampling(filled, workload, budget, clock) for name, filled in stores.items()
    }
    samples = {name: [] if plan.samples else [plan.first_sample] for name, plan in plans.items()}
    for turn in range(max((plan.samples for plan in plans.values()), default=0)):
        for name, plan in plans.items():
            if turn < plan.samples:
                sample = time_calls(stores[name], workload, plan.calls_per_sample, clock)
                samples[name].append(sample)
    return samples


def time_calls(filled: FilledStore, workload: Workload, calls: int, clock: Clock) -> float:
    """Make several calls in a row and return the mean seconds per call.

    Args:
        filled: The store.
        workload: What is called. Its preparation and undoing are not measured.
        calls: How many calls to make.
        clock: The clock to read before the first and after the last call.
    """
    arguments = workload.make_arguments(filled.tasks, calls)
    workload.prepare(filled, arguments)
    method = getattr(filled.store, workload.method)
    gc.disable()
    try:
        started = clock()
        for args in arguments:
            method(*args)
        elapsed = clock() - started
    finally:
        gc.enable()
    workload.undo(filled, arguments)
    return elapsed / len(arguments)


def _plan_sampling(
    filled: FilledStore, workload: Workload, budget: TimingBudget, clock: Clock
) -> _SamplingPlan:
    """Make one call, and derive the number of samples and of calls per sample from its time."""
    started = time.perf_counter()
    first_sample = time_calls(filled, workload, 1, clock)
    seconds_with_undo = time.perf_counter() - started
    if seconds_with_undo > budget.seconds:
        return _SamplingPlan(1, 0, first_sample)
    wanted = ceil(budget.min_sample_seconds / max(first_sample, _CLOCK_RESOLUTION_SECONDS))
    affordable = int(budget.seconds / seconds_with_undo)
    calls = max(1, min(workload.max_calls, wanted), min(workload.min_calls, affordable))
    samples = int(budget.seconds / (seconds_with_undo * calls))
    return _SamplingPlan(calls, max(_MIN_SAMPLES, min(budget.max_samples, samples)), first_sample)
